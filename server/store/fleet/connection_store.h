/* Rows of connectivity, by the run of the server in which their clients connected. */
#ifndef IOTJOBS_STORE_CONNECTION_STORE_H
#define IOTJOBS_STORE_CONNECTION_STORE_H

#include "store/fleet/connectivity_store.h"

/* Whether thingConnectivityIndexingMode is STATUS. */
bool store_connectivity_is_indexed(struct db *db);

/* Whoever is connected from here on belongs to another run than those before. */
bool store_connection_run_begin(struct db *db);

/* The row is of this run. */
bool store_connection_is_of_this_run(struct db *db, struct str thing);
bool store_connection_delete(struct db *db, struct str thing);

struct lost_rows {
    size_t n;
    struct connectivity_row *items;
};

/* At most `limit` of those that are connected and not of this run. */
bool store_connections_lost(struct db *db, struct arena *arena, int64_t limit, struct lost_rows *ret_rows);
bool store_connections_lost_exist(struct db *db);

#endif
