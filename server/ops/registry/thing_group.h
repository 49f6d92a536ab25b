/* Static thing groups and their hierarchy (control plane 1.4). */
#ifndef IOTJOBS_OPS_THING_GROUP_H
#define IOTJOBS_OPS_THING_GROUP_H

#include "ops/op.h"

op_fn op_create_thing_group;
op_fn op_describe_thing_group;
op_fn op_update_thing_group;
op_fn op_delete_thing_group;
op_fn op_list_thing_groups;

#endif
