#include "ops/jobs/following.h"

#include "ops/executions/execution_change.h"
#include "ops/jobs/job_end_time.h"
#include "rules/jobs/execution_state.h"
#include "store/registry/thing_group_store.h"

/* Whether things that join a target of the job get an execution now. Those that join a job between two of its
 * maintenance windows get theirs when the next one opens. */
static bool takes_joiners(const struct job_row *job)
{
    return job->target_selection == TARGET_SELECTION_CONTINUOUS && job->status == JOB_STATUS_IN_PROGRESS;
}

/* ---- one thing ---- */

static bool is_busy(struct op *op, const struct job_row *job, struct str thing)
{
    struct newest_execution newest;
    return store_execution_newest(op->db, thing, job->job_id, &newest) &&
           !execution_is_terminal(newest.status);
}

bool following_admit(struct op *op, const struct job_row *job, struct str thing)
{
    bool queued;
    return execution_queue(op, job, thing, INT64_MAX, CAUSE_JOINED_TARGET, &queued);
}

/* The rollout of a job that has not begun finds it by itself. One that has may have passed it by, or ended:
 * it goes on with who has joined meanwhile. */
static bool admit_later(struct op *op, const struct job_row *job, struct str thing)
{
    struct progress_row progress = { 0 };
    bool waits = store_progress_get(op->db, TIMER_ROLLOUT, job->job_id, &progress);
    if ((waits && progress.position == 0 && progress.last == 0) || is_busy(op, job, thing))
        return true;
    progress.position = store_target_count(op->db, job->job_id);
    return (store_joiner_add(op->db, job->job_id, thing) &&
            (waits || store_progress_set(op->db, TIMER_ROLLOUT, job->job_id, &progress))) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be noted.");
}

