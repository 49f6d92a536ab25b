#include "ops/jobs/job_end_time.h"

#include "base/time_text.h"
#include "ops/executions/execution_change.h"
#include "ops/jobs/job_window.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"

struct opt_int job_end_time(const struct job_row *job)
{
    struct opt_int end_ms = { 0 };
    end_ms.set = job->end_time.p && time_parse_minute(job->end_time, &end_ms.value);
    return end_ms;
}

bool job_is_over(const struct op *op, const struct job_row *job)
{
    struct opt_int end_ms = job_end_time(job);
    return job->ended || (end_ms.set && end_ms.value <= op->now_ms);
}

bool job_end_time_plan(struct op *op, const struct job_row *job)
{
    struct opt_int end_ms = job_end_time(job);
    struct timer_row timer = {
        .kind = TIMER_JOB_END, .job_id = job->job_id, .thing_name = STR_LIT(""), .due_ms = end_ms.value
    };
    return !end_ms.set || store_timer_set(op->db, &timer) ||
           fail(op->err, ERR_INTERNAL, "The timer of the job's end could not be set.");
}

static struct str end_behavior_text(const struct job_row *job)
{
    return str_from(api_enum_name(&shape_job_end_behavior, (int)job->end_behavior));
}

static bool cancel_rest(struct op *op, struct str job_id)
{
    return job_work_drop(op, TIMER_REMOVAL, job_id) && job_work_begin(op, TIMER_CANCELLATION, job_id);
}

bool job_end_unseen(struct op *op, const struct job_row *job)
{
    bool waits = job->ended && job->end_behavior == JOB_END_BEHAVIOR_STOP_ROLLOUT;
    return !waits || !job_window_is_last(op, job) || cancel_rest(op, job->job_id);
}

bool job_end_due(struct op *op, const struct timer_row *timer)
{
    struct job_row job;
    if (!store_job_get(op->db, op->arena, timer->job_id, &job) ||
        (job.status != JOB_STATUS_SCHEDULED && job.status != JOB_STATUS_IN_PROGRESS))
        return true;
    if (!store_job_end(op->db, job.job_id, op->now_ms))
        return fail(op->err, ERR_INTERNAL, "The job could not be ended.");
    if (!timeline_add_job(op, &job, CAUSE_END_TIME, end_behavior_text(&job)) ||
        !job_work_drop(op, TIMER_ROLLOUT, job.job_id))
        return false;
    bool waits = job.end_behavior == JOB_END_BEHAVIOR_STOP_ROLLOUT && !job_window_is_last(op, &job);
    return waits ? job_settle(op, job.job_id) : cancel_rest(op, job.job_id);
}
