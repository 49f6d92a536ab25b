/* UpdateJob (control plane 2.8). */
#include "ops/jobs/job.h"
#include "ops/jobs/job_config.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"
#include "ops/lookup.h"
#include "rules/jobs/retry.h"

static bool check_request(struct op *op, const struct update_job_request *in, const struct job_config *wanted)
{
    if (!in->description.p && job_config_is_empty(wanted))
        return fail(op->err, ERR_INVALID_REQUEST, "Update Job request for job %.*s cannot be empty.",
                    STR(in->job_id));
    return job_config_check(op, wanted) &&
           (!wanted->retry || retry_check_taken_back(&wanted->retry->criteria_list, op->err));
}

static bool check_updatable(struct op *op, const struct job_row *job)
{
    return job->status == JOB_STATUS_SCHEDULED || job->status == JOB_STATUS_IN_PROGRESS ||
           fail(op->err, ERR_INVALID_REQUEST, "Job %.*s in status %s cannot be updated.", STR(job->job_id),
                job_status_name(job->status));
}

static bool check_retry(struct op *op, const struct job_config *wanted, const struct job_config *stored)
{
    const struct retry_criteria_list none = { 0 };
    return !wanted->retry ||
           retry_check_same_types(&wanted->retry->criteria_list,
                                  stored->retry ? &stored->retry->criteria_list : &none, op->err);
}

/* "timeoutConfig, description" */
static struct str changed_members(struct op *op, const struct update_job_request *in)
{
    const struct {
        bool given;
        const char *name;
    } members[] = {
        { in->presigned_url_config != NULL, "presignedUrlConfig" },
        { in->job_executions_rollout_config != NULL, "jobExecutionsRolloutConfig" },
        { in->abort_config != NULL, "abortConfig" },
        { in->timeout_config != NULL, "timeoutConfig" },
        { in->job_executions_retry_config != NULL, "jobExecutionsRetryConfig" },
        { in->description.p != NULL, "description" },
    };
    struct str list = STR_NONE;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].given)
            list = arena_printf(op->arena, "%.*s%s%s", STR(list), list.n ? ", " : "", members[i].name);
    return list;
}

/* Each member that is given replaces the stored one whole. A rate counts from now on; a time-out reaches what
 * starts from now on: what runs has its deadline already, or none. */
bool op_update_job(struct op *op, const void *input)
{
    const struct update_job_request *in = input;
    struct job_row job;
    struct job_config stored, config = { .presigned_url = in->presigned_url_config,
                                         .rollout = in->job_executions_rollout_config,
                                         .abort = in->abort_config,
                                         .timeout = in->timeout_config,
                                         .retry = in->job_executions_retry_config };
    if (!check_request(op, in, &config) || !lookup_job(op, in->job_id, in->namespace_id, &job) ||
        !check_updatable(op, &job))
        return false;
    if (!store_job_config_get(op->db, op->arena, job.job_id, &stored))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    if (!check_retry(op, &config, &stored))
        return false;
    job_config_inherit(&config, &stored);
    job.updated_at_ms = op->now_ms;
    if (in->description.p)
        job.description = in->description;
    if (!store_job_update(op->db, &job) || !store_job_config_set(op->db, op->arena, job.job_id, &config))
        return fail(op->err, ERR_INTERNAL, "The job could not be changed.");
    if (!timeline_add_job(op, &job, CAUSE_UPDATE_JOB, changed_members(op, in)))
        return false;
    return !in->job_executions_rollout_config || job_work_hurry(op, TIMER_ROLLOUT, job.job_id);
}
