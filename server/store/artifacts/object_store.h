/*
 * Objects (schema/0019): which there are and what is said of them. Their bytes: content_store.h and
 * artifact_folder.h.
 */
#ifndef IOTJOBS_STORE_OBJECT_STORE_H
#define IOTJOBS_STORE_OBJECT_STORE_H

#include "store/artifacts/bucket_store.h"
#include "store/artifacts/content_store.h"
#include "store/artifacts/key_walk.h"

#define VERSION_NULL "null" /* of what was put while the bucket had no versions */

/* One version of an object, or a delete marker. */
struct object_row {
    int64_t object_id; /* ours: of this version; later ones of a key have higher ones */
    struct str bucket, key;
    struct str version_id; /* VERSION_NULL for what was put while the bucket had no versions */
    bool versioned;        /* its bucket has versions, or had: the version is told */
    bool is_latest, delete_marker;
    int64_t content; /* 0: of a delete marker */
    int64_t size, modified_at_ms;
    struct str etag; /* without quotes */
    /* What was said with it and is given back: a JSON object of strings, names in lower case: content-type,
     * cache-control, content-disposition, content-encoding, content-language, expires, x-amz-meta-… */
    struct str headers;
    struct str tags;        /* a JSON object of strings; absent: none */
    int checksum_algorithm; /* enum checksum_algorithm of rules/artifacts/checksum.h */
    int checksum_type;
    struct str checksum; /* base64; absent: none */
    int64_t parts;       /* of a multipart upload; 0: put at once */
};

/* The newest version (a delete marker, too), or with `version_id` that one. False: there is none. */
bool store_object_get(struct db *db, struct arena *arena, struct str bucket, struct str key,
                      struct str version_id, struct object_row *ret_object);
bool store_object_pieces(struct db *db, struct arena *arena, int64_t object_id,
                         struct artifact_pieces *ret_pieces);

/* Sets object->object_id. It becomes the newest of its key: whatever was must have been told that it is not.
 */
bool store_object_insert(struct db *db, struct object_row *object);
bool store_object_set_latest(struct db *db, int64_t object_id, bool latest);
bool store_object_set_tags(struct db *db, int64_t object_id, struct str tags);
/* The row alone. */
bool store_object_delete(struct db *db, int64_t object_id);
/* The newest version of those that a key has; false: it has none. */
bool store_object_newest(struct db *db, struct str bucket, struct str key, int64_t *ret_object_id);

/* Whether the bucket has any, delete markers too. */
bool store_object_any(struct db *db, struct str bucket);

/* ---- listings: without headers and tags ---- */

/*
 * Walks through the newest objects of a bucket, by key, without delete markers; or through all versions and
 * delete markers, by key, the newest first. From behind the key `after`, of those that begin with `prefix`.
 */
enum object_walk { WALK_OBJECTS, WALK_VERSIONS };
struct stmt *store_objects_walk(struct db *db, struct arena *arena, enum object_walk walk, struct str bucket,
                                struct str prefix, struct str after);
/* Through the versions of one key that are older than `version_id`: all, where there is no such version. */
struct stmt *store_versions_walk(struct db *db, struct str bucket, struct str key, struct str version_id);
/* The rest of the row that key_walk_next has come to. */
bool store_objects_row(struct stmt *walk, struct arena *arena, struct str bucket,
                       struct object_row *ret_object);

#endif
