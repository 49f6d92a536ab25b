#include "ops/jobs/reach.h"

#include <stdlib.h>

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

struct sized {
    int64_t id;
    int64_t things;
};

static int largest_first(const void *left, const void *right)
{
    int64_t l = ((const struct sized *)left)->things, r = ((const struct sized *)right)->things;
    return (l < r) - (l > r);
}

/* Of those that count, how many things each has. NULL: memory is out, or the database fails. */
static struct sized *size_groups(struct op *op, const struct groups *groups, size_t *ret_n)
{
    struct sized *sized = arena_array(op->arena, groups->n, sizeof *sized);
    size_t n = 0;
    for (size_t i = 0; sized && i < groups->n; i++) {
        bool below;
        if (!is_below(op, groups, &groups->items[i], &below))
            return NULL;
        if (!below)
            sized[n++].id = groups->items[i].id;
    }
    for (size_t i = 0; sized && i < n; i++)
        sized[i].things = store_things_of_group_alone(op->db, sized[i].id, STR_LIT(""));
    *ret_n = n;
    return sized;
}

/* Of each group, the things that none before it has. To look each of them up takes longer than to count them,
 * so the largest group comes first. *ret_ids: the groups. */
static bool count_groups(struct op *op, const struct groups *groups, struct str *ret_ids, int64_t *ret_things)
{
    struct str ids = STR_LIT("");
    int64_t things = 0;
    size_t n = 0;
    struct sized *sized = size_groups(op, groups, &n);
    if (!sized)
        return false;
    qsort(sized, n, sizeof *sized, largest_first);
    for (size_t i = 0; i < n; i++) {
        things += i == 0 ? sized[i].things : store_things_of_group_alone(op->db, sized[i].id, ids);
        ids = arena_printf(op->arena, "%.*s%s%lld", STR(ids), i > 0 ? "," : "", (long long)sized[i].id);
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
