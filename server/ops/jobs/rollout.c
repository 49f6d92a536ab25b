#include "ops/jobs/rollout.h"

#include "ops/executions/execution_change.h"
#include "ops/jobs/following.h"
#include "ops/jobs/job_clear.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/pace.h"
#include "ops/jobs/timeline.h"
#include "rules/jobs/execution_state.h"
#include "store/jobs/job_target_store.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"

/* What a slice may do. */
struct budget {
    size_t looks;   /* things to look at */
    int64_t room;   /* executions to queue */
    int64_t queued; /* those it has */
    bool joined;    /* some of the things may have joined since the rollout began */
};

/* Whoever has joined a group since the rollout began is for jobs that take joiners. */
static bool has_joined_late(struct op *op, const struct job_row *job, const struct target_row *target,
                            struct str thing, const struct budget *budget)
{
    return target->followed && budget->joined && store_mover_is_new(op->db, job->job_id, thing);
}

/* Whether the thing has still to be given an execution for this target. */
static bool is_without(struct op *op, const struct job_row *job, const struct target_row *target,
                       struct str thing, const struct budget *budget)
{
    struct newest_execution newest = { 0 };
    if (has_joined_late(op, job, target, thing, budget) || !store_thing_exists(op->db, thing))
        return false;
    return !store_execution_newest(op->db, thing, job->job_id, &newest) ||
           (execution_is_terminal(newest.status) && newest.id <= target->executions_before);
}

/* Things that need none take nobody's place: when the room is used up the slice goes on past them, so that
 * the rollout is done with the last thing that needs one. */
static bool must_wait(struct op *op, const struct job_row *job, const struct target_row *target,
                      struct str thing, const struct budget *budget)
{
    return budget->looks == 0 ||
           (budget->room == budget->queued && is_without(op, job, target, thing, budget));
}

/* What was queued since the job got this target was queued for this target as well, whatever has become of
 * it. */
static bool queue_once(struct op *op, const struct job_row *job, const struct target_row *target,
                       struct str thing, struct budget *budget)
{
    bool queued = false;
    budget->looks--;
    if (!execution_queue(op, job, thing, target->executions_before, CAUSE_ROLLOUT, &queued))
        return false;
    budget->queued += queued;
    return true;
}

static bool queue_member(struct op *op, const struct job_row *job, const struct target_row *target,
                         struct str thing, struct budget *budget)
{
    if (!has_joined_late(op, job, target, thing, budget))
        return queue_once(op, job, target, thing, budget);
    budget->looks--;
    return true;
}

/* Queues it for things of the group, after those that are done; *ret_more: it has others. */
static bool queue_group(struct op *op, const struct job_row *job, const struct target_row *target,
                        struct progress_row *progress, struct budget *budget, bool *ret_more)
{
    struct thing_group_row group;
    struct named_rows things = { 0 };
    /* A group that is gone has no things. */
    if (store_thing_group_get(op->db, op->arena, target->name, &group) &&
        !store_things_in_group(op->db, op->arena, group.id, THINGS_OF_THE_GROUP_AND_BELOW, progress->last,
                               (int64_t)budget->looks + 1, &things))
        return fail(op->err, ERR_INTERNAL, "The things of the group could not be read.");
    size_t i = 0;
    for (; i < things.n && !must_wait(op, job, target, things.items[i].name, budget); i++) {
        if (!queue_member(op, job, target, things.items[i].name, budget))
            return false;
        progress->last = things.items[i].id;
    }
    *ret_more = i < things.n;
    return true;
}

static bool queue_target(struct op *op, const struct job_row *job, const struct target_row *target,
                         struct progress_row *progress, struct budget *budget, bool *ret_more)
{
    if (target->kind == TARGET_THING_GROUP)
        return queue_group(op, job, target, progress, budget, ret_more);
    *ret_more = must_wait(op, job, target, target->name, budget);
    return *ret_more || !store_thing_exists(op->db, target->name) ||
           queue_once(op, job, target, target->name, budget);
}

/* *ret_more: there are others. */
static bool queue_targets(struct op *op, const struct job_row *job, struct progress_row *progress,
                          struct budget *budget, bool *ret_more)
{
    struct target_row target;
    bool more = false;
    while (!more && store_target_get(op->db, op->arena, job->job_id, progress->position, &target)) {
        if (!queue_target(op, job, &target, progress, budget, &more))
            return false;
        if (!more)
            *progress = (struct progress_row){ .position = progress->position + 1 };
    }
    *ret_more = more;
    return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The targets of the job could not be read.");
}

/* Those that joined between two windows, unless they have left again, or are gone. They are not bound to the
 * pace of the job: who joins while a window is open is not either. *ret_more: there are others. */
