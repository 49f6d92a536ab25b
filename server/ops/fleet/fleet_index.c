#include "ops/fleet/fleet_index.h"

#include <inttypes.h>

#include "ops/fleet/fleet_work.h"
#include "ops/registry/dynamic_membership.h"
#include "store/fleet/connectivity_store.h"
#include "store/registry/attribute_store.h"
#include "store/registry/thing_store.h"

enum { GROUPS_MAX = 100 }; /* of a thing; more than it can be in */

static bool not_read(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "What is to be indexed could not be read.");
}

static bool not_written(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The index could not be written.");
}

/* ---- documents ---- */

struct document {
    struct arena *arena;
    struct fleet_values values;
    size_t room;
};

static void add_value(struct document *d, struct fleet_value value)
{
    struct fleet_value *items =
        arena_array_widen(d->arena, d->values.items, d->values.n, &d->room, sizeof *items);
    if (!items)
        return;
    d->values.items = items;
    items[d->values.n++] = value;
}

/* An absent text is no value. */
static void add_text(struct document *d, const char *field, struct str text)
{
    if (text.p)
        add_value(d, (struct fleet_value){ .field = str_from(field), .text = text });
}

static void add_int(struct document *d, const char *field, struct opt_int value)
{
    if (value.set)
        add_text(d, field, arena_printf(d->arena, "%" PRId64, value.value));
}

static void add_bool(struct document *d, const char *field, struct opt_bool value)
{
    if (value.set)
        add_value(d, (struct fleet_value){ .field = str_from(field),
                                           .text = value.value ? STR_LIT("true") : STR_LIT("false"),
                                           .boolean = true });
}

static void add_attributes(struct document *d, const struct attribute_rows *attributes)
{
    for (size_t i = 0; i < attributes->n; i++) {
        const struct attribute *attribute = &attributes->items[i];
        add_value(
            d, (struct fleet_value){ .field = arena_printf(d->arena, "attributes.%.*s", STR(attribute->name)),
                                     .text = attribute->value });
    }
}

static bool write(struct op *op, enum fleet_index index, int64_t owner, enum fleet_source source,
                  const struct document *d)
{
    return store_fleet_values_replace(op->db, op->arena, index, owner, source, &d->values) || not_written(op);
}

/* ---- things ---- */

bool fleet_index_is_on(struct op *op)
{
    return store_fleet_index_is_on(op->db, FLEET_THINGS, NULL);
}

/* A billing group counts as one of the thing's groups. */
static bool write_registry(struct op *op, const struct thing_row *thing)
{
    struct document d = { .arena = op->arena };
    struct attribute_rows attributes;
    struct named_rows groups;
    if (!store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING, thing->id, &attributes) ||
        !store_static_groups_of_thing(op->db, op->arena, thing->id, GROUPS_MAX, &groups))
        return not_read(op);
    add_text(&d, "thingName", thing->name);
    add_text(&d, "thingId", thing->thing_id);
    add_text(&d, "thingTypeName", thing->type);
    for (size_t i = 0; i < groups.n; i++)
        add_text(&d, "thingGroupNames", groups.items[i].name);
    add_text(&d, "thingGroupNames", thing->billing_group);
    add_attributes(&d, &attributes);
    return write(op, FLEET_THINGS, thing->id, FLEET_REGISTRY, &d);
}

/* Who has never been connected is not connected, and that is all. */
static bool write_connectivity(struct op *op, const struct thing_row *thing)
{
    struct document d = { .arena = op->arena };
    struct connectivity_row row = { 0 };
    bool known = store_connectivity_get(op->db, op->arena, thing->name, &row);
    add_bool(&d, "connectivity.connected", (struct opt_bool){ true, row.connected });
    if (known) {
        add_text(&d, "connectivity.clientId", thing->name);
        add_int(&d, "connectivity.timestamp", (struct opt_int){ true, row.timestamp_ms });
        add_int(&d, "connectivity.version", (struct opt_int){ true, row.version });
        add_text(&d, "connectivity.disconnectReason", row.disconnect_reason);
        add_int(&d, "connectivity.keepAliveDuration", row.keep_alive_s);
        add_bool(&d, "connectivity.cleanSession", row.clean_session);
        add_int(&d, "connectivity.sessionExpiry", row.session_expiry_s);
    }
    return write(op, FLEET_THINGS, thing->id, FLEET_CONNECTIVITY, &d);
}

