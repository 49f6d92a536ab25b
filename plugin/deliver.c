#include "plugin/deliver.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <string.h>

#include "plugin/outbound.h"

/* Some hundred microseconds of the broker's time. */
enum { BROADCASTS_AT_ONCE = 100 };

/*
 * The broker frees the payload and counts what it frees, so the payload must be memory that it has counted.
 * The copying call of 2.0 hands it memory that it has not: the count would fall below zero, and with the
 * `memory_limit` of our configuration the broker would refuse to allocate from then on.
 */
static int publish(const struct message *message)
{
    void *payload = mosquitto_malloc(message->payload_n);
    if (payload == NULL)
        return MOSQ_ERR_NOMEM;
    memcpy(payload, message->payload, message->payload_n);
    int rc = mosquitto_broker_publish(message->client_id, message->topic, (int)message->payload_n, payload,
                                      message->qos, false, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        mosquitto_free(payload);
    return rc;
}

static void deliver(const struct message *message, struct log *log)
{
    int rc = publish(message);
    if (rc != MOSQ_ERR_SUCCESS)
        log_write(log, LOG_WARNING, "publish-failed topic=%s error=%d", message->topic, rc);
}

static bool has_left(const struct delivery *delivery, const struct asker *asker)
{
    return departures_since(delivery->departures, asker->connection, asker->asked);
}

static bool is_welcome(const struct delivery *delivery, const struct message *message)
{
    const struct asker *asker = outbound_asker(message);
    return !has_left(delivery, asker) &&
           delivery->may_hear(delivery->context, asker->connection, str_from(message->topic));
}

bool deliver_some(struct delivery *delivery)
{
    message_free_all(delivery->handed_over);
    delivery->handed_over = NULL;
    struct message **kept = &delivery->handed_over;
    struct message *first = outbox_take(delivery->outbox, BROADCASTS_AT_ONCE);
    struct message *next;
    for (struct message *message = first; message != NULL; message = next) {
        next = message->next;
        message->next = NULL;
        if (message->client_id != NULL) {
            if (is_welcome(delivery, message))
                deliver(message, delivery->log);
            message_free(message);
            continue;
        }
        deliver(message, delivery->log);
        *kept = message;
        kept = &message->next;
    }
    return first != NULL;
}

void deliver_return(struct delivery *delivery)
{
    outbox_return(delivery->outbox, delivery->handed_over);
    delivery->handed_over = NULL;
}
