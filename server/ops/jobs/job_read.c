#include "ops/arn.h"
#include "ops/jobs/job.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_window.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "rules/jobs/managed_template.h"
#include "store/jobs/progress_store.h"
#include "store/registry/thing_group_store.h"

/* Only a job in progress rolls out; one that is scheduled waits to. */
static struct opt_int rolling_out(struct op *op, const struct job_row *job)
{
    struct progress_row progress;
    bool is = job->status == JOB_STATUS_IN_PROGRESS && job->at_work &&
              store_progress_get(op->db, TIMER_ROLLOUT, job->job_id, &progress);
    return (struct opt_int){ is, is ? progress.position : 0 };
}

/* When its next windows begin; behind its end it rolls out nothing. */
static size_t coming_rollouts(const struct op *op, const struct job_row *job, const struct windows *windows,
                              int64_t ret_starts_ms[WINDOW_STARTS])
{
    if (job_is_over(op, job) ||
        (job->status != JOB_STATUS_SCHEDULED && job->status != JOB_STATUS_IN_PROGRESS))
        return 0;
    return windows_starts(windows, op->now_ms, job_end_time(job), ret_starts_ms);
}

static bool read_details(struct op *op, const struct job_row *job, struct job_details *ret_details)
{
    struct windows windows;
    if (!store_targets_get(op->db, op->arena, job->job_id, &ret_details->targets) ||
        !store_document_get(op->db, op->arena, job->job_id, &ret_details->document) ||
        !store_job_config_get(op->db, op->arena, job->job_id, &ret_details->config) ||
        !store_counts_get(op->db, job->job_id, ret_details->counts) ||
        !job_windows_of(op, job, &ret_details->config.windows, &windows))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    ret_details->rolling_out = rolling_out(op, job);
    ret_details->rollouts = coming_rollouts(op, job, &windows, ret_details->rollouts_ms);
    return true;
}

bool op_describe_job(struct op *op, const void *input)
{
    const struct describe_job_request *in = input;
    struct job_row job;
    struct job_details details;
    if (!lookup_job(op, in->job_id, STR_NONE, &job))
        return false;
    if (!read_details(op, &job, &details))
        return false;
    render_optional(op->json, "documentSource", details.document.source);
    json_key(op->json, "job");
    render_job(op, &job, &details);
    return true;
}

/* The managed template that a template's ARN in a job row names. */
static const struct managed_template *template_of(const struct job_row *job)
{
    struct arn arn;
    if (!arn_parse(job->job_template_arn, &arn))
        return NULL;
    struct str name = arn.name;
    return managed_template_find(str_split(&name, ':'));
}

/* Before substitution, a managed template's document is the template's own; other documents have nothing in
 * them that is substituted at creation. */
bool op_get_job_document(struct op *op, const void *input)
{
    const struct get_job_document_request *in = input;
    struct job_row job;
    struct document_row row;
    if (!store_job_get(op->db, op->arena, in->job_id, &job) ||
        !store_document_get(op->db, op->arena, in->job_id, &row))
        return job_not_found(op, in->job_id);
    const struct managed_template *managed =
        in->before_substitution.value && row.from_template ? template_of(&job) : NULL;
    json_member_string(op->json, "document", managed ? str_from(managed->document) : row.document);
    return true;
}

static bool check_one_group(struct op *op, const struct list_jobs_request *in)
{
    return !in->thing_group_name.p || !in->thing_group_id.p ||
           fail(op->err, ERR_INVALID_REQUEST, "Provide either thingGroupName or thingGroupId, not both.");
}

/* All that narrows the list. */
static struct str filter_text(struct op *op, const struct list_jobs_request *in)
{
    return arena_printf(op->arena, "status=%s selection=%s namespace=%.*s group=%.*s id=%.*s",
                        job_status_name(in->status),
                        api_enum_name(&shape_target_selection, (int)in->target_selection),
                        STR(in->namespace_id), STR(in->thing_group_name), STR(in->thing_group_id));
}

/* The group that the list is narrowed to, if it is. */
static bool find_group(struct op *op, const struct list_jobs_request *in, struct thing_group_row *ret_group)
{
    struct str given = in->thing_group_name.p ? in->thing_group_name : in->thing_group_id;
    if (!given.p)
        return true;
    return (in->thing_group_name.p
                ? store_thing_group_get(op->db, op->arena, given, ret_group)
                : store_thing_group_get_by_group_id(op->db, op->arena, given, ret_group)) ||
           thing_group_not_found(op, given);
}

bool op_list_jobs(struct op *op, const void *input)
{
    const struct list_jobs_request *in = input;
    struct page page;
    struct job_rows rows;
    struct thing_group_row group = { 0 };
    if (!check_one_group(op, in) ||
        !page_open(op, &page, OP_LIST_JOBS, filter_text(op, in), in->max_results, in->next_token,
                   INT64_MAX) ||
        !find_group(op, in, &group))
        return false;
    struct job_filter filter = { .status = in->status,
                                 .target_selection = in->target_selection,
                                 .namespace_id = in->namespace_id,
                                 .thing_group = group.name };
    if (!store_jobs_list(op->db, op->arena, &filter, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The jobs could not be read.");
    json_key(op->json, "jobs");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        render_job_summary(op, &rows.items[i], group.group_id);
    json_array_end(op->json);
    return page_close(op, &page);
}
