#include "ops/jobs/job_life.h"

#include "ops/executions/execution_change.h"
#include "ops/jobs/job_end.h"
#include "ops/jobs/job_window.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"
#include "ops/quota.h"
#include "rules/jobs/execution_state.h"

static bool start(struct op *op, struct job_row *job, enum cause cause)
{
    bool waited = job->status == JOB_STATUS_SCHEDULED;
    job->status = JOB_STATUS_IN_PROGRESS;
    job->updated_at_ms = op->now_ms;
    if (!store_job_update(op->db, job))
        return fail(op->err, ERR_INTERNAL, "The job could not be started.");
    return (!waited || timeline_add_job(op, job, cause, STR_NONE)) &&
           job_work_go_on_with(op, TIMER_ROLLOUT, job);
}

/* Why the job can start now; it goes on waiting, and *ret_open is false, where its windows are closed. */
static bool wait_for_window(struct op *op, const struct job_row *job, enum cause *ret_cause, bool *ret_open)
{
    struct windows windows;
    *ret_open = true;
    if (!job_windows_get(op, job, &windows))
        return false;
    *ret_cause = windows.n ? CAUSE_WINDOW_OPENED : CAUSE_START_TIME;
    return !windows.n || job_window_wait(op, job->job_id, &windows, TIMER_JOB_START, ret_open);
}

bool job_start(struct op *op, struct str job_id)
{
    struct job_row job;
    enum cause cause;
    bool open;
    if (!store_job_get(op->db, op->arena, job_id, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    return wait_for_window(op, &job, &cause, &open) && (!open || start(op, &job, cause));
}

/* AWS cancels a job that would start beside too many others (control plane 2.1). */
static bool give_up(struct op *op, struct job_row *job)
{
    job->reason_code = STR_LIT(JOB_CROWDED_REASON);
    job->comment = STR_LIT("As many jobs as may be at work at once were at work when it was to start.");
    return job_cancel(op, job, false) && timeline_add_job(op, job, CAUSE_CONCURRENT_JOBS_LIMIT, STR_NONE) &&
           job_work_begin(op, TIMER_CANCELLATION, job->job_id);
}

bool job_start_due(struct op *op, const struct timer_row *timer)
{
    struct job_row job;
    enum cause cause;
    bool open;
    if (!store_job_get(op->db, op->arena, timer->job_id, &job) || job.status != JOB_STATUS_SCHEDULED)
        return true;
    if (!wait_for_window(op, &job, &cause, &open))
        return false;
    return !open || (quota_has_room_at_work(op) ? start(op, &job, cause) : give_up(op, &job));
}

/* The deadline that has come; the job's, where both have. */
static enum cause cause_of_timeout(const struct execution_row *execution)
{
    struct opt_int job = execution->in_progress_deadline_ms, step = execution->step_deadline_ms;
    return job.set && (!step.set || job.value <= step.value) ? CAUSE_IN_PROGRESS_TIMEOUT : CAUSE_STEP_TIMEOUT;
}

bool execution_timeout_due(struct op *op, const struct timer_row *timer)
{
    struct execution_row execution;
    struct opt_int number = { true, timer->execution_number };
    if (!store_execution_get(op->db, op->arena, timer->thing_name, timer->job_id, number, &execution) ||
        !execution_service_may(execution.status, JOB_EXECUTION_STATUS_TIMED_OUT))
        return true;
    return execution_move(op, &execution, JOB_EXECUTION_STATUS_TIMED_OUT, cause_of_timeout(&execution)) &&
           job_settle(op, execution.job_id);
}
