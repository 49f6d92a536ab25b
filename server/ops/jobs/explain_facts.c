#include "ops/jobs/explain_facts.h"

#include "ops/executions/execution_change.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_window.h"
#include "rules/jobs/execution_state.h"
#include "rules/jobs/forecast.h"
#include "rules/jobs/retry.h"
#include "settings.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/job_target_store.h"
#include "store/jobs/pace_store.h"
#include "store/jobs/timeline_store.h"
#include "store/jobs/turn_store.h"

enum { PENDING_LOOKED_AT = 1000 };

static struct opt_int due_of(struct op *op, enum timer_kind kind, struct str job_id)
{
    struct opt_int due = { 0 };
    due.set = store_timer_due(op->db, kind, job_id, &due.value);
    return due;
}

/* ---- the job ---- */

static bool ended_by(struct op *op, struct explained *e, enum cause cause)
{
    struct transition_row transition;
    if (!store_transition_newest(op->db, op->arena, e->job.id, cause, &transition))
        return false;
    e->detail = transition.detail;
    e->stopped_ms = (struct opt_int){ true, transition.at_ms };
    return true;
}

static void gather_end(struct op *op, struct explained *e)
{
    struct explanation_facts *facts = &e->facts;
    e->ends_ms = job_end_time(&e->job);
    facts->over = job_is_over(op, &e->job);
    if (facts->over)
        e->stopped_ms = e->ends_ms;
    if (e->job.status != JOB_STATUS_CANCELED)
        return;
    facts->aborted = ended_by(op, e, CAUSE_ABORT_CRITERIA);
    facts->crowded = !facts->aborted && ended_by(op, e, CAUSE_CONCURRENT_JOBS_LIMIT);
    if (!facts->aborted && !facts->crowded)
        ended_by(op, e, CAUSE_CANCEL_JOB);
}

static void gather_job(struct op *op, struct explained *e)
{
    struct explanation_facts *facts = &e->facts;
    facts->job = e->job.status;
    facts->windowed = store_job_has_windows(op->db, e->job.job_id);
    e->starts_ms = due_of(op, TIMER_JOB_START, e->job.job_id);
    e->opens_ms = due_of(op, TIMER_WINDOW_OPEN, e->job.job_id);
    e->closes_ms = due_of(op, TIMER_WINDOW_CLOSE, e->job.job_id);
    facts->started = e->job.status != JOB_STATUS_SCHEDULED || !e->starts_ms.set;
    facts->opens_again = e->starts_ms.set || e->opens_ms.set;
    gather_end(op, e);
}

/* ---- the thing's turn ---- */

static bool is_active(const struct explained *e)
{
    return (e->job.status == JOB_STATUS_SCHEDULED || e->job.status == JOB_STATUS_IN_PROGRESS) &&
           !e->facts.over;
}

static void gather_turn(struct op *op, struct explain_effort *effort, struct explained *e)
{
    struct progress_row progress;
    struct turn_ahead ahead = { 0 };
    struct str job_id = e->job.job_id;
    e->facts.reached = store_job_reaches(op->db, job_id, e->thing_name);
    e->facts.deleted = store_transition_tells_deletion(op->db, e->job.id, e->thing_name);
    if (e->execution.status || !is_active(e) || !store_progress_get(op->db, TIMER_ROLLOUT, job_id, &progress))
        return;
    e->facts.turn_to_come = store_joiner_waits(op->db, job_id, e->thing_name) ||
                            store_turn_of(op->db, job_id, &progress, e->thing_name, &effort->things, &ahead);
    e->ahead =
        (struct opt_int){ e->facts.turn_to_come && (ahead.things > 0 || !ahead.at_least), ahead.things };
    e->ahead_at_least = ahead.at_least;
}

/* When the rollout begins, goes on, or is to take its next slice. */
static int64_t rollout_resumes(struct op *op, const struct explained *e)
{
    struct opt_int due = e->starts_ms.set                        ? e->starts_ms
                         : e->job.status == JOB_STATUS_SCHEDULED ? e->opens_ms
                                                                 : due_of(op, TIMER_ROLLOUT, e->job.job_id);
    return due.set && due.value > op->now_ms ? due.value : op->now_ms;
}

