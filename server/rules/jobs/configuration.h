/*
 * What a job may be configured with, beyond the constraints of the model (control plane, sections 4 and 5):
 * the same for CreateJob, UpdateJob and CreateJobTemplate. (Retries: rules/jobs/retry.)
 *
 * NULL, no configuration of that kind, is always right. False: ERR_INVALID_REQUEST.
 */
#ifndef IOTJOBS_RULES_CONFIGURATION_H
#define IOTJOBS_RULES_CONFIGURATION_H

#include "api/errors.h"
#include "api/model.h"

bool rollout_config_check(const struct job_executions_rollout_config *config, struct err *err);
bool abort_config_check(const struct abort_config *config, struct err *err);
bool timeout_config_check(const struct timeout_config *config, struct err *err);

/* The form of the role's ARN; whether there is such a role, nobody here knows. */
bool presigned_url_config_check(const struct presigned_url_config *config, struct err *err);

/* The form of the ARNs: arn:PARTITION:iot:REGION:ACCOUNT:package/NAME/version/VERSION. */
bool package_versions_check(const struct destination_package_versions *versions, struct err *err);

#endif
