/* Thing types (control plane 1.3). */
#ifndef IOTJOBS_OPS_THING_TYPE_H
#define IOTJOBS_OPS_THING_TYPE_H

#include "ops/op.h"

op_fn op_create_thing_type;
op_fn op_describe_thing_type;
op_fn op_list_thing_types;
op_fn op_update_thing_type;
op_fn op_deprecate_thing_type;
op_fn op_delete_thing_type;

#endif
