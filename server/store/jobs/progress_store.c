#include "store/jobs/progress_store.h"

static struct str name_of(enum timer_kind kind)
{
    return str_from(timer_kind_name(kind));
}

bool store_progress_get(struct db *db, enum timer_kind kind, struct str job_id,
                        struct progress_row *ret_progress)
{
    struct stmt *q = db_query(db, "SELECT position, last FROM job_progress WHERE job_id = ?1 AND kind = ?2",
                              "ss", job_id, name_of(kind));
    bool found = stmt_row(q);
    if (found) {
        *ret_progress = (struct progress_row){ .position = stmt_int(q) };
        ret_progress->last = stmt_int(q);
    }
    stmt_done(q);
    return found;
}

bool store_progress_set(struct db *db, enum timer_kind kind, struct str job_id,
                        const struct progress_row *progress)
{
    return db_exec(db,
                   "INSERT INTO job_progress (job_id, kind, position, last) VALUES (?1, ?2, ?3, ?4) "
                   "ON CONFLICT DO UPDATE SET position = excluded.position, last = excluded.last",
                   "ssii", job_id, name_of(kind), progress->position, progress->last);
}

bool store_progress_delete(struct db *db, enum timer_kind kind, struct str job_id)
{
    return db_exec(db, "DELETE FROM job_progress WHERE job_id = ?1 AND kind = ?2", "ss", job_id,
                   name_of(kind));
}

bool store_progress_exists(struct db *db, struct str job_id)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM job_progress WHERE job_id = ?1 LIMIT 1", "s", job_id);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_progress_delete_of_job(struct db *db, struct str job_id)
{
    return db_exec(db, "DELETE FROM job_progress WHERE job_id = ?1", "s", job_id);
}
