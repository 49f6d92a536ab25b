/*
 * A rollout keeps its rate (rules/jobs/rollout_rate): each of its slices asks how many executions it may
 * queue, and is told when the next one may come. The rate is found out anew for each slice. It follows
 * UpdateJob at once, and the things that have succeeded within a slot: the devices that report so have
 * nothing to do with it.
 */
#ifndef IOTJOBS_OPS_PACE_H
#define IOTJOBS_OPS_PACE_H

#include "ops/op.h"
#include "rules/jobs/rollout_rate.h"
#include "store/jobs/job_store.h"

struct pace {
    int64_t rate; /* a minute; ROLLOUT_UNLIMITED */
    bool rises;   /* the next slot may have another rate */
    struct rollout_slot slot;
    int64_t notified;
    bool stored; /* it has a row */
};

/* Before a slice: INT64_MAX as the room is any number. */
bool pace_begin(struct op *op, const struct job_row *job, struct pace *ret_pace, int64_t *ret_room);

/* After a slice that has queued so many. `done`: it was the last one. *ret_due_ms: when the next one may
 * come. */
bool pace_end(struct op *op, const struct job_row *job, struct pace *pace, int64_t queued, bool done,
              int64_t *ret_due_ms);

#endif
