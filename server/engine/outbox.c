#include "engine/outbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct outbox {
    pthread_mutex_t lock;
    struct message *first;
    struct message **end;
    bool idle; /* the last take found nothing */
};

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
    *message = (struct message){ .payload = payload, .payload_n = payload_n, .qos = qos };
    if (client_id.p) {
        message->client_id = memcpy(texts, client_id.p, client_id.n);
        texts[client_id.n] = '\0';
    }
    message->topic = memcpy(texts + id_n, topic.p, topic.n);
    message->topic[topic.n] = '\0';
    return message;
}

void message_free(struct message *message)
{
    if (!message)
        return;
    free(message->payload);
    free(message);
}

void message_free_all(struct message *first)
{
    while (first) {
        struct message *next = first->next;
        message_free(first);
        first = next;
    }
}

struct outbox *outbox_new(void)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return NULL;
    pthread_mutex_init(&outbox->lock, NULL);
    outbox->end = &outbox->first;
    outbox->idle = true;
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    if (!outbox)
        return;
    message_free_all(outbox->first);
    pthread_mutex_destroy(&outbox->lock);
    free(outbox);
}

void outbox_push(struct outbox *outbox, struct message *first)
{
    if (!first)
        return;
    struct message *last = first;
    while (last->next)
        last = last->next;
    pthread_mutex_lock(&outbox->lock);
    *outbox->end = first;
    outbox->end = &last->next;
    outbox->idle = false;
    pthread_mutex_unlock(&outbox->lock);
}

struct message *outbox_take_all(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    struct message *first = outbox->first;
    outbox->first = NULL;
    outbox->end = &outbox->first;
    if (!first)
        outbox->idle = true;
    pthread_mutex_unlock(&outbox->lock);
    return first;
}

bool outbox_idle(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    bool idle = outbox->idle;
    pthread_mutex_unlock(&outbox->lock);
    return idle;
}
