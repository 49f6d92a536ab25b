#include "ops/jobs/job_config.h"

#include "api/shape_json.h"
#include "rules/jobs/configuration.h"
#include "rules/jobs/retry.h"

/* In the order in which AWS reports violations of constraints. */
bool job_config_check(struct op *op, const struct job_config *config)
{
    return rollout_config_check(config->rollout, op->err) &&
           presigned_url_config_check(config->presigned_url, op->err) &&
           (!config->retry || retry_check(&config->retry->criteria_list, op->err)) &&
           abort_config_check(config->abort, op->err) && timeout_config_check(config->timeout, op->err) &&
           package_versions_check(&config->destination_package_versions, op->err);
}

void job_config_inherit(struct job_config *config, const struct job_config *from)
{
    if (!config->presigned_url)
        config->presigned_url = from->presigned_url;
    if (!config->rollout)
        config->rollout = from->rollout;
    if (!config->abort)
        config->abort = from->abort;
    if (!config->timeout)
        config->timeout = from->timeout;
    if (!config->retry)
        config->retry = from->retry;
    if (!config->windows.set)
        config->windows = from->windows;
    if (!config->destination_package_versions.set)
        config->destination_package_versions = from->destination_package_versions;
}

/* ---- answers ---- */

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

static void common_members(struct json *json, const struct job_config *config)
{
    object_member(json, "presignedUrlConfig", &shape_presigned_url_config, config->presigned_url);
    object_member(json, "jobExecutionsRolloutConfig", &shape_job_executions_rollout_config, config->rollout);
    optional_member(json, "abortConfig", &shape_abort_config, config->abort);
    object_member(json, "timeoutConfig", &shape_timeout_config, config->timeout);
    optional_member(json, "jobExecutionsRetryConfig", &shape_job_executions_retry_config, config->retry);
    optional_member(json, "destinationPackageVersions", &shape_destination_package_versions,
                    &config->destination_package_versions);
}

void job_config_render(struct json *json, const struct job_row *job, const struct job_config *config)
{
    const struct scheduling_config schedule = {
        .start_time = job->start_time,
        .end_time = job->end_time,
        .end_behavior = job->end_behavior,
        .maintenance_windows = config->windows,
    };
    common_members(json, config);
    object_member(json, "schedulingConfig", &shape_scheduling_config, &schedule);
}

void job_config_render_template(struct json *json, const struct job_config *config)
{
    common_members(json, config);
    optional_member(json, "maintenanceWindows", &shape_maintenance_windows, &config->windows);
}
