#include "ops/fleet/fleet_work.h"

static bool (*const works[FLEET_WORK_KIND_COUNT])(struct op *op, enum fleet_index index, int64_t owner) = {
    [FLEET_BUILD] = fleet_index_write,
    [FLEET_CLEAR] = fleet_index_forget,
    [FLEET_ADD_CONNECTIVITY] = fleet_index_write_connectivity,
    [FLEET_REMOVE_CONNECTIVITY] = fleet_index_forget_connectivity,
};

static bool slice(struct op *op, enum fleet_index index, size_t most, struct fleet_work_row *work,
                  bool *ret_done)
{
    struct fleet_ids owners;
    if (!store_fleet_owners(op->db, op->arena, index, work->last, (int64_t)most + 1, &owners))
        return fail(op->err, ERR_INTERNAL, "What is to be indexed could not be read.");
    for (size_t i = 0; i < owners.n && i < most; i++) {
        if (!works[work->kind](op, index, owners.items[i]))
            return false;
        work->last = owners.items[i];
    }
    *ret_done = owners.n <= most;
    return true;
}

static struct timer_row timer_of(struct op *op, enum fleet_index index)
{
    return (struct timer_row){
        .kind = index == FLEET_THINGS ? TIMER_FLEET_THINGS : TIMER_FLEET_THING_GROUPS,
        .job_id = STR_LIT(""),
        .thing_name = STR_LIT(""),
        .due_ms = op->now_ms,
    };
}

static bool go_on(struct op *op, enum fleet_index index, size_t most, struct fleet_work_row *work)
{
    bool done = false;
    struct timer_row timer = timer_of(op, index);
    if (!slice(op, index, most, work, &done))
        return false;
    bool ok = done ? store_fleet_work_delete(op->db, index) && store_timer_cancel(op->db, &timer)
                   : store_fleet_work_set(op->db, index, work) && store_timer_set(op->db, &timer);
    return ok || fail(op->err, ERR_INTERNAL, "The progress of the index could not be stored.");
}

bool fleet_work_begin(struct op *op, enum fleet_index index, enum fleet_work_kind kind)
{
    struct fleet_work_row work = { .kind = kind };
    return go_on(op, index, FLEET_FIRST_SLICE_MAX, &work);
}

bool fleet_work_due(struct op *op, const struct timer_row *timer)
{
    enum fleet_index index = timer->kind == TIMER_FLEET_THINGS ? FLEET_THINGS : FLEET_THING_GROUPS;
    struct fleet_work_row work;
    if (!store_fleet_work_get(op->db, index, &work))
        return !db_failed(op->db) ||
               fail(op->err, ERR_INTERNAL, "The progress of the index could not be read.");
    return go_on(op, index, FLEET_SLICE_MAX, &work);
}
