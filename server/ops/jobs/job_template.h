/* Custom job templates (control plane 1.2). */
#ifndef IOTJOBS_OPS_JOB_TEMPLATE_H
#define IOTJOBS_OPS_JOB_TEMPLATE_H

#include "ops/op.h"
#include "rules/jobs/managed_template.h"
#include "store/jobs/job_template_store.h"

/* What the ARN of a job template names. */
struct named_template {
    const struct managed_template *managed; /* NULL: it is `custom` */
    struct job_template_row custom;
};

/* False: after `fail`, ERR_INVALID_REQUEST for what is no such ARN, ERR_RESOURCE_NOT_FOUND. */
bool job_template_find(struct op *op, struct str arn, struct named_template *ret_template);

op_fn op_create_job_template;
op_fn op_describe_job_template;
op_fn op_list_job_templates;
op_fn op_delete_job_template;

#endif
