/* Rows of thing groups and of what is in them. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_THING_GROUP_STORE_H
#define IOTJOBS_STORE_THING_GROUP_STORE_H

#include "store/db.h"

/* In SQL: the membership `m` counts, since the group that it goes through is not ending. */
#define MEMBERSHIP_COUNTS "NOT EXISTS (SELECT 1 FROM thing_group_ending AS e WHERE e.id = m.place) "

struct thing_group_row {
    int64_t id; /* order of creation */
    struct str name;
    struct str group_id;
    struct opt_int parent; /* its id; not set: at the top of its hierarchy */
    struct str description;
    int64_t version;
    int64_t created_at_ms;
    bool dynamic; /* has a row in dynamic_group_store.h */
};

struct thing_group_rows {
    size_t n;
    struct thing_group_row *items;
};

struct named_row {
    int64_t id;
    struct str name;
};

struct named_rows {
    size_t n;
    struct named_row *items;
    bool by_name; /* in the order of their names */
};

bool store_thing_group_get(struct db *db, struct arena *arena, struct str name,
                           struct thing_group_row *ret_group);
bool store_thing_group_get_by_id(struct db *db, struct arena *arena, int64_t id,
                                 struct thing_group_row *ret_group);
bool store_thing_group_get_by_group_id(struct db *db, struct arena *arena, struct str group_id,
                                       struct thing_group_row *ret_group);
/* From the top of the hierarchy down to the parent. */
bool store_thing_group_ancestors(struct db *db, struct arena *arena, const struct thing_group_row *group,
                                 struct thing_group_rows *ret_rows);
int64_t store_thing_group_children(struct db *db, int64_t group);

/* Sets group->id. */
bool store_thing_group_insert(struct db *db, struct thing_group_row *group);
/* Its description, and the next version. */
bool store_thing_group_changed(struct db *db, int64_t group, struct str description);
/* With its attributes; it has no children any more. Its memberships count no more from here on, but their
 * rows are still there: the group is ending. store_things_in_group and store_membership_delete still know it.
 */
bool store_thing_group_delete(struct db *db, const struct thing_group_row *group);

/* ---- groups that are ending ---- */

struct ending_group {
    int64_t id;
    bool dynamic;
};

/* The first of them; false when there is none. */
bool store_ending_group_get(struct db *db, struct ending_group *ret_group);
/* It has no rows any more. */
bool store_ending_group_delete(struct db *db, int64_t group);

/* ---- lists, in order of creation, of what was created after `after` (an id; 0: from the first) ---- */

enum thing_group_reach {
    THING_GROUPS_ALL,
    THING_GROUPS_CHILDREN,    /* of `parent`; not set: the tops of the hierarchies */
    THING_GROUPS_DESCENDANTS, /* of `parent` */
};

struct thing_group_filter {
    enum thing_group_reach reach;
    struct opt_int parent;
    struct str name_prefix; /* absent: any name */
};

/* By name where a prefix is given or `reach` is THING_GROUPS_DESCENDANTS. `after`: the row where the last
 * page ended; its name is absent, and its id 0, at the beginning. */
bool store_thing_groups_list(struct db *db, struct arena *arena, const struct thing_group_filter *filter,
                             const struct named_row *after, int64_t limit, struct named_rows *ret_rows);
/* A new group that has a parent: it is below all that are above it. */
bool store_thing_group_place(struct db *db, const struct thing_group_row *group);

enum thing_group_depth { THINGS_OF_THE_GROUP, THINGS_OF_THE_GROUP_AND_BELOW };

bool store_things_in_group(struct db *db, struct arena *arena, int64_t group, enum thing_group_depth depth,
                           int64_t after, int64_t limit, struct named_rows *ret_rows);
bool store_thing_groups_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t after,
                                 int64_t limit, struct named_rows *ret_rows);

/* Without the dynamic ones; at most `limit`. */
bool store_static_groups_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t limit,
                                  struct named_rows *ret_rows);

/* ---- memberships ---- */

/* The membership's id if the thing was added to that very group, else absent. */
struct str store_membership_id(struct db *db, struct arena *arena, int64_t group, int64_t thing);
/* Whether the thing is in the group or in one below it. */
bool store_thing_below_group(struct db *db, int64_t group, int64_t thing);
/* How many groups the thing was added to. */
int64_t store_membership_count(struct db *db, int64_t thing);

/* How many things the group and those below it have, and none of these `others`, as "1,2,3" (ids). Looks at
 * each of them; without others a second is enough for some millions. */
int64_t store_things_of_group_alone(struct db *db, int64_t group, struct str others);
/* Whether the thing is there, and in none of these groups. */
bool store_thing_outside_groups(struct db *db, struct str thing, struct str groups);

bool store_membership_insert(struct db *db, int64_t group, int64_t thing, struct str membership_id);
bool store_membership_delete(struct db *db, int64_t group, int64_t thing);

#endif
