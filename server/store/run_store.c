#include "store/run_store.h"

bool store_run_begin(struct db *db, bool *ret_clean)
{
    struct stmt *q = db_query(db, "SELECT clean FROM run WHERE id = 1", "");
    bool clean = stmt_row(q) ? stmt_int(q) != 0 : true;
    stmt_done(q);
    if (!db_exec(db, "INSERT INTO run (id, clean) VALUES (1, 0) ON CONFLICT DO UPDATE SET clean = 0", ""))
        return false;
    *ret_clean = clean;
    return true;
}

bool store_run_end(struct db *db)
{
    return db_exec(db, "UPDATE run SET clean = 1 WHERE id = 1", "");
}

bool store_window_time_zone(struct db *db, struct str zone, bool *ret_same)
{
    struct stmt *q = db_query(db, "SELECT window_time_zone = ?1 FROM run WHERE id = 1", "s", zone);
    bool same = stmt_row(q) && stmt_int(q) != 0;
    stmt_done(q);
    if (!db_exec(db,
                 "INSERT INTO run (id, clean, window_time_zone) VALUES (1, 1, ?1) "
                 "ON CONFLICT DO UPDATE SET window_time_zone = excluded.window_time_zone",
                 "s", zone))
        return false;
    *ret_same = same;
    return true;
}

bool store_undelivered_add(struct db *db, struct str topic, struct str payload, int64_t qos)
{
    return db_exec(db, "INSERT INTO undelivered (topic, payload, qos) VALUES (?1, ?2, ?3)", "ssi", topic,
                   payload, qos);
}

bool store_undelivered_each(struct db *db,
                            bool (*each)(void *context, struct str topic, struct str payload, int qos),
                            void *context)
{
    struct stmt *q = db_query(db, "SELECT topic, payload, qos FROM undelivered ORDER BY id /*scan*/", "");
    bool ok = true;
    while (ok && stmt_row(q)) {
        struct str topic = stmt_borrow(q);
        struct str payload = stmt_borrow(q);
        ok = each(context, topic, payload, (int)stmt_int(q));
    }
    stmt_done(q);
    return ok && !db_failed(db);
}

bool store_undelivered_clear(struct db *db)
{
    return db_exec(db, "DELETE FROM undelivered /*scan*/", "");
}

bool store_notify_again(struct db *db, int64_t now_ms, int64_t window_ms, bool everyone)
{
    /* After a crash alone: no index pays for itself. */
    return db_exec(db,
                   "INSERT OR IGNORE INTO timer (kind, job_id, thing_name, due_ms) "
                   "SELECT DISTINCT 'NOTIFY_AGAIN', '', thing_name, ?1 FROM execution "
                   "WHERE (updated_at_ms >= (SELECT max(updated_at_ms) FROM execution) - ?2 "
                   "OR (windowed = 1 AND status = 'QUEUED' AND job_id IN (SELECT job_id FROM job "
                   "WHERE updated_at_ms >= (SELECT max(updated_at_ms) FROM execution) - ?2))) "
                   "AND (?3 OR EXISTS (SELECT 1 FROM audience WHERE thing_name = '') "
                   "OR thing_name IN (SELECT thing_name FROM audience)) /*scan sort*/",
                   "iii", now_ms, window_ms, (int64_t)everyone);
}
