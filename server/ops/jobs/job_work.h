/*
 * What a job does to so many executions that one transaction would hold up all devices is worked off in
 * slices: each does a bounded number of them, writes down how far it has come (schema: job_progress) and sets
 * a timer for the next. The first slice is done in the transaction that begins the work, so that of a small
 * job nobody sees anything half done.
 */
#ifndef IOTJOBS_OPS_JOB_WORK_H
#define IOTJOBS_OPS_JOB_WORK_H

#include "ops/op.h"
#include "rules/jobs/rollout_rate.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_store.h"
#include "store/jobs/progress_store.h"

/* Things or executions looked at in one slice: a millisecond or two, five where a job follows a hundred
 * groups. As many as a job can have targets, so that one for things alone is queued at once. */
enum { JOB_SLICE_MAX = ROLLOUT_SLICE_MAX };

/* One slice: moves *progress on. *ret_done: nothing is left; false otherwise. */
typedef bool job_slice_fn(struct op *op, const struct job_row *job, struct progress_row *progress,
                          bool *ret_done);

/* For slices that do something with each execution of the job, in the order of creation. */
bool job_slice_of_executions(struct op *op, const struct job_row *job, struct progress_row *progress,
                             bool (*each)(struct op *op, const struct job_row *job,
                                          struct execution_row *execution),
                             bool *ret_done);

/* Writes down that there is work of that kind, of which nothing is done yet, and leaves it there. */
bool job_work_note(struct op *op, enum timer_kind kind, struct str job_id);
/* The next slice of what was noted, if there is any, and a timer for the rest. */
bool job_work_go_on(struct op *op, enum timer_kind kind, struct str job_id);
/* The same for a job that is at hand, as its row is. */
bool job_work_go_on_with(struct op *op, enum timer_kind kind, const struct job_row *job);
/* Without a timer it stays where it is, until it goes on. */
bool job_work_pause(struct op *op, enum timer_kind kind, struct str job_id);
/* Notes it and goes on. */
bool job_work_begin(struct op *op, enum timer_kind kind, struct str job_id);
/* Notes it, and leaves the first slice to a timer as well. */
bool job_work_plan(struct op *op, enum timer_kind kind, struct str job_id);

/* Where it waits for its next slice, that comes now. */
bool job_work_hurry(struct op *op, enum timer_kind kind, struct str job_id);
/* There is no work of that kind any more, however far it has come. */
bool job_work_drop(struct op *op, enum timer_kind kind, struct str job_id);
/* The job is at its end: whatever it was at, and whatever it was waiting for, is over. */
bool job_work_stop(struct op *op, struct str job_id);

/* The timers of all these kinds. */
bool job_work_due(struct op *op, const struct timer_row *timer);

#endif
