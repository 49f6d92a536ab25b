#include "ops/job_config.h"

#include "api/shape_json.h"

/* `value` NULL: nothing is set, and the member is an object all the same. */
static void object_member(struct json *json, const char *key, const struct shape *shape, const void *value)
{
    json_key(json, key);
    if (value) {
        shape_to_json(json, shape, value);
        return;
    }
    json_object_begin(json);
    json_object_end(json);
}

static void optional_member(struct json *json, const char *key, const struct shape *shape, const void *value)
{
    if (value && shape_is_set(shape, value))
        object_member(json, key, shape, value);
}

void job_config_render(struct json *json, const struct job_row *job, const struct job_config *config)
{
    const struct scheduling_config schedule = {
        .start_time = job->start_time,
        .end_time = job->end_time,
        .end_behavior = job->end_behavior,
        .maintenance_windows = config->windows,
    };
    object_member(json, "presignedUrlConfig", &shape_presigned_url_config, config->presigned_url);
    object_member(json, "jobExecutionsRolloutConfig", &shape_job_executions_rollout_config, config->rollout);
    optional_member(json, "abortConfig", &shape_abort_config, config->abort);
    object_member(json, "timeoutConfig", &shape_timeout_config, config->timeout);
    object_member(json, "schedulingConfig", &shape_scheduling_config, &schedule);
    optional_member(json, "jobExecutionsRetryConfig", &shape_job_executions_retry_config, config->retry);
    optional_member(json, "destinationPackageVersions", &shape_destination_package_versions,
                    &config->destination_package_versions);
}
