/*
 * Buckets and objects (schema/0019): which there are and what is said of them. Their bytes:
 * artifact_folder.h.
 */
#ifndef IOTJOBS_STORE_OBJECT_STORE_H
#define IOTJOBS_STORE_OBJECT_STORE_H

#include "store/artifacts/artifact_folder.h"

enum bucket_versioning { VERSIONING_NEVER, VERSIONING_ENABLED, VERSIONING_SUSPENDED };

struct bucket_row {
    struct str name, region;
    enum bucket_versioning versioning;
    int64_t created_at_ms;
};

struct bucket_rows {
    size_t n;
    struct bucket_row *items;
};

bool store_bucket_get(struct db *db, struct arena *arena, struct str name, struct bucket_row *ret_bucket);
/* … insert, delete, list, set versioning: by whoever writes object_store.c */

/* One version of an object, or a delete marker. */
struct object_row {
    int64_t object_id; /* ours: of this version; its pieces go by it */
    struct str bucket, key;
    struct str version_id; /* "null" for what was put while the bucket had no versions */
    bool is_latest, delete_marker;
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

#endif
