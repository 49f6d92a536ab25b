#include "store/fleet/connectivity_store.h"

bool store_connectivity_set(struct db *db, const struct connectivity_row *row)
{
    struct opt_int clean = { row->clean_session.set, row->clean_session.value };
    return db_exec(db,
                   "INSERT INTO connectivity (thing_name, connected, timestamp_ms, disconnect_reason, "
                   "keep_alive_s, clean_session, session_expiry_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                   "ON CONFLICT DO UPDATE SET connected = excluded.connected, "
                   "timestamp_ms = excluded.timestamp_ms, disconnect_reason = excluded.disconnect_reason, "
                   "keep_alive_s = excluded.keep_alive_s, clean_session = excluded.clean_session, "
                   "session_expiry_s = excluded.session_expiry_s, version = version + 1",
                   "siisooo", row->thing_name, (int64_t)row->connected, row->timestamp_ms,
                   row->disconnect_reason, row->keep_alive_s, clean, row->session_expiry_s);
}

bool store_connectivity_get(struct db *db, struct arena *arena, struct str thing_name,
                            struct connectivity_row *ret_row)
{
    struct stmt *q =
        db_query(db,
                 "SELECT thing_name, connected, timestamp_ms, disconnect_reason, keep_alive_s, "
                 "clean_session, session_expiry_s, version FROM connectivity WHERE thing_name = ?1",
                 "s", thing_name);
    bool found = stmt_row(q);
    if (found) {
        ret_row->thing_name = stmt_text(q, arena);
        ret_row->connected = stmt_int(q) != 0;
        ret_row->timestamp_ms = stmt_int(q);
        ret_row->disconnect_reason = stmt_text(q, arena);
        ret_row->keep_alive_s = stmt_opt_int(q);
        struct opt_int clean = stmt_opt_int(q);
        ret_row->clean_session = (struct opt_bool){ clean.set, clean.value != 0 };
        ret_row->session_expiry_s = stmt_opt_int(q);
        ret_row->version = stmt_int(q);
    }
    stmt_done(q);
    return found && !arena->failed;
}
