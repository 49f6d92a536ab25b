/*
 * Which things are connected, for the fleet index (fleet index 3), where thingConnectivityIndexingMode is
 * STATUS. The edge that has connections tells of those that change; a client id that is no thing's name may
 * become one while the client is connected.
 *
 * A run of the server begins with nobody connected. What the one before has left as connected is disconnected
 * in slices, unless it has come back; so is what was left when somebody stopped to want to know.
 */
#ifndef IOTJOBS_OPS_CONNECTIVITY_H
#define IOTJOBS_OPS_CONNECTIVITY_H

#include "ops/op.h"
#include "store/timer_store.h"

/* ---- who wants to know ---- */

struct connectivity_watch;

/* NULL when memory is out. */
struct connectivity_watch *connectivity_watch_new(void);
void connectivity_watch_free(struct connectivity_watch *watch); /* NULL is allowed */

/* 0: nobody wants to know who is connected. Otherwise somebody does, and from each other number on wants to
 * be told of everybody who is. NULL: nobody. Any thread. */
unsigned long connectivity_watch_generation(struct connectivity_watch *watch);

/* On the engine thread, outside of a transaction: what was committed counts. Costs nothing unless somebody
 * has called connectivity_mode_changed. */
void connectivity_watch_look(struct connectivity_watch *watch, struct db *db);

/* ---- what changes ---- */

struct connection_change {
    struct str client_id;
    int64_t at_ms;
    struct str disconnect_reason; /* absent: it has connected */
    int64_t keep_alive_s;
    bool clean_session;
};

struct connection_changes {
    size_t n;
    struct connection_change *items;
};

/* For calls: `input` is a struct connection_changes, of so many that they fit a slice. */
op_fn connectivity_note;

/* UpdateIndexingConfiguration has written another mode. */
bool connectivity_mode_changed(struct op *op, bool status);

/* The whole database is empty. */
void connectivity_reset(struct op *op);

/* After the thing was deleted. */
bool connectivity_thing_deleted(struct op *op, struct str thing);

/* Before the engine is made: a run of the server begins. False: the database failed. */
bool connectivity_run_begins(struct db *db, int64_t now_ms);

/* TIMER_CONNECTIVITY: the next slice of those who have not come back. */
bool connectivity_due(struct op *op, const struct timer_row *timer);

#endif
