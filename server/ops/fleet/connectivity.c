#include "ops/fleet/connectivity.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "ops/fleet/fleet_index.h"
#include "store/fleet/connection_store.h"
#include "store/registry/thing_store.h"

enum { LOST_AT_ONCE = 25 }; /* some milliseconds, with the dynamic groups that look */

/* Why those are disconnected who were connected when the server stopped, however it stopped. */
#define LOST_REASON STR_LIT("SERVER_INITIATED_DISCONNECT")

/* ---- who wants to know ---- */

struct connectivity_watch {
    bool stale; /* the engine thread's own: the mode may have changed */
    unsigned long changes;
    atomic_ulong generation;
};

struct connectivity_watch *connectivity_watch_new(void)
{
    struct connectivity_watch *watch = calloc(1, sizeof *watch);
    if (watch)
        watch->stale = true;
    return watch;
}

void connectivity_watch_free(struct connectivity_watch *watch)
{
    free(watch);
}

unsigned long connectivity_watch_generation(struct connectivity_watch *watch)
{
    return watch ? atomic_load(&watch->generation) : 0;
}

void connectivity_watch_look(struct connectivity_watch *watch, struct db *db)
{
    if (!watch || !watch->stale)
        return;
    watch->stale = false;
    atomic_store(&watch->generation, store_connectivity_is_indexed(db) ? ++watch->changes : 0);
}

static void look_again(struct op *op)
{
    if (op->connectivity)
        op->connectivity->stale = true;
}

/* ---- what changes ---- */

static bool failed(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The connectivity could not be stored.");
}

static bool write(struct op *op, const struct connectivity_row *row)
{
    /* A client that is no thing may become one as long as it is connected. */
    if (!row->connected && !store_thing_exists(op->db, row->thing_name))
        return store_connection_delete(op->db, row->thing_name) || failed(op);
    return ((store_connectivity_set(op->db, row) &&
             store_connection_is_of_this_run(op->db, row->thing_name)) ||
            failed(op)) &&
           fleet_index_connectivity_changed(op, row->thing_name);
}

static bool note(struct op *op, const struct connection_change *change)
{
    const struct connectivity_row row = {
        .thing_name = change->client_id,
        .connected = !change->disconnect_reason.p,
        .timestamp_ms = change->at_ms,
        .disconnect_reason = change->disconnect_reason,
        .keep_alive_s = { true, change->keep_alive_s },
        .clean_session = { true, change->clean_session },
    };
    return write(op, &row);
}

/* It may have been switched off while the call was on its way. */
bool connectivity_note(struct op *op, const void *input)
{
    const struct connection_changes *changes = input;
    bool ok = true;
    for (size_t i = 0; ok && i < changes->n && store_connectivity_is_indexed(op->db); i++)
        ok = note(op, &changes->items[i]);
    return ok;
}

/* Who is connected stays so for a thing of that name that comes; where nobody wants to know, who is connected
 * is not known. */
bool connectivity_thing_deleted(struct op *op, struct str thing)
{
    struct connectivity_row row;
    return !store_connectivity_get(op->db, op->arena, thing, &row) ||
           (row.connected && store_connectivity_is_indexed(op->db)) ||
           store_connection_delete(op->db, thing) || failed(op);
}

/* ---- those who have not come back ---- */

static bool arm(struct db *db, int64_t now_ms)
{
    struct timer_row timer = {
        .kind = TIMER_CONNECTIVITY, .job_id = STR_LIT(""), .thing_name = STR_LIT(""), .due_ms = now_ms
    };
    return store_timer_set(db, &timer);
}

bool connectivity_run_begins(struct db *db, int64_t now_ms)
{
    return store_connection_run_begin(db) && (!store_connections_lost_exist(db) || arm(db, now_ms)) &&
           !db_failed(db);
}

bool connectivity_mode_changed(struct op *op, bool status)
{
    look_again(op);
    return !status || connectivity_run_begins(op->db, op->now_ms) || failed(op);
}

void connectivity_reset(struct op *op)
{
    look_again(op);
}

bool connectivity_due(struct op *op, const struct timer_row *timer)
{
    struct lost_rows rows;
    (void)timer;
    if (!store_connections_lost(op->db, op->arena, LOST_AT_ONCE, &rows))
        return failed(op);
    for (size_t i = 0; i < rows.n; i++) {
        struct connectivity_row *row = &rows.items[i];
        row->connected = false;
        row->timestamp_ms = op->now_ms;
        row->disconnect_reason = LOST_REASON;
        if (!write(op, row))
            return false;
    }
    return rows.n < LOST_AT_ONCE || arm(op->db, op->now_ms) || failed(op);
}
