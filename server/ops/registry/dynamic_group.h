/* Dynamic thing groups (fleet index 7): thing groups whose things are those that a query of the fleet index
 * finds. */
#ifndef IOTJOBS_OPS_DYNAMIC_GROUP_H
#define IOTJOBS_OPS_DYNAMIC_GROUP_H

#include "ops/op.h"
#include "store/registry/thing_group_store.h"

op_fn op_create_dynamic_thing_group;
op_fn op_update_dynamic_thing_group;
op_fn op_delete_dynamic_thing_group;

/* What DescribeThingGroup says of a dynamic group besides. False after `fail`. */
bool render_dynamic_group(struct op *op, const struct thing_group_row *group);

#endif
