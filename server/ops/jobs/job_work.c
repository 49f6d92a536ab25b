#include "ops/jobs/job_work.h"

#include "ops/jobs/following.h"
#include "ops/jobs/job_clear.h"
#include "ops/jobs/job_end.h"
#include "ops/jobs/rollout.h"
#include "store/jobs/job_target_store.h"
#include "store/jobs/pace_store.h"

/* `finish` follows the last slice, in its transaction. */
static const struct {
    job_slice_fn *slice;
    bool (*finish)(struct op *op, const struct job_row *job);
} works[TIMER_KIND_COUNT] = {
    [TIMER_ROLLOUT] = { rollout_slice, rollout_finish },
    [TIMER_REMOVAL] = { removal_slice, removal_finish },
    [TIMER_CANCELLATION] = { cancellation_slice, cancellation_finish },
    [TIMER_DELETION] = { deletion_slice, deletion_finish },
};

bool job_slice_of_executions(struct op *op, const struct job_row *job, struct progress_row *progress,
                             bool (*each)(struct op *op, const struct job_row *job,
                                          struct execution_row *execution),
                             bool *ret_done)
{
    struct execution_rows rows;
    if (!store_executions_of_job(op->db, op->arena, job->job_id, JOB_EXECUTION_STATUS_UNSET, progress->last,
                                 JOB_SLICE_MAX + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be read.");
    for (size_t i = 0; i < rows.n && i < JOB_SLICE_MAX; i++) {
        if (!each(op, job, &rows.items[i]))
            return false;
        progress->last = rows.items[i].id;
    }
    *ret_done = rows.n <= JOB_SLICE_MAX;
    return true;
}

/* For now, or for later. */
static bool arm(struct op *op, enum timer_kind kind, struct str job_id, int64_t due_ms)
{
    struct timer_row timer = { .kind = kind,
                               .job_id = job_id,
                               .thing_name = STR_LIT(""),
                               .due_ms = due_ms > op->now_ms ? due_ms : op->now_ms };
    return store_timer_set(op->db, &timer);
}

bool job_work_note(struct op *op, enum timer_kind kind, struct str job_id)
{
    struct progress_row nothing = { 0 };
    return store_progress_set(op->db, kind, job_id, &nothing) ||
           fail(op->err, ERR_INTERNAL, "The progress of the job could not be stored.");
}

static bool put_down(struct op *op, enum timer_kind kind, const struct job_row *job,
                     const struct progress_row *progress, bool done)
{
    bool ok = done ? store_progress_delete(op->db, kind, job->job_id)
                   : store_progress_set(op->db, kind, job->job_id, progress) &&
                         arm(op, kind, job->job_id, progress->not_before_ms);
    if (!ok)
        return fail(op->err, ERR_INTERNAL, "The progress of the job could not be stored.");
    return !done || works[kind].finish(op, job);
}

static bool work_on(struct op *op, enum timer_kind kind, const struct job_row *job,
                    struct progress_row *progress)
{
    struct progress_row noted;
    bool done = false;
    if (!works[kind].slice(op, job, progress, &done))
        return false;
    /* The end of an execution may have been that of the job, and of this work with it. */
    return !store_progress_get(op->db, kind, job->job_id, &noted) || put_down(op, kind, job, progress, done);
}

/* *ret_found: there is work of that kind. */
static bool read_progress(struct op *op, enum timer_kind kind, struct str job_id,
                          struct progress_row *ret_progress, bool *ret_found)
{
    *ret_found = store_progress_get(op->db, kind, job_id, ret_progress);
    return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The progress of the job could not be read.");
}

bool job_work_go_on(struct op *op, enum timer_kind kind, struct str job_id)
{
    struct job_row job;
    struct progress_row progress;
    bool found = false;
    if (!read_progress(op, kind, job_id, &progress, &found))
        return false;
    if (!found)
        return true;
    if (!store_job_get(op->db, op->arena, job_id, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    return work_on(op, kind, &job, &progress);
}

bool job_work_go_on_with(struct op *op, enum timer_kind kind, const struct job_row *job)
{
    struct progress_row progress;
    bool found = false;
    return read_progress(op, kind, job->job_id, &progress, &found) &&
           (!found || work_on(op, kind, job, &progress));
}

bool job_work_begin(struct op *op, enum timer_kind kind, struct str job_id)
{
    return job_work_note(op, kind, job_id) && job_work_go_on(op, kind, job_id);
}

bool job_work_plan(struct op *op, enum timer_kind kind, struct str job_id)
{
    return job_work_note(op, kind, job_id) &&
           (arm(op, kind, job_id, op->now_ms) || fail(op->err, ERR_INTERNAL, "The timer could not be set."));
}

bool job_work_hurry(struct op *op, enum timer_kind kind, struct str job_id)
{
    int64_t due_ms;
    return !store_timer_due(op->db, kind, job_id, &due_ms) || arm(op, kind, job_id, op->now_ms) ||
           fail(op->err, ERR_INTERNAL, "The timer could not be set.");
}

static bool forget_rollout(struct op *op, struct str job_id)
{
    return store_pace_delete(op->db, job_id) && store_ending_groups_forget(op->db, job_id) &&
           job_clear(op, job_id);
}

bool job_work_drop(struct op *op, enum timer_kind kind, struct str job_id)
{
    return (store_timers_cancel_of_job(op->db, kind, job_id) && store_progress_delete(op->db, kind, job_id) &&
            (kind != TIMER_ROLLOUT || forget_rollout(op, job_id))) ||
           fail(op->err, ERR_INTERNAL, "The work of the job could not be stopped.");
}

bool job_work_stop(struct op *op, struct str job_id)
{
    return (store_timers_stop_job(op->db, job_id) && store_progress_delete_of_job(op->db, job_id) &&
            forget_rollout(op, job_id) && store_targets_unfollow(op->db, job_id)) ||
           fail(op->err, ERR_INTERNAL, "The timers of the job could not be stopped.");
}

bool job_work_pause(struct op *op, enum timer_kind kind, struct str job_id)
{
    struct timer_row timer = { .kind = kind, .job_id = job_id, .thing_name = STR_LIT("") };
    return store_timer_cancel(op->db, &timer) ||
           fail(op->err, ERR_INTERNAL, "The timer could not be stopped.");
}

bool job_work_due(struct op *op, const struct timer_row *timer)
{
    return job_work_go_on(op, timer->kind, timer->job_id);
}