static bool join(struct op *op, struct str job_id, struct str thing)
{
    struct job_row job;
    if (!store_job_get(op->db, op->arena, job_id, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    if (job_is_over(op, &job)) /* nobody joins it any more */
        return true;
    return takes_joiners(&job) ? following_admit(op, &job, thing) : admit_later(op, &job, thing);
}

/* What has started may be finished; should the thing be back by then, it counts as a first attempt. */
static bool let_go(struct op *op, struct execution_row *execution)
{
    if (execution->status == JOB_EXECUTION_STATUS_QUEUED)
        return execution_move(op, execution, JOB_EXECUTION_STATUS_REMOVED, CAUSE_LEFT_TARGETS) &&
               job_settle(op, execution->job_id);
    bool counts = execution->status == JOB_EXECUTION_STATUS_IN_PROGRESS && execution->retry_attempt > 0;
    return execution_forget_retry(op, execution) &&
           (!counts || store_execution_forget_retries(op->db, execution->id) ||
            fail(op->err, ERR_INTERNAL, "The retries could not be taken back."));
}

static bool leave(struct op *op, struct str job_id, struct str thing)
{
    struct execution_row newest;
    struct opt_int any = { 0 };
    return store_job_reaches(op->db, job_id, thing) ||
           !store_execution_get(op->db, op->arena, thing, job_id, any, &newest) || let_go(op, &newest);
}

/* ---- a change of memberships ---- */

bool following_before(struct op *op, const struct thing_row *thing, struct follower_rows *ret_before)
{
    return store_followers_of_thing(op->db, op->arena, thing->id, ret_before) ||
           fail(op->err, ERR_INTERNAL, "The jobs of the thing's groups could not be read.");
}

/* The rows of one job among the rows that are ordered by job. */
struct rows_of_job {
    size_t n;
    const struct follower_row *items;
};

/* Takes those of `job` off the front of *rows; none when it has none. */
static struct rows_of_job take(struct follower_rows *rows, int64_t job)
{
    struct rows_of_job taken = { .items = rows->items };
    while (taken.n < rows->n && rows->items[taken.n].job == job)
        taken.n++;
    rows->items += taken.n;
    rows->n -= taken.n;
    return taken;
}

static bool has_position(struct rows_of_job rows, int64_t position)
{
    for (size_t i = 0; i < rows.n; i++)
        if (rows.items[i].position == position)
            return true;
    return false;
}

/* Whether `rows` have a position that `others` do not. */
static bool has_more(struct rows_of_job rows, struct rows_of_job others)
{
    for (size_t i = 0; i < rows.n; i++)
        if (!has_position(others, rows.items[i].position))
            return true;
    return false;
}

static bool follow(struct op *op, struct str thing, struct rows_of_job before, struct rows_of_job after)
{
    if (after.n == 0)
        return leave(op, before.items[0].job_id, thing);
    return !has_more(after, before) || join(op, after.items[0].job_id, thing);
}

/* Whether the rollout has come by the thing, as one of these targets. */
static bool is_done(const struct progress_row *progress, int64_t thing, struct rows_of_job targets)
{
    return targets.n > 0 && (targets.items[0].position < progress->position ||
                             (targets.items[0].position == progress->position && thing <= progress->last));
}

/* Who was in when the rollout began, and leaves before its turn, keeps its turn; who was not has none. */
static bool note_mover(struct op *op, struct str job_id, const struct thing_row *thing,
                       struct rows_of_job before, struct rows_of_job after)
{
    struct progress_row progress;
    bool leaves = has_more(before, after),
         was_in = before.n > 0 || store_ending_group_has(op->db, job_id, thing->id);
    if ((was_in && !leaves) || (!was_in && after.n == 0) ||
        !store_progress_get(op->db, TIMER_ROLLOUT, job_id, &progress) ||
        is_done(&progress, thing->id, before))
        return true;
    return store_mover_add(op->db, job_id, thing->name, was_in) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be noted.");
}

bool following_after(struct op *op, const struct thing_row *thing, const struct follower_rows *before)
{
    struct follower_rows was = *before, is;
    if (!following_before(op, thing, &is))
        return false;
    while (was.n > 0 || is.n > 0) {
        bool was_first = is.n == 0 || (was.n > 0 && was.items[0].job < is.items[0].job);
        int64_t job = was_first ? was.items[0].job : is.items[0].job;
        struct rows_of_job left = take(&was, job), right = take(&is, job);
        const struct follower_row *any = left.n ? left.items : right.items;
        if (!(any->snapshot ? note_mover(op, any->job_id, thing, left, right)
                            : follow(op, thing->name, left, right)))
            return false;
    }
    return true;
}

/* ---- a group that is deleted ---- */

/* Where the rollout is among the things of the group, which it reaches through this target first. It has not
 * to wait for those that it has come by. */
static bool await_group(struct op *op, int64_t group, const struct follower_row *follower)
{
    struct progress_row progress;
    if (!store_progress_get(op->db, TIMER_ROLLOUT, follower->job_id, &progress) ||
        follower->position < progress.position)
        return true;
    int64_t last = follower->position == progress.position ? progress.last : 0;
    return store_ending_group_await(op->db, group, follower->job_id, last) ||
           fail(op->err, ERR_INTERNAL, "The group could not be noted.");
}

bool following_group_ends(struct op *op, int64_t group)
{
    struct named_rows things;
    struct follower_rows followers;
    if (!store_things_in_group(op->db, op->arena, group, THINGS_OF_THE_GROUP, 0, 1, &things) ||
        !store_followers_of_group(op->db, op->arena, group, &followers))
        return fail(op->err, ERR_INTERNAL, "The jobs of the group could not be read.");
    if (things.n == 0)
        return true;
    for (size_t i = 0; i < followers.n; i++) {
        const struct follower_row *follower = &followers.items[i];
        if (i > 0 && follower->job == followers.items[i - 1].job)
            continue;
        if (!(follower->snapshot ? await_group(op, group, follower)
                                 : job_work_plan(op, TIMER_REMOVAL, follower->job_id)))
            return false;
    }
    return true;
}

bool following_group_lets_go(struct op *op, int64_t group, int64_t thing)
{
    return store_ending_group_note(op->db, group, thing) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be noted.");
}

static bool let_go_unreached(struct op *op, const struct job_row *job, struct execution_row *execution)
{
    return (execution_is_terminal(execution->status) && !execution->windowed) ||
           store_job_reaches(op->db, job->job_id, execution->thing_name) || let_go(op, execution);
}

bool removal_slice(struct op *op, const struct job_row *job, struct progress_row *progress, bool *ret_done)
{
    return job_slice_of_executions(op, job, progress, let_go_unreached, ret_done);
}

bool removal_finish(struct op *op, const struct job_row *job)
{
    return job_settle(op, job->job_id);
}
