#include "ops/arn.h"
#include "ops/event.h"
#include "ops/registry/render_thing_type.h"
#include "ops/render.h"
#include "settings.h"

/* The last level of the topic, and `operation`. */
static const struct {
    const char *level;
    const char *operation;
} changes[] = {
    [REGISTRY_CREATED] = { "created", "CREATED" }, [REGISTRY_UPDATED] = { "updated", "UPDATED" },
    [REGISTRY_DELETED] = { "deleted", "DELETED" }, [REGISTRY_ADDED] = { "added", "ADDED" },
    [REGISTRY_REMOVED] = { "removed", "REMOVED" },
};

/* What all of them begin with. False: events of this kind are off. */
static bool begin(struct op *op, struct event *event, enum event_type type, const char *event_type,
                  enum registry_change change)
{
    if (!event_begin(op, event, type, event_type, EVENT_TIME_MS))
        return false;
    json_member_string(&event->json, "operation", str_from(changes[change].operation));
    json_member_string(&event->json, "accountId", str_from(op->settings->account_id));
    return true;
}

bool event_thing(struct op *op, enum registry_change change, const struct thing_row *thing,
                 const struct attribute_rows *attributes)
{
    struct event event;
    if (!begin(op, &event, EVENT_TYPE_THING, "THING_EVENT", change))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "thingId", thing->thing_id);
    json_member_string(json, "thingName", thing->name);
    json_member_int(json, "versionNumber", thing->version);
    json_member_string(json, "thingTypeName", thing->type);
    render_attributes(json, attributes);
    return event_end(
        op, &event,
        arena_printf(op->arena, "$aws/events/thing/%.*s/%s", STR(thing->name), changes[change].level));
}

/* ---- types ---- */

bool event_thing_type(struct op *op, enum registry_change change, const struct thing_type_row *type)
{
    struct event event;
    if (!begin(op, &event, EVENT_TYPE_THING_TYPE, "THING_TYPE_EVENT", change))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "thingTypeId", type->type_id);
    json_member_string(json, "thingTypeName", type->name);
    json_member_bool(json, "isDeprecated", type->deprecated_at_ms.set);
    json_key(json, "deprecationDate");
    if (type->deprecated_at_ms.set)
        json_int(json, type->deprecated_at_ms.value);
    else
        json_null(json);
    render_searchable_attributes(json, type);
    render_propagating_attributes(json, type);
    json_member_string(json, "description", type->description);
    return event_end(
        op, &event,
        arena_printf(op->arena, "$aws/events/thingType/%.*s/%s", STR(type->name), changes[change].level));
}

bool event_type_association(struct op *op, enum registry_change change, const struct thing_row *thing,
                            struct str type)
{
    struct event event;
    if (!begin(op, &event, EVENT_TYPE_THING_TYPE_ASSOCIATION, "THING_TYPE_ASSOCIATION_EVENT", change))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "thingId", thing->thing_id);
    json_member_string(json, "thingName", thing->name);
    json_member_string(json, "thingTypeName", type);
    return event_end(op, &event,
                     arena_printf(op->arena, "$aws/events/thingTypeAssociation/thing/%.*s/thingType/%.*s/%s",
                                  STR(thing->name), STR(type), changes[change].level));
}

/* ---- groups ---- */

/* The parent by name and id; null at the top of a hierarchy. */
static void add_parent(struct json *json, const struct thing_group_rows *ancestors)
{
    static const struct thing_group_row none;
    const struct thing_group_row *parent = ancestors->n ? &ancestors->items[ancestors->n - 1] : &none;
    json_member_string(json, "parentGroupName", parent->name);
    json_member_string(json, "parentGroupId", parent->group_id);
}

static void add_ancestors(struct op *op, struct json *json, const struct thing_group_rows *ancestors)
{
    json_key(json, "rootToParentThingGroups");
    json_array_begin(json);
    for (size_t i = 0; i < ancestors->n; i++) {
        json_object_begin(json);
        json_member_string(json, "groupArn", arn_make(op, "thinggroup", ancestors->items[i].name));
        json_member_string(json, "groupId", ancestors->items[i].group_id);
        json_object_end(json);
    }
    json_array_end(json);
}

bool event_thing_group(struct op *op, enum registry_change change, const struct thing_group_row *group,
                       const struct attribute_rows *attributes)
{
    struct event event;
    struct thing_group_rows ancestors = { 0 };
    if (!begin(op, &event, EVENT_TYPE_THING_GROUP, "THING_GROUP_EVENT", change))
        return true;
    struct json *json = &event.json;
    bool ok = store_thing_group_ancestors(op->db, op->arena, group, &ancestors);
    json_member_string(json, "thingGroupId", group->group_id);
    json_member_string(json, "thingGroupName", group->name);
    json_member_int(json, "versionNumber", group->version);
    add_parent(json, &ancestors);
    json_member_string(json, "description", group->description);
    add_ancestors(op, json, &ancestors);
    render_attributes(json, attributes);
    /* null for static groups; AWS does not say what the id of a dynamic one is made of */
    json_member_string(json, "dynamicGroupMappingId", group->dynamic ? group->group_id : STR_NONE);
    struct str topic =
        arena_printf(op->arena, "$aws/events/thingGroup/%.*s/%s", STR(group->name), changes[change].level);
    return event_end(op, &event, topic) && ok;
}

bool event_membership(struct op *op, enum registry_change change, const struct thing_group_row *group,
                      const struct thing_row *thing, struct str membership_id)
{
    struct event event;
    if (!begin(op, &event, EVENT_TYPE_THING_GROUP_MEMBERSHIP, "THING_GROUP_MEMBERSHIP_EVENT", change))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "groupArn", arn_make(op, "thinggroup", group->name));
    json_member_string(json, "groupId", group->group_id);
    json_member_string(json, "thingArn", arn_make(op, "thing", thing->name));
    json_member_string(json, "thingId", thing->thing_id);
    json_member_string(json, "membershipId", membership_id);
    return event_end(op, &event,
                     arena_printf(op->arena, "$aws/events/thingGroupMembership/thingGroup/%.*s/thing/%.*s/%s",
                                  STR(group->name), STR(thing->name), changes[change].level));
}

bool event_hierarchy(struct op *op, enum registry_change change, const struct thing_group_row *parent,
                     const struct thing_group_row *child)
{
    struct event event;
    if (!begin(op, &event, EVENT_TYPE_THING_GROUP_HIERARCHY, "THING_GROUP_HIERARCHY_EVENT", change))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "thingGroupId", parent->group_id);
    json_member_string(json, "thingGroupName", parent->name);
    json_member_string(json, "childGroupId", child->group_id);
    json_member_string(json, "childGroupName", child->name);
    return event_end(op, &event,
                     arena_printf(op->arena,
                                  "$aws/events/thingGroupHierarchy/thingGroup/%.*s/childThingGroup/%.*s/%s",
                                  STR(parent->name), STR(child->name), changes[change].level));
}
