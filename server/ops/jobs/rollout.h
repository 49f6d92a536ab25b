/*
 * A rollout queues executions of a job for the things that its targets are, or are groups of. One thing gets
 * one execution, however many targets it is reached through.
 *
 * It keeps the rate of the job (ops/jobs/pace): its next slice comes at once while there is room, else with
 * the next slot of the minute.
 *
 * It is done with the last thing that needs an execution: others that come behind it take no time.
 *
 * A rollout takes the targets one after the other, and the things of a group in the order of their creation.
 * Who joins or leaves while it is on its way is for ops/jobs/following.
 */
#ifndef IOTJOBS_OPS_ROLLOUT_H
#define IOTJOBS_OPS_ROLLOUT_H

#include "ops/jobs/job_work.h"

job_slice_fn rollout_slice;

/* The last target is done. */
bool rollout_finish(struct op *op, const struct job_row *job);

#endif
