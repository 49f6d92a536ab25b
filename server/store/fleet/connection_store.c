#include "store/fleet/connection_store.h"

static bool any_row(struct stmt *q)
{
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_connectivity_is_indexed(struct db *db)
{
    return any_row(
        db_query(db, "SELECT 1 FROM fleet_index WHERE name = 'AWS_Things' AND connectivity = 1", ""));
}

bool store_connection_run_begin(struct db *db)
{
    return db_exec(db, "UPDATE connectivity_run SET run = run + 1 WHERE id = 1", "");
}

bool store_connection_is_of_this_run(struct db *db, struct str thing)
{
    return db_exec(db,
                   "UPDATE connectivity SET run = (SELECT run FROM connectivity_run WHERE id = 1) "
                   "WHERE thing_name = ?1",
                   "s", thing);
}

bool store_connection_delete(struct db *db, struct str thing)
{
    return db_exec(db, "DELETE FROM connectivity WHERE thing_name = ?1", "s", thing);
}

/* By the index connectivity_of_run. */
#define LOST                                                                                                 \
    "FROM connectivity WHERE connected = 1 AND run < (SELECT run FROM connectivity_run WHERE id = 1) "

bool store_connections_lost(struct db *db, struct arena *arena, int64_t limit, struct lost_rows *ret_rows)
{
    struct lost_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    struct stmt *q = db_query(
        db, "SELECT thing_name, keep_alive_s, session_expiry_s, clean_session " LOST "LIMIT ?1", "i", limit);
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        struct connectivity_row *row = &rows.items[rows.n++];
        row->thing_name = stmt_text(q, arena);
        row->connected = true;
        row->keep_alive_s = stmt_opt_int(q);
        row->session_expiry_s = stmt_opt_int(q);
        struct opt_int clean = stmt_opt_int(q);
        row->clean_session = (struct opt_bool){ clean.set, clean.value != 0 };
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_connections_lost_exist(struct db *db)
{
    return any_row(db_query(db, "SELECT 1 " LOST "LIMIT 1", ""));
}
