/* Attributes of things and of thing groups: names with values. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_ATTRIBUTE_STORE_H
#define IOTJOBS_STORE_ATTRIBUTE_STORE_H

#include "store/db.h"

struct attribute {
    struct str name, value;
};

struct attribute_rows {
    size_t n;
    struct attribute *items;
};

enum attribute_owner { ATTRIBUTES_OF_THING, ATTRIBUTES_OF_THING_GROUP };

/* By name. `id` is the owner's. */
bool store_attributes_get(struct db *db, struct arena *arena, enum attribute_owner owner, int64_t id,
                          struct attribute_rows *ret_rows);
/* For an owner that has none yet. */
bool store_attributes_insert(struct db *db, enum attribute_owner owner, int64_t id,
                             const struct attribute_rows *rows);
bool store_attributes_replace(struct db *db, enum attribute_owner owner, int64_t id,
                              const struct attribute_rows *rows);

#endif
