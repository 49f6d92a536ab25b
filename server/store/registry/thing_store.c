#include "store/registry/thing_store.h"

static bool read_thing(struct stmt *q, struct arena *arena, struct thing_row *ret_thing)
{
    *ret_thing = (struct thing_row){
        .id = stmt_int(q),
        .name = stmt_text(q, arena),
        .thing_id = stmt_text(q, arena),
        .billing_group = stmt_text(q, arena),
        .type = stmt_text(q, arena),
        .version = stmt_int(q),
    };
    return !arena->failed;
}
#define THING_COLUMNS "id, name, thing_id, billing_group, thing_type, version"

static bool read_one(struct stmt *q, struct arena *arena, struct thing_row *ret_thing)
{
    bool found = stmt_row(q) && read_thing(q, arena, ret_thing);
    stmt_done(q);
    return found;
}

bool store_thing_get(struct db *db, struct arena *arena, struct str name, struct thing_row *ret_thing)
{
    return read_one(db_query(db, "SELECT " THING_COLUMNS " FROM thing WHERE name = ?1", "s", name), arena,
                    ret_thing);
}

bool store_thing_get_by_id(struct db *db, struct arena *arena, int64_t id, struct thing_row *ret_thing)
{
    return read_one(db_query(db, "SELECT " THING_COLUMNS " FROM thing WHERE id = ?1", "i", id), arena,
                    ret_thing);
}

