#include "store/artifacts/bucket_store.h"

#include "store/artifacts/key_walk.h"

static const char *const versioning_names[] = {
    [VERSIONING_NEVER] = "NEVER",
    [VERSIONING_ENABLED] = "ENABLED",
    [VERSIONING_SUSPENDED] = "SUSPENDED",
};

static enum bucket_versioning versioning_of(struct str name)
{
    for (int v = VERSIONING_ENABLED; v <= VERSIONING_SUSPENDED; v++)
        if (str_eq_text(name, versioning_names[v]))
            return (enum bucket_versioning)v;
    return VERSIONING_NEVER;
}

static struct bucket_row read_bucket(struct stmt *q, struct arena *arena)
{
    struct bucket_row bucket;
    bucket.name = stmt_text(q, arena);
    bucket.region = stmt_text(q, arena);
    bucket.versioning = versioning_of(stmt_borrow(q));
    bucket.created_at_ms = stmt_int(q);
    return bucket;
}

bool store_bucket_get(struct db *db, struct arena *arena, struct str name, struct bucket_row *ret_bucket)
{
    struct stmt *q = db_query(
        db, "SELECT name, region, versioning, created_at_ms FROM artifact_bucket WHERE name = ?1", "s", name);
    bool found = stmt_row(q);
    if (found)
        *ret_bucket = read_bucket(q, arena);
    stmt_done(q);
    return found && !arena->failed;
}

bool store_bucket_insert(struct db *db, const struct bucket_row *bucket)
{
    return db_exec(
        db, "INSERT INTO artifact_bucket (name, region, versioning, created_at_ms) VALUES (?1, ?2, ?3, ?4)",
        "sssi", bucket->name, bucket->region, str_from(versioning_names[bucket->versioning]),
        bucket->created_at_ms);
}

bool store_bucket_set_versioning(struct db *db, struct str name, enum bucket_versioning versioning)
{
    return db_exec(db, "UPDATE artifact_bucket SET versioning = ?2 WHERE name = ?1", "ss", name,
                   str_from(versioning_names[versioning]));
}

bool store_bucket_delete(struct db *db, struct str name)
{
    return db_exec(db, "DELETE FROM artifact_bucket WHERE name = ?1", "s", name);
}

bool store_buckets_list(struct db *db, struct arena *arena, struct str prefix, struct str after,
                        int64_t limit, struct bucket_rows *ret_buckets)
{
    struct bucket_rows rows = { 0 };
    struct key_range range = key_range_of(prefix, after, arena);
    size_t room = 0;
    struct stmt *q = db_query(db,
                              "SELECT name, region, versioning, created_at_ms FROM artifact_bucket "
                              "WHERE name >= ?1 AND name < ?2 ORDER BY name LIMIT ?3",
                              "ssi", range.first, range.end, limit);
    while (!arena->failed && stmt_row(q)) {
        rows.items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *rows.items);
        if (rows.items)
            rows.items[rows.n++] = read_bucket(q, arena);
    }
    stmt_done(q);
    *ret_buckets = rows;
    return !arena->failed && !db_failed(db);
}
