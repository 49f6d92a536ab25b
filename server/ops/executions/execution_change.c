#include "ops/executions/execution_change.h"

#include "ops/event.h"
#include "ops/executions/notify.h"
#include "ops/jobs/job_abort.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"
#include "ops/render.h"
#include "rules/jobs/execution_state.h"
#include "rules/jobs/retry.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/job_target_store.h"
#include "store/jobs/progress_store.h"
#include "store/registry/thing_store.h"

static const int64_t minute_ms = 60 * 1000;

/* ---- maintenance windows ---- */

bool execution_is_hidden(struct op *op, const struct execution_row *e)
{
    struct job_state job;
    return e->windowed && e->status == JOB_EXECUTION_STATUS_QUEUED &&
           store_job_state_get(op->db, e->job_id, &job) && job.hides;
}

/* Whether it is in the pending list of its thing. */
static bool is_listed(struct op *op, const struct execution_row *e)
{
    return !execution_is_terminal(e->status) && !execution_is_hidden(op, e);
}

/* The end of one whose thing has not been told yet that its window has closed is news: notify_window_changed
 * tells both in one. Before the change. */
static bool tell_if_untold(struct op *op, const struct execution_row *e)
{
    return !e->windowed || e->status != JOB_EXECUTION_STATUS_QUEUED || !execution_is_hidden(op, e) ||
           !store_window_tell_waits(op->db, e->job_id, e->id) || notify_window_changed(op, e);
}

/* ---- queueing ---- */

/* Completes *execution, of which thing, job, namespace, number, windows and retries are known, and writes it.
 */
static bool queue(struct op *op, struct execution_row *execution, enum cause cause)
{
    struct pending_key key = execution_pending_key(execution);
    execution->status = JOB_EXECUTION_STATUS_QUEUED;
    execution->version = 1;
    execution->queued_at_ms = execution->updated_at_ms = op->now_ms;
    if (!notify_touch(op, key) || !store_execution_insert(op->db, execution) ||
        !store_count_add(op->db, execution->job_id, execution->status, 1))
        return fail(op->err, ERR_INTERNAL, "The execution could not be queued.");
    if (is_listed(op, execution))
        notify_set_changed(op, key);
    return timeline_add_execution(op, execution, cause);
}

/* CONTINUOUS jobs alone have windows (ops/jobs/job_plan). */
static bool has_windows(struct op *op, const struct job_row *job)
{
    return job->target_selection == TARGET_SELECTION_CONTINUOUS && store_job_has_windows(op->db, job->job_id);
}

bool execution_queue(struct op *op, const struct job_row *job, struct str thing, int64_t since,
                     enum cause cause, bool *ret_queued)
{
    struct newest_execution newest = { 0 };
    *ret_queued = false;
    if (store_execution_newest(op->db, thing, job->job_id, &newest) &&
        (!execution_is_terminal(newest.status) || newest.id > since))
        return true;
    struct execution_row execution = { .thing_name = thing,
                                       .job_id = job->job_id,
                                       .namespace_id = job->namespace_id,
                                       .execution_number = newest.number + 1,
                                       .windowed = has_windows(op, job) };
    return *ret_queued = queue(op, &execution, cause);
}

/* A CONTINUOUS job does not try again on a thing that has left it meanwhile (control plane 2.4). */
static bool has_left(struct op *op, const struct job_state *job, const struct execution_row *execution)
{
    return job->target_selection == TARGET_SELECTION_CONTINUOUS &&
           !store_job_reaches(op->db, execution->job_id, execution->thing_name);
}

static bool queue_retry(struct op *op, const struct execution_row *ended)
{
    struct newest_execution newest = { 0 };
    store_execution_newest(op->db, ended->thing_name, ended->job_id, &newest);
    struct execution_row next = {
        .thing_name = ended->thing_name,
        .job_id = ended->job_id,
        .namespace_id = ended->namespace_id,
        .execution_number = newest.number + 1,
        .windowed = ended->windowed,
        .retry_attempt = ended->retry_attempt + 1,
        .failed_retries = ended->failed_retries + (ended->status == JOB_EXECUTION_STATUS_FAILED),
    };
    return queue(op, &next, CAUSE_RETRY);
}

static struct timer_row retry_timer(const struct execution_row *ended)
{
    return (struct timer_row){ .kind = TIMER_WINDOW_RETRY,
                               .job_id = ended->job_id,
                               .thing_name = ended->thing_name,
                               .execution_number = ended->execution_number };
}

