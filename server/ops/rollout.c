#include "ops/rollout.h"

#include "ops/execution_change.h"
#include "ops/following.h"
#include "rules/execution_state.h"
#include "store/job_target_store.h"
#include "store/thing_group_store.h"
#include "store/thing_store.h"

/* What was queued since the job got this target was queued for this target as well, whatever has become of
 * it. */
static bool queue_once(struct op *op, const struct job_row *job, const struct target_row *target,
                       struct str thing)
{
    return execution_queue(op, job, thing, target->executions_before);
}

/* Queues it for at most `room` things of the group, after those that are done; *ret_more: it has others. */
static bool queue_group(struct op *op, const struct job_row *job, const struct target_row *target,
                        struct progress_row *progress, size_t *room, bool *ret_more)
{
    struct thing_group_row group;
    struct named_rows things = { 0 };
    /* A group that is gone has no things. */
    if (store_thing_group_get(op->db, op->arena, target->name, &group) &&
        !store_things_in_group(op->db, op->arena, group.id, THINGS_OF_THE_GROUP_AND_BELOW, progress->last,
                               (int64_t)*room + 1, &things))
        return fail(op->err, ERR_INTERNAL, "The things of the group could not be read.");
    size_t i = 0;
    for (; i < things.n && i < *room; i++) {
        if (!queue_once(op, job, target, things.items[i].name))
            return false;
        progress->last = things.items[i].id;
    }
    *ret_more = i < things.n;
    *room -= i;
    return true;
}

static bool queue_target(struct op *op, const struct job_row *job, const struct target_row *target,
                         struct progress_row *progress, size_t *room, bool *ret_more)
{
    if (target->kind == TARGET_THING_GROUP)
        return queue_group(op, job, target, progress, room, ret_more);
    *ret_more = *room == 0;
    if (*ret_more)
        return true;
    --*room;
    return !store_thing_exists(op->db, target->name) || queue_once(op, job, target, target->name);
}

/* Those that joined between two windows, unless they have left again. *ret_more: there are others. */
static bool queue_joiners(struct op *op, const struct job_row *job, size_t *room, bool *ret_more)
{
    struct joiner_rows joiners;
    if (!store_joiners_get(op->db, op->arena, job->job_id, (int64_t)*room + 1, &joiners))
        return fail(op->err, ERR_INTERNAL, "The things that joined the job could not be read.");
    size_t n = joiners.n < *room ? joiners.n : *room;
    *ret_more = joiners.n > n;
    *room -= n;
    for (size_t i = 0; i < n; i++) {
        struct str thing = joiners.things[i];
        if (!store_joiner_delete(op->db, job->job_id, thing))
            return fail(op->err, ERR_INTERNAL, "The things that joined the job could not be told apart.");
        if (store_job_reaches(op->db, job->job_id, thing) && !following_admit(op, job, thing))
            return false;
    }
    return true;
}

bool rollout_slice(struct op *op, const struct job_row *job, struct progress_row *progress, bool *ret_done)
{
    struct target_row target;
    size_t room = JOB_SLICE_MAX;
    bool more = false;
    if (!queue_joiners(op, job, &room, &more))
        return false;
    while (!more && store_target_get(op->db, op->arena, job->job_id, progress->position, &target)) {
        if (!queue_target(op, job, &target, progress, &room, &more))
            return false;
        if (!more)
            *progress = (struct progress_row){ .position = progress->position + 1 };
    }
    *ret_done = !more;
    return !db_failed(op->db) || fail(op->err, ERR_INTERNAL, "The targets of the job could not be read.");
}

bool rollout_finish(struct op *op, const struct job_row *job)
{
    if (job->updated_at_ms != op->now_ms && !store_job_touch(op->db, job->job_id, op->now_ms))
        return fail(op->err, ERR_INTERNAL, "The job could not be changed.");
    return job_settle(op, job->job_id);
}
