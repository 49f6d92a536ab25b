/* What the broker says of clients whose ids are names of things. Texts that are returned live in the arena.
 */
#ifndef IOTJOBS_STORE_CONNECTIVITY_STORE_H
#define IOTJOBS_STORE_CONNECTIVITY_STORE_H

#include "store/db.h"

struct connectivity_row {
    struct str thing_name; /* and client id */
    bool connected;
    int64_t timestamp_ms;         /* of the connection or disconnection */
    struct str disconnect_reason; /* absent while connected, and where it is not known */
    struct opt_int keep_alive_s;  /* of the last connection, as far as it is known */
    struct opt_bool clean_session;
    struct opt_int session_expiry_s;
    int64_t version; /* counted by the store */
};

/* Sets or replaces it; its version is 1, or one more than it was. */
bool store_connectivity_set(struct db *db, const struct connectivity_row *row);
/* False: never connected. */
bool store_connectivity_get(struct db *db, struct arena *arena, struct str thing_name,
                            struct connectivity_row *ret_row);

#endif
