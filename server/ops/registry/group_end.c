#include "ops/registry/group_end.h"

#include "ops/fleet/fleet_index.h"
#include "ops/jobs/following.h"
#include "ops/registry/dynamic_membership.h"
#include "ops/security/access_changes.h"
#include "ops/tags.h"
#include "store/jobs/job_target_store.h"

/* Things in one slice, where each is to be indexed anew, and where it is not: some milliseconds. */
enum { INDEXED_AT_ONCE = 25, THINGS_AT_ONCE = 100 };

static bool failed(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The thing group could not be deleted.");
}

static bool arm(struct op *op)
{
    struct timer_row timer = {
        .kind = TIMER_GROUP_DELETION, .job_id = STR_LIT(""), .thing_name = STR_LIT(""), .due_ms = op->now_ms
    };
    return store_timer_set(op->db, &timer);
}

static bool let_go_of(struct op *op, const struct ending_group *group, int64_t thing)
{
    return following_group_lets_go(op, group->id, thing) &&
           (store_membership_delete(op->db, group->id, thing) || failed(op)) &&
           (group->dynamic ? dynamic_membership_group_ended(op, thing)
                           : fleet_index_thing_changed(op, thing));
}

/* Fewer where several jobs note each of them. */
static size_t things_at_once(struct op *op, const struct ending_group *group)
{
    size_t most = fleet_index_is_on(op) ? INDEXED_AT_ONCE : THINGS_AT_ONCE;
    size_t jobs = (size_t)store_ending_group_jobs(op->db, group->id, (int64_t)most);
    return jobs > 1 ? most / jobs : most;
}

static bool slice(struct op *op, const struct ending_group *group, bool *ret_more)
{
    struct named_rows things;
    size_t most = things_at_once(op, group);
    if (!store_things_in_group(op->db, op->arena, group->id, THINGS_OF_THE_GROUP, 0, (int64_t)most + 1,
                               &things))
        return failed(op);
    for (size_t i = 0; i < things.n && i < most; i++)
        if (!let_go_of(op, group, things.items[i].id))
            return false;
    *ret_more = things.n > most;
    return *ret_more || store_ending_group_delete(op->db, group->id) || failed(op);
}

bool group_end(struct op *op, const struct thing_group_row *group)
{
    const struct ending_group ending = { group->id, group->dynamic };
    bool more = false;
    access_changes_note(op->access_changes, ACCESS_CHANGED_POLICIES, STR_NONE);
    return (store_thing_group_delete(op->db, group) || failed(op)) && slice(op, &ending, &more) &&
           (!more || arm(op) || failed(op)) && tags_forget(op, TAGGABLE_THING_GROUP, group->name);
}

/* The last time finds nothing more to do. */
bool group_end_due(struct op *op, const struct timer_row *timer)
{
    struct ending_group group;
    bool more;
    (void)timer;
    if (!store_ending_group_get(op->db, &group))
        return !db_failed(op->db) || failed(op);
    return slice(op, &group, &more) && (arm(op) || failed(op));
}
