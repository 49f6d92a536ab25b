/* The data plane: what devices ask, over MQTT and over HTTP (device protocol, section 1). */
#ifndef IOTJOBS_OPS_DEVICE_H
#define IOTJOBS_OPS_DEVICE_H

#include "ops/op.h"

op_fn op_get_pending_job_executions;
op_fn op_start_next_pending_job_execution;
op_fn op_data_describe_job_execution;
op_fn op_update_job_execution;

#endif
