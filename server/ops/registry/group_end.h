/*
 * A thing group that is deleted is gone at once, for every operation; the memberships that it leaves are
 * worked off in slices, since it may have a whole fleet in it. The first slice is done in the transaction
 * that deletes the group, so a small one leaves nothing.
 */
#ifndef IOTJOBS_OPS_GROUP_END_H
#define IOTJOBS_OPS_GROUP_END_H

#include "ops/op.h"
#include "store/registry/thing_group_store.h"
#include "store/timer_store.h"

/* Deletes it, with its attributes and tags; it has no children any more. Who follows it is told before. */
bool group_end(struct op *op, const struct thing_group_row *group);

/* TIMER_GROUP_DELETION: the next slice. */
bool group_end_due(struct op *op, const struct timer_row *timer);

#endif
