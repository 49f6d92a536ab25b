/*
 * The only functions that create executions, change their status or delete one: row, counters,
 * timers, notifications, events and the timeline move together, so that no operation can forget one.
 */
#ifndef IOTJOBS_OPS_EXECUTION_CHANGE_H
#define IOTJOBS_OPS_EXECUTION_CHANGE_H

#include "ops/op.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_store.h"
#include "store/jobs/timeline_store.h"
#include "store/timer_store.h"

/* Whether it waits for a maintenance window of its job, so that its thing does not see it. */
bool execution_is_hidden(struct op *op, const struct execution_row *execution);

/* A new QUEUED execution of the job on the thing; number 1, or one above the newest. None, and *ret_queued
 * false, where the newest is open, or has an id above `since`. */
bool execution_queue(struct op *op, const struct job_row *job, struct str thing, int64_t since,
                     enum cause cause, bool *ret_queued);

/*
 * Writes *execution with status `to`: version, updatedAt, startedAt and the deadlines that follow from it are
 * set here, anything else the caller has changed in it beforehand is written along. Whether the change is
 * allowed is the caller's to check (rules/jobs/execution_state). A failure of which the job has a retry left
 * queues another execution, outside the job's windows when the next one opens.
 */
bool execution_move(struct op *op, struct execution_row *execution, enum job_execution_status to,
                    enum cause cause);

/* TIMER_WINDOW_RETRY: called with the timer's row, which is gone already. */
bool execution_retry_due(struct op *op, const struct timer_row *timer);

/* It has left its job: a retry that waits for a window is none any more. */
bool execution_forget_retry(struct op *op, const struct execution_row *execution);

/* Whether it may be deleted is the caller's to check, and the timeline's word of it the caller's to write: a
 * job that is deleted has none any more. */
bool execution_delete(struct op *op, struct execution_row *execution);

/* A map that was sent replaces the details in the row; an empty one, like none, leaves them (decision 5). */
bool execution_replace_details(struct op *op, struct execution_row *execution,
                               const struct string_map *details);

/* Sets the step timer `minutes` from now, or discards it with -1, in the row only; execution_move or
 * execution_save_timers writes it. */
void execution_set_step_timer(struct op *op, struct execution_row *execution, int64_t minutes);

/* Writes deadlines that changed without a change of status or version. */
bool execution_save_timers(struct op *op, struct execution_row *execution);

/* Whether executions of the job are QUEUED or IN_PROGRESS. */
bool job_has_open(const int64_t counts[JOB_COUNTS]);

/* After executions have ended or gone: aborts the job if that is due, or completes it. That is a SNAPSHOT job
 * in progress, or any whose end time has come, that has rolled out and of which nothing is open any more
 * (control plane 2.3). */
bool job_settle(struct op *op, struct str job_id);

#endif
