#include "ops/fleet/connectivity.h"
#include "ops/fleet/fleet_index.h"
#include "ops/fleet/fleet_work.h"
#include "settings.h"
#include "store/registry/dynamic_group_store.h"

enum { FIELD_NAME_MAX = 1024 };

/* ---- UpdateIndexingConfiguration: what can be indexed ---- */

static bool unsupported(struct op *op, const char *what, const char *why)
{
    return fail(op->err, ERR_INVALID_REQUEST, "%s is not supported by this server, which has no %s.", what,
                why);
}

/* Nothing feeds the sources that are refused here. */
static bool check_sources(struct op *op, const struct thing_indexing_configuration *in)
{
    const struct indexing_filter *filter = in->filter;
    if (in->thing_indexing_mode == THING_INDEXING_MODE_REGISTRY_AND_SHADOW)
        return unsupported(op, "thingIndexingMode REGISTRY_AND_SHADOW", "shadows");
    if (in->named_shadow_indexing_mode == NAMED_SHADOW_INDEXING_MODE_ON)
        return unsupported(op, "namedShadowIndexingMode ON", "shadows");
    if (in->device_defender_indexing_mode == DEVICE_DEFENDER_INDEXING_MODE_VIOLATIONS)
        return unsupported(op, "deviceDefenderIndexingMode VIOLATIONS", "Device Defender");
    if (filter && filter->named_shadow_names.n > 0)
        return unsupported(op, "filter.namedShadowNames", "shadows");
    if (filter && filter->geo_locations.n > 0)
        return unsupported(op, "filter.geoLocations", "shadows");
    if (in->thing_indexing_mode == THING_INDEXING_MODE_OFF &&
        in->thing_connectivity_indexing_mode == THING_CONNECTIVITY_INDEXING_MODE_STATUS)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "thingConnectivityIndexingMode STATUS needs thingIndexingMode REGISTRY.");
    if (in->thing_connectivity_indexing_mode == THING_CONNECTIVITY_INDEXING_MODE_STATUS &&
        op->settings->track_connections == TRACK_CONNECTIONS_OFF)
        return fail(
            op->err, ERR_INVALID_REQUEST,
            "thingConnectivityIndexingMode STATUS needs the setting track_connections: this server does "
            "not notice who connects.");
    return true;
}

struct wanted {
    bool on;
    struct fleet_index_row row;
};

/* What dynamic thing groups ask for stays. */
static bool check_dynamic_groups(struct op *op, enum fleet_index index, bool connectivity,
                                 const struct wanted *wanted)
{
    if (index != FLEET_THINGS)
        return true;
    if (!wanted->on && store_dynamic_groups_exist(op->db))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "thingIndexingMode cannot be OFF while there are dynamic thing groups.");
    return !connectivity || wanted->row.connectivity || !store_dynamic_group_asks_connectivity(op->db) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "thingConnectivityIndexingMode cannot be OFF while a dynamic thing group asks for "
                "connectivity.");
}

/* Attributes alone are indexed without being managed. */
static bool check_custom_field(struct op *op, const struct index_field *field)
{
    if (!field->name.p || field->type == FIELD_TYPE_UNSET)
        return fail(op->err, ERR_INVALID_REQUEST, "A custom field needs a name and a type.");
    if (field->name.n > FIELD_NAME_MAX)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "The name of a custom field can have at most %d characters.", FIELD_NAME_MAX);
    struct str prefix = STR_LIT("attributes.");
    return (str_starts_with(field->name, prefix) && field->name.n > prefix.n) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "Custom field '%.*s' is not indexed: custom fields are attributes.NAME.", STR(field->name));
}

