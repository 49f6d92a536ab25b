/* Multipart uploads that are under way, and their parts (schema/0019). */
#ifndef IOTJOBS_STORE_UPLOAD_STORE_H
#define IOTJOBS_STORE_UPLOAD_STORE_H

#include "store/artifacts/artifact_folder.h"

struct upload_row {
    struct str upload_id, bucket, key;
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
    int64_t part_id;     /* ours: its pieces go by it */
};

struct part_rows {
    size_t n;
    struct part_row *items;
};

/* functions: by whoever writes upload_store.c */

#endif
