#include "ops/jobs/job_window.h"

#include "base/time_text.h"
#include "ops/executions/notify.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"
#include "store/jobs/job_config_store.h"
#include "store/run_store.h"

enum { TOLD_AT_ONCE = 100 };

bool job_windows_of(struct op *op, const struct job_row *job, const struct maintenance_windows *stored,
                    struct windows *ret_windows)
{
    int64_t start_ms;
    if (!job->start_time.p || !time_parse_minute(job->start_time, &start_ms))
        start_ms = INT64_MIN;
    return windows_read(stored, start_ms, op->window_zone, op->arena, ret_windows, op->err);
}

bool job_windows_get(struct op *op, const struct job_row *job, struct windows *ret_windows)
{
    struct maintenance_windows stored;
    if (!store_windows_get(op->db, op->arena, job->job_id, &stored))
        return fail(op->err, ERR_INTERNAL, "The maintenance windows of the job could not be read.");
    return job_windows_of(op, job, &stored, ret_windows);
}

bool job_window_wait(struct op *op, struct str job_id, const struct windows *windows, enum timer_kind opens,
                     bool *ret_open)
{
    struct timer_row timer = { .job_id = job_id, .thing_name = STR_LIT("") };
    bool open = windows_open_at(windows, op->now_ms, &timer.due_ms);
    bool again = open || windows_next(windows, op->now_ms, &timer.due_ms);
    timer.kind = open ? TIMER_WINDOW_CLOSE : opens;
    if (again && !store_timer_set(op->db, &timer))
        return fail(op->err, ERR_INTERNAL, "The timer of the maintenance window could not be set.");
    *ret_open = open;
    return true;
}

bool job_window_is_last(struct op *op, const struct job_row *job)
{
    int64_t due_ms;
    return job->status == JOB_STATUS_SCHEDULED &&
           !store_timer_due(op->db, TIMER_WINDOW_OPEN, job->job_id, &due_ms) &&
           !store_timer_due(op->db, TIMER_JOB_START, job->job_id, &due_ms);
}

bool job_windows_run_begins(struct db *db, struct str zone, int64_t now_ms)
{
    bool same;
    return store_window_time_zone(db, zone, &same) &&
           ((same && str_eq_text(zone, TIME_ZONE_UTC)) || store_window_timers_hurry(db, now_ms));
}

/* ---- opening and closing ---- */

/* The rollout that the window has interrupted, or those who have joined since, come when everybody has been
 * told: they are told by themselves. */
static bool roll_out(struct op *op, struct str job_id)
{
    struct job_state job;
    return !store_job_state_get(op->db, job_id, &job) || job.status != JOB_STATUS_IN_PROGRESS ||
           job_work_go_on(op, TIMER_ROLLOUT, job_id);
}

/* Tells who has an execution of the job waiting that it is shown now, or hidden; the rest later, so that no
 * transaction is a long one. */
static bool tell(struct op *op, struct str job_id, int64_t after)
{
    struct execution_rows waiting;
    if (!store_queued_windowed(op->db, op->arena, job_id, after, TOLD_AT_ONCE + 1, &waiting))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be read.");
    for (size_t i = 0; i < waiting.n && i < TOLD_AT_ONCE; i++)
        if (!notify_window_changed(op, &waiting.items[i]))
            return false;
    if (waiting.n <= TOLD_AT_ONCE)
        return roll_out(op, job_id);
    struct timer_row rest = { .kind = TIMER_WINDOW_TELL,
                              .job_id = job_id,
                              .thing_name = STR_LIT(""),
                              .execution_number = waiting.items[TOLD_AT_ONCE - 1].id,
                              .due_ms = op->now_ms };
    return store_timer_set(op->db, &rest) ||
           fail(op->err, ERR_INTERNAL, "The timer of the maintenance window could not be set.");
}

bool job_window_tell_due(struct op *op, const struct timer_row *timer)
{
    return tell(op, timer->job_id, timer->execution_number);
}

static bool open_or_close(struct op *op, struct job_row *job, bool open)
{
    job->status = open ? JOB_STATUS_IN_PROGRESS : JOB_STATUS_SCHEDULED;
    job->updated_at_ms = op->now_ms;
    if (!store_job_update(op->db, job))
        return fail(op->err, ERR_INTERNAL, "The job could not be changed.");
    return timeline_add_job(op, job, open ? CAUSE_WINDOW_OPENED : CAUSE_WINDOW_CLOSED, STR_NONE) &&
           (open || job_work_pause(op, TIMER_ROLLOUT, job->job_id)) && tell(op, job->job_id, 0);
}

bool job_window_due(struct op *op, const struct timer_row *timer)
{
    struct job_row job;
    struct windows windows;
    bool open = false;
    if (!store_job_get(op->db, op->arena, timer->job_id, &job) ||
        (job.status != JOB_STATUS_SCHEDULED && job.status != JOB_STATUS_IN_PROGRESS))
        return true;
    if (!job_windows_get(op, &job, &windows) ||
        !job_window_wait(op, job.job_id, &windows, TIMER_WINDOW_OPEN, &open))
        return false;
    /* A server that was off may have missed a whole window, or the time between two. */
    bool changes = open != (job.status == JOB_STATUS_IN_PROGRESS);
    return (!changes || open_or_close(op, &job, open)) && job_end_unseen(op, &job);
}
