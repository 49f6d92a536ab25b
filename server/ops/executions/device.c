#include "ops/executions/device.h"

#include <inttypes.h>

#include "ops/executions/execution_change.h"
#include "ops/executions/notify.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "rules/jobs/execution_state.h"
#include "store/registry/thing_store.h"

enum { STEP_TIMEOUT_LEAST = 1, STEP_TIMEOUT_MOST = 10080, STEP_TIMEOUT_DISCARD = -1 };

/* Both planes have the same statuses in the same order; a unit test holds them together. */
static enum job_execution_status plain_status(enum data_job_execution_status status)
{
    return (enum job_execution_status)status;
}

/* ---- shared checks ---- */

static bool check_step_timeout(struct op *op, struct opt_int minutes, bool may_discard)
{
    const char *rule = NULL;
    if (!minutes.set || (may_discard && minutes.value == STEP_TIMEOUT_DISCARD))
        return true;
    if (minutes.value < STEP_TIMEOUT_LEAST)
        rule = "greater than or equal to 1";
    else if (minutes.value > STEP_TIMEOUT_MOST)
        rule = "less than or equal to 10080";
    return !rule || fail(op->err, ERR_INVALID_REQUEST,
                         "1 validation error detected: Value '%" PRId64
                         "' at 'stepTimeoutInMinutes' failed to satisfy "
                         "constraint: Member must have value %s",
                         minutes.value, rule);
}

static bool check_thing(struct op *op, struct str thing)
{
    return store_thing_exists(op->db, thing) || thing_not_found(op, thing);
}

static struct pending_key list_of(const struct op *op, struct str thing)
{
    return (struct pending_key){ .thing_name = thing, .namespace_id = op->namespace_id };
}

static bool find_execution(struct op *op, struct str thing, struct str job, struct opt_int number,
                           struct execution_row *ret_execution)
{
    /* A job of another namespace is not there. A thing that is gone leaves finished executions behind, which
     * are the control plane's alone. */
    if (store_execution_get(op->db, op->arena, thing, job, number, ret_execution) &&
        str_eq(ret_execution->namespace_id, op->namespace_id))
        return !execution_is_terminal(ret_execution->status) || check_thing(op, thing);
    if (!check_thing(op, thing))
        return false;
    if (number.set)
        return fail(op->err, ERR_RESOURCE_NOT_FOUND,
                    "Execution %" PRId64 " of job %.*s for thing %.*s cannot be found.", number.value,
                    STR(job), STR(thing));
    return execution_not_found(op, job, thing);
}

/* Fails with the state of the execution beside the message, as devices need it to recover. */
static void attach_state(struct op *op, const struct execution_row *execution)
{
    struct strbuf out;
    strbuf_init(&out, 64 * 1024);
    strbuf_add_text(&out, "\"executionState\":");
    struct json json = json_to(&out);
    render_execution_state(&json, execution);
    op->err->extra = arena_str(op->arena, strbuf_str(&out));
    strbuf_release(&out);
}

/* ---- GetPendingJobExecutions ---- */

bool op_get_pending_job_executions(struct op *op, const void *input)
{
    const struct data_get_pending_job_executions_request *in = input;
    struct execution_rows rows;
    if (!store_pending_list(op->db, op->arena, list_of(op, in->thing_name), PENDING_LIST_MAX,
                            PENDING_WINDOWED_MAX, &rows))
        return fail(op->err, ERR_INTERNAL, "The pending executions could not be read.");
    if (rows.n == 0 && !check_thing(op, in->thing_name))
        return false;
    render_pending(op->json, &rows, JOB_EXECUTION_STATUS_IN_PROGRESS, "inProgressJobs", true);
    render_pending(op->json, &rows, JOB_EXECUTION_STATUS_QUEUED, "queuedJobs", true);
    return true;
}

/* ---- StartNextPendingJobExecution ---- */

/* Status details are for the start alone: one that has started keeps its details and version, but a step
 * timer is set all the same (device protocol 1.6 and section 9). */
