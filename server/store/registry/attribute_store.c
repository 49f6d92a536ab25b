#include "store/registry/attribute_store.h"

enum { ATTRIBUTES_MAX = 64 }; /* AWS allows 50 */

/* One literal for each owner: the literal's address is the statement's key. */
static struct stmt *query_attributes(struct db *db, enum attribute_owner owner, int64_t id)
{
    if (owner == ATTRIBUTES_OF_THING_GROUP)
        return db_query(
            db, "SELECT name, value FROM thing_group_attribute WHERE thing_group = ?1 ORDER BY name LIMIT ?2",
            "ii", id, (int64_t)ATTRIBUTES_MAX);
    return db_query(db, "SELECT name, value FROM thing_attribute WHERE thing = ?1 ORDER BY name LIMIT ?2",
                    "ii", id, (int64_t)ATTRIBUTES_MAX);
}

bool store_attributes_get(struct db *db, struct arena *arena, enum attribute_owner owner, int64_t id,
                          struct attribute_rows *ret_rows)
{
    struct attribute_rows rows = { .items = arena_array(arena, ATTRIBUTES_MAX, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q = query_attributes(db, owner, id);
    while (rows.n < ATTRIBUTES_MAX && stmt_row(q)) {
        rows.items[rows.n].name = stmt_text(q, arena);
        rows.items[rows.n].value = stmt_text(q, arena);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

static bool insert_attribute(struct db *db, enum attribute_owner owner, int64_t id,
                             const struct attribute *attribute)
{
    if (owner == ATTRIBUTES_OF_THING_GROUP)
        return db_exec(db, "INSERT INTO thing_group_attribute (thing_group, name, value) VALUES (?1, ?2, ?3)",
                       "iss", id, attribute->name, attribute->value);
    return db_exec(db, "INSERT INTO thing_attribute (thing, name, value) VALUES (?1, ?2, ?3)", "iss", id,
                   attribute->name, attribute->value);
}

bool store_attributes_insert(struct db *db, enum attribute_owner owner, int64_t id,
                             const struct attribute_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        if (!insert_attribute(db, owner, id, &rows->items[i]))
            return false;
    return true;
}

static bool delete_attributes(struct db *db, enum attribute_owner owner, int64_t id)
{
    if (owner == ATTRIBUTES_OF_THING_GROUP)
        return db_exec(db, "DELETE FROM thing_group_attribute WHERE thing_group = ?1", "i", id);
    return db_exec(db, "DELETE FROM thing_attribute WHERE thing = ?1", "i", id);
}

bool store_attributes_replace(struct db *db, enum attribute_owner owner, int64_t id,
                              const struct attribute_rows *rows)
{
    return delete_attributes(db, owner, id) && store_attributes_insert(db, owner, id, rows);
}
