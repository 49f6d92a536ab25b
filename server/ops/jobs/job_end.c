#include "ops/jobs/job_end.h"

#include "ops/event.h"
#include "ops/executions/execution_change.h"
#include "ops/jobs/job.h"
#include "ops/jobs/job_clear.h"
#include "ops/jobs/timeline.h"
#include "ops/lookup.h"
#include "ops/quota.h"
#include "ops/render.h"
#include "ops/tags.h"

enum { TRANSITIONS_AT_ONCE = 1000 };

/* ---- CancelJob ---- */

/* A job that was canceled without force can be canceled again by force, for the sake of what still runs. */
static bool check_cancelable(struct op *op, const struct job_row *job, bool force)
{
    int64_t counts[JOB_COUNTS];
    if (job->status == JOB_STATUS_SCHEDULED || job->status == JOB_STATUS_IN_PROGRESS)
        return true;
    if (!store_counts_get(op->db, job->job_id, counts))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be read.");
    if (job->status == JOB_STATUS_CANCELED && force && job_has_open(counts))
        return true;
    return fail(op->err, ERR_INVALID_REQUEST, "Job %.*s in status %s cannot be canceled.", STR(job->job_id),
                job_status_name(job->status));
}

bool job_cancels_by_force(const struct job_row *job)
{
    return job->status == JOB_STATUS_CANCELED ? job->force_canceled
                                              : job->end_behavior == JOB_END_BEHAVIOR_FORCE_CANCEL;
}

/* QUEUED ones always, IN_PROGRESS ones only by force: those may otherwise still be finished (control
 * plane 2.5). */
static bool cancel_execution(struct op *op, const struct job_row *job, struct execution_row *execution)
{
    bool started = execution->status == JOB_EXECUTION_STATUS_IN_PROGRESS;
    bool force = job_cancels_by_force(job);
    if (execution->status != JOB_EXECUTION_STATUS_QUEUED && !(started && force))
        return true;
    execution->force_canceled = force;
    return execution_move(op, execution, JOB_EXECUTION_STATUS_CANCELED,
                          job->status == JOB_STATUS_CANCELED ? CAUSE_JOB_CANCELED : CAUSE_JOB_ENDED);
}

bool cancellation_slice(struct op *op, const struct job_row *job, struct progress_row *progress,
                        bool *ret_done)
{
    return job_slice_of_executions(op, job, progress, cancel_execution, ret_done);
}

bool cancellation_finish(struct op *op, const struct job_row *job)
{
    if (!timeline_add_job(op, job, CAUSE_CANCELLATION_DONE, STR_NONE))
        return false;
    if (job->status != JOB_STATUS_CANCELED)
        return job_settle(op, job->job_id);
    return event_job(op, JOB_EVENT_CANCELED, job) ||
           fail(op->err, ERR_INTERNAL, "The event could not be made.");
}

bool job_cancel(struct op *op, struct job_row *job, bool force)
{
    job->status = JOB_STATUS_CANCELED;
    job->force_canceled = force;
    job->updated_at_ms = op->now_ms;
    return (store_job_update(op->db, job) && event_job(op, JOB_EVENT_CANCELLATION_IN_PROGRESS, job) &&
            job_work_stop(op, job->job_id)) ||
           fail(op->err, ERR_INTERNAL, "The job could not be canceled.");
}

/* "by force; reasonCode MAINTENANCE; comment not today"; absent when the request says nothing. */
static struct str cancel_detail(struct op *op, const struct cancel_job_request *in)
{
    bool reason = in->reason_code.p, comment = in->comment.p, force = in->force.value;
    if (!reason && !comment && !force)
        return STR_NONE;
    return arena_printf(op->arena, "%s%s%s%.*s%s%s%.*s", force ? "by force" : "", force && reason ? "; " : "",
                        reason ? "reasonCode " : "", STR(in->reason_code),
                        (force || reason) && comment ? "; " : "", comment ? "comment " : "",
                        STR(in->comment));
}

bool op_cancel_job(struct op *op, const void *input)
{
    const struct cancel_job_request *in = input;
    struct job_row job;
    bool force = in->force.value;
    if (!lookup_job(op, in->job_id, STR_NONE, &job) || !check_cancelable(op, &job, force))
        return false;
    if (in->reason_code.p)
        job.reason_code = in->reason_code;
    if (in->comment.p)
        job.comment = in->comment;
    if (!job_cancel(op, &job, force) ||
        !timeline_add_job(op, &job, CAUSE_CANCEL_JOB, cancel_detail(op, in)) ||
        !job_work_begin(op, TIMER_CANCELLATION, job.job_id))
        return false;
    render_job_reference(op, &job);
    return true;
}

/* ---- DeleteJob ---- */

static bool check_deletable(struct op *op, const struct job_row *job, bool force)
{
    if (job->status == JOB_STATUS_DELETION_IN_PROGRESS)
        return fail(op->err, ERR_INVALID_STATE_TRANSITION, "Job %.*s in status %s cannot be deleted.",
                    STR(job->job_id), job_status_name(job->status));
    if (force || job->status == JOB_STATUS_COMPLETED || job->status == JOB_STATUS_CANCELED)
        return true;
    return fail(op->err, ERR_INVALID_STATE_TRANSITION,
                "Job %.*s in status %s cannot be deleted. Cancel it first or use force.", STR(job->job_id),
                job_status_name(job->status));
}

static bool delete_execution(struct op *op, const struct job_row *job, struct execution_row *execution)
{
    (void)job;
    return execution_delete(op, execution);
}

/* First what it has noted of its things, then their executions, at last what the timeline knows of them. */
bool deletion_slice(struct op *op, const struct job_row *job, struct progress_row *progress, bool *ret_done)
{
    bool notes = false, gone = false, left = true;
    *ret_done = false;
    if (!job_clear_slice(op, job->job_id, &notes))
        return false;
    if (!notes && !job_slice_of_executions(op, job, progress, delete_execution, &gone))
        return false;
    if (gone && !store_transitions_delete(op->db, job->id, TRANSITIONS_AT_ONCE, &left))
        return fail(op->err, ERR_INTERNAL, "The timeline of the job could not be deleted.");
    *ret_done = !left;
    return true;
}

bool deletion_finish(struct op *op, const struct job_row *job)
{
    return ((event_job(op, JOB_EVENT_DELETED, job) &&
             store_timers_cancel_of_job(op->db, TIMER_CLEARING, job->job_id) &&
             store_timers_cancel_of_job(op->db, TIMER_WINDOW_TELL, job->job_id) &&
             store_job_delete(op->db, job->job_id)) ||
            fail(op->err, ERR_INTERNAL, "The job could not be deleted.")) &&
           tags_forget(op, TAGGABLE_JOB, job->job_id);
}

bool op_delete_job(struct op *op, const void *input)
{
    const struct delete_job_request *in = input;
    struct job_row job;
    if (!lookup_job(op, in->job_id, in->namespace_id, &job) || !check_deletable(op, &job, in->force.value) ||
        !quota_of_deletions(op))
        return false;
    if (!event_job(op, JOB_EVENT_DELETION_IN_PROGRESS, &job))
        return fail(op->err, ERR_INTERNAL, "The event could not be made.");
    job.status = JOB_STATUS_DELETION_IN_PROGRESS;
    if (!store_job_update(op->db, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be deleted.");
    return timeline_add_job(op, &job, CAUSE_DELETE_JOB, STR_NONE) && job_work_stop(op, job.job_id) &&
           job_work_begin(op, TIMER_DELETION, job.job_id);
}
