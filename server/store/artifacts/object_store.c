#include "store/artifacts/object_store.h"

#define BUCKET "(SELECT id FROM artifact_bucket WHERE name = ?1)"

/* In the order in which read_object reads them. */
#define COLUMNS                                                                                              \
    "o.id, o.key, o.version_id, b.versioning <> 'NEVER', o.latest, o.delete_marker, o.content, o.size, "     \
    "o.modified_at_ms, o.etag, o.headers, o.tags, o.checksum_algorithm, o.checksum_type, o.checksum, "       \
    "o.parts FROM artifact_bucket AS b JOIN artifact_object AS o ON o.bucket = b.id "

static struct object_row read_object(struct stmt *q, struct arena *arena, struct str bucket)
{
    struct object_row object = { .bucket = bucket };
    object.object_id = stmt_int(q);
    object.key = stmt_text(q, arena);
    object.version_id = stmt_text(q, arena);
    object.versioned = stmt_int(q) != 0;
    object.is_latest = stmt_int(q) != 0;
    object.delete_marker = stmt_int(q) != 0;
    object.content = stmt_int(q);
    object.size = stmt_int(q);
    object.modified_at_ms = stmt_int(q);
    object.etag = stmt_text(q, arena);
    object.headers = stmt_text(q, arena);
    object.tags = stmt_text(q, arena);
    object.checksum_algorithm = (int)stmt_int(q);
    object.checksum_type = (int)stmt_int(q);
    object.checksum = stmt_text(q, arena);
    object.parts = stmt_int(q);
    return object;
}

bool store_object_get(struct db *db, struct arena *arena, struct str bucket, struct str key,
                      struct str version_id, struct object_row *ret_object)
{
    struct stmt *q =
        version_id.p
            ? db_query(db, "SELECT " COLUMNS "WHERE b.name = ?1 AND o.key = ?2 AND o.version_id = ?3", "sss",
                       bucket, key, version_id)
            : db_query(db, "SELECT " COLUMNS "WHERE b.name = ?1 AND o.key = ?2 AND o.latest = 1", "ss",
                       bucket, key);
    bool found = stmt_row(q);
    if (found)
        *ret_object = read_object(q, arena, bucket);
    stmt_done(q);
    return found && !arena->failed;
}

bool store_object_pieces(struct db *db, struct arena *arena, int64_t object_id,
                         struct artifact_pieces *ret_pieces)
{
    struct stmt *q = db_query(db, "SELECT content FROM artifact_object WHERE id = ?1", "i", object_id);
    int64_t content = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return store_pieces_get(db, arena, content, ret_pieces);
}

bool store_object_insert(struct db *db, struct object_row *object)
{
    struct opt_int content = { .set = !object->delete_marker, .value = object->content };
    struct stmt *q = db_query(
        db,
        "INSERT INTO artifact_object (bucket, key, version_id, latest, delete_marker, "
        "content, size, modified_at_ms, etag, headers, tags, checksum_algorithm, "
        "checksum_type, checksum, parts) VALUES (" BUCKET
        ", ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id",
        "sssioiisssiisi", object->bucket, object->key, object->version_id, (int64_t)object->delete_marker,
        content, object->size, object->modified_at_ms, object->etag, object->headers, object->tags,
        (int64_t)object->checksum_algorithm, (int64_t)object->checksum_type, object->checksum, object->parts);
    if (!stmt_row(q))
        return false;
    object->object_id = stmt_int(q);
    object->is_latest = true;
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_object_set_latest(struct db *db, int64_t object_id, bool latest)
{
    return db_exec(db, "UPDATE artifact_object SET latest = ?2 WHERE id = ?1", "ii", object_id,
                   (int64_t)latest);
}

bool store_object_set_tags(struct db *db, int64_t object_id, struct str tags)
{
    return db_exec(db, "UPDATE artifact_object SET tags = ?2 WHERE id = ?1", "is", object_id, tags);
}

bool store_object_delete(struct db *db, int64_t object_id)
{
    return db_exec(db, "DELETE FROM artifact_object WHERE id = ?1", "i", object_id);
}

bool store_object_newest(struct db *db, struct str bucket, struct str key, int64_t *ret_object_id)
{
    struct stmt *q = db_query(
        db, "SELECT id FROM artifact_object WHERE bucket = " BUCKET " AND key = ?2 ORDER BY id DESC LIMIT 1",
        "ss", bucket, key);
    bool found = stmt_row(q);
    if (found)
        *ret_object_id = stmt_int(q);
    stmt_done(q);
    return found;
}

bool store_object_any(struct db *db, struct str bucket)
{
    struct stmt *q =
        db_query(db, "SELECT 1 FROM artifact_object WHERE bucket = " BUCKET " LIMIT 1", "s", bucket);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* ---- listings ---- */

/* In the order in which key_walk_next and store_objects_row read them. */
#define LISTED                                                                                               \
    "SELECT key, id, version_id, latest, delete_marker, size, modified_at_ms, etag, checksum_algorithm, "    \
    "checksum_type, checksum, parts FROM artifact_object WHERE bucket = " BUCKET " "

struct stmt *store_objects_walk(struct db *db, struct arena *arena, enum object_walk walk, struct str bucket,
                                struct str prefix, struct str after)
{
    struct key_range range = key_range_of(prefix, after, arena);
    if (walk == WALK_OBJECTS)
        return db_query(db,
                        LISTED "AND latest = 1 AND delete_marker = 0 "
                               "AND key >= ?2 AND key < ?3 ORDER BY key",
                        "sss", bucket, range.first, range.end);
    return db_query(db, LISTED "AND key >= ?2 AND key < ?3 ORDER BY key, id DESC", "sss", bucket, range.first,
                    range.end);
}

struct stmt *store_versions_walk(struct db *db, struct str bucket, struct str key, struct str version_id)
{
    return db_query(db,
                    LISTED "AND key = ?2 AND id < coalesce((SELECT id FROM artifact_object "
                           "WHERE bucket = " BUCKET
                           " AND key = ?2 AND version_id = ?3), 9223372036854775807) "
                           "ORDER BY id DESC",
                    "sss", bucket, key, version_id);
}

bool store_objects_row(struct stmt *walk, struct arena *arena, struct str bucket,
                       struct object_row *ret_object)
{
    struct object_row object = { .bucket = bucket };
    object.object_id = stmt_int(walk);
    object.version_id = stmt_text(walk, arena);
    object.is_latest = stmt_int(walk) != 0;
    object.delete_marker = stmt_int(walk) != 0;
    object.size = stmt_int(walk);
    object.modified_at_ms = stmt_int(walk);
    object.etag = stmt_text(walk, arena);
    object.checksum_algorithm = (int)stmt_int(walk);
    object.checksum_type = (int)stmt_int(walk);
    object.checksum = stmt_text(walk, arena);
    object.parts = stmt_int(walk);
    *ret_object = object;
    return !arena->failed;
}
