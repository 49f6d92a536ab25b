/* Multipart uploads that are under way, and their parts (schema/0019). */
#ifndef IOTJOBS_STORE_UPLOAD_STORE_H
#define IOTJOBS_STORE_UPLOAD_STORE_H

#include "store/artifacts/content_store.h"
#include "store/artifacts/key_walk.h"

enum { UPLOAD_PARTS_MAX = 10000 };

struct upload_row {
    int64_t id; /* ours: later ones have higher ones */
    struct str upload_id, bucket, key;
    int64_t content; /* of its parts; becomes the object's */
    int64_t pieces;  /* of all parts together */
    int64_t begun_at_ms;
    struct str headers, tags; /* as in struct object_row */
    int checksum_algorithm, checksum_type;
};

struct upload_rows {
    size_t n;
    struct upload_row *items;
};

struct part_row {
    int64_t number, size, modified_at_ms;
    struct str etag;
    struct str checksum; /* of the upload's algorithm; absent: none */
};

struct part_rows {
    size_t n;
    struct part_row *items;
};

/* False: there is none. */
bool store_upload_get(struct db *db, struct arena *arena, struct str upload_id,
                      struct upload_row *ret_upload);
bool store_upload_insert(struct db *db, const struct upload_row *upload);
bool store_upload_set_pieces(struct db *db, int64_t id, int64_t pieces);
/* The row alone. */
bool store_upload_delete(struct db *db, int64_t id);

/* How many the bucket has; counts to `most` only. */
int64_t store_upload_count(struct db *db, struct str bucket, int64_t most);
/* Of all its uploads the contents lose their owner, and the rows go. */
bool store_uploads_abort_all(struct db *db, struct str bucket);
/* The one that was begun first, its texts in the arena; false: there is none. */
bool store_upload_oldest(struct db *db, struct arena *arena, struct upload_row *ret_upload);

/* Walks through a bucket's uploads by key and the order of their beginning, from behind the key `after`, of
 * those whose keys begin with `prefix`. */
struct stmt *store_uploads_walk(struct db *db, struct arena *arena, struct str bucket, struct str prefix,
                                struct str after);
/* Those of one key that were begun after `upload_id`: all, where there is no such upload. */
struct stmt *store_key_uploads_walk(struct db *db, struct str bucket, struct str key, struct str upload_id);
/* The rest of the row that key_walk_next has come to. */
bool store_uploads_row(struct stmt *walk, struct arena *arena, struct str bucket,
                       struct upload_row *ret_upload);

/* ---- parts ---- */

/* False: there is none. */
bool store_part_get(struct db *db, struct arena *arena, int64_t content, int64_t number,
                    struct part_row *ret_part);
/* In place of one that has the number already. */
bool store_part_put(struct db *db, int64_t content, const struct part_row *part);
/* With numbers above `after`, `limit` at most. */
bool store_parts_list(struct db *db, struct arena *arena, int64_t content, int64_t after, int64_t limit,
                      struct part_rows *ret_parts);
/* Those from `first` to `last` become another content's. */
bool store_parts_move(struct db *db, int64_t content, int64_t first, int64_t last, int64_t to);

#endif
