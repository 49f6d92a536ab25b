/* Rows of things. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_THING_STORE_H
#define IOTJOBS_STORE_THING_STORE_H

#include "store/db.h"

struct thing_row {
    int64_t id; /* order of creation */
    struct str name;
    struct str thing_id;
    struct str billing_group; /* absent: none */
    int64_t version;
};

bool store_thing_get(struct db *db, struct arena *arena, struct str name, struct thing_row *ret_thing);
bool store_thing_get_by_id(struct db *db, struct arena *arena, int64_t id, struct thing_row *ret_thing);
bool store_thing_exists(struct db *db, struct str name);
/* Sets thing->id. */
bool store_thing_insert(struct db *db, struct thing_row *thing);
/* Something about it has changed: the next version. */
bool store_thing_changed(struct db *db, int64_t thing);
bool store_thing_delete(struct db *db, struct str name);

struct thing_filter {
    struct str attribute_name;  /* absent: all things */
    struct str attribute_value; /* absent: any value */
    bool value_is_prefix;
};

struct thing_rows {
    size_t n;
    struct thing_row *items;
};

/* At most `limit` things created after the one with the id `after` (0: from the first), in order of creation.
 */
bool store_things_list(struct db *db, struct arena *arena, const struct thing_filter *filter, int64_t after,
                       int64_t limit, struct thing_rows *ret_rows);

#endif
