#include "ops/jobs/reach.h"

#include "store/registry/thing_group_store.h"

/* The groups among the targets, each once and none that is below another: what it has, that one has as well.
 */
struct groups {
    size_t n;
    struct thing_group_row *items;
};

static bool has(const struct groups *groups, int64_t id)
{
    for (size_t i = 0; i < groups->n; i++)
        if (groups->items[i].id == id)
            return true;
    return false;
}

static bool read_groups(struct op *op, const struct target_rows *targets, struct groups *ret_groups)
{
    struct groups groups = { .items = arena_array(op->arena, targets->n, sizeof *groups.items) };
    for (size_t i = 0; groups.items && i < targets->n; i++) {
        struct thing_group_row *group = &groups.items[groups.n];
        if (targets->items[i].kind == TARGET_THING_GROUP &&
            store_thing_group_get(op->db, op->arena, targets->items[i].name, group) &&
            !has(&groups, group->id))
            groups.n++;
    }
    *ret_groups = groups;
    return groups.items && !db_failed(op->db);
}

static bool is_below(struct op *op, const struct groups *groups, const struct thing_group_row *group,
                     bool *ret_below)
{
    struct thing_group_rows above;
    *ret_below = false;
    if (!store_thing_group_ancestors(op->db, op->arena, group, &above))
        return false;
    for (size_t i = 0; i < above.n; i++)
        *ret_below = *ret_below || has(groups, above.items[i].id);
    return true;
}

/* *ret_ids: the groups that count. Of each, the things that none before it has. */
static bool count_groups(struct op *op, const struct groups *groups, struct str *ret_ids, int64_t *ret_things)
{
    struct str ids = STR_LIT("");
    int64_t things = 0;
    for (size_t i = 0; i < groups->n; i++) {
        const struct thing_group_row *group = &groups->items[i];
        bool below;
        if (!is_below(op, groups, group, &below))
            return false;
        if (below)
            continue;
        things += store_things_of_group_alone(op->db, group->id, ids);
        ids = arena_printf(op->arena, "%.*s%s%lld", STR(ids), ids.n > 0 ? "," : "", (long long)group->id);
    }
    *ret_ids = ids;
    *ret_things = things;
    return !op->arena->failed;
}

static bool is_named_before(const struct target_rows *targets, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (targets->items[j].kind == TARGET_THING && str_eq(targets->items[j].name, targets->items[i].name))
            return true;
    return false;
}

static int64_t count_named(struct op *op, const struct target_rows *targets, struct str group_ids)
{
    int64_t n = 0;
    for (size_t i = 0; i < targets->n; i++)
        n += targets->items[i].kind == TARGET_THING && !is_named_before(targets, i) &&
             store_thing_outside_groups(op->db, targets->items[i].name, group_ids);
    return n;
}

bool reach_count(struct op *op, const struct target_rows *targets, int64_t *ret_things)
{
    struct groups groups;
    struct str group_ids;
    int64_t of_groups, named = 0;
    bool ok = read_groups(op, targets, &groups) && count_groups(op, &groups, &group_ids, &of_groups);
    if (ok)
        named = count_named(op, targets, group_ids);
    if (!ok || db_failed(op->db))
        return fail(op->err, ERR_INTERNAL, "The things of the targets could not be counted.");
    *ret_things = of_groups + named;
    return true;
}
