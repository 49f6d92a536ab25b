#include "ops/registry/dynamic_membership.h"

#include "ops/fleet/fleet_index.h"
#include "ops/jobs/following.h"
#include "ops/lookup.h"
#include "ops/registry/membership.h"
#include "rules/fleet/dynamic_group.h"
#include "settings.h"
#include "store/fleet/fleet_search.h"

enum {
    THINGS_AT_ONCE = 200, /* looked at in a slice */
    CHANGES_AT_ONCE = 30, /* that join or leave in it: some milliseconds */
    SLICES_AT_FIRST = 4,  /* in the transaction that begins a build */
    PART_ARENA_MAX = 8 * 1024 * 1024,
    QUERY_ARENA_MAX = 1024 * 1024,
};

static bool unreadable(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The dynamic thing groups could not be read.");
}

/* ---- one thing ---- */

/* Which queries are asked. */
struct asking {
    enum { ASK_ALL, ASK_FOR_CONNECTIVITY, ASK_FOR_CHANGES, ASK_ONE } which;
    const struct thing_changes *changes; /* ASK_FOR_CHANGES */
    int64_t group;                       /* ASK_ONE */
};

static bool is_asked(const struct asking *asking, const struct dynamic_group_row *group)
{
    switch (asking->which) {
    case ASK_ALL: return true;
    case ASK_FOR_CONNECTIVITY: return group->asks_connectivity;
    case ASK_FOR_CHANGES:
        return group->asks_any || dynamic_group_may_ask(group->query_string, asking->changes);
    case ASK_ONE: return group->id == asking->group;
    }
    return false;
}

/* In memory of its own, as there may be many and long queries. */
static bool ask(struct op *op, const struct dynamic_group_row *group, int64_t thing,
                enum dynamic_answer *ret_answer)
{
    struct fleet_query query;
    struct arena arena;
    arena_init(&arena, QUERY_ARENA_MAX);
    bool ok = fleet_query_parse(group->query_string, FLEET_QUERY_DYNAMIC_GROUP, &arena, &query, op->err);
    if (ok)
        *ret_answer = store_fleet_matches(op->db, &arena, FLEET_THINGS, &query, thing) ? DYNAMIC_MATCHES
                                                                                       : DYNAMIC_DIFFERS;
    ok = ok && ((!arena.failed && !db_failed(op->db)) || unreadable(op));
    arena_release(&arena);
    return ok;
}

/* What becomes of the thing in each of the groups, in the order of the places. NULL after `fail`. */
static struct dynamic_choice *decide(struct op *op, const struct thing_row *thing,
                                     const struct asking *asking, const struct dynamic_places *places)
{
    struct dynamic_choice *choices = arena_array(op->arena, places->n, sizeof *choices);
    if (!choices) {
        unreadable(op);
        return NULL;
    }
    int64_t most = op->settings->thing_groups_per_thing_limit;
    int64_t statics = store_membership_count(op->db, thing->id);
    /* Whoever leaves makes room for one that has nothing to do with the change. */
    bool full = statics >= most && asking->which != ASK_ONE;
    for (size_t i = 0; i < places->n; i++) {
        const struct dynamic_place *place = &places->items[i];
        choices[i].was_member = place->is_member;
        statics -= place->is_member;
        if ((full || is_asked(asking, &place->group)) &&
            !ask(op, &place->group, thing->id, &choices[i].answer))
            return NULL;
    }
    dynamic_group_decide(choices, places->n, statics, most);
    return choices;
}

/* AWS writes these to its log, and nothing of what goes well. */
static void log_crowded_out(struct op *op, const struct thing_row *thing, struct str group, bool left)
{
    log_write(op->log, LOG_ERROR,
              "AddThingToDynamicThingGroupsFailed thing=%.*s group=%.*s reason=\"the thing is in %lld thing "
              "groups%s\"",
              STR(thing->name), STR(group), (long long)op->settings->thing_groups_per_thing_limit,
              left ? "; this one, the newest dynamic one, it has left" : "");
}

/* Those that it leaves, or those that it joins. */
static bool change(struct op *op, const struct thing_row *thing, const struct dynamic_places *places,
                   const struct dynamic_choice *choices, bool join)
{
    struct thing_group_row group;
    for (size_t i = 0; i < places->n; i++)
        if (choices[i].is_member != choices[i].was_member && choices[i].is_member == join)
            if (!lookup_thing_group(op, places->items[i].name, &group) ||
                !(join ? membership_begin(op, &group, thing) : membership_end(op, &group, thing)))
                return false;
    return true;
}

