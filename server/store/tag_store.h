/* Rows of tags. What they belong to is named by the type and the name of its ARN: "job", "fw-7". Texts that
 * are returned live in the arena. */
#ifndef IOTJOBS_STORE_TAG_STORE_H
#define IOTJOBS_STORE_TAG_STORE_H

#include "store/db.h"

struct tag_row {
    int64_t id; /* order of creation */
    struct str key, value;
};

struct tag_rows {
    size_t n;
    struct tag_row *items;
};

/* A key that is there already gets the new value. */
bool store_tag_set(struct db *db, const char *type, struct str name, struct str key, struct str value);
/* Harmless when there is none. */
bool store_tag_delete(struct db *db, const char *type, struct str name, struct str key);
bool store_tags_delete_of(struct db *db, const char *type, struct str name);

int64_t store_tag_count(struct db *db, const char *type, struct str name);
/* At most `limit` tags with an id above `after`, in order of creation. */
bool store_tags_list(struct db *db, struct arena *arena, const char *type, struct str name, int64_t after,
                     int64_t limit, struct tag_rows *ret_rows);

#endif
