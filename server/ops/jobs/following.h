/*
 * CONTINUOUS jobs follow the members of the groups that they target (control plane 2.4):
 *
 *   a thing comes to be reached through another target   a new execution, unless its newest one is open
 *   a thing is reached through none any more             what is QUEUED becomes REMOVED; what it has started,
 *                                                        it may finish
 *
 * SNAPSHOT jobs are for the members that their groups have when they start. A rollout takes its time, so
 * while it is on its way, what has changed since is noted: who has left gets an execution all the same, who
 * has joined gets none. The things of a group that is deleted leave it as its memberships are worked off
 * (ops/registry/group_end); the rollout does not end before that.
 *
 * A change of memberships is one step: what moves within a target's hierarchy neither joins nor leaves.
 */
#ifndef IOTJOBS_OPS_FOLLOWING_H
#define IOTJOBS_OPS_FOLLOWING_H

#include "ops/jobs/job_work.h"
#include "store/jobs/job_target_store.h"
#include "store/registry/thing_store.h"

/* Before the thing's memberships change: who follows it. */
bool following_before(struct op *op, const struct thing_row *thing, struct follower_rows *ret_before);
/* After they have changed. */
bool following_after(struct op *op, const struct thing_row *thing, const struct follower_rows *before);

/* Before the group, which has no groups below it, is deleted: plans what its followers have to do then. */
bool following_group_ends(struct op *op, int64_t group);
/* Before such a group lets go of one of its things. */
bool following_group_lets_go(struct op *op, int64_t group, int64_t thing);

/* Gives the thing an execution of the job, unless its newest is open. */
bool following_admit(struct op *op, const struct job_row *job, struct str thing);

/* Of a job that lost a group: its QUEUED executions on things that it reaches no more become REMOVED. */
job_slice_fn removal_slice;
bool removal_finish(struct op *op, const struct job_row *job);

#endif
