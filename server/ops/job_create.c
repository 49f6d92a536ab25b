#include "ops/arn.h"
#include "ops/job.h"
#include "ops/job_end_time.h"
#include "ops/job_life.h"
#include "ops/job_target.h"
#include "ops/job_work.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "rules/document.h"
#include "rules/retry.h"
#include "rules/schedule.h"
#include "rules/window.h"
#include "settings.h"
#include "store/job_config_store.h"
#include "store/timer_store.h"

enum {
    TIMEOUT_MINUTES_LEAST = 1,
    TIMEOUT_MINUTES_MOST = 10080,
};

/* What a request turns out to mean, before anything is written. */
struct plan {
    struct job_row job;
    struct document_row document;
    struct target_rows targets;
    struct job_config config;
    int64_t start_ms; /* of a job that is SCHEDULED */
};

/* ---- members that this server does not act on yet: refused rather than ignored ---- */

static bool check_supported(struct op *op, const struct create_job_request *in)
{
    const struct {
        const char *member;
        bool present;
    } unsupported[] = {
        { "documentSource", in->document_source.p && !in->document.p },
        { "presignedUrlConfig", in->presigned_url_config },
        { "tags", in->tags.set },
        { "destinationPackageVersions", in->destination_package_versions.set },
    };
    for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++)
        if (unsupported[i].present)
            return fail(op->err, ERR_NOT_IMPLEMENTED,
                        "The member %s of CreateJob is not supported by this server yet.",
                        unsupported[i].member);
    return true;
}

/* ---- document ---- */

/* A managed template's ARN has no account and its version behind the name: …::jobtemplate/AWS-Reboot:1.0.
 * NULL: none. */
static const struct managed_template *template_named(const struct op *op, const struct arn *arn)
{
    struct str version = arn->name;
    struct str name = str_split(&version, ':');
    bool foreign = op->settings->strict && !str_eq(arn->region, op->region);
    bool known = !version.p || str_eq_text(version, MANAGED_TEMPLATE_VERSION);
    return arn->account.n || foreign || !known ? NULL : managed_template_find(name);
}

static bool find_template(struct op *op, struct str text, const struct managed_template **ret_template)
{
    struct arn arn;
    if (!arn_parse(text, &arn))
        return fail(op->err, ERR_INVALID_REQUEST, "'%.*s' is not the ARN of a job template.", STR(text));
    if (!str_eq_text(arn.type, "jobtemplate"))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Resource type should be jobtemplate but found invalid resource type %.*s",
                    STR(arn.type));
    const struct managed_template *found = template_named(op, &arn);
    if (!found)
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job Template %.*s cannot be found.", STR(arn.name));
    *ret_template = found;
    return true;
}

static void inherit_description(struct plan *plan, const struct managed_template *managed)
{
    if (managed && !plan->job.description.p)
        plan->job.description = str_from(managed->description);
}

static bool use_template(struct op *op, const struct create_job_request *in, struct plan *plan)
{
    const struct managed_template *managed = NULL;
    if (!find_template(op, in->job_template_arn, &managed) ||
        !document_from_template(managed, &in->document_parameters, op->arena, &plan->document.document,
                                op->err))
        return false;
    plan->document.from_template = true;
    plan->job.job_template_arn = in->job_template_arn;
    inherit_description(plan, managed);
    if (in->document_parameters.set)
        plan->document.parameters = render_string_map(op, &in->document_parameters);
    return true;
}

static bool read_document(struct op *op, const struct create_job_request *in, struct plan *plan)
{
    if (in->document.p && in->document_source.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Job document and job document source cannot be specified at the same time.");
    if (!in->document.p && !in->document_source.p && !in->job_template_arn.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Neither job document nor job document source is specified.");
    if (in->document_parameters.set && (in->document.p || !in->job_template_arn.p))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "documentParameters can only be used with the document of a managed job template.");
    if (!in->document.p)
        return use_template(op, in, plan);
    /* A template beside a document gives its description and its ARN; the request's document wins. */
    const struct managed_template *managed = NULL;
    if (in->job_template_arn.p && !find_template(op, in->job_template_arn, &managed))
        return false;
    plan->job.job_template_arn = in->job_template_arn;
    inherit_description(plan, managed);
    plan->document.document = in->document;
    return document_check(in->document, op->err);
}

/* ---- configuration ---- */

static bool read_timeout(struct op *op, const struct timeout_config *in, struct plan *plan)
{
    if (!in)
        return true;
    struct opt_int minutes = in->in_progress_timeout_in_minutes;
    if (!minutes.set)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Provide valid timeout value, inProgressTimeoutInMinutes cannot be null.");
    if (minutes.value < TIMEOUT_MINUTES_LEAST || minutes.value > TIMEOUT_MINUTES_MOST)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Provide valid timeout value, inProgressTimeoutInMinutes cannot be %lld.",
                    (long long)minutes.value);
    plan->config.timeout = in;
    return true;
}

