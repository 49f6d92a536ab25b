/* Rows of things. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_THING_STORE_H
#define IOTJOBS_STORE_THING_STORE_H

#include "store/db.h"

struct thing_row {
    int64_t id; /* order of creation */
    struct str name;
    struct str thing_id;
    struct str billing_group; /* absent: none */
    struct str type;          /* absent: none */
    int64_t version;
};

bool store_thing_get(struct db *db, struct arena *arena, struct str name, struct thing_row *ret_thing);
bool store_thing_get_by_id(struct db *db, struct arena *arena, int64_t id, struct thing_row *ret_thing);
bool store_thing_exists(struct db *db, struct str name);
/* Sets thing->id. */
bool store_thing_insert(struct db *db, struct thing_row *thing);
/* Something about it has changed: its type, perhaps, and the next version. */
bool store_thing_changed(struct db *db, int64_t thing, struct str type);
bool store_thing_delete(struct db *db, struct str name);

/* ---- lists ---- */

struct thing_filter {
    struct str attribute_name;  /* absent: all things */
    struct str attribute_value; /* absent: any value */
    bool value_is_prefix;
    struct str type; /* absent: of any type and of none */
};

/* Where a thing stands in a list. A list by an attribute is in the order of its values, and of creation where
 * they are equal; every other one is in the order of creation. */
struct thing_place {
    struct str value; /* absent: in a list by creation, and at the beginning */
    int64_t id;       /* 0: at the beginning */
};

struct thing_rows {
    size_t n;
    struct thing_row *items;
    struct thing_place *places; /* of each of them */
    bool cut;                   /* the search was broken off: there may be more behind `end` */
    struct thing_place end;
};

/*
 * At most `limit` things behind that place, at a cost that depends neither on the place nor on the number of
 * things. No index knows both an attribute and a type: of a large type, things with the attribute are looked
 * at one by one, and the search is broken off after a bounded number of them.
 */
bool store_things_list(struct db *db, struct arena *arena, const struct thing_filter *filter,
                       const struct thing_place *after, int64_t limit, struct thing_rows *ret_rows);

#endif
