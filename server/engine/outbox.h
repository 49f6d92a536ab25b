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

/* Puts messages that were taken, and did not get anywhere, back before all others. */
void outbox_return(struct outbox *outbox, struct message *first);

/* Takes what is there, oldest first, up to that many messages for whoever has subscribed; NULL, and
 * `outbox_idle` becomes true, when it is empty. */
struct message *outbox_take(struct outbox *outbox, size_t broadcasts_max);
struct message *outbox_take_all(struct outbox *outbox);

/* Whether the last take found nothing and nothing was pushed since: the doorbell may rest. */
bool outbox_idle(struct outbox *outbox);

/* Whether so much waits that nobody should go on filling it who can wait himself: timers can. */
bool outbox_full(struct outbox *outbox);

#endif
