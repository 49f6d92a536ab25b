/*
 * Which things are in which dynamic thing groups (fleet index 7). A group's query is asked of a thing when
 * the thing changes, and of all things, in slices, when the query does. Joining and leaving are what they are
 * for static groups: events are told, and CONTINUOUS jobs follow (ops/jobs/following.h).
 */
#ifndef IOTJOBS_OPS_DYNAMIC_MEMBERSHIP_H
#define IOTJOBS_OPS_DYNAMIC_MEMBERSHIP_H

#include "ops/op.h"
#include "rules/fleet/dynamic_group.h"
#include "store/registry/dynamic_group_store.h"
#include "store/registry/thing_store.h"
#include "store/timer_store.h"

/* ---- what the fleet index calls when it has written what has changed of a thing ---- */

bool dynamic_membership_thing_changed(struct op *op, int64_t thing);
/* Only groups whose query may ask for what has changed look, unless the thing is in as many as it can be. */
bool dynamic_membership_thing_updated(struct op *op, int64_t thing, const struct thing_changes *changes);
/* Only those whose query asks for connectivity, in the same way. */
bool dynamic_membership_connectivity_changed(struct op *op, int64_t thing);

/* ---- others ---- */

/* Takes the thing out of the newest dynamic group that it is in, for a static one. *ret_left: it was in one.
 * Who follows it is the caller's to ask. */
bool dynamic_membership_make_room(struct op *op, const struct thing_row *thing, bool *ret_left);

/* The thing was in a dynamic group that is gone, and whose membership is deleted. */
bool dynamic_membership_group_ended(struct op *op, int64_t thing);

/* The group is new, or has another query: asks it of all things. Of few, before this returns; then the group
 * is ACTIVE.
 */
bool dynamic_membership_build(struct op *op, struct dynamic_group_row *group);

/* TIMER_DYNAMIC_GROUP: the next slice of a group that is being built. */
bool dynamic_membership_due(struct op *op, const struct timer_row *timer);

#endif