/* Behind the last window nothing is tried again. */
static bool retry_in_next_window(struct op *op, const struct execution_row *ended)
{
    struct timer_row timer = retry_timer(ended);
    return !store_timer_due(op->db, TIMER_WINDOW_OPEN, ended->job_id, &timer.due_ms) ||
           store_timer_set(op->db, &timer) ||
           fail(op->err, ERR_INTERNAL, "The retry could not be scheduled.");
}

bool execution_forget_retry(struct op *op, const struct execution_row *ended)
{
    struct timer_row timer = retry_timer(ended);
    return !ended->windowed || store_timer_cancel(op->db, &timer) ||
           fail(op->err, ERR_INTERNAL, "The retry could not be taken back.");
}

/* By itself, or by the clock: a time-out can be due before the end, and act behind it. */
static bool is_over(struct op *op, const struct job_state *job, struct str job_id)
{
    struct job_row row;
    return job->ended ||
           (job->has_end && store_job_get(op->db, op->arena, job_id, &row) && job_is_over(op, &row));
}

/* A failure is tried again while its job is in progress and has retries left for it (control plane 4.4), and
 * not if it is one too many for the job. A job that is SCHEDULED and has executions is between two windows.
 */
static bool retry(struct op *op, const struct execution_row *ended)
{
    struct job_state job;
    struct retry_criteria_list criteria;
    bool aborted = false;
    struct retry_count so_far = { .failed = ended->failed_retries,
                                  .timed_out = ended->retry_attempt - ended->failed_retries };
    if (!retry_possible(ended->status))
        return true;
    if (!store_job_state_get(op->db, ended->job_id, &job) ||
        !store_retry_criteria_get(op->db, op->arena, ended->job_id, &criteria))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    if (job.has_abort && !job_abort_if_due(op, ended->job_id, &aborted))
        return false;
    if (aborted || !retry_due(&criteria, so_far, ended->status) || has_left(op, &job, ended) ||
        is_over(op, &job, ended->job_id))
        return true;
    if (job.status == JOB_STATUS_SCHEDULED)
        return retry_in_next_window(op, ended);
    return job.status != JOB_STATUS_IN_PROGRESS || queue_retry(op, ended);
}

bool execution_retry_due(struct op *op, const struct timer_row *timer)
{
    struct execution_row newest;
    struct opt_int any = { 0 };
    return !store_execution_get(op->db, op->arena, timer->thing_name, timer->job_id, any, &newest) ||
           newest.execution_number != timer->execution_number || retry(op, &newest);
}

/* ---- details ---- */

bool execution_replace_details(struct op *op, struct execution_row *e, const struct string_map *details)
{
    if (details->n == 0)
        return true;
    e->status_details = render_string_map(op, details);
    return e->status_details.p || fail(op->err, ERR_INTERNAL, "The status details could not be stored.");
}

/* ---- timers ---- */

/* A report of progress leaves it where it is: devices send those by the thousand. */
static bool write_timer(struct op *op, struct execution_row *e)
{
    struct opt_int deadline = execution_deadline(e);
    if (deadline.set == e->timer_ms.set && (!deadline.set || deadline.value == e->timer_ms.value))
        return true;
    e->timer_ms = deadline;
    struct timer_row timer = {
        .kind = TIMER_EXECUTION_TIMEOUT,
        .job_id = e->job_id,
        .thing_name = e->thing_name,
        .execution_number = e->execution_number,
        .due_ms = deadline.value,
    };
    return deadline.set ? store_timer_set(op->db, &timer) : store_timer_cancel(op->db, &timer);
}

static void forget_deadlines(struct execution_row *e)
{
    e->in_progress_deadline_ms = e->step_deadline_ms = (struct opt_int){ 0 };
}

void execution_set_step_timer(struct op *op, struct execution_row *e, int64_t minutes)
{
    e->step_deadline_ms =
        minutes < 0 ? (struct opt_int){ 0 } : (struct opt_int){ true, op->now_ms + minutes * minute_ms };
}

bool execution_save_timers(struct op *op, struct execution_row *e)
{
    return (store_execution_update(op->db, e) && write_timer(op, e)) ||
           fail(op->err, ERR_INTERNAL, "The timer could not be set.");
}

/* ---- changes ---- */

