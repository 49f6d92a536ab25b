/*
 * Which things are in which groups (control plane 1.4). A thing has at most one place in a hierarchy, and is
 * then in the groups above it as well.
 */
#ifndef IOTJOBS_OPS_MEMBERSHIP_H
#define IOTJOBS_OPS_MEMBERSHIP_H

#include "ops/op.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"

op_fn op_add_thing_to_thing_group;
op_fn op_remove_thing_from_thing_group;
op_fn op_update_thing_groups_for_thing;
op_fn op_list_things_in_thing_group;
op_fn op_list_thing_groups_for_thing;

/* One membership begins or ends, and is told as an event. Checks nothing; who follows it is the caller's to
 * ask (ops/jobs/following.h). */
bool membership_begin(struct op *op, const struct thing_group_row *group, const struct thing_row *thing);
bool membership_end(struct op *op, const struct thing_group_row *group, const struct thing_row *thing);

/* Before a thing is deleted: takes it out of all its groups. */
bool membership_end_all(struct op *op, const struct thing_row *thing);

#endif
