#include "ops/job_life.h"

#include "ops/execution_change.h"
#include "ops/job_window.h"
#include "rules/execution_state.h"
#include "store/job_store.h"
#include "store/thing_store.h"

/* A thing named twice among the targets gets one execution. */
static bool named_before(const struct target_rows *targets, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(targets->items[k].name, targets->items[i].name))
            return true;
    return false;
}

static bool queue_targets(struct op *op, const struct job_row *job)
{
    struct target_rows targets;
    if (!store_targets_get(op->db, op->arena, job->job_id, &targets))
        return fail(op->err, ERR_INTERNAL, "The targets of the job could not be read.");
    for (size_t i = 0; i < targets.n; i++) {
        struct str thing = targets.items[i].name;
        if (!named_before(&targets, i) && store_thing_exists(op->db, thing) &&
            !execution_queue(op, job, thing))
            return false;
    }
    return true;
}

static bool start(struct op *op, struct job_row *job)
{
    job->status = JOB_STATUS_IN_PROGRESS;
    job->updated_at_ms = op->now_ms;
    if (!store_job_update(op->db, job))
        return fail(op->err, ERR_INTERNAL, "The job could not be started.");
    return queue_targets(op, job) && job_settle(op, job->job_id);
}

bool job_start(struct op *op, struct str job_id)
{
    struct job_row job;
    struct windows windows;
    bool open = true;
    if (!store_job_get(op->db, op->arena, job_id, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    if (!job_windows_get(op, &job, &windows, NULL))
        return false;
    if (windows.n && !job_window_wait(op, job_id, &windows, TIMER_JOB_START, &open))
        return false;
    return !open || start(op, &job);
}

bool job_start_due(struct op *op, const struct timer_row *timer)
{
    struct job_state job;
    if (!store_job_state_get(op->db, timer->job_id, &job) || job.status != JOB_STATUS_SCHEDULED)
        return true;
    return job_start(op, timer->job_id);
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
