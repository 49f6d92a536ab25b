/* What jobs are configured with, as requests give it and answers show it. */
#ifndef IOTJOBS_OPS_JOB_CONFIG_H
#define IOTJOBS_OPS_JOB_CONFIG_H

#include "ops/op.h"
#include "store/job_config_store.h"
#include "store/job_store.h"

/* The members of DescribeJob's job. AWS sends presignedUrlConfig, jobExecutionsRolloutConfig, timeoutConfig
 * and schedulingConfig as objects even when nothing is set (control plane 1.0); what else is not set is left
 * out. */
void job_config_render(struct json *json, const struct job_row *job, const struct job_config *config);

#endif
