#include "ops/executions/execution.h"

#include "ops/arn.h"
#include "ops/executions/execution_change.h"
#include "ops/jobs/timeline.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "rules/jobs/execution_state.h"
#include "store/jobs/job_store.h"
#include "store/registry/thing_store.h"

static bool find_execution(struct op *op, struct str thing, struct str job, struct opt_int number,
                           struct execution_row *ret_execution)
{
    return store_execution_get(op->db, op->arena, thing, job, number, ret_execution) ||
           execution_not_found(op, job, thing);
}

bool op_describe_job_execution(struct op *op, const void *input)
{
    const struct describe_job_execution_request *in = input;
    struct execution_row execution;
    if (!find_execution(op, in->thing_name, in->job_id, in->execution_number, &execution))
        return false;
    json_key(op->json, "execution");
    render_execution(op, &execution);
    return true;
}

/* ---- CancelJobExecution ---- */

static bool check_cancelable(struct op *op, const struct cancel_job_execution_request *in,
                             const struct execution_row *execution)
{
    bool queued = execution->status == JOB_EXECUTION_STATUS_QUEUED;
    bool forced = in->force.value && execution->status == JOB_EXECUTION_STATUS_IN_PROGRESS;
    if (in->expected_version.set && in->expected_version.value != execution->version)
        return version_mismatch(op, in->expected_version.value, execution->version);
    return queued || forced ||
           fail(op->err, ERR_INVALID_STATE_TRANSITION, "Job execution in status %s cannot be canceled%s",
                job_execution_status_name(execution->status),
                execution_is_terminal(execution->status) ? "." : " without force.");
}

bool op_cancel_job_execution(struct op *op, const void *input)
{
    const struct cancel_job_execution_request *in = input;
    struct execution_row execution;
    struct opt_int newest = { 0 };
    if (!find_execution(op, in->thing_name, in->job_id, newest, &execution) ||
        !check_cancelable(op, in, &execution) ||
        !execution_replace_details(op, &execution, &in->status_details))
        return false;
    execution.force_canceled = in->force.value;
    return execution_move(op, &execution, JOB_EXECUTION_STATUS_CANCELED, CAUSE_CANCEL_JOB_EXECUTION) &&
           job_settle(op, execution.job_id);
}

/* ---- DeleteJobExecution ---- */

/* QUEUED and ended ones go without force (control plane 2.6). */
bool op_delete_job_execution(struct op *op, const void *input)
{
    const struct delete_job_execution_request *in = input;
    struct execution_row execution;
    if (!find_execution(op, in->thing_name, in->job_id, in->execution_number, &execution))
        return false;
    /* An execution of another namespace than the one that is named is not there. */
    if (in->namespace_id.p && !str_eq(in->namespace_id, execution.namespace_id))
        return execution_not_found(op, in->job_id, in->thing_name);
    if (execution.status == JOB_EXECUTION_STATUS_IN_PROGRESS && !in->force.value)
        return fail(op->err, ERR_INVALID_STATE_TRANSITION,
                    "Job execution in status IN_PROGRESS cannot be deleted without force.");
    return execution_delete(op, &execution) &&
           timeline_add_deleted(op, &execution, CAUSE_DELETE_JOB_EXECUTION) &&
           job_settle(op, execution.job_id);
}

/* ---- lists ---- */

bool op_list_job_executions_for_job(struct op *op, const void *input)
{
    const struct list_job_executions_for_job_request *in = input;
    struct job_state job;
    struct page page;
    struct execution_rows rows;
    struct str whose =
        arena_printf(op->arena, "%.*s status=%s", STR(in->job_id), job_execution_status_name(in->status));
    if (!page_open(op, &page, OP_LIST_JOB_EXECUTIONS_FOR_JOB, whose, in->max_results, in->next_token, 0))
        return false;
    if (!store_job_state_get(op->db, in->job_id, &job))
        return job_not_found(op, in->job_id);
    if (!store_executions_of_job(op->db, op->arena, in->job_id, in->status, page.cursor, page.size + 1,
                                 &rows))
        return fail(op->err, ERR_INTERNAL, "The executions could not be read.");
    json_key(op->json, "executionSummaries");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++) {
        json_object_begin(op->json);
        json_member_string(op->json, "thingArn", arn_make(op, "thing", rows.items[i].thing_name));
        render_execution_summary(op, &rows.items[i]);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close(op, &page);
}

bool op_list_job_executions_for_thing(struct op *op, const void *input)
{
    const struct list_job_executions_for_thing_request *in = input;
    struct page page;
    struct execution_rows rows;
    struct str whose =
        arena_printf(op->arena, "%.*s status=%s job=%.*s namespace=%.*s", STR(in->thing_name),
                     job_execution_status_name(in->status), STR(in->job_id), STR(in->namespace_id));
    if (!page_open(op, &page, OP_LIST_JOB_EXECUTIONS_FOR_THING, whose, in->max_results, in->next_token,
                   INT64_MAX))
        return false;
    if (!store_thing_exists(op->db, in->thing_name))
        return thing_not_found(op, in->thing_name);
    struct execution_filter filter = { in->job_id, in->namespace_id, in->status };
    if (!store_executions_of_thing(op->db, op->arena, in->thing_name, &filter, page.cursor, page.size + 1,
                                   &rows))
        return fail(op->err, ERR_INTERNAL, "The executions could not be read.");
    json_key(op->json, "executionSummaries");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++) {
        json_object_begin(op->json);
        json_member_string(op->json, "jobId", rows.items[i].job_id);
        render_execution_summary(op, &rows.items[i]);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close(op, &page);
}
