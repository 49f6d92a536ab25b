#include "ops/message.h"

#include <stdlib.h>
#include <string.h>

static void release(struct message *message)
{
    free((char *)message->payload);
    free(message);
}

/* The message, its client id and its topic are one allocation. */
struct message *message_new(struct str client_id, struct str topic, char *payload, size_t payload_n, int qos)
{
    size_t id_n = client_id.p ? client_id.n + 1 : 0;
    struct message *message = malloc(sizeof *message + id_n + topic.n + 1);
    if (!message) {
        free(payload);
        return NULL;
    }
    char *texts = (char *)(message + 1);
    *message = (struct message){ .payload = payload, .payload_n = payload_n, .qos = qos, .release = release };
    if (client_id.p) {
        message->client_id = memcpy(texts, client_id.p, client_id.n);
        texts[client_id.n] = '\0';
    }
    texts += id_n;
    message->topic = memcpy(texts, topic.p, topic.n);
    texts[topic.n] = '\0';
    return message;
}

void message_free(struct message *message)
{
    if (message)
        message->release(message);
}

void message_free_all(struct message *first)
{
    while (first) {
        struct message *next = first->next;
        message_free(first);
        first = next;
    }
}
