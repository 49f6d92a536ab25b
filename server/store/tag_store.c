#include "store/tag_store.h"

bool store_tag_set(struct db *db, const char *type, struct str name, struct str key, struct str value)
{
    return db_exec(db,
                   "INSERT INTO tag (resource_type, resource_name, key, value) VALUES (?1, ?2, ?3, ?4) "
                   "ON CONFLICT (resource_type, resource_name, key) DO UPDATE SET value = excluded.value",
                   "ssss", str_from(type), name, key, value);
}

bool store_tag_delete(struct db *db, const char *type, struct str name, struct str key)
{
    return db_exec(db, "DELETE FROM tag WHERE resource_type = ?1 AND resource_name = ?2 AND key = ?3", "sss",
                   str_from(type), name, key);
}

bool store_tags_delete_of(struct db *db, const char *type, struct str name)
{
    return db_exec(db, "DELETE FROM tag WHERE resource_type = ?1 AND resource_name = ?2", "ss",
                   str_from(type), name);
}

int64_t store_tag_count(struct db *db, const char *type, struct str name)
{
    struct stmt *q = db_query(db, "SELECT count(*) FROM tag WHERE resource_type = ?1 AND resource_name = ?2",
                              "ss", str_from(type), name);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_tags_list(struct db *db, struct arena *arena, const char *type, struct str name, int64_t after,
                     int64_t limit, struct tag_rows *ret_rows)
{
    struct tag_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    struct stmt *q =
        db_query(db,
                 "SELECT id, key, value FROM tag WHERE resource_type = ?1 AND resource_name = ?2 "
                 "AND id > ?3 ORDER BY id LIMIT ?4",
                 "ssii", str_from(type), name, after, limit);
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        rows.items[rows.n].id = stmt_int(q);
        rows.items[rows.n].key = stmt_text(q, arena);
        rows.items[rows.n].value = stmt_text(q, arena);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
