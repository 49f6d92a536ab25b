#include "store/registry/thing_type_store.h"

#define TYPE_COLUMNS                                                                                         \
    "name, type_id, description, searchable_attributes, propagating_attributes, created_at_ms, "             \
    "deprecated_at_ms"

static bool read_type(struct stmt *q, struct arena *arena, struct thing_type_row *ret_type)
{
    *ret_type = (struct thing_type_row){
        .name = stmt_text(q, arena),
        .type_id = stmt_text(q, arena),
        .description = stmt_text(q, arena),
        .searchable_attributes = stmt_text(q, arena),
        .propagating_attributes = stmt_text(q, arena),
        .created_at_ms = stmt_int(q),
        .deprecated_at_ms = stmt_opt_int(q),
    };
    return !arena->failed;
}

bool store_thing_type_get(struct db *db, struct arena *arena, struct str name,
                          struct thing_type_row *ret_type)
{
    struct stmt *q = db_query(db, "SELECT " TYPE_COLUMNS " FROM thing_type WHERE name = ?1", "s", name);
    bool found = stmt_row(q) && read_type(q, arena, ret_type);
    stmt_done(q);
    return found;
}

bool store_thing_type_insert(struct db *db, const struct thing_type_row *type)
{
    return db_exec(db, "INSERT INTO thing_type (" TYPE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   "sssssio", type->name, type->type_id, type->description, type->searchable_attributes,
                   type->propagating_attributes, type->created_at_ms, type->deprecated_at_ms);
}

bool store_thing_type_update(struct db *db, const struct thing_type_row *type)
{
    return db_exec(db,
                   "UPDATE thing_type SET description = ?2, searchable_attributes = ?3, "
                   "propagating_attributes = ?4, deprecated_at_ms = ?5 WHERE name = ?1",
                   "sssso", type->name, type->description, type->searchable_attributes,
                   type->propagating_attributes, type->deprecated_at_ms);
}

bool store_thing_type_delete(struct db *db, struct str name)
{
    return db_exec(db, "DELETE FROM thing_type WHERE name = ?1", "s", name);
}

bool store_thing_type_has_things(struct db *db, struct str name)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM thing WHERE thing_type = ?1 LIMIT 1", "s", name);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* One lower bound only: of two, SQLite may seek by the one and walk to the other. In names nothing sorts
 * behind ~. */
bool store_thing_types_list(struct db *db, struct arena *arena, struct str prefix, struct str after,
                            int64_t limit, struct thing_type_rows *ret_rows)
{
    struct thing_type_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct str begin = prefix.p ? prefix : STR_LIT("");
    struct stmt *q =
        db_query(db,
                 "SELECT " TYPE_COLUMNS " FROM thing_type "
                 "WHERE name >= ?1 AND name < ?2 || '~' AND name IS NOT ?3 ORDER BY name LIMIT ?4",
                 "sssi", after.p ? after : begin, begin, after, limit);
    while (rows.n < (size_t)limit && stmt_row(q) && read_type(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
