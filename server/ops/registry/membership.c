#include "ops/registry/membership.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/fleet/fleet_index.h"
#include "ops/jobs/following.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/registry/dynamic_membership.h"
#include "ops/registry/group_parts.h"
#include "ops/render.h"
#include "ops/security/access_changes.h"
#include "settings.h"

enum { LEFT_AT_ONCE = 16 }; /* groups that are read at a time when a thing leaves them all */

/* ---- whom a request means: by name, by ARN, or by both if they agree ---- */

struct reference {
    const char *type; /* in the ARN */
    const char *neither;
    struct str name, arn;
};

/* The name; absent after `fail`. */
static struct str name_meant(struct op *op, const struct reference *reference)
{
    struct arn arn;
    struct str text = reference->arn;
    if (!text.p && !reference->name.p)
        fail(op->err, ERR_INVALID_REQUEST, "%s", reference->neither);
    if (!text.p)
        return reference->name;
    if (!arn_parse(text, &arn) || !str_eq_text(arn.type, reference->type))
        fail(op->err, ERR_INVALID_REQUEST,
             "'%.*s' is not an ARN of the form arn:aws:iot:REGION:ACCOUNT:%s/NAME.", STR(text),
             reference->type);
    else if (reference->name.p && !str_eq(reference->name, arn.name))
        fail(op->err, ERR_INVALID_REQUEST, "The name %.*s and the ARN %.*s do not match.",
             STR(reference->name), STR(text));
    else if (!arn_is_ours(op, &arn))
        fail(op->err, ERR_RESOURCE_NOT_FOUND, "%.*s cannot be found.", STR(text));
    else
        return arn.name;
    return STR_NONE;
}

struct place {
    struct thing_group_row group;
    struct thing_row thing;
    bool override; /* overrideDynamicGroups */
};

static bool find_place(struct op *op, struct str group_name, struct str group_arn, struct str thing_name,
                       struct str thing_arn, struct place *ret_place)
{
    const struct reference group = {
        "thinggroup",
        " Both thingGroupArn and thingGroupName are empty. Need to specify at least one of them",
        group_name,
        group_arn,
    };
    const struct reference thing = {
        "thing",
        "Both thingArn and thingName are empty. Need to specify at least one of them",
        thing_name,
        thing_arn,
    };
    struct str group_meant = name_meant(op, &group);
    struct str thing_meant = group_meant.p ? name_meant(op, &thing) : STR_NONE;
    return thing_meant.p && lookup_thing_group(op, group_meant, &ret_place->group) &&
           lookup_thing(op, thing_meant, &ret_place->thing);
}

/* ---- adding and removing ---- */

static bool check_hierarchy(struct op *op, const struct place *place)
{
    struct thing_group_rows above;
    if (!store_thing_group_ancestors(op->db, op->arena, &place->group, &above))
        return fail(op->err, ERR_INTERNAL, "The thing group could not be read.");
    int64_t top = above.n ? above.items[0].id : place->group.id;
    return !store_thing_below_group(op->db, top, place->thing.id) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "Thing %.*s cannot be added to thing group %.*s: it is in another group of that hierarchy.",
                STR(place->thing.name), STR(place->group.name));
}

bool membership_begin(struct op *op, const struct thing_group_row *group, const struct thing_row *thing)
{
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    struct str id = str_from(uuid);
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_THING, thing->name);
    return (store_membership_insert(op->db, group->id, thing->id, id) &&
            event_membership(op, REGISTRY_ADDED, group, thing, id)) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be added to the thing group.");
}

bool membership_end(struct op *op, const struct thing_group_row *group, const struct thing_row *thing)
{
    struct str id = store_membership_id(op->db, op->arena, group->id, thing->id);
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_THING, thing->name);
    return !id.p ||
           (store_membership_delete(op->db, group->id, thing->id) &&
            event_membership(op, REGISTRY_REMOVED, group, thing, id)) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be removed from the thing group.");
}

/* overrideDynamicGroups makes room at the cost of the newest dynamic group that the thing is in. */
static bool check_room(struct op *op, const struct place *place)
{
    int64_t most = op->settings->thing_groups_per_thing_limit;
    while (store_membership_count(op->db, place->thing.id) >= most) {
        bool left = false;
        if (place->override && !dynamic_membership_make_room(op, &place->thing, &left))
            return false;
        if (!left)
            return fail(op->err, ERR_INVALID_REQUEST,
                        "Thing %.*s is in %lld thing groups, and can be in no more.", STR(place->thing.name),
                        (long long)most);
    }
    return true;
}

static bool add(struct op *op, const struct place *place)
{
    return group_check_kind(op, &place->group, false) &&
           (store_membership_id(op->db, op->arena, place->group.id, place->thing.id).p ||
            (check_hierarchy(op, place) && check_room(op, place) &&
             membership_begin(op, &place->group, &place->thing)));
}

