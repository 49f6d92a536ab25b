/* CancelJob and DeleteJob work off the executions of a job; see job_work.h. */
#ifndef IOTJOBS_OPS_JOB_END_H
#define IOTJOBS_OPS_JOB_END_H

#include "ops/job_work.h"

/* Of a job that is CANCELED: its executions that are QUEUED, and by force those IN_PROGRESS. */
job_slice_fn cancellation_slice;
bool cancellation_finish(struct op *op, const struct job_row *job);

/* Of a job in DELETION_IN_PROGRESS: all its executions; at last the job itself. */
job_slice_fn deletion_slice;
bool deletion_finish(struct op *op, const struct job_row *job);

#endif
