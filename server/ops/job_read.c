#include "ops/job.h"
#include "ops/page.h"
#include "ops/render.h"

static bool job_not_found(struct op *op, struct str job_id)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job %.*s cannot be found.", STR(job_id));
}

bool op_describe_job(struct op *op, const void *input)
{
    const struct describe_job_request *in = input;
    struct job_row job;
    struct target_rows targets;
    int64_t counts[JOB_COUNTS];
    if (!store_job_get(op->db, op->arena, in->job_id, &job))
        return job_not_found(op, in->job_id);
    if (!store_targets_get(op->db, op->arena, in->job_id, &targets) ||
        !store_counts_get(op->db, in->job_id, counts))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    json_key(op->json, "job");
    render_job(op, &job, &targets, counts);
    return true;
}

bool op_get_job_document(struct op *op, const void *input)
{
    const struct get_job_document_request *in = input;
    struct str document = store_job_document(op->db, op->arena, in->job_id);
    if (!document.p)
        return job_not_found(op, in->job_id);
    json_member_string(op->json, "document", document);
    return true;
}

/* A list can be narrowed to a group or a namespace; this server has neither, so none can be found. */
static bool check_list_filters(struct op *op, const struct list_jobs_request *in)
{
    if (in->thing_group_name.p && in->thing_group_id.p)
        return fail(op->err, ERR_INVALID_REQUEST, "Provide either thingGroupName or thingGroupId, not both.");
    if (in->thing_group_name.p)
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing group %.*s cannot be found.",
                    STR(in->thing_group_name));
    if (in->thing_group_id.p)
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing group %.*s cannot be found.",
                    STR(in->thing_group_id));
    return true;
}

bool op_list_jobs(struct op *op, const void *input)
{
    const struct list_jobs_request *in = input;
    struct page page;
    struct job_rows rows = { 0 };
    bool empty = in->namespace_id.p;
    if (!check_list_filters(op, in) ||
        !page_open(op, &page, OP_LIST_JOBS, STR_NONE, in->max_results, in->next_token, INT64_MAX))
        return false;
    struct job_filter filter = { .status = in->status, .target_selection = in->target_selection };
    if (!empty && !store_jobs_list(op->db, op->arena, &filter, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The jobs could not be read.");
    json_key(op->json, "jobs");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        render_job_summary(op, &rows.items[i]);
    json_array_end(op->json);
    return page_close(op, &page);
}
