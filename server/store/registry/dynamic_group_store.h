/* Rows of dynamic thing groups: what a row of thing_group_store.h has besides. Texts that are returned live
 * in the arena. */
#ifndef IOTJOBS_STORE_DYNAMIC_GROUP_STORE_H
#define IOTJOBS_STORE_DYNAMIC_GROUP_STORE_H

#include "api/model.h"
#include "store/db.h"

struct dynamic_group_row {
    int64_t id; /* of the thing group */
    struct str index_name, query_string, query_version;
    bool asks_connectivity; /* the query does */
    bool asks_any;          /* it has words that may be in any field */
    enum dynamic_group_status status;
    int64_t last; /* while not ACTIVE: the last thing (its id) that was looked at; 0: none yet */
};

struct str dynamic_group_status_name(enum dynamic_group_status status);

bool store_dynamic_group_insert(struct db *db, const struct dynamic_group_row *group);
bool store_dynamic_group_get(struct db *db, struct arena *arena, int64_t id,
                             struct dynamic_group_row *ret_group);
/* All but its id. */
bool store_dynamic_group_update(struct db *db, const struct dynamic_group_row *group);

int64_t store_dynamic_group_count(struct db *db);
bool store_dynamic_groups_exist(struct db *db);
bool store_dynamic_group_asks_connectivity(struct db *db);

/* The oldest that is not ACTIVE; false when there is none. */
bool store_dynamic_group_building(struct db *db, struct arena *arena, struct dynamic_group_row *ret_group);

/* ---- a thing among all of them ---- */

struct dynamic_place {
    struct dynamic_group_row group;
    struct str name;
    bool is_member; /* the thing is in it */
};

struct dynamic_places {
    size_t n;
    struct dynamic_place *items; /* oldest first */
};

bool store_dynamic_places(struct db *db, struct arena *arena, int64_t thing,
                          struct dynamic_places *ret_places);

#endif