static bool check_custom_fields(struct op *op, const struct fields *fields, bool on)
{
    if (fields->n > FLEET_CUSTOM_FIELDS_MAX)
        return fail(op->err, ERR_INVALID_REQUEST, "An index can have at most %d custom fields.",
                    FLEET_CUSTOM_FIELDS_MAX);
    for (size_t i = 0; i < fields->n; i++) {
        if (!check_custom_field(op, &fields->items[i]))
            return false;
        for (size_t k = 0; k < i; k++)
            if (str_eq(fields->items[k].name, fields->items[i].name))
                return fail(op->err, ERR_INVALID_REQUEST, "Custom field '%.*s' is named twice.",
                            STR(fields->items[i].name));
    }
    return on || fields->n == 0 ||
           fail(op->err, ERR_INVALID_REQUEST, "Custom field '%.*s' is not indexed: the indexing mode is OFF.",
                STR(fields->items[0].name));
}

/* ---- UpdateIndexingConfiguration: switching ---- */

/* The names of the types are the same in the API and in the store. */
static bool take_custom_fields(struct op *op, const struct fields *in, struct fleet_index_row *row)
{
    row->custom_fields = arena_array(op->arena, FLEET_CUSTOM_FIELDS_MAX, sizeof *row->custom_fields);
    for (; row->custom_fields && row->custom_fields_n < in->n; row->custom_fields_n++) {
        const struct index_field *field = &in->items[row->custom_fields_n];
        row->custom_fields[row->custom_fields_n] = (struct fleet_custom_field){
            .name = field->name, .type = str_from(api_enum_name(&shape_field_type, (int)field->type))
        };
    }
    return row->custom_fields || fail(op->err, ERR_INTERNAL, "The custom fields could not be read.");
}

/* A build that is on its way begins again, since it would miss what it has passed. */
static bool work_through(struct op *op, enum fleet_index index, bool was_on, bool had_connectivity,
                         const struct wanted *wanted)
{
    struct fleet_work_row work = { 0 };
    bool building = store_fleet_work_get(op->db, index, &work) && work.kind == FLEET_BUILD;
    bool connectivity = wanted->row.connectivity;
    if (was_on != wanted->on)
        return fleet_work_begin(op, index, wanted->on ? FLEET_BUILD : FLEET_CLEAR);
    if (!wanted->on || had_connectivity == connectivity)
        return true;
    if (building)
        return fleet_work_begin(op, index, FLEET_BUILD);
    return fleet_work_begin(op, index, connectivity ? FLEET_ADD_CONNECTIVITY : FLEET_REMOVE_CONNECTIVITY);
}

static bool change(struct op *op, enum fleet_index index, const struct wanted *wanted)
{
    bool had_connectivity = false;
    bool was_on = store_fleet_index_is_on(op->db, index, &had_connectivity);
    if (!check_dynamic_groups(op, index, had_connectivity, wanted))
        return false;
    bool ok = wanted->on ? store_fleet_index_set(op->db, index, &wanted->row)
                         : store_fleet_index_delete(op->db, index);
    return (ok || fail(op->err, ERR_INTERNAL, "The indexing configuration could not be stored.")) &&
           (index != FLEET_THINGS || had_connectivity == wanted->row.connectivity ||
            connectivity_mode_changed(op, wanted->row.connectivity)) &&
           work_through(op, index, was_on, had_connectivity, wanted);
}

/* Each half replaces what there was of it; one that is left out changes nothing. Managed fields are ours to
 * say. */
bool op_update_indexing_configuration(struct op *op, const void *input)
{
    const struct update_indexing_configuration_request *in = input;
    const struct thing_indexing_configuration *of_things = in->thing_indexing_configuration;
    const struct thing_group_indexing_configuration *of_groups = in->thing_group_indexing_configuration;
    struct wanted things = { 0 }, groups = { 0 };
    if (of_things) {
        things.on = of_things->thing_indexing_mode != THING_INDEXING_MODE_OFF;
        things.row.connectivity =
            of_things->thing_connectivity_indexing_mode == THING_CONNECTIVITY_INDEXING_MODE_STATUS;
    }
    if (of_groups)
        groups.on = of_groups->thing_group_indexing_mode == THING_GROUP_INDEXING_MODE_ON;
    if (of_things &&
        (!check_sources(op, of_things) || !check_custom_fields(op, &of_things->custom_fields, things.on) ||
         !take_custom_fields(op, &of_things->custom_fields, &things.row)))
        return false;
    if (of_groups && (!check_custom_fields(op, &of_groups->custom_fields, groups.on) ||
                      !take_custom_fields(op, &of_groups->custom_fields, &groups.row)))
        return false;
    return (!of_things || change(op, FLEET_THINGS, &things)) &&
           (!of_groups || change(op, FLEET_THING_GROUPS, &groups));
}