static bool start_or_resume(struct op *op, const struct data_start_next_pending_job_execution_request *in,
                            struct execution_row *execution)
{
    if (in->step_timeout_in_minutes.set)
        execution_set_step_timer(op, execution, in->step_timeout_in_minutes.value);
    if (execution->status == JOB_EXECUTION_STATUS_IN_PROGRESS)
        return !in->step_timeout_in_minutes.set || execution_save_timers(op, execution);
    return execution_replace_details(op, execution, &in->status_details) &&
           execution_move(op, execution, JOB_EXECUTION_STATUS_IN_PROGRESS, CAUSE_DEVICE);
}

bool op_start_next_pending_job_execution(struct op *op, const void *input)
{
    const struct data_start_next_pending_job_execution_request *in = input;
    struct execution_row execution;
    if (!check_step_timeout(op, in->step_timeout_in_minutes, false))
        return false;
    if (!store_pending_head(op->db, op->arena, list_of(op, in->thing_name), &execution))
        return check_thing(op, in->thing_name);
    if (!start_or_resume(op, in, &execution))
        return false;
    json_key(op->json, "execution");
    render_device_execution(op, op->json, op->style, &execution, DOCUMENT_INCLUDED);
    return true;
}

/* ---- DescribeJobExecution ---- */

bool op_data_describe_job_execution(struct op *op, const void *input)
{
    const struct data_describe_job_execution_request *in = input;
    struct execution_row execution;
    bool next = str_eq_text(in->job_id, "$next");
    if (next && !store_pending_head(op->db, op->arena, list_of(op, in->thing_name), &execution))
        return check_thing(op, in->thing_name);
    if (!next && !find_execution(op, in->thing_name, in->job_id, in->execution_number, &execution))
        return false;
    if (execution_is_terminal(execution.status))
        return fail(op->err, ERR_TERMINAL_STATE,
                    "Job execution of job %.*s for thing %.*s has reached the terminal status %s.",
                    STR(execution.job_id), STR(execution.thing_name),
                    job_execution_status_name(execution.status));
    bool document = !in->include_job_document.set || in->include_job_document.value;
    json_key(op->json, "execution");
    render_device_execution(op, op->json, op->style, &execution,
                            document ? DOCUMENT_INCLUDED : DOCUMENT_LEFT_OUT);
    return true;
}

/* ---- UpdateJobExecution ---- */

/* Order of the checks: existence, version, transition (device protocol, section 4). */
static bool check_update(struct op *op, const struct data_update_job_execution_request *in,
                         const struct execution_row *execution)
{
    enum job_execution_status to = plain_status(in->status);
    if (in->expected_version.set && in->expected_version.value != execution->version) {
        attach_state(op, execution);
        return version_mismatch(op, in->expected_version.value, execution->version);
    }
    if (!execution_device_may(execution->status, to)) {
        attach_state(op, execution);
        return fail(op->err, ERR_INVALID_STATE_TRANSITION,
                    "The status of job execution cannot be changed to be %s", job_execution_status_name(to));
    }
    return true;
}

static void answer_update(struct op *op, const struct data_update_job_execution_request *in,
                          const struct execution_row *execution)
{
    if (in->include_job_execution_state.value) {
        json_key(op->json, "executionState");
        render_execution_state(op->json, execution);
    }
    if (in->include_job_document.value)
        render_job_document(op, op->json, op->style, execution);
}

bool op_update_job_execution(struct op *op, const void *input)
{
    const struct data_update_job_execution_request *in = input;
    enum job_execution_status to = plain_status(in->status);
    struct execution_row execution;
    if (!check_step_timeout(op, in->step_timeout_in_minutes, true) ||
        !find_execution(op, in->thing_name, in->job_id, in->execution_number, &execution) ||
        !check_update(op, in, &execution) || !execution_replace_details(op, &execution, &in->status_details))
        return false;
    if (in->step_timeout_in_minutes.set)
        execution_set_step_timer(op, &execution, in->step_timeout_in_minutes.value);
    if (!execution_move(op, &execution, to, CAUSE_DEVICE))
        return false;
    if (execution_is_terminal(to) && !job_settle(op, execution.job_id))
        return false;
    answer_update(op, in, &execution);
    return true;
}
