/* Job executions on the control plane (control plane 1.1). */
#ifndef IOTJOBS_OPS_EXECUTION_H
#define IOTJOBS_OPS_EXECUTION_H

#include "ops/op.h"

op_fn op_describe_job_execution;
op_fn op_cancel_job_execution;
op_fn op_delete_job_execution;
op_fn op_list_job_executions_for_job;
op_fn op_list_job_executions_for_thing;

#endif