static bool read_retries(struct op *op, const struct job_executions_retry_config *in, struct plan *plan)
{
    if (!in)
        return true;
    plan->config.retry = in;
    return retry_check(&in->criteria_list, op->err);
}

static bool read_start(struct op *op, struct str start_time, struct plan *plan)
{
    plan->job.start_time = start_time;
    plan->job.status = JOB_STATUS_SCHEDULED;
    return schedule_start(start_time, op->now_ms, op->settings->schedule_lead_ms, &plan->start_ms, op->err);
}

/* The job starts in the window that is open, else with the next one; not before its start time, if it has
 * one. */
static bool read_windows(struct op *op, const struct maintenance_windows *in, struct plan *plan)
{
    struct windows windows;
    int64_t not_before_ms = plan->job.start_time.p ? plan->start_ms : INT64_MIN, open_until_ms;
    if (plan->job.target_selection != TARGET_SELECTION_CONTINUOUS)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job.");
    if (!windows_read(in, not_before_ms, op->arena, &windows, op->err) ||
        !windows_check(&windows, in, op->now_ms, op->err))
        return false;
    plan->config.windows = *in;
    bool open = windows_open_at(&windows, op->now_ms, &open_until_ms);
    plan->job.status = open ? JOB_STATUS_IN_PROGRESS : JOB_STATUS_SCHEDULED;
    return open || windows_next(&windows, op->now_ms, &plan->start_ms);
}

static bool read_end(struct op *op, const struct scheduling_config *in, struct plan *plan)
{
    struct opt_int start_ms = { in->start_time.p != NULL, plan->start_ms };
    plan->job.end_time = in->end_time;
    return schedule_end(in, start_ms, op->now_ms, op->settings->schedule_lead_ms, &plan->job.end_behavior,
                        op->err);
}

static bool read_schedule(struct op *op, const struct scheduling_config *in, struct plan *plan)
{
    return !in || ((!in->start_time.p || read_start(op, in->start_time, plan)) && read_end(op, in, plan) &&
                   (in->maintenance_windows.n == 0 || read_windows(op, &in->maintenance_windows, plan)));
}

static bool read_plan(struct op *op, const struct create_job_request *in, struct plan *plan)
{
    *plan = (struct plan){
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
    };
    plan->config.rollout = in->job_executions_rollout_config;
    plan->config.abort = in->abort_config;
    return check_supported(op, in) && read_document(op, in, plan) &&
           read_timeout(op, in->timeout_config, plan) &&
           read_retries(op, in->job_executions_retry_config, plan) &&
           read_schedule(op, in->scheduling_config, plan) &&
           job_targets_read(op, &in->targets, plan->job.target_selection, &plan->targets);
}

static bool check_new(struct op *op, struct str job_id)
{
    struct job_row existing;
    if (!store_job_get(op->db, op->arena, job_id, &existing))
        return true;
    name_existing(op, job_id, arn_make(op, "job", job_id));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS, "Job %.*s already exists.", STR(job_id));
}

/* ---- writing ---- */

static bool write_plan(struct op *op, const struct plan *plan)
{
    if (!store_job_insert(op->db, &plan->job) ||
        !store_document_insert(op->db, plan->job.job_id, &plan->document))
        return false;
    if (!job_targets_write(op, plan->job.job_id, 0, &plan->targets))
        return false;
    if (!job_config_is_empty(&plan->config) &&
        !store_job_config_set(op->db, op->arena, plan->job.job_id, &plan->config))
        return false;
    if (!job_work_note(op, TIMER_ROLLOUT, plan->job.job_id) || !job_end_time_plan(op, &plan->job))
        return false;
    if (plan->job.status != JOB_STATUS_SCHEDULED)
        return job_start(op, plan->job.job_id);
    struct timer_row timer = {
        .kind = TIMER_JOB_START,
        .job_id = plan->job.job_id,
        .thing_name = STR_LIT(""),
        .due_ms = plan->start_ms,
    };
    return store_timer_set(op->db, &timer);
}

bool op_create_job(struct op *op, const void *input)
{
    const struct create_job_request *in = input;
    struct plan plan;
    if (!read_plan(op, in, &plan) || !check_new(op, in->job_id) || !job_targets_check(op, &plan.targets))
        return false;
    if (!write_plan(op, &plan))
        return fail(op->err, ERR_INTERNAL, "The job could not be stored.");
    render_job_reference(op, &plan.job);
    return true;
}
