/* Job templates (control plane 1.2): the managed ones. */
#ifndef IOTJOBS_OPS_TEMPLATE_H
#define IOTJOBS_OPS_TEMPLATE_H

#include "ops/op.h"

op_fn op_list_managed_job_templates;
op_fn op_describe_managed_job_template;

#endif
