/*
 * Messages from the engine to MQTT clients, in the order in which they must leave.
 *
 * The engine pushes after COMMIT; the broker thread drains on its tick. Thread-safe.
 */
#ifndef IOTJOBS_ENGINE_OUTBOX_H
#define IOTJOBS_ENGINE_OUTBOX_H

#include "ops/message.h"

struct outbox;
struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox); /* with all that is still in it */

/* Takes the message, or a list of them linked by `next`; NULL is allowed. */
void outbox_push(struct outbox *outbox, struct message *first);

/* Takes everything that is there, oldest first; NULL and `outbox_idle` becomes true when it is empty. */
struct message *outbox_take_all(struct outbox *outbox);

/* Whether the last take found nothing and nothing was pushed since: the doorbell may rest. */
bool outbox_idle(struct outbox *outbox);

#endif
