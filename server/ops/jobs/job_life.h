/* What happens to jobs by themselves: the handlers of timers (see engine/timers). */
#ifndef IOTJOBS_OPS_JOB_LIFE_H
#define IOTJOBS_OPS_JOB_LIFE_H

#include "ops/op.h"
#include "store/timer_store.h"

/* The job is IN_PROGRESS, and its rollout (ops/jobs/rollout) begins: what its targets are is found out now,
 * not at creation (decision 21). A job with maintenance windows that are all closed waits for the next one
 * instead.
 */
bool job_start(struct op *op, struct str job_id);

/* The reasonCode of a job that was canceled when it was to start, for there was no room for it beside the
 * others (ops/quota). */
#define JOB_CROWDED_REASON "CONCURRENT_JOBS_LIMIT_EXCEEDED"

/* TIMER_JOB_START, TIMER_EXECUTION_TIMEOUT: called with the timer's row, which is gone already. A timer whose
 * object has gone or moved on does nothing. */
bool job_start_due(struct op *op, const struct timer_row *timer);
bool execution_timeout_due(struct op *op, const struct timer_row *timer);

#endif
