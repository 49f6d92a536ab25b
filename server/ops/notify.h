/*
 * The one rule of notifications (device protocol 3.3).
 *
 * Before and after each operation compare the thing's pending list: if its set of (jobId, executionNumber)
 * changed, publish `notify`; if its head changed, publish `notify-next`. Whoever changes a status says so
 * beforehand with notify_touch, and tells afterwards whether an execution came into the list or left it; the
 * rest follows.
 */
#ifndef IOTJOBS_OPS_NOTIFY_H
#define IOTJOBS_OPS_NOTIFY_H

#include "ops/message.h"
#include "ops/op.h"

/* Longest list in a notification and in GetPendingJobExecutions (device protocol, section 7). */
enum { PENDING_LIST_MAX = 10 };

struct touched_thing;

struct touched {
    struct touched_thing *things; /* in the arena of the operation */
};

/* Before a change: remembers the head of the thing's list, once. For operations that write alone. */
bool notify_touch(struct op *op, struct str thing);

/* An execution of a touched thing came into the pending list or left it. */
void notify_set_changed(struct op *op, struct str thing);

/* After the operation, inside its transaction: builds the messages in the order in which they must leave. The
 * caller takes the list. False when memory is out. */
bool notify_collect(struct op *op, struct message **ret_messages);

#endif
