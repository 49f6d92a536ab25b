/*
 * The one rule of notifications (device protocol 3.3).
 *
 * Before and after each operation compare the thing's pending list: if its set of (jobId, executionNumber)
 * changed, publish `notify`; if its head changed, publish `notify-next`. Whoever changes a status says so
 * beforehand with notify_touch, and tells afterwards whether an execution came into the list or left it; the
 * rest follows. A thing has a list, and topics, for each namespace.
 *
 * Nothing is built for a thing that nobody listens to (ops/executions/audience).
 */
#ifndef IOTJOBS_OPS_NOTIFY_H
#define IOTJOBS_OPS_NOTIFY_H

#include "ops/executions/audience.h"
#include "ops/outgoing.h"
#include "store/jobs/execution_store.h"
#include "store/timer_store.h"

/* Longest list in a notification and in GetPendingJobExecutions, without and of what belongs to maintenance
 * windows (device protocol, section 7). */
enum { PENDING_LIST_MAX = 10, PENDING_WINDOWED_MAX = 5 };

/* Before a change: remembers the head of the list, once. For operations that write alone. */
bool notify_touch(struct op *op, struct pending_key key);

/* An execution came into the touched list or left it. */
void notify_set_changed(struct op *op, struct pending_key key);

/* The QUEUED execution came into its list or left it because a window of its job opened or closed, which has
 * happened already. */
bool notify_window_changed(struct op *op, const struct execution_row *execution);

/* TIMER_NOTIFY_AGAIN: both notifications of the thing, in each of its namespaces. */
bool notify_again_due(struct op *op, const struct timer_row *timer);

/*
 * Lists that changed while nobody listened. Somebody may have subscribed before the change was committed and
 * would have heard of it: they are kept until then.
 */
struct unheard_list;
struct unheard {
    struct arena arena;
    struct unheard_list *first;
    unsigned long generation; /* of the audience when it began */
};

void unheard_init(struct unheard *unheard, struct audience *audience);
void unheard_release(struct unheard *unheard);

/* After COMMIT: builds the notifications of those lists that somebody has come to listen to; op->arena is not
 * used. Best effort: false when memory is out or the database fails. */
bool notify_latecomers(struct op *op, struct message **ret_messages);

/* For outgoing_collect: appends the notifications to the list whose end **end is. False when memory is out or
 * the database fails. */
bool notify_collect(struct op *op, struct message ***end);

#endif
