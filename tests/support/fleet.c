#include "support/fleet.h"

#include <stdio.h>
#include <string.h>

#include "rules/fleet/fleet_query.h"
#include "store/fleet/fleet_search.h"
#include "store/registry/thing_store.h"

enum { ARENA_MAX = 16 * 1024 * 1024, VALUES_MAX = 16, WAYS = 4 };

/* How a value is to be taken: as a text, as the text of a shadow, as a literal that is true or false. */
enum { TEXT, SHADOW_TEXT, BOOLEAN };

static const struct value {
    const char *field, *text;
    int kind;
} pump_01[] = {
    { "thingTypeName", "Pump", TEXT },
    { "thingGroupNames", "plant-a", TEXT },
    { "thingGroupNames", "emea", TEXT },
    { "attributes.model", "X200", TEXT },
    { "attributes.fw", "1.2.0", TEXT },
    { "attributes.temp", "75", TEXT },
    { "attributes.serial", "abcd", TEXT },
    { "shadow.reported.battery", "82", TEXT },
    { "shadow.reported.location", "Hall 3", SHADOW_TEXT },
    { "shadow.reported.tags", "red", SHADOW_TEXT },
    { "shadow.reported.tags", "green", SHADOW_TEXT },
    { "shadow.reported.stats.load", "0.5", TEXT },
    { "shadow.desired.battery", "90", TEXT },
    { "shadow.delta.battery", "90", TEXT },
    { "shadow.hasDelta", "true", BOOLEAN },
    { "connectivity.connected", "true", BOOLEAN },
    { "connectivity.timestamp", "1700000000000", TEXT },
    { 0 },
}, pump_02[] = {
    { "thingTypeName", "Pump", TEXT },
    { "thingGroupNames", "plant-a", TEXT },
    { "attributes.model", "x200", TEXT },
    { "attributes.temp", "80", TEXT },
    { "attributes.serial", "abce", TEXT },
    { "shadow.reported.battery", "40", TEXT },
    { "shadow.reported.location", "Hall 4", SHADOW_TEXT },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "false", BOOLEAN },
    { "connectivity.timestamp", "1700000100000", TEXT },
    { "connectivity.disconnectReason", "CONNECTION_LOST", TEXT },
    { 0 },
}, pump_03[] = {
    { "thingTypeName", "Pump", TEXT },
    { "thingGroupNames", "plant-b", TEXT },
    { "attributes.model", "legacy", TEXT },
    { "attributes.temp", "81", TEXT },
    { "attributes.serial", "abcg", TEXT },
    { "connectivity.connected", "false", BOOLEAN },
    { 0 },
}, valve_1[] = {
    { "thingTypeName", "Valve", TEXT },
    { "thingGroupNames", "plant-a", TEXT },
    { "attributes.temp", "-3.5", TEXT },
    { "attributes.fw", "1.10.0", TEXT },
    { "attributes.zone", "north", TEXT },
    { "shadow.reported.battery", "70", TEXT },
    { "shadow.reported.mode", "eco saver", SHADOW_TEXT },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "true", BOOLEAN },
    { "connectivity.timestamp", "1700000200000", TEXT },
    { 0 },
}, valve_2[] = {
    { "thingTypeName", "Valve", TEXT },
    { "attributes.temp", "hot", TEXT },
    { "attributes.zone", "a:b", TEXT },
    { "shadow.reported.battery", "70", SHADOW_TEXT },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "false", BOOLEAN },
    { "connectivity.timestamp", "1700000050000", TEXT },
    { "connectivity.disconnectReason", "CLIENT_INITIATED_DISCONNECT", TEXT },
    { 0 },
}, tv_plasma[] = {
    { "thingTypeName", "TV", TEXT },
    { "thingGroupNames", "lab", TEXT },
    { "attributes.temp", "007", TEXT },
    { "attributes.size", "1e2", TEXT },
    { "shadow.reported.myvalues", "1", TEXT },
    { "shadow.reported.myvalues", "2", TEXT },
    { "shadow.reported.myvalues", "3", TEXT },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "false", BOOLEAN },
    { 0 },
}, tv_led[] = {
    { "thingTypeName", "TV", TEXT },
    { "thingGroupNames", "lab", TEXT },
    { "thingGroupNames", "emea", TEXT },
    { "attributes.size", "100", TEXT },
    { "shadow.reported.a.b.c", "v2", SHADOW_TEXT },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "false", BOOLEAN },
    { 0 },
}, sensor_9[] = {
    { "shadow.reported.a.b.c", "v2", SHADOW_TEXT },
    { "shadow.reported.on", "true", BOOLEAN },
    { "shadow.hasDelta", "false", BOOLEAN },
    { "connectivity.connected", "false", BOOLEAN },
    { 0 },
};

static const struct {
    const char *name;
    const struct value *values;
} things[] = {
    { "pump-01", pump_01 }, { "pump-02", pump_02 },     { "Pump-03", pump_03 }, { "valve-1", valve_1 },
    { "valve-2", valve_2 }, { "tv-plasma", tv_plasma }, { "tv-led", tv_led },   { "sensor:9", sensor_9 },
};

