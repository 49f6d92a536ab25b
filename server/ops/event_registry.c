#include "ops/event.h"
#include "ops/render.h"
#include "settings.h"

/* The last level of the topic, and `operation`. */
static const struct {
    const char *level;
    const char *operation;
} changes[] = {
    [REGISTRY_CREATED] = { "created", "CREATED" },
    [REGISTRY_UPDATED] = { "updated", "UPDATED" },
    [REGISTRY_DELETED] = { "deleted", "DELETED" },
};

bool event_thing(struct op *op, enum registry_change change, const struct thing_row *thing,
                 const struct attribute_rows *attributes)
{
    struct event event;
    if (!event_begin(op, &event, EVENT_TYPE_THING, "THING_EVENT", EVENT_TIME_MS))
        return true;
    struct json *json = &event.json;
    struct str topic =
        arena_printf(op->arena, "$aws/events/thing/%.*s/%s", STR(thing->name), changes[change].level);
    json_member_string(json, "operation", str_from(changes[change].operation));
    json_member_string(json, "accountId", str_from(op->settings->account_id));
    json_member_string(json, "thingId", thing->thing_id);
    json_member_string(json, "thingName", thing->name);
    json_member_int(json, "versionNumber", thing->version);
    json_key(json, "thingTypeName");
    json_null(json); /* things have no type here */
    render_attributes(json, attributes);
    return event_end(op, &event, topic);
}
