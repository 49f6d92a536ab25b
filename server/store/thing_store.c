#include "store/thing_store.h"

static bool read_thing(struct stmt *q, struct arena *arena, struct thing_row *ret_thing)
{
    *ret_thing = (struct thing_row){
        .id = stmt_int(q),
        .name = stmt_text(q, arena),
        .thing_id = stmt_text(q, arena),
        .billing_group = stmt_text(q, arena),
        .version = stmt_int(q),
    };
    return !arena->failed;
}
#define THING_COLUMNS "id, name, thing_id, billing_group, version"

bool store_thing_get(struct db *db, struct arena *arena, struct str name, struct thing_row *ret_thing)
{
    struct stmt *q = db_query(db, "SELECT " THING_COLUMNS " FROM thing WHERE name = ?1", "s", name);
    bool found = stmt_row(q) && read_thing(q, arena, ret_thing);
    stmt_done(q);
    return found;
}

bool store_thing_get_by_id(struct db *db, struct arena *arena, int64_t id, struct thing_row *ret_thing)
{
    struct stmt *q = db_query(db, "SELECT " THING_COLUMNS " FROM thing WHERE id = ?1", "i", id);
    bool found = stmt_row(q) && read_thing(q, arena, ret_thing);
    stmt_done(q);
    return found;
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
                 "INSERT INTO thing (name, thing_id, billing_group, version) VALUES (?1, ?2, ?3, ?4) "
                 "RETURNING id",
                 "sssi", thing->name, thing->thing_id, thing->billing_group, thing->version);
    if (!stmt_row(q))
        return false;
    thing->id = stmt_int(q);
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_thing_changed(struct db *db, int64_t thing)
{
    return db_exec(db, "UPDATE thing SET version = version + 1 WHERE id = ?1", "i", thing);
}

bool store_thing_delete(struct db *db, struct str name)
{
    return db_exec(db, "DELETE FROM thing WHERE name = ?1", "s", name);
}

/* The three ways to walk things: all, those with an attribute of one value, those whose value starts like
 * that. Each is in order of creation; only a prefix needs sorting. */
static struct stmt *query_things(struct db *db, struct arena *arena, const struct thing_filter *filter,
                                 int64_t after, int64_t limit)
{
    if (!filter->attribute_name.p)
        return db_query(db, "SELECT " THING_COLUMNS " FROM thing WHERE id > ?1 ORDER BY id LIMIT ?2", "ii",
                        after, limit);
    if (!filter->attribute_value.p || filter->value_is_prefix) {
        struct str from = filter->attribute_value.p ? filter->attribute_value : STR_LIT("");
        struct str below = arena_printf(arena, "%.*s\xff", STR(from));
        return db_query(
            db,
            "SELECT t.id, t.name, t.thing_id, t.billing_group, t.version FROM thing_attribute AS a "
            "JOIN thing AS t ON t.id = a.thing "
            "WHERE a.name = ?1 AND a.value >= ?2 AND a.value < ?3 AND a.thing > ?4 "
            "ORDER BY a.thing LIMIT ?5 /*sort*/",
            "sssii", filter->attribute_name, from, below, after, limit);
    }
    return db_query(db,
                    "SELECT t.id, t.name, t.thing_id, t.billing_group, t.version FROM thing_attribute AS a "
                    "JOIN thing AS t ON t.id = a.thing "
                    "WHERE a.name = ?1 AND a.value = ?2 AND a.thing > ?3 ORDER BY a.thing LIMIT ?4",
                    "ssii", filter->attribute_name, filter->attribute_value, after, limit);
}

bool store_things_list(struct db *db, struct arena *arena, const struct thing_filter *filter, int64_t after,
                       int64_t limit, struct thing_rows *ret_rows)
{
    struct thing_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q = query_things(db, arena, filter, after, limit);
    while (rows.n < (size_t)limit && stmt_row(q) && read_thing(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
