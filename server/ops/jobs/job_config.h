/* What jobs and templates are configured with, as requests give it and answers show it. */
#ifndef IOTJOBS_OPS_JOB_CONFIG_H
#define IOTJOBS_OPS_JOB_CONFIG_H

#include "ops/op.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/job_store.h"

/* What a request gives, apart from its maintenance windows: the same rules for jobs, their updates and
 * templates. */
bool job_config_check(struct op *op, const struct job_config *config);

/* Members that are not set become those of `from`, each whole. */
void job_config_inherit(struct job_config *config, const struct job_config *from);

/* The members of DescribeJob's job, and of DescribeJobTemplate. AWS sends presignedUrlConfig,
 * jobExecutionsRolloutConfig, timeoutConfig and schedulingConfig as objects even when nothing is set (control
 * plane 1.0); what else is not set is left out. */
void job_config_render(struct json *json, const struct job_row *job, const struct job_config *config);
void job_config_render_template(struct json *json, const struct job_config *config);

#endif
