/*
 * The end time of a job (control plane, section 3.2). When it has come, nothing more is rolled out or tried
 * again and whoever joins gets nothing; what is still open is canceled, or may be finished, as endBehavior
 * says. The job is COMPLETED once its last execution has ended.
 *
 * A job with maintenance windows keeps to them until then: what is QUEUED stays hidden between them. Behind
 * the last one nobody would ever see it, so then it is canceled, whatever endBehavior says.
 */
#ifndef IOTJOBS_OPS_JOB_END_TIME_H
#define IOTJOBS_OPS_JOB_END_TIME_H

#include "ops/op.h"
#include "store/jobs/job_store.h"
#include "store/timer_store.h"

/* When that is; not set: never. */
struct opt_int job_end_time(const struct job_row *job);

/* Whether it has come: by itself, or because the clock says so and the timer is on its way. */
bool job_is_over(const struct op *op, const struct job_row *job);

/* Of a job that is created: sets the timer, if it has an end time. */
bool job_end_time_plan(struct op *op, const struct job_row *job);

/* After a window of the job has closed, or was missed: of one that has ended, what nobody can see any more is
 * canceled. */
bool job_end_unseen(struct op *op, const struct job_row *job);

/* TIMER_JOB_END: called with the timer's row, which is gone already. */
bool job_end_due(struct op *op, const struct timer_row *timer);

#endif
