/* What one run of the server leaves for the next (engine/handover). */
#ifndef IOTJOBS_STORE_RUN_STORE_H
#define IOTJOBS_STORE_RUN_STORE_H

#include "store/db.h"

/* A run begins; *ret_clean: the one before ended cleanly, or there was none. */
bool store_run_begin(struct db *db, bool *ret_clean);
bool store_run_end(struct db *db);

/* The timers of maintenance windows are computed in this zone from now on; *ret_same: they were before. */
bool store_window_time_zone(struct db *db, struct str zone, bool *ret_same);

bool store_undelivered_add(struct db *db, struct str topic, struct str payload, int64_t qos);
/* Calls `each` with every message in the order in which they were added, until it returns false; its texts
 * are borrowed. False then, too. */
bool store_undelivered_each(struct db *db,
                            bool (*each)(void *context, struct str topic, struct str payload, int qos),
                            void *context);
bool store_undelivered_clear(struct db *db);

/*
 * Sets a TIMER_NOTIFY_AGAIN at `now_ms` for each thing with an execution that changed, or whose job's window
 * opened or closed, within `window_ms` of the latest change of all; only of those in the audience, unless
 * `everyone` may listen.
 */
bool store_notify_again(struct db *db, int64_t now_ms, int64_t window_ms, bool everyone);

#endif
