/* The account (control plane 1.5). */
#ifndef IOTJOBS_OPS_ACCOUNT_H
#define IOTJOBS_OPS_ACCOUNT_H

#include "ops/op.h"

op_fn op_describe_endpoint;
op_fn op_describe_event_configurations;
op_fn op_update_event_configurations;

#endif