/* The job's time-out counts from the first start and is fixed then (control plane 4.3). */
static bool start(struct op *op, struct execution_row *e)
{
    struct job_row job;
    e->started_at_ms = (struct opt_int){ true, op->now_ms };
    if (!store_job_get(op->db, op->arena, e->job_id, &job))
        return false;
    if (job.in_progress_timeout_minutes.set)
        e->in_progress_deadline_ms =
            (struct opt_int){ true, op->now_ms + job.in_progress_timeout_minutes.value * minute_ms };
    return true;
}

static bool write_move(struct op *op, struct execution_row *e, enum job_execution_status from)
{
    if (e->status == JOB_EXECUTION_STATUS_IN_PROGRESS && from == JOB_EXECUTION_STATUS_QUEUED && !start(op, e))
        return false;
    if (execution_is_terminal(e->status))
        forget_deadlines(e);
    if (!store_execution_update(op->db, e) || !write_timer(op, e))
        return false;
    return from == e->status ||
           (store_count_add(op->db, e->job_id, from, -1) && store_count_add(op->db, e->job_id, e->status, 1));
}

bool execution_move(struct op *op, struct execution_row *e, enum job_execution_status to, enum cause cause)
{
    enum job_execution_status from = e->status;
    bool was_listed = is_listed(op, e);
    if (from != to && (!tell_if_untold(op, e) || !notify_touch(op, execution_pending_key(e))))
        return fail(op->err, ERR_INTERNAL, "The execution could not be changed.");
    e->status = to;
    e->updated_at_ms = op->now_ms;
    if (execution_counts_version(to))
        e->version++;
    if (!write_move(op, e, from))
        return fail(op->err, ERR_INTERNAL, "The execution could not be changed.");
    if (was_listed != is_listed(op, e))
        notify_set_changed(op, execution_pending_key(e));
    if (from != to && !timeline_add_execution(op, e, cause))
        return false;
    if (!execution_is_terminal(to))
        return true;
    if (!event_execution_ended(op, e))
        return fail(op->err, ERR_INTERNAL, "The event could not be made.");
    return retry(op, e);
}

bool execution_delete(struct op *op, struct execution_row *e)
{
    bool was_listed = is_listed(op, e);
    struct pending_key key = execution_pending_key(e);
    forget_deadlines(e);
    if (!tell_if_untold(op, e) || (was_listed && !notify_touch(op, key)) || !event_execution_deleted(op, e) ||
        !write_timer(op, e) || !execution_forget_retry(op, e) ||
        !store_count_add(op->db, e->job_id, e->status, -1) || !store_execution_delete(op->db, e->id))
        return fail(op->err, ERR_INTERNAL, "The execution could not be deleted.");
    if (was_listed)
        notify_set_changed(op, key);
    return true;
}

/* ---- the job ---- */

bool job_has_open(const int64_t counts[JOB_COUNTS])
{
    return counts[JOB_EXECUTION_STATUS_QUEUED] + counts[JOB_EXECUTION_STATUS_IN_PROGRESS] > 0;
}

/* Whether it can be complete at all. One that is SCHEDULED can when its end time has come. */
static bool may_complete(const struct job_state *job)
{
    if (job->ended)
        return job->status == JOB_STATUS_IN_PROGRESS || job->status == JOB_STATUS_SCHEDULED;
    return job->status == JOB_STATUS_IN_PROGRESS && job->target_selection == TARGET_SELECTION_SNAPSHOT;
}

static bool complete(struct op *op, struct str job_id, const struct job_state *job)
{
    struct job_row completed;
    if (job->has_end && !job_work_stop(op, job_id))
        return false;
    return ((store_job_complete(op->db, job_id, op->now_ms) &&
             store_job_get(op->db, op->arena, job_id, &completed) &&
             event_job(op, JOB_EVENT_COMPLETED, &completed)) ||
            fail(op->err, ERR_INTERNAL, "The job could not be completed.")) &&
           timeline_add_job(op, &completed, CAUSE_EXECUTIONS_ENDED, STR_NONE);
}

bool job_settle(struct op *op, struct str job_id)
{
    struct job_state job;
    int64_t counts[JOB_COUNTS];
    bool aborted = false;
    if (!store_job_state_get(op->db, job_id, &job) || !store_counts_get(op->db, job_id, counts))
        return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The job could not be read.");
    if (job.has_abort && !job_abort_if_due(op, job_id, &aborted))
        return false;
    if (aborted || !may_complete(&job) || job_has_open(counts) || store_progress_exists(op->db, job_id))
        return true;
    return complete(op, job_id, &job);
}
