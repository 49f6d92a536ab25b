#include "ops/jobs/job_plan.h"

#include "ops/arn.h"
#include "ops/jobs/job_document.h"
#include "ops/jobs/job_target.h"
#include "ops/jobs/job_template.h"
#include "ops/quota.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "ops/tags.h"
#include "rules/jobs/document.h"
#include "rules/jobs/schedule.h"
#include "settings.h"

/* ---- template and document ---- */

static bool check_parameters(struct op *op, const struct create_job_request *in, bool managed)
{
    return !in->document_parameters.set || managed ||
           fail(op->err, ERR_INVALID_REQUEST,
                "documentParameters can only be used with the document of a managed job template.");
}

static bool fill_managed(struct op *op, const struct create_job_request *in,
                         const struct managed_template *managed, struct job_plan *plan)
{
    if (!plan->job.description.p)
        plan->job.description = str_from(managed->description);
    if (plan->document.document.p)
        return true;
    plan->document.from_template = true;
    if (in->document_parameters.set)
        plan->document.parameters = render_string_map(op, &in->document_parameters);
    return document_from_template(managed, &in->document_parameters, op->arena, &plan->document.document,
                                  op->err);
}

/* A custom template gives each member that the request does not name, but not its description. */
static void inherit_custom(const struct job_template_row *custom, struct job_plan *plan)
{
    job_config_inherit(&plan->config, &custom->config);
    if (!plan->document.document.p)
        plan->document.document = custom->document;
}

static bool use_template(struct op *op, const struct create_job_request *in, struct job_plan *plan)
{
    struct named_template named;
    if (!in->job_template_arn.p)
        return true;
    if (!job_template_find(op, in->job_template_arn, &named) ||
        !check_parameters(op, in, named.managed != NULL))
        return false;
    plan->job.job_template_arn = in->job_template_arn;
    if (named.managed)
        return fill_managed(op, in, named.managed, plan);
    inherit_custom(&named.custom, plan);
    return true;
}

static bool check_request(struct op *op, const struct create_job_request *in, const struct job_plan *plan)
{
    bool templated = in->job_template_arn.p && !in->document.p && !in->document_source.p;
    return job_document_check_origin(op, in->document, in->document_source, in->job_template_arn) &&
           check_parameters(op, in, templated) && job_config_check(op, &plan->config) &&
           tags_check(op, &in->tags);
}

/* ---- schedule ---- */

static bool read_start(struct op *op, struct str start_time, struct job_plan *plan)
{
    plan->job.start_time = start_time;
    plan->job.status = JOB_STATUS_SCHEDULED;
    return schedule_start(start_time, op->now_ms, op->settings->schedule_lead_ms, &plan->start_ms, op->err);
}

/* The job starts in the window that is open, else with the next one; not before its start time, if it has
 * one. */
static bool read_windows(struct op *op, const struct maintenance_windows *in, struct job_plan *plan)
{
    struct windows *windows = &plan->windows;
    int64_t not_before_ms = plan->job.start_time.p ? plan->start_ms : INT64_MIN, open_until_ms;
    if (in->n == 0)
        return true;
    if (plan->job.target_selection != TARGET_SELECTION_CONTINUOUS)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job.");
    if (!windows_read(in, not_before_ms, op->window_zone, op->arena, windows, op->err) ||
        !windows_check(windows, in, op->now_ms, op->err))
        return false;
    bool open = windows_open_at(windows, op->now_ms, &open_until_ms);
    plan->job.status = open ? JOB_STATUS_IN_PROGRESS : JOB_STATUS_SCHEDULED;
    plan->start_ms = op->now_ms;
    return open || windows_next(windows, op->now_ms, &plan->start_ms);
}

static bool read_end(struct op *op, const struct scheduling_config *in, struct job_plan *plan)
{
    struct opt_int start_ms = { in->start_time.p != NULL, plan->start_ms };
    plan->job.end_time = in->end_time;
    return schedule_end(in, start_ms, op->now_ms, op->settings->schedule_lead_ms, &plan->job.end_behavior,
                        op->err);
}

static bool read_schedule(struct op *op, const struct scheduling_config *in, struct job_plan *plan)
{
    return (!in || !in->start_time.p || read_start(op, in->start_time, plan)) &&
           (!in || read_end(op, in, plan)) && read_windows(op, &plan->config.windows, plan);
}

/* ---- the whole ---- */

static struct job_plan plan_of(const struct op *op, const struct create_job_request *in)
{
    const struct scheduling_config *schedule = in->scheduling_config;
    const struct maintenance_windows none = { 0 };
    return (struct job_plan){
        .job = {
            .job_id = in->job_id,
            .namespace_id = in->namespace_id.p ? in->namespace_id : STR_LIT(""),
            .region = op->region,
            .status = JOB_STATUS_IN_PROGRESS,
            .target_selection = in->target_selection ? in->target_selection : TARGET_SELECTION_SNAPSHOT,
            .description = in->description,
            .created_at_ms = op->now_ms,
            .updated_at_ms = op->now_ms,
        },
        .document = { .document = in->document, .source = in->document_source },
        .start_ms = op->now_ms,
        .config = {
            .presigned_url = in->presigned_url_config,
            .rollout = in->job_executions_rollout_config,
            .abort = in->abort_config,
            .timeout = in->timeout_config,
            .retry = in->job_executions_retry_config,
            .windows = schedule ? schedule->maintenance_windows : none,
            .destination_package_versions = in->destination_package_versions,
        },
    };
}

/* What the request alone can be refused for comes before what it names is looked up (control plane 1.0); its
 * document is not among that, for a template can bring the role that a placeholder needs. */
bool job_plan_read(struct op *op, const struct create_job_request *in, struct job_plan *ret_plan)
{
    struct job_plan plan = plan_of(op, in);
    bool windows_named = plan.config.windows.n > 0;
    if (!check_request(op, in, &plan) || !read_schedule(op, in->scheduling_config, &plan) ||
        !job_targets_read(op, &in->targets, plan.job.target_selection, &plan.targets) ||
        !job_document_read_source(op, in->document_source, &plan.document.document) ||
        !use_template(op, in, &plan) ||
        !job_document_check(op, plan.document.document, plan.config.presigned_url) ||
        (!windows_named && !read_windows(op, &plan.config.windows, &plan)))
        return false;
    *ret_plan = plan;
    return true;
}

static bool check_new(struct op *op, struct str job_id)
{
    struct job_row existing;
    if (!store_job_get(op->db, op->arena, job_id, &existing))
        return true;
    name_existing(op, job_id, arn_make(op, "job", job_id));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS, "Job %.*s already exists.", STR(job_id));
}

bool job_plan_check(struct op *op, const struct job_plan *plan, bool is_named)
{
    return (!is_named || check_new(op, plan->job.job_id)) && job_targets_check(op, &plan->targets) &&
           quota_of_jobs(op, plan->job.status == JOB_STATUS_IN_PROGRESS);
}
