#include "ops/group_end.h"

#include "ops/tags.h"

enum { THINGS_AT_ONCE = 100 }; /* a millisecond or two */

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

static bool let_go(struct op *op, int64_t group, bool *ret_more)
{
    struct named_rows things;
    if (!store_ending_group_things(op->db, op->arena, group, THINGS_AT_ONCE + 1, &things))
        return false;
    for (size_t i = 0; i < things.n && i < THINGS_AT_ONCE; i++)
        if (!store_ended_memberships_delete(op->db, things.items[i].id))
            return false;
    *ret_more = things.n > THINGS_AT_ONCE;
    return *ret_more || store_ending_group_delete(op->db, group);
}

bool group_end(struct op *op, const struct thing_group_row *group)
{
    bool more = false;
    return (store_thing_group_delete(op->db, group->id) && let_go(op, group->id, &more) &&
            (!more || arm(op)) && tags_forget(op, TAGGABLE_THING_GROUP, group->name)) ||
           failed(op);
}

bool group_end_due(struct op *op, const struct timer_row *timer)
{
    int64_t group;
    bool more;
    (void)timer;
    if (!store_ending_group_get(op->db, &group))
        return !db_failed(op->db) || failed(op);
    return (let_go(op, group, &more) && arm(op)) || failed(op);
}
