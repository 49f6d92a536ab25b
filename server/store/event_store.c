#include "store/event_store.h"

static struct str type_name(enum event_type type)
{
    return str_from(api_enum_name(&shape_event_type, (int)type));
}

bool store_event_enabled(struct db *db, enum event_type type)
{
    struct stmt *q =
        db_query(db, "SELECT enabled FROM event_configuration WHERE event_type = ?1", "s", type_name(type));
    bool enabled = stmt_row(q) && stmt_int(q) != 0;
    stmt_done(q);
    return enabled;
}

bool store_event_set(struct db *db, enum event_type type, bool enabled, int64_t now_ms)
{
    return db_exec(db,
                   "INSERT INTO event_configuration (event_type, enabled, created_at_ms, updated_at_ms) "
                   "VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO UPDATE "
                   "SET enabled = excluded.enabled, updated_at_ms = excluded.updated_at_ms",
                   "sii", type_name(type), (int64_t)enabled, now_ms);
}

bool store_event_times(struct db *db, struct event_times *ret_times)
{
    struct stmt *q =
        db_query(db, "SELECT min(created_at_ms), max(updated_at_ms) FROM event_configuration /*scan*/", "");
    if (stmt_row(q)) {
        ret_times->created_ms = stmt_opt_int(q);
        ret_times->updated_ms = stmt_opt_int(q);
    }
    stmt_done(q);
    return !db_failed(db);
}