static void write_source(struct db *db, struct arena *arena, int64_t id, enum fleet_source source,
                         const char *name, const struct value *from)
{
    struct fleet_value items[VALUES_MAX] = { { .field = STR_LIT("thingName"), .text = str_from(name) } };
    struct fleet_values values = { .n = source == FLEET_REGISTRY, .items = items };
    for (; from && from->field; from++)
        if (fleet_field_source(str_from(from->field)) == source)
            items[values.n++] = (struct fleet_value){ .field = str_from(from->field),
                                                      .text = str_from(from->text),
                                                      .boolean = from->kind == BOOLEAN,
                                                      .no_number = from->kind == SHADOW_TEXT };
    assert_true(store_fleet_values_replace(db, arena, FLEET_THINGS, id, source, &values));
}

static int64_t write_thing(struct db *db, const char *name, const struct value *values)
{
    struct thing_row thing = { .name = str_from(name), .thing_id = STR_LIT("an-id"), .version = 1 };
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    assert_true(store_thing_insert(db, &thing));
    for (int source = FLEET_REGISTRY; source <= FLEET_CONNECTIVITY; source++)
        write_source(db, &arena, thing.id, (enum fleet_source)source, name, values);
    arena_release(&arena);
    return thing.id;
}

void given_fleet(struct db *db)
{
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++)
        assert_int_equal(write_thing(db, things[i].name, things[i].values), i + 1);
}

int64_t given_indexed_thing(struct db *db, const char *name)
{
    return write_thing(db, name, NULL);
}

/* ---- asking ---- */

static void add_name(struct db *db, struct arena *arena, int64_t id, char *names)
{
    struct stmt *q = db_query(db, "SELECT name FROM thing WHERE id = ?1", "i", id);
    assert_true(stmt_row(q));
    struct str name = stmt_text(q, arena);
    stmt_done(q);
    size_t used = strlen(names);
    snprintf(names + used, FLEET_NAMES_MAX - used, "%s%.*s", used ? " " : "", STR(name));
}

/* In pages of so many, up to that id. */
static void find_in_pages(struct db *db, struct arena *arena, const struct fleet_query *query, int64_t limit,
                          int64_t up_to, char *names)
{
    struct fleet_found found;
    int64_t after = 0;
    do {
        assert_true(store_fleet_search(db, arena, FLEET_THINGS, query, after, up_to, limit, &found));
        assert_false(found.cut);
        for (size_t i = 0; i < found.ids.n; i++) {
            assert_true(found.ids.items[i] > after);
            after = found.ids.items[i];
            add_name(db, arena, after, names);
        }
    } while (found.ids.n == (size_t)limit);
}

static void find_one_by_one(struct db *db, struct arena *arena, const struct fleet_query *query, char *names)
{
    struct fleet_ids ids;
    assert_true(store_fleet_owners(db, arena, FLEET_THINGS, 0, 1000, &ids));
    for (size_t i = 0; i < ids.n; i++)
        if (store_fleet_matches(db, arena, FLEET_THINGS, query, ids.items[i]))
            add_name(db, arena, ids.items[i], names);
}

const char *found_by(struct db *db, const char *query, char ret_names[FLEET_NAMES_MAX])
{
    char other[WAYS][FLEET_NAMES_MAX] = { "", "", "", "" };
    struct arena arena;
    struct err err;
    struct fleet_query parsed;
    arena_init(&arena, ARENA_MAX);
    err_init(&err, &arena);
    bool ok = fleet_query_parse(str_from(query), FLEET_QUERY_SEARCH, &arena, &parsed, &err);
    if (ok) {
        find_one_by_one(db, &arena, &parsed, other[0]);
        find_in_pages(db, &arena, &parsed, 100, FLEET_NO_END, other[1]);
        find_in_pages(db, &arena, &parsed, 1, FLEET_NO_END, other[2]);
        find_in_pages(db, &arena, &parsed, 3, 500, other[3]);
        for (int way = 1; way < WAYS; way++)
            if (strcmp(other[way], other[0]) != 0)
                fail_msg("%s: way %d finds '%s', things one by one '%s'", query, way, other[way], other[0]);
        memcpy(ret_names, other[0], FLEET_NAMES_MAX);
    } else {
        assert_int_equal(err.code, ERR_INVALID_QUERY);
    }
    arena_release(&arena);
    return ok ? ret_names : NULL;
}

void assert_query_refused(const char *query, enum fleet_query_purpose purpose, const char *message)
{
    struct arena arena;
    struct err err;
    struct fleet_query parsed;
    arena_init(&arena, ARENA_MAX);
    err_init(&err, &arena);
    if (fleet_query_parse(str_from(query), purpose, &arena, &parsed, &err))
        fail_msg("%s was taken", query);
    assert_int_equal(err.code, ERR_INVALID_QUERY);
    assert_string_equal(err.message.p, message);
    arena_release(&arena);
}