static bool remove_from(struct op *op, const struct place *place)
{
    return group_check_kind(op, &place->group, false) && membership_end(op, &place->group, &place->thing);
}

/* ---- and who follows ---- */

/* Changes one membership, and in the same step those in dynamic groups that depend on it. */
static bool change_one(struct op *op, const struct place *place,
                       bool (*change)(struct op *, const struct place *))
{
    struct follower_rows before;
    return following_before(op, &place->thing, &before) && change(op, place) &&
           fleet_index_thing_changed(op, place->thing.id) && following_after(op, &place->thing, &before);
}

bool op_add_thing_to_thing_group(struct op *op, const void *input)
{
    const struct add_thing_to_thing_group_request *in = input;
    struct place place = { .override = in->override_dynamic_groups.value };
    return find_place(op, in->thing_group_name, in->thing_group_arn, in->thing_name, in->thing_arn, &place) &&
           change_one(op, &place, add);
}

bool op_remove_thing_from_thing_group(struct op *op, const void *input)
{
    const struct remove_thing_from_thing_group_request *in = input;
    struct place place = { 0 };
    return find_place(op, in->thing_group_name, in->thing_group_arn, in->thing_name, in->thing_arn, &place) &&
           change_one(op, &place, remove_from);
}

static bool change_each(struct op *op, struct place *place, const struct thing_group_list *groups,
                        bool (*change)(struct op *, const struct place *))
{
    for (size_t i = 0; i < groups->n; i++)
        if (!lookup_thing_group(op, groups->items[i], &place->group) || !change(op, place))
            return false;
    return true;
}

/* Removed first: one request can move a thing within a hierarchy, or from its tenth group to another. */
bool op_update_thing_groups_for_thing(struct op *op, const void *input)
{
    const struct update_thing_groups_for_thing_request *in = input;
    struct place place = { .override = in->override_dynamic_groups.value };
    struct follower_rows before;
    if (!in->thing_name.p)
        return fail(op->err, ERR_INVALID_REQUEST, "thingName is empty. Need to specify it");
    return lookup_thing(op, in->thing_name, &place.thing) && following_before(op, &place.thing, &before) &&
           change_each(op, &place, &in->thing_groups_to_remove, remove_from) &&
           change_each(op, &place, &in->thing_groups_to_add, add) &&
           fleet_index_thing_changed(op, place.thing.id) && following_after(op, &place.thing, &before);
}

static bool leave_some(struct op *op, const struct thing_row *thing, size_t *ret_n)
{
    struct named_rows groups;
    struct thing_group_row group;
    if (!store_thing_groups_of_thing(op->db, op->arena, thing->id, 0, LEFT_AT_ONCE, &groups))
        return fail(op->err, ERR_INTERNAL, "The thing groups could not be read.");
    for (size_t i = 0; i < groups.n; i++)
        if (!lookup_thing_group(op, groups.items[i].name, &group) || !membership_end(op, &group, thing))
            return false;
    *ret_n = groups.n;
    return true;
}

bool membership_end_all(struct op *op, const struct thing_row *thing)
{
    for (size_t n = LEFT_AT_ONCE; n == LEFT_AT_ONCE;)
        if (!leave_some(op, thing, &n))
            return false;
    return true;
}

/* ---- lists ---- */

bool op_list_things_in_thing_group(struct op *op, const void *input)
{
    const struct list_things_in_thing_group_request *in = input;
    struct thing_group_row group;
    struct named_rows rows;
    struct page page;
    enum thing_group_depth depth = in->recursive.value ? THINGS_OF_THE_GROUP_AND_BELOW : THINGS_OF_THE_GROUP;
    struct str whose =
        arena_printf(op->arena, "%.*s recursive=%d", STR(in->thing_group_name), in->recursive.value);
    if (!page_open(op, &page, OP_LIST_THINGS_IN_THING_GROUP, whose, in->max_results, in->next_token, 0) ||
        !lookup_thing_group(op, in->thing_group_name, &group))
        return false;
    if (!store_things_in_group(op->db, op->arena, group.id, depth, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The things of the group could not be read.");
    json_key(op->json, "things");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        json_string(op->json, rows.items[i].name);
    json_array_end(op->json);
    return page_close(op, &page);
}

bool op_list_thing_groups_for_thing(struct op *op, const void *input)
{
    const struct list_thing_groups_for_thing_request *in = input;
    struct thing_row thing;
    struct named_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_THING_GROUPS_FOR_THING, in->thing_name, in->max_results, in->next_token,
                   0) ||
        !lookup_thing(op, in->thing_name, &thing))
        return false;
    if (!store_thing_groups_of_thing(op->db, op->arena, thing.id, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The groups of the thing could not be read.");
    return render_thing_group_page(op, &page, &rows);
}
