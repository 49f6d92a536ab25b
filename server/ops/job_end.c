#include "ops/event.h"
#include "ops/execution_change.h"
#include "ops/job.h"
#include "ops/notify.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "store/event_store.h"
#include "store/timer_store.h"

static bool find_job(struct op *op, struct str job_id, struct job_row *ret_job)
{
    return store_job_get(op->db, op->arena, job_id, ret_job) || job_not_found(op, job_id);
}

/* ---- CancelJob ---- */

/* QUEUED ones always, IN_PROGRESS ones only by force: those may otherwise still be finished (control
 * plane 2.5). */
static bool cancel_executions(struct op *op, const struct execution_rows *rows, bool force)
{
    for (size_t i = 0; i < rows->n; i++) {
        rows->items[i].force_canceled = force;
        if (!execution_move(op, &rows->items[i], JOB_EXECUTION_STATUS_CANCELED))
            return false;
    }
    return true;
}

/* A job that was canceled without force can be canceled again by force, for the sake of what still runs. */
static bool check_cancelable(struct op *op, const struct job_row *job, bool force,
                             const struct execution_rows *open)
{
    if (job->status == JOB_STATUS_SCHEDULED || job->status == JOB_STATUS_IN_PROGRESS)
        return true;
    if (job->status == JOB_STATUS_CANCELED && force && open->n > 0)
        return true;
    return fail(op->err, ERR_INVALID_REQUEST, "Job %.*s in status %s cannot be canceled.", STR(job->job_id),
                job_status_name(job->status));
}

bool op_cancel_job(struct op *op, const void *input)
{
    const struct cancel_job_request *in = input;
    struct job_row job;
    struct execution_rows open;
    bool force = in->force.value;
    if (!find_job(op, in->job_id, &job))
        return false;
    if (!store_open_of_job(op->db, op->arena, in->job_id, force, &open))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be read.");
    if (!check_cancelable(op, &job, force, &open))
        return false;
    job.status = JOB_STATUS_CANCELED;
    job.force_canceled = force;
    job.updated_at_ms = op->now_ms;
    if (in->reason_code.p)
        job.reason_code = in->reason_code;
    if (in->comment.p)
        job.comment = in->comment;
    if (!event_job(op, JOB_EVENT_CANCELLATION_IN_PROGRESS, &job) || !cancel_executions(op, &open, force) ||
        !event_job(op, JOB_EVENT_CANCELED, &job))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be canceled.");
    /* Only now: up to here, what waits for a window is hidden, and its end is nobody's news. */
    if (!store_job_update(op->db, &job) || !store_timers_stop_job(op->db, job.job_id))
        return fail(op->err, ERR_INTERNAL, "The job could not be canceled.");
    render_job_reference(op, &job);
    return true;
}

/* ---- DeleteJob ---- */

static bool check_deletable(struct op *op, const struct job_row *job, bool force)
{
    if (force || job->status == JOB_STATUS_COMPLETED || job->status == JOB_STATUS_CANCELED)
        return true;
    return fail(op->err, ERR_INVALID_STATE_TRANSITION,
                "Job %.*s in status %s cannot be deleted. Cancel it first or use force.", STR(job->job_id),
                job_status_name(job->status));
}

static bool touch_all(struct op *op, const struct execution_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct pending_key key = execution_pending_key(&rows->items[i]);
        if (execution_is_hidden(op, &rows->items[i]))
            continue;
        if (!notify_touch(op, key))
            return false;
        notify_set_changed(op, key);
    }
    return true;
}

/* Finished ones too; where nobody wants to know, none is read. */
static bool tell_of_executions(struct op *op, struct str job_id)
{
    struct execution_rows rows = { 0 };
    bool ok =
        !store_event_enabled(op->db, EVENT_TYPE_JOB_EXECUTION) ||
        store_executions_of_job(op->db, op->arena, job_id, JOB_EXECUTION_STATUS_UNSET, 0, INT64_MAX, &rows);
    for (size_t i = 0; ok && i < rows.n; i++)
        ok = event_execution_deleted(op, &rows.items[i]);
    return ok;
}

static bool delete_whole(struct op *op, const struct job_row *job)
{
    return event_job(op, JOB_EVENT_DELETION_IN_PROGRESS, job) && tell_of_executions(op, job->job_id) &&
           event_job(op, JOB_EVENT_DELETED, job) && store_timers_cancel_of_job(op->db, job->job_id) &&
           store_executions_delete_of_job(op->db, job->job_id) && store_job_delete(op->db, job->job_id);
}

bool op_delete_job(struct op *op, const void *input)
{
    const struct delete_job_request *in = input;
    struct job_row job;
    struct execution_rows open;
    if (!find_job(op, in->job_id, &job))
        return false;
    /* A job of another namespace than the one that is named is not there. */
    if (in->namespace_id.p && !str_eq(in->namespace_id, job.namespace_id))
        return job_not_found(op, in->job_id);
    if (!check_deletable(op, &job, in->force.value))
        return false;
    if (!store_open_of_job(op->db, op->arena, in->job_id, true, &open))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be read.");
    if (!touch_all(op, &open) || !delete_whole(op, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be deleted.");
    return true;
}
