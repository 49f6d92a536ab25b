/* What a job is aimed at: things, and thing groups with all that is in them and in the groups below them. */
#ifndef IOTJOBS_OPS_JOB_TARGET_H
#define IOTJOBS_OPS_JOB_TARGET_H

#include "ops/op.h"
#include "store/jobs/job_target_store.h"

/* The targets that a request names, ARN by ARN. A CONTINUOUS job follows its groups. */
bool job_targets_read(struct op *op, const struct job_targets *in, enum target_selection selection,
                      struct target_rows *ret_targets);

/* All of them exist. */
bool job_targets_check(struct op *op, const struct target_rows *targets);

/* Behind those that the job has; the first gets this position. */
bool job_targets_write(struct op *op, struct str job_id, int64_t position, const struct target_rows *targets);

op_fn op_associate_targets_with_job;

#endif
