/* Buckets (schema/0019). */
#ifndef IOTJOBS_STORE_BUCKET_STORE_H
#define IOTJOBS_STORE_BUCKET_STORE_H

#include "store/db.h"

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

/* False: there is none. */
bool store_bucket_get(struct db *db, struct arena *arena, struct str name, struct bucket_row *ret_bucket);
bool store_bucket_insert(struct db *db, const struct bucket_row *bucket);
bool store_bucket_set_versioning(struct db *db, struct str name, enum bucket_versioning versioning);
/* Of one without objects and uploads. */
bool store_bucket_delete(struct db *db, struct str name);
/* Those behind `after` whose names begin with `prefix`, `limit` at most, by name. */
bool store_buckets_list(struct db *db, struct arena *arena, struct str prefix, struct str after,
                        int64_t limit, struct bucket_rows *ret_buckets);

#endif