static bool read_forecast(struct op *op, const struct explained *e, struct windows *windows,
                          struct forecast_input *ret_input)
{
    struct job_config config;
    struct pace_row pace = { 0 };
    int64_t counts[JOB_COUNTS];
    store_pace_get(op->db, e->job.job_id, &pace);
    if (!store_job_config_members(op->db, op->arena, e->job.job_id, &config) ||
        !store_counts_get(op->db, e->job.job_id, counts))
        return fail(op->err, ERR_INTERNAL, "The rollout rate of the job could not be read.");
    *ret_input = (struct forecast_input){
        .rollout = config.rollout,
        .default_per_minute = op->settings->rollout_default_per_minute,
        .windows = windows,
        .from_ms = rollout_resumes(op, e),
        .end_ms = e->ends_ms,
        .slot = { .number = pace.slot, .began_ms = pace.began_ms, .taken = pace.taken },
        .counts = { .notified = pace.notified, .succeeded = counts[JOB_EXECUTION_STATUS_SUCCEEDED] },
    };
    return job_windows_get(op, &e->job, windows);
}

/* The batch that the thing is in. None is, where the job ends before its turn, or that is too far off. */
static bool gather_expected(struct op *op, struct explain_effort *effort, struct explained *e)
{
    struct windows windows;
    struct forecast_input input;
    struct forecast forecast;
    struct forecast_batch batch;
    if (!e->facts.turn_to_come || e->ahead_at_least ||
        (e->job.status == JOB_STATUS_SCHEDULED && !e->facts.opens_again))
        return true;
    if (!read_forecast(op, e, &windows, &input))
        return false;
    forecast_begin(&forecast, &input);
    int64_t left = e->ahead.value;
    while (!e->expected_ms.set && forecast.looks < effort->looks && forecast_next(&forecast, &batch)) {
        e->expected_ms = (struct opt_int){ left < batch.n, batch.at_ms };
        left -= batch.n;
    }
    effort->looks -= forecast.looks;
    return true;
}

/* ---- its execution ---- */

/* Where it stands among what is pending; a window's own rule on how many are shown does not matter here. */
static bool gather_pending(struct op *op, struct explained *e)
{
    int64_t place;
    if (execution_is_terminal(e->execution.status) || e->facts.hidden)
        return true;
    place = store_pending_place(op->db, &e->execution, PENDING_LOOKED_AT);
    e->pending_position = (struct opt_int){ place < PENDING_LOOKED_AT, place };
    e->facts.first = place == 1;
    return store_pending_head(op->db, op->arena, execution_pending_key(&e->execution), &e->next) ||
           !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The pending executions could not be read.");
}

static bool gather_retries(struct op *op, struct explained *e)
{
    struct retry_criteria_list criteria;
    const struct execution_row *execution = &e->execution;
    struct retry_count so_far = { .failed = execution->failed_retries,
                                  .timed_out = execution->retry_attempt - execution->failed_retries };
    struct timer_row waits = { .kind = TIMER_WINDOW_RETRY,
                               .job_id = execution->job_id,
                               .thing_name = execution->thing_name,
                               .execution_number = execution->execution_number };
    if (!store_retry_criteria_get(op->db, op->arena, execution->job_id, &criteria))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    e->retries_allowed = retry_most(&criteria, execution->status);
    e->facts.retry_configured = e->retries_allowed.set;
    e->facts.retry_left = retry_due(&criteria, so_far, execution->status);
    e->facts.retry_waits = store_timer_is_set(op->db, &waits);
    return true;
}

static bool gather_execution(struct op *op, struct explained *e)
{
    struct opt_int newest = { 0 };
    if (!store_execution_get(op->db, op->arena, e->thing_name, e->job.job_id, newest, &e->execution)) {
        e->execution = (struct execution_row){ 0 };
        return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The execution could not be read.");
    }
    e->facts.execution = e->execution.status;
    e->facts.canceled_alone = e->stopped_ms.set && e->execution.updated_at_ms < e->stopped_ms.value;
    e->facts.hidden = execution_is_hidden(op, &e->execution);
    e->times_out_ms = execution_deadline(&e->execution);
    return gather_pending(op, e) && gather_retries(op, e);
}

bool explained_gather(struct op *op, const struct job_row *job, struct str thing,
                      struct explain_effort *effort, struct explained *ret_explained)
{
    struct explained e = { .job = *job, .thing_name = thing };
    gather_job(op, &e);
    if (!gather_execution(op, &e))
        return false;
    gather_turn(op, effort, &e);
    if (!gather_expected(op, effort, &e))
        return false;
    *ret_explained = e;
    return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The job could not be read.");
}
