/* The account (control plane 1.5). */
#ifndef IOTJOBS_OPS_ACCOUNT_H
#define IOTJOBS_OPS_ACCOUNT_H

#include "ops/op.h"

op_fn op_describe_endpoint;

#endif
