/*
 * What an operation publishes besides its answer: the notifications that it causes (ops/executions/notify),
 * then its events (ops/event). It leaves after COMMIT, behind the answer.
 */
#ifndef IOTJOBS_OPS_OUTGOING_H
#define IOTJOBS_OPS_OUTGOING_H

#include "ops/message.h"
#include "ops/op.h"

struct doomed_files;
struct touched_list;

struct outgoing {
    struct arena *arena;          /* of the whole operation, where its parts have arenas of their own */
    struct touched_list *touched; /* pending lists that may have changed, in the order of the changes */
    struct touched_list **touched_end;
    struct touched_list *touched_last; /* notify_touch's latest: the first of `touched` with its key */
    struct message *events;
    struct message **events_end;
    struct doomed_files *doomed; /* artefacts to be removed after COMMIT (ops/artifacts/doomed_files) */
};

/* `doomed` is the transaction's. */
void outgoing_init(struct outgoing *outgoing, struct arena *arena, struct doomed_files *doomed);
/* Frees what was never collected. */
void outgoing_release(struct outgoing *outgoing);

/* Takes an event's message, behind those before it. False for NULL: the message could not be built. */
bool outgoing_push_event(struct op *op, struct message *event);

/* After the operation, inside its transaction: builds the notifications, and gives everything away in the
 * order in which it must leave. False when memory is out or the database fails. */
bool outgoing_collect(struct op *op, struct message **ret_messages);

#endif
