/* Which kinds of events are published. */
#ifndef IOTJOBS_STORE_EVENT_STORE_H
#define IOTJOBS_STORE_EVENT_STORE_H

#include "api/model.h"
#include "store/db.h"

bool store_event_enabled(struct db *db, enum event_type type);
bool store_event_set(struct db *db, enum event_type type, bool enabled, int64_t now_ms);

struct event_times {
    struct opt_int created_ms, updated_ms; /* of the configuration; not set: it was never changed */
};
bool store_event_times(struct db *db, struct event_times *ret_times);

#endif