/* The thing is in these from here on. */
static bool tell_index(struct op *op, int64_t thing, const struct dynamic_places *places,
                       const struct dynamic_choice *choices)
{
    struct named_rows groups = { .items = arena_array(op->arena, places->n, sizeof *groups.items) };
    if (!groups.items)
        return unreadable(op);
    for (size_t i = 0; i < places->n; i++)
        if (choices[i].is_member)
            groups.items[groups.n++] =
                (struct named_row){ .id = places->items[i].group.id, .name = places->items[i].name };
    return fleet_index_dynamic_groups_changed(op, thing, &groups);
}

static bool apply(struct op *op, const struct thing_row *thing, const struct dynamic_places *places,
                  const struct dynamic_choice *choices)
{
    struct follower_rows before;
    bool any = false;
    for (size_t i = 0; i < places->n; i++) {
        any = any || choices[i].is_member != choices[i].was_member;
        if (choices[i].crowded_out)
            log_crowded_out(op, thing, places->items[i].name, choices[i].was_member);
    }
    return !any || (following_before(op, thing, &before) && change(op, thing, places, choices, false) &&
                    change(op, thing, places, choices, true) && tell_index(op, thing->id, places, choices) &&
                    following_after(op, thing, &before));
}

static bool update_part(struct op *op, int64_t thing_id, const struct asking *asking)
{
    struct thing_row thing;
    struct dynamic_places places;
    if (!store_thing_get_by_id(op->db, op->arena, thing_id, &thing) ||
        !store_dynamic_places(op->db, op->arena, thing_id, &places))
        return unreadable(op);
    const struct dynamic_choice *choices = decide(op, &thing, asking, &places);
    return choices && apply(op, &thing, &places, choices);
}

typedef bool part_fn(struct op *op, int64_t thing, const struct asking *asking);

/* In memory of its own: a slice does this for many things. */
static bool run_part(struct op *op, part_fn *run, int64_t thing, const struct asking *asking)
{
    struct arena arena;
    struct op part = *op;
    arena_init(&arena, PART_ARENA_MAX);
    part.arena = &arena;
    bool ok =
        run(&part, thing, asking) &&
        (!arena.failed || fail(op->err, ERR_INTERNAL, "The dynamic thing groups need too much memory."));
    arena_release(&arena);
    return ok;
}

static bool update(struct op *op, int64_t thing, const struct asking *asking)
{
    return !store_dynamic_groups_exist(op->db) || run_part(op, update_part, thing, asking);
}

bool dynamic_membership_thing_changed(struct op *op, int64_t thing)
{
    const struct asking all = { .which = ASK_ALL };
    return update(op, thing, &all);
}

bool dynamic_membership_thing_updated(struct op *op, int64_t thing, const struct thing_changes *changes)
{
    const struct asking those = { .which = ASK_FOR_CHANGES, .changes = changes };
    return update(op, thing, &those);
}

bool dynamic_membership_connectivity_changed(struct op *op, int64_t thing)
{
    const struct asking those = { .which = ASK_FOR_CONNECTIVITY };
    return update(op, thing, &those);
}

/* ---- room for a static group, and room that a group has left ---- */

bool dynamic_membership_make_room(struct op *op, const struct thing_row *thing, bool *ret_left)
{
    struct dynamic_places places;
    struct thing_group_row group;
    if (!store_dynamic_places(op->db, op->arena, thing->id, &places))
        return unreadable(op);
    size_t newest = places.n;
    while (newest > 0 && !places.items[newest - 1].is_member)
        newest--;
    *ret_left = newest > 0;
    if (newest == 0)
        return true;
    struct dynamic_choice *choices = arena_array(op->arena, places.n, sizeof *choices);
    for (size_t i = 0; choices && i < places.n; i++)
        choices[i].is_member = places.items[i].is_member && i != newest - 1;
    log_crowded_out(op, thing, places.items[newest - 1].name, true);
    return choices && lookup_thing_group(op, places.items[newest - 1].name, &group) &&
           membership_end(op, &group, thing) && tell_index(op, thing->id, &places, choices);
}

/* The index has only those that there are. */
static bool tell_index_anew(struct op *op, int64_t thing, const struct asking *asking)
{
    struct dynamic_places places;
    (void)asking;
    if (!store_dynamic_places(op->db, op->arena, thing, &places))
        return unreadable(op);
    struct dynamic_choice *choices = arena_array(op->arena, places.n, sizeof *choices);
    for (size_t i = 0; choices && i < places.n; i++)
        choices[i].is_member = places.items[i].is_member;
    return choices && tell_index(op, thing, &places, choices);
}

