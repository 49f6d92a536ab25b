/* Rows of thing types. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_THING_TYPE_STORE_H
#define IOTJOBS_STORE_THING_TYPE_STORE_H

#include "store/db.h"

struct thing_type_row {
    struct str name;
    struct str type_id;
    struct str description;            /* absent: none */
    struct str searchable_attributes;  /* names with a space between them; absent: none */
    struct str propagating_attributes; /* JSON array; absent: none */
    int64_t created_at_ms;
    struct opt_int deprecated_at_ms; /* not set: things may be made of it */
};

struct thing_type_rows {
    size_t n;
    struct thing_type_row *items;
};

bool store_thing_type_get(struct db *db, struct arena *arena, struct str name,
                          struct thing_type_row *ret_type);
bool store_thing_type_insert(struct db *db, const struct thing_type_row *type);
/* All but its name and its id. */
bool store_thing_type_update(struct db *db, const struct thing_type_row *type);
/* It has no things any more. */
bool store_thing_type_delete(struct db *db, struct str name);
bool store_thing_type_has_things(struct db *db, struct str name);

/* At most `limit` types whose name begins with `prefix` (absent: all), by name, of those that come after the
 * name `after` (absent: from the first). */
bool store_thing_types_list(struct db *db, struct arena *arena, struct str prefix, struct str after,
                            int64_t limit, struct thing_type_rows *ret_rows);

#endif
