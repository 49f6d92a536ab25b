/* CancelJob, DeleteJob and the end time of a job work off its executions; see job_work.h. */
#ifndef IOTJOBS_OPS_JOB_END_H
#define IOTJOBS_OPS_JOB_END_H

#include "ops/jobs/job_work.h"

/* The job is CANCELED, with what its row says as reasonCode and comment; of its executions none is yet: that
 * is a work of the kind TIMER_CANCELLATION, which the caller begins or plans. */
bool job_cancel(struct op *op, struct job_row *job, bool force);

/* Whether that work takes what is IN_PROGRESS as well: because CancelJob said so, or endBehavior. */
bool job_cancels_by_force(const struct job_row *job);

/* Of a job that is CANCELED, or whose end time cancels: its executions that are QUEUED, and by force those
 * IN_PROGRESS. */
job_slice_fn cancellation_slice;
bool cancellation_finish(struct op *op, const struct job_row *job);

/* Of a job in DELETION_IN_PROGRESS: all its executions; at last the job itself. */
job_slice_fn deletion_slice;
bool deletion_finish(struct op *op, const struct job_row *job);

#endif