static bool queue_joiners(struct op *op, const struct job_row *job, size_t *looks, bool *ret_more)
{
    struct thing_names joiners;
    if (!store_joiners_get(op->db, op->arena, job->job_id, (int64_t)*looks + 1, &joiners))
        return fail(op->err, ERR_INTERNAL, "The things that joined the job could not be read.");
    size_t n = joiners.n < *looks ? joiners.n : *looks;
    *ret_more = joiners.n > n;
    *looks -= n;
    for (size_t i = 0; i < n; i++) {
        struct str thing = joiners.things[i];
        if (!store_joiner_delete(op->db, job->job_id, thing))
            return fail(op->err, ERR_INTERNAL, "The things that joined the job could not be told apart.");
        if (store_thing_exists(op->db, thing) && store_job_reaches(op->db, job->job_id, thing) &&
            !following_admit(op, job, thing))
            return false;
    }
    return true;
}

/* Those that have left a group of a SNAPSHOT job before their turn. They are part of it, and keep its pace.
 * *ret_more: there are others. */
static bool queue_leavers(struct op *op, const struct job_row *job, struct budget *budget, bool *ret_more)
{
    const struct target_row none_of_its_own = { 0 };
    struct thing_names leavers;
    size_t i = 0;
    if (!store_leavers_get(op->db, op->arena, job->job_id, (int64_t)budget->looks + 1, &leavers))
        return fail(op->err, ERR_INTERNAL, "The things that left the job could not be read.");
    for (; i < leavers.n && !must_wait(op, job, &none_of_its_own, leavers.things[i], budget); i++) {
        struct str thing = leavers.things[i];
        if (!store_mover_delete(op->db, job->job_id, thing))
            return fail(op->err, ERR_INTERNAL, "The things that left the job could not be told apart.");
        if (!queue_once(op, job, &none_of_its_own, thing, budget))
            return false;
    }
    *ret_more = i < leavers.n;
    return true;
}

/* A SNAPSHOT job follows its groups as long as its rollout goes on. One that is done at once never does. */
static bool follow_groups(struct op *op, const struct job_row *job, bool began, bool more)
{
    if (job->target_selection != TARGET_SELECTION_SNAPSHOT || (!began && !more))
        return true;
    return (more ? store_targets_follow(op->db, job->job_id)
                 : store_targets_unfollow(op->db, job->job_id) && job_clear(op, job->job_id)) ||
           fail(op->err, ERR_INTERNAL, "The groups of the job could not be followed.");
}

/* Whether a timer is due that ends the rollout or its window, and is still to come: where the server was off,
 * or acts on both in one millisecond, this one can be first. */
static bool is_due_to_stop(struct op *op, const struct job_row *job)
{
    int64_t close_ms;
    return job_is_over(op, job) ||
           (job->target_selection == TARGET_SELECTION_CONTINUOUS &&
            store_timer_due(op->db, TIMER_WINDOW_CLOSE, job->job_id, &close_ms) && close_ms <= op->now_ms);
}

/* Nothing is left to do but for those of a group that is being deleted, who are not noted yet. */
static bool waits_for_group(struct op *op, const struct job_row *job)
{
    return job->target_selection == TARGET_SELECTION_SNAPSHOT &&
           store_ending_group_is_awaited(op->db, job->job_id);
}

bool rollout_slice(struct op *op, const struct job_row *job, struct progress_row *progress, bool *ret_done)
{
    struct budget budget = { .looks = JOB_SLICE_MAX };
    struct pace pace;
    int64_t due_ms;
    bool began = progress->position > 0 || progress->last > 0, more = false;
    *ret_done = false;
    if (is_due_to_stop(op, job)) {
        progress->not_before_ms = op->now_ms + ROLLOUT_SLOT_MS;
        return true;
    }
    if (!queue_joiners(op, job, &budget.looks, &more))
        return false;
    if (more)
        return true;
    budget.joined =
        job->target_selection == TARGET_SELECTION_SNAPSHOT && store_movers_exist(op->db, job->job_id);
    if (!pace_begin(op, job, &pace, &budget.room) || (began && !queue_leavers(op, job, &budget, &more)) ||
        (!more && !queue_targets(op, job, progress, &budget, &more)))
        return false;
    bool waits = !more && waits_for_group(op, job), done = !more && !waits;
    if (!pace_end(op, job, &pace, budget.queued, done, &due_ms) || !follow_groups(op, job, began, !done))
        return false;
    progress->not_before_ms = waits ? op->now_ms + ROLLOUT_SLOT_MS : due_ms;
    *ret_done = done;
    return true;
}

bool rollout_finish(struct op *op, const struct job_row *job)
{
    if (job->updated_at_ms != op->now_ms && !store_job_touch(op->db, job->job_id, op->now_ms))
        return fail(op->err, ERR_INTERNAL, "The job could not be changed.");
    return timeline_add_job(op, job, CAUSE_ROLLOUT_DONE, STR_NONE) && job_settle(op, job->job_id);
}
