#include "ops/jobs/job_life.h"

#include "ops/executions/execution_change.h"
#include "ops/jobs/job_end.h"
#include "ops/jobs/job_window.h"
#include "ops/jobs/job_work.h"
#include "ops/quota.h"
#include "rules/jobs/execution_state.h"

static bool start(struct op *op, struct job_row *job)
{
    job->status = JOB_STATUS_IN_PROGRESS;
    job->updated_at_ms = op->now_ms;
    if (!store_job_update(op->db, job))
        return fail(op->err, ERR_INTERNAL, "The job could not be started.");
    return job_work_go_on(op, TIMER_ROLLOUT, job->job_id);
}

/* Reads the job, which goes on waiting where its windows are closed. */
static bool wait_for_window(struct op *op, struct str job_id, struct job_row *ret_job, bool *ret_open)
{
    struct windows windows;
    *ret_open = true;
    if (!store_job_get(op->db, op->arena, job_id, ret_job))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    return job_windows_get(op, ret_job, &windows) &&
           (!windows.n || job_window_wait(op, job_id, &windows, TIMER_JOB_START, ret_open));
}

bool job_start(struct op *op, struct str job_id)
{
    struct job_row job;
    bool open;
    return wait_for_window(op, job_id, &job, &open) && (!open || start(op, &job));
}

/* AWS cancels a job that would start beside too many others (control plane 2.1). */
static bool give_up(struct op *op, struct job_row *job)
{
    job->reason_code = STR_LIT(JOB_CROWDED_REASON);
    job->comment = STR_LIT("As many jobs as may be at work at once were at work when it was to start.");
    return job_cancel(op, job, false) && job_work_begin(op, TIMER_CANCELLATION, job->job_id);
}

bool job_start_due(struct op *op, const struct timer_row *timer)
{
    struct job_state state;
    struct job_row job;
    bool open;
    if (!store_job_state_get(op->db, timer->job_id, &state) || state.status != JOB_STATUS_SCHEDULED)
        return true;
    if (!wait_for_window(op, timer->job_id, &job, &open))
        return false;
    return !open || (quota_has_room_at_work(op) ? start(op, &job) : give_up(op, &job));
}

bool execution_timeout_due(struct op *op, const struct timer_row *timer)
{
    struct execution_row execution;
    struct opt_int number = { true, timer->execution_number };
    if (!store_execution_get(op->db, op->arena, timer->thing_name, timer->job_id, number, &execution) ||
        !execution_service_may(execution.status, JOB_EXECUTION_STATUS_TIMED_OUT))
        return true;
    return execution_move(op, &execution, JOB_EXECUTION_STATUS_TIMED_OUT) && job_settle(op, execution.job_id);
}