bool dynamic_membership_group_ended(struct op *op, int64_t thing)
{
    return run_part(op, tell_index_anew, thing, NULL) && dynamic_membership_thing_changed(op, thing);
}

/* ---- all things ---- */

static bool arm(struct op *op)
{
    struct timer_row timer = {
        .kind = TIMER_DYNAMIC_GROUP, .job_id = STR_LIT(""), .thing_name = STR_LIT(""), .due_ms = op->now_ms
    };
    return store_timer_set(op->db, &timer);
}

/* Things of one slice, by their ids. */
struct walk {
    struct fleet_ids things;   /* that there are */
    struct fleet_found found;  /* what the query finds among them */
    struct named_rows members; /* who is in the group; some may be behind them */
};

static bool look(struct op *op, const struct dynamic_group_row *group, struct walk *ret_walk)
{
    struct fleet_query query;
    struct walk walk = { 0 };
    if (!store_fleet_owners(op->db, op->arena, FLEET_THINGS, group->last, THINGS_AT_ONCE, &walk.things))
        return unreadable(op);
    int64_t up_to = walk.things.n ? walk.things.items[walk.things.n - 1] : group->last;
    if (!fleet_query_parse(group->query_string, FLEET_QUERY_DYNAMIC_GROUP, op->arena, &query, op->err))
        return false;
    if (!store_fleet_search(op->db, op->arena, FLEET_THINGS, &query, group->last, up_to, THINGS_AT_ONCE,
                            &walk.found) ||
        !store_things_in_group(op->db, op->arena, group->id, THINGS_OF_THE_GROUP, group->last, THINGS_AT_ONCE,
                               &walk.members))
        return unreadable(op);
    *ret_walk = walk;
    return true;
}

/* Whether the rising ids from items[*at] on have this one; *at is behind it then. */
static bool takes_match(const struct fleet_ids *ids, size_t *at, int64_t id)
{
    while (*at < ids->n && ids->items[*at] < id)
        ++*at;
    return *at < ids->n && ids->items[*at] == id;
}

static bool takes_member(const struct named_rows *rows, size_t *at, int64_t id)
{
    while (*at < rows->n && rows->items[*at].id < id)
        ++*at;
    return *at < rows->n && rows->items[*at].id == id;
}

static bool put_down(struct op *op, const struct dynamic_group_row *group)
{
    return store_dynamic_group_update(op->db, group) ||
           fail(op->err, ERR_INTERNAL, "The dynamic thing group could not be stored.");
}

static bool slice(struct op *op, struct dynamic_group_row *group)
{
    const struct asking one = { .which = ASK_ONE, .group = group->id };
    struct walk walk = { 0 };
    size_t changes = 0, match = 0, member = 0;
    if (!look(op, group, &walk))
        return false;
    for (size_t i = 0; i < walk.things.n && changes < CHANGES_AT_ONCE; i++) {
        int64_t thing = walk.things.items[i];
        if (takes_match(&walk.found.ids, &match, thing) != takes_member(&walk.members, &member, thing)) {
            if (!update(op, thing, &one))
                return false;
            changes++;
        }
        group->last = thing;
    }
    bool done = walk.things.n < THINGS_AT_ONCE &&
                (walk.things.n == 0 || group->last == walk.things.items[walk.things.n - 1]);
    if (done) {
        group->status = DYNAMIC_GROUP_STATUS_ACTIVE;
        group->last = 0;
    }
    return put_down(op, group);
}

bool dynamic_membership_build(struct op *op, struct dynamic_group_row *group)
{
    group->last = 0;
    if (!put_down(op, group))
        return false;
    for (int i = 0; i < SLICES_AT_FIRST && group->status != DYNAMIC_GROUP_STATUS_ACTIVE; i++)
        if (!slice(op, group))
            return false;
    return group->status == DYNAMIC_GROUP_STATUS_ACTIVE || arm(op) || unreadable(op);
}

bool dynamic_membership_due(struct op *op, const struct timer_row *timer)
{
    struct dynamic_group_row group;
    (void)timer;
    if (!store_dynamic_group_building(op->db, op->arena, &group))
        return !db_failed(op->db) || unreadable(op);
    return slice(op, &group) && (arm(op) || unreadable(op));
}