/* ---- GetIndexingConfiguration ---- */

struct managed_field {
    const char *name, *type;
};

static const struct managed_field registry_fields[] = {
    { "thingId", "String" },
    { "thingName", "String" },
    { "registry.version", "Number" },
    { "registry.thingTypeName", "String" },
    { "registry.thingGroupNames", "String" },
};
static const struct managed_field connectivity_fields[] = {
    { "connectivity.connected", "Boolean" },    { "connectivity.timestamp", "Number" },
    { "connectivity.version", "Number" },       { "connectivity.disconnectReason", "String" },
    { "connectivity.clientId", "String" },      { "connectivity.keepAliveDuration", "Number" },
    { "connectivity.cleanSession", "Boolean" }, { "connectivity.sessionExpiry", "Number" },
};
static const struct managed_field thing_group_fields[] = {
    { "description", "String" },    { "parentGroupNames", "String" }, { "thingGroupId", "String" },
    { "thingGroupName", "String" }, { "version", "Number" },
};

static void render_field(struct json *json, struct str name, struct str type)
{
    json_object_begin(json);
    json_member_string(json, "name", name);
    json_member_string(json, "type", type);
    json_object_end(json);
}

static void render_managed(struct json *json, const struct managed_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        render_field(json, str_from(fields[i].name), str_from(fields[i].type));
}

#define RENDER_MANAGED(json, fields) render_managed(json, fields, sizeof fields / sizeof fields[0])

static void render_custom(struct json *json, const struct fleet_index_row *row)
{
    if (!row->custom_fields_n)
        return;
    json_key(json, "customFields");
    json_array_begin(json);
    for (size_t i = 0; i < row->custom_fields_n; i++)
        render_field(json, row->custom_fields[i].name, row->custom_fields[i].type);
    json_array_end(json);
}

static void render_things(struct op *op)
{
    struct json *json = op->json;
    struct fleet_index_row row = { 0 };
    bool on = store_fleet_index_get(op->db, op->arena, FLEET_THINGS, &row);
    json_key(json, "thingIndexingConfiguration");
    json_object_begin(json);
    json_member_string(json, "thingIndexingMode", on ? STR_LIT("REGISTRY") : STR_LIT("OFF"));
    json_member_string(json, "thingConnectivityIndexingMode",
                       row.connectivity ? STR_LIT("STATUS") : STR_LIT("OFF"));
    json_member_string(json, "deviceDefenderIndexingMode", STR_LIT("OFF"));
    json_member_string(json, "namedShadowIndexingMode", STR_LIT("OFF"));
    if (on) {
        json_key(json, "managedFields");
        json_array_begin(json);
        RENDER_MANAGED(json, registry_fields);
        if (row.connectivity)
            RENDER_MANAGED(json, connectivity_fields);
        json_array_end(json);
    }
    render_custom(json, &row);
    json_object_end(json);
}

static void render_thing_groups(struct op *op)
{
    struct json *json = op->json;
    struct fleet_index_row row = { 0 };
    bool on = store_fleet_index_get(op->db, op->arena, FLEET_THING_GROUPS, &row);
    json_key(json, "thingGroupIndexingConfiguration");
    json_object_begin(json);
    json_member_string(json, "thingGroupIndexingMode", on ? STR_LIT("ON") : STR_LIT("OFF"));
    if (on) {
        json_key(json, "managedFields");
        json_array_begin(json);
        RENDER_MANAGED(json, thing_group_fields);
        json_array_end(json);
    }
    render_custom(json, &row);
    json_object_end(json);
}

bool op_get_indexing_configuration(struct op *op, const void *input)
{
    (void)input;
    render_things(op);
    render_thing_groups(op);
    return true;
}
