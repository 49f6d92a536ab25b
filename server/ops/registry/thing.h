/* The registry of things (control plane 1.3). */
#ifndef IOTJOBS_OPS_THING_H
#define IOTJOBS_OPS_THING_H

#include "ops/op.h"

op_fn op_create_thing;
op_fn op_describe_thing;
op_fn op_list_things;
op_fn op_update_thing;
op_fn op_delete_thing;

#endif
