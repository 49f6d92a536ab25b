/* Jobs on the control plane (control plane, sections 1.1 and 2). */
#ifndef IOTJOBS_OPS_JOB_H
#define IOTJOBS_OPS_JOB_H

#include "ops/op.h"

op_fn op_create_job;
op_fn op_update_job;
op_fn op_describe_job;
op_fn op_list_jobs;
op_fn op_get_job_document;
op_fn op_cancel_job;
op_fn op_delete_job;

#endif
