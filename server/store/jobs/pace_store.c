#include "store/jobs/pace_store.h"

bool store_pace_get(struct db *db, struct str job_id, struct pace_row *ret_pace)
{
    struct stmt *q =
        db_query(db, "SELECT slot, began_ms, taken, notified FROM job_pace WHERE job_id = ?1", "s", job_id);
    bool found = stmt_row(q);
    if (found) {
        ret_pace->slot = stmt_int(q);
        ret_pace->began_ms = stmt_int(q);
        ret_pace->taken = stmt_int(q);
        ret_pace->notified = stmt_int(q);
    }
    stmt_done(q);
    return found;
}

bool store_pace_set(struct db *db, struct str job_id, const struct pace_row *pace)
{
    return db_exec(db,
                   "INSERT INTO job_pace (job_id, slot, began_ms, taken, notified) "
                   "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET slot = excluded.slot, "
                   "began_ms = excluded.began_ms, taken = excluded.taken, notified = excluded.notified",
                   "siiii", job_id, pace->slot, pace->began_ms, pace->taken, pace->notified);
}

bool store_pace_delete(struct db *db, struct str job_id)
{
    return db_exec(db, "DELETE FROM job_pace WHERE job_id = ?1", "s", job_id);
}