static bool write_thing(struct op *op, int64_t id, bool connectivity)
{
    struct thing_row thing;
    if (!store_thing_get_by_id(op->db, op->arena, id, &thing))
        return not_read(op);
    return write_registry(op, &thing) && (!connectivity || write_connectivity(op, &thing));
}

bool fleet_index_thing_changed(struct op *op, int64_t thing)
{
    bool connectivity;
    return !store_fleet_index_is_on(op->db, FLEET_THINGS, &connectivity) ||
           (write_thing(op, thing, connectivity) && dynamic_membership_thing_changed(op, thing));
}

bool fleet_index_thing_updated(struct op *op, int64_t thing, const struct thing_changes *changes)
{
    return changes->n == 0 || !fleet_index_is_on(op) ||
           (write_thing(op, thing, false) && dynamic_membership_thing_updated(op, thing, changes));
}

bool fleet_index_connectivity_changed(struct op *op, struct str thing_name)
{
    bool connectivity;
    struct thing_row thing;
    if (!store_fleet_index_is_on(op->db, FLEET_THINGS, &connectivity) || !connectivity ||
        !store_thing_get(op->db, op->arena, thing_name, &thing))
        return true;
    return write_connectivity(op, &thing) && dynamic_membership_connectivity_changed(op, thing.id);
}

bool fleet_index_dynamic_groups_changed(struct op *op, int64_t thing, const struct named_rows *groups)
{
    struct document d = { .arena = op->arena };
    for (size_t i = 0; i < groups->n; i++)
        add_text(&d, "thingGroupNames", groups->items[i].name);
    return !fleet_index_is_on(op) || write(op, FLEET_THINGS, thing, FLEET_DYNAMIC_GROUPS, &d);
}

/* ---- thing groups ---- */

static bool write_thing_group(struct op *op, const struct thing_group_row *group)
{
    struct document d = { .arena = op->arena };
    struct thing_group_rows above;
    struct attribute_rows attributes;
    if (!store_thing_group_ancestors(op->db, op->arena, group, &above) ||
        !store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING_GROUP, group->id, &attributes))
        return not_read(op);
    add_text(&d, "thingGroupName", group->name);
    add_text(&d, "thingGroupId", group->group_id);
    add_text(&d, "description", group->description);
    for (size_t i = 0; i < above.n; i++)
        add_text(&d, "parentGroupNames", above.items[i].name);
    add_attributes(&d, &attributes);
    return write(op, FLEET_THING_GROUPS, group->id, FLEET_REGISTRY, &d);
}

bool fleet_index_thing_group_changed(struct op *op, const struct thing_group_row *group)
{
    return !store_fleet_index_is_on(op->db, FLEET_THING_GROUPS, NULL) || write_thing_group(op, group);
}

/* ---- for fleet_work ---- */

bool fleet_index_write(struct op *op, enum fleet_index index, int64_t owner)
{
    bool connectivity = false;
    struct thing_group_row group;
    store_fleet_index_is_on(op->db, index, &connectivity);
    if (!store_fleet_values_delete(op->db, index, owner))
        return not_written(op);
    if (index == FLEET_THINGS)
        return write_thing(op, owner, connectivity);
    return store_thing_group_get_by_id(op->db, op->arena, owner, &group) ? write_thing_group(op, &group)
                                                                         : not_read(op);
}

bool fleet_index_write_connectivity(struct op *op, enum fleet_index index, int64_t thing)
{
    struct thing_row row;
    (void)index;
    if (!store_thing_get_by_id(op->db, op->arena, thing, &row))
        return not_read(op);
    return write_connectivity(op, &row) && dynamic_membership_connectivity_changed(op, thing);
}

bool fleet_index_forget(struct op *op, enum fleet_index index, int64_t owner)
{
    return store_fleet_values_delete(op->db, index, owner) || not_written(op);
}

bool fleet_index_forget_connectivity(struct op *op, enum fleet_index index, int64_t thing)
{
    const struct document none = { 0 };
    return write(op, index, thing, FLEET_CONNECTIVITY, &none);
}