bool store_thing_exists(struct db *db, struct str name)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM thing WHERE name = ?1", "s", name);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_thing_insert(struct db *db, struct thing_row *thing)
{
    struct stmt *q =
        db_query(db,
                 "INSERT INTO thing (name, thing_id, billing_group, thing_type, version) "
                 "VALUES (?1, ?2, ?3, ?4, ?5) "
                 "RETURNING id",
                 "ssssi", thing->name, thing->thing_id, thing->billing_group, thing->type, thing->version);
    if (!stmt_row(q))
        return false;
    thing->id = stmt_int(q);
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_thing_changed(struct db *db, int64_t thing, struct str type)
{
    return db_exec(db, "UPDATE thing SET version = version + 1, thing_type = ?2 WHERE id = ?1", "is", thing,
                   type);
}

bool store_thing_delete(struct db *db, struct str name)
{
    return db_exec(db, "DELETE FROM thing WHERE name = ?1", "s", name);
}

/* ---- lists ---- */

enum { THINGS_LOOKED_AT_MAX = 10000 }; /* for one page: some ten milliseconds */

#define LIST_COLUMNS "t.id, t.name, t.thing_id, t.billing_group, t.thing_type, t.version"

/* From the first value that may be listed, or the one where the list goes on, to the last. */
struct value_range {
    struct str from, to;
    int64_t after; /* of those with the value `from`: behind the thing with this id */
};

/* In values nothing sorts behind ~. */
static struct value_range range_of(struct arena *arena, const struct thing_filter *filter,
                                   const struct thing_place *after)
{
    struct str value = filter->attribute_value.p ? filter->attribute_value : STR_LIT("");
    bool exact = filter->attribute_value.p && !filter->value_is_prefix;
    return (struct value_range){
        .from = after->value.p ? after->value : value,
        .to = exact ? value : arena_printf(arena, "%.*s~", STR(value)),
        .after = after->id,
    };
}

static struct stmt *query_values(struct db *db, struct str name, const struct value_range *range)
{
    return db_query(db,
                    "SELECT " LIST_COLUMNS
                    ", a.value FROM thing_attribute AS a INDEXED BY thing_attribute_by_value "
                    "CROSS JOIN thing AS t ON t.id = a.thing "
                    "WHERE a.name = ?1 AND (a.value, a.thing) > (?2, ?3) AND a.value <= ?4 "
                    "ORDER BY a.value, a.thing",
                    "ssis", name, range->from, range->after, range->to);
}

/* The same list, found by way of the type: sorts what all its things have. */
static struct stmt *query_values_of_type(struct db *db, struct str type, struct str name,
                                         const struct value_range *range)
{
    return db_query(db,
                    "SELECT " LIST_COLUMNS ", a.value FROM thing AS t INDEXED BY thing_by_type "
                    "CROSS JOIN thing_attribute AS a ON a.thing = t.id AND a.name = ?2 "
                    "WHERE t.thing_type = ?1 AND (a.value, a.thing) > (?3, ?4) AND a.value <= ?5 "
                    "ORDER BY a.value, a.thing /*sort*/",
                    "sssis", type, name, range->from, range->after, range->to);
}

static bool has_few_things(struct db *db, struct str type)
{
    struct stmt *q = db_query(db, "SELECT count(*) FROM (SELECT 1 FROM thing WHERE thing_type = ?1 LIMIT ?2)",
                              "si", type, (int64_t)THINGS_LOOKED_AT_MAX);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n < THINGS_LOOKED_AT_MAX;
}

static struct stmt *query_things(struct db *db, struct arena *arena, const struct thing_filter *filter,
                                 const struct thing_place *after)
{
    if (filter->attribute_name.p) {
        struct value_range range = range_of(arena, filter, after);
        if (filter->type.p && has_few_things(db, filter->type))
            return query_values_of_type(db, filter->type, filter->attribute_name, &range);
        return query_values(db, filter->attribute_name, &range);
    }
    if (filter->type.p)
        return db_query(db,
                        "SELECT " LIST_COLUMNS ", NULL FROM thing AS t INDEXED BY thing_by_type "
                        "WHERE t.thing_type = ?1 AND t.id > ?2 ORDER BY t.id",
                        "si", filter->type, after->id);
    return db_query(db, "SELECT " LIST_COLUMNS ", NULL FROM thing AS t WHERE t.id > ?1 ORDER BY t.id", "i",
                    after->id);
}

/* The row as it lies in the statement: nothing is copied for things that are passed over. */
static void borrow_listed(struct stmt *q, struct thing_row *ret_thing, struct thing_place *ret_place)
{
    *ret_thing = (struct thing_row){
        .id = stmt_int(q),
        .name = stmt_borrow(q),
        .thing_id = stmt_borrow(q),
        .billing_group = stmt_borrow(q),
        .type = stmt_borrow(q),
        .version = stmt_int(q),
    };
    *ret_place = (struct thing_place){ stmt_borrow(q), ret_thing->id };
}

static void keep_listed(struct arena *arena, const struct thing_row *thing, const struct thing_place *place,
                        struct thing_rows *rows)
{
    struct thing_row *row = &rows->items[rows->n];
    *row = *thing;
    row->type = arena_str(arena, thing->type);
    row->name = arena_str(arena, thing->name);
    row->thing_id = arena_str(arena, thing->thing_id);
    row->billing_group = arena_str(arena, thing->billing_group);
    rows->places[rows->n++] = (struct thing_place){ arena_str(arena, place->value), place->id };
}

bool store_things_list(struct db *db, struct arena *arena, const struct thing_filter *filter,
                       const struct thing_place *after, int64_t limit, struct thing_rows *ret_rows)
{
    struct thing_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items),
                               .places = arena_array(arena, (size_t)limit, sizeof *rows.places) };
    if (!rows.items || !rows.places)
        return false;
    struct stmt *q = query_things(db, arena, filter, after);
    for (int looked_at = 0; !rows.cut && rows.n < (size_t)limit && stmt_row(q);) {
        struct thing_row thing;
        struct thing_place place;
        borrow_listed(q, &thing, &place);
        if (!filter->type.p || str_eq(thing.type, filter->type))
            keep_listed(arena, &thing, &place, &rows);
        rows.cut = ++looked_at == THINGS_LOOKED_AT_MAX;
        if (rows.cut)
            rows.end = (struct thing_place){ arena_str(arena, place.value), place.id };
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
