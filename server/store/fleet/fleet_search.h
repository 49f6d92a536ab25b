/*
 * Queries of the fleet index, made into SQL. What one thing costs depends on the number of the query's terms;
 * what a search costs, on how many things its best term finds. One that no term narrows, like a query that
 * only excludes, goes through things until its page is full or it has asked too many.
 */
#ifndef IOTJOBS_STORE_FLEET_SEARCH_H
#define IOTJOBS_STORE_FLEET_SEARCH_H

#include "store/fleet/fleet_store.h"

struct fleet_found {
    struct fleet_ids ids;
    bool cut; /* broken off, since it looked at too many that do not match: there may be more behind `end` */
    int64_t end; /* the last one (its id) that was looked at */
};

/* At most `limit` of those that match, with ids above `after` (0: from the first) and up to `up_to`
 * (FLEET_NO_END: to the last), which is near. Selective searches of one term at least are not broken off. */
#define FLEET_NO_END INT64_MAX
bool store_fleet_search(struct db *db, struct arena *arena, enum fleet_index index,
                        const struct fleet_query *query, int64_t after, int64_t up_to, int64_t limit,
                        struct fleet_found *ret_found);

/* Whether that one thing (or thing group), which is in the index, matches. False as well when the database
 * fails. */
bool store_fleet_matches(struct db *db, struct arena *arena, enum fleet_index index,
                         const struct fleet_query *query, int64_t id);

#endif
