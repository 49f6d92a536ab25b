#include "plugin/deliver.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>

/*
 * The copying call, though the other would take our payload: the broker counts the memory that it frees but
 * not what we allocate, so its figure would fall below zero, and with a `memory_limit` it would
 * refuse to allocate from then on.
 */
static void deliver(const struct message *message, struct log *log)
{
    int rc = mosquitto_broker_publish_copy(message->client_id, message->topic, (int)message->payload_n,
                                           message->payload, message->qos, false, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        log_write(log, LOG_WARNING, "publish-failed topic=%s error=%d", message->topic, rc);
}

void deliver_all(struct outbox *outbox, struct log *log)
{
    struct message *next;
    for (struct message *message = outbox_take_all(outbox); message != NULL; message = next) {
        next = message->next;
        deliver(message, log);
        message_free(message);
    }
}
