#include "store/artifacts/upload_store.h"

#define BUCKET "(SELECT id FROM artifact_bucket WHERE name = ?1)"

/* In the order in which read_upload reads them. */
#define COLUMNS                                                                                              \
    "SELECT u.id, u.upload_id, b.name, u.key, u.content, u.pieces, u.begun_at_ms, u.headers, u.tags, "       \
    "u.checksum_algorithm, u.checksum_type FROM artifact_upload AS u "                                       \
    "JOIN artifact_bucket AS b ON b.id = u.bucket "

static struct upload_row read_upload(struct stmt *q, struct arena *arena)
{
    struct upload_row upload;
    upload.id = stmt_int(q);
    upload.upload_id = stmt_text(q, arena);
    upload.bucket = stmt_text(q, arena);
    upload.key = stmt_text(q, arena);
    upload.content = stmt_int(q);
    upload.pieces = stmt_int(q);
    upload.begun_at_ms = stmt_int(q);
    upload.headers = stmt_text(q, arena);
    upload.tags = stmt_text(q, arena);
    upload.checksum_algorithm = (int)stmt_int(q);
    upload.checksum_type = (int)stmt_int(q);
    return upload;
}

static bool read_one(struct stmt *q, struct arena *arena, struct upload_row *ret_upload)
{
    bool found = stmt_row(q);
    if (found)
        *ret_upload = read_upload(q, arena);
    stmt_done(q);
    return found && !arena->failed;
}

bool store_upload_get(struct db *db, struct arena *arena, struct str upload_id, struct upload_row *ret_upload)
{
    return read_one(db_query(db, COLUMNS "WHERE u.upload_id = ?1", "s", upload_id), arena, ret_upload);
}

bool store_upload_oldest(struct db *db, struct arena *arena, struct upload_row *ret_upload)
{
    return read_one(db_query(db, COLUMNS "ORDER BY u.begun_at_ms LIMIT 1 /*scan*/", ""), arena, ret_upload);
}

bool store_upload_insert(struct db *db, const struct upload_row *upload)
{
    return db_exec(
        db,
        "INSERT INTO artifact_upload (bucket, upload_id, key, content, begun_at_ms, headers, "
        "tags, checksum_algorithm, checksum_type) VALUES (" BUCKET ", ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        "sssiissii", upload->bucket, upload->upload_id, upload->key, upload->content, upload->begun_at_ms,
        upload->headers, upload->tags, (int64_t)upload->checksum_algorithm, (int64_t)upload->checksum_type);
}

bool store_upload_set_pieces(struct db *db, int64_t id, int64_t pieces)
{
    return db_exec(db, "UPDATE artifact_upload SET pieces = ?2 WHERE id = ?1", "ii", id, pieces);
}

bool store_upload_delete(struct db *db, int64_t id)
{
    return db_exec(db, "DELETE FROM artifact_upload WHERE id = ?1", "i", id);
}

int64_t store_upload_count(struct db *db, struct str bucket, int64_t most)
{
    struct stmt *q = db_query(
        db, "SELECT count(*) FROM (SELECT 1 FROM artifact_upload WHERE bucket = " BUCKET " LIMIT ?2)", "si",
        bucket, most);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_uploads_abort_all(struct db *db, struct str bucket)
{
    return db_exec(db,
                   "UPDATE artifact_content SET owners = owners - 1 WHERE id IN "
                   "(SELECT content FROM artifact_upload WHERE bucket = " BUCKET ")",
                   "s", bucket) &&
           db_exec(db, "DELETE FROM artifact_upload WHERE bucket = " BUCKET, "s", bucket);
}

/* ---- listings ---- */

/* In the order in which key_walk_next and store_uploads_row read them. */
#define LISTED                                                                                               \
    "SELECT key, id, upload_id, begun_at_ms, checksum_algorithm, checksum_type "                             \
    "FROM artifact_upload WHERE bucket = " BUCKET " "

struct stmt *store_uploads_walk(struct db *db, struct arena *arena, struct str bucket, struct str prefix,
                                struct str after)
{
    struct key_range range = key_range_of(prefix, after, arena);
    return db_query(db, LISTED "AND key >= ?2 AND key < ?3 ORDER BY key, id", "sss", bucket, range.first,
                    range.end);
}

struct stmt *store_key_uploads_walk(struct db *db, struct str bucket, struct str key, struct str upload_id)
{
    return db_query(db,
                    LISTED "AND key = ?2 AND id > coalesce((SELECT id FROM artifact_upload "
                           "WHERE upload_id = ?3), 0) ORDER BY id",
                    "sss", bucket, key, upload_id);
}

bool store_uploads_row(struct stmt *walk, struct arena *arena, struct str bucket,
                       struct upload_row *ret_upload)
{
    struct upload_row upload = { .bucket = bucket };
    upload.id = stmt_int(walk);
    upload.upload_id = stmt_text(walk, arena);
    upload.begun_at_ms = stmt_int(walk);
    upload.checksum_algorithm = (int)stmt_int(walk);
    upload.checksum_type = (int)stmt_int(walk);
    *ret_upload = upload;
    return !arena->failed;
}

/* ---- parts ---- */

static struct part_row read_part(struct stmt *q, struct arena *arena)
{
    struct part_row part;
    part.number = stmt_int(q);
    part.size = stmt_int(q);
    part.modified_at_ms = stmt_int(q);
    part.etag = stmt_text(q, arena);
    part.checksum = stmt_text(q, arena);
    return part;
}

bool store_part_get(struct db *db, struct arena *arena, int64_t content, int64_t number,
                    struct part_row *ret_part)
{
    struct stmt *q = db_query(db,
                              "SELECT number, size, modified_at_ms, etag, checksum FROM artifact_part "
                              "WHERE content = ?1 AND number = ?2",
                              "ii", content, number);
    bool found = stmt_row(q);
    if (found)
        *ret_part = read_part(q, arena);
    stmt_done(q);
    return found && !arena->failed;
}

bool store_part_put(struct db *db, int64_t content, const struct part_row *part)
{
    return db_exec(db,
                   "INSERT INTO artifact_part (content, number, size, etag, checksum, modified_at_ms) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET size = excluded.size, "
                   "etag = excluded.etag, checksum = excluded.checksum, "
                   "modified_at_ms = excluded.modified_at_ms",
                   "iiissi", content, part->number, part->size, part->etag, part->checksum,
                   part->modified_at_ms);
}

bool store_parts_list(struct db *db, struct arena *arena, int64_t content, int64_t after, int64_t limit,
                      struct part_rows *ret_parts)
{
    struct part_rows rows = { 0 };
    size_t room = 0;
    struct stmt *q = db_query(db,
                              "SELECT number, size, modified_at_ms, etag, checksum FROM artifact_part "
                              "WHERE content = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                              "iii", content, after, limit);
    while (!arena->failed && stmt_row(q)) {
        rows.items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *rows.items);
        if (rows.items)
            rows.items[rows.n++] = read_part(q, arena);
    }
    stmt_done(q);
    *ret_parts = rows;
    return !arena->failed && !db_failed(db);
}

bool store_parts_move(struct db *db, int64_t content, int64_t first, int64_t last, int64_t to)
{
    return db_exec(db,
                   "UPDATE artifact_part SET content = ?4 "
                   "WHERE content = ?1 AND number >= ?2 AND number <= ?3",
                   "iiii", content, first, last, to);
}
