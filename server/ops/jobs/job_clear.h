/*
 * What a job has noted of things for later: who joined between its windows, who left or joined while it
 * rolled out, whom it tries again when its next window opens. Once it asks for them no more these notes mean
 * nothing, but there may be one for each thing of a whole fleet: they are deleted in slices, the first in the
 * transaction that ends what they were for, the others from a timer.
 *
 * The job itself need not wait for that, unless it is deleted: what is left must not become another's who
 * gets its id.
 */
#ifndef IOTJOBS_OPS_JOB_CLEAR_H
#define IOTJOBS_OPS_JOB_CLEAR_H

#include "ops/op.h"
#include "store/timer_store.h"

/* Begins. */
bool job_clear(struct op *op, struct str job_id);
/* One slice; *ret_more: it may not have been the last. */
bool job_clear_slice(struct op *op, struct str job_id, bool *ret_more);

/* TIMER_CLEARING: the next slice. */
bool job_clear_due(struct op *op, const struct timer_row *timer);

#endif
