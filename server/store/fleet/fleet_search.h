/*
 * Queries of the fleet index, made into SQL. What one thing costs depends on the number of the query's terms;
 * what a search costs, on how many things its best term finds. A query that no term narrows, like one that
 * only excludes, goes through all things up to the end of its page.
 */
#ifndef IOTJOBS_STORE_FLEET_SEARCH_H
#define IOTJOBS_STORE_FLEET_SEARCH_H

#include "store/fleet/fleet_store.h"

/* At most `limit` of those that match, with ids above `after` (0: from the first) and up to `up_to`
 * (FLEET_NO_END: to the last). Whoever must not take long, like a slice on the engine, keeps `up_to` near. */
#define FLEET_NO_END INT64_MAX
bool store_fleet_search(struct db *db, struct arena *arena, enum fleet_index index,
                        const struct fleet_query *query, int64_t after, int64_t up_to, int64_t limit,
                        struct fleet_ids *ret_ids);

/* Whether that one thing (or thing group), which is in the index, matches. False as well when the database
 * fails. */
bool store_fleet_matches(struct db *db, struct arena *arena, enum fleet_index index,
                         const struct fleet_query *query, int64_t id);

#endif
