#include "store/jobs/count_store.h"

#define ACTIVE(row) row ".status IN ('SCHEDULED', 'IN_PROGRESS')"

/* In the connection's own memory, so that there is nothing to keep right in a database that nobody counts in;
 * it takes part in transactions like any other table. */
static const char begin_counting[] =
    "CREATE TEMP TABLE active_jobs (n INTEGER NOT NULL);"
    "INSERT INTO active_jobs SELECT count(*) FROM job WHERE " ACTIVE(
        "job") ";"
               "CREATE TEMP TRIGGER active_job_made AFTER INSERT ON main.job WHEN " ACTIVE(
                   "new") " BEGIN "
                          "UPDATE active_jobs SET n = n + 1; END;"
                          "CREATE TEMP TRIGGER active_job_over AFTER UPDATE OF status ON main.job "
                          "WHEN " ACTIVE("old") " AND NOT " ACTIVE(
                              "new") " BEGIN UPDATE active_jobs SET n = n - 1; END;"
                                     "CREATE TEMP TRIGGER active_job_gone AFTER DELETE ON main.job "
                                     "WHEN " ACTIVE("old") " BEGIN "
                                                           "UPDATE active_jobs SET n = n - 1; END;";

static int64_t number_of(struct stmt *q)
{
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

static bool is_counting(struct db *db)
{
    return number_of(db_query(
               db, "SELECT count(*) FROM sqlite_temp_master WHERE name = 'active_jobs' /*scan*/", "")) > 0;
}

int64_t store_active_jobs(struct db *db, int64_t limit)
{
    if (db_mode(db) == DB_READER)
        return number_of(db_query(
            db, "SELECT count(*) FROM (SELECT 1 FROM job WHERE " ACTIVE("job") " LIMIT ?1)", "i", limit));
    if (!is_counting(db) && !db_script(db, begin_counting))
        return 0;
    return number_of(db_query(db, "SELECT n FROM active_jobs /*scan*/", ""));
}

int64_t store_jobs_in_deletion(struct db *db, int64_t limit)
{
    return number_of(db_query(db,
                              "SELECT count(*) FROM (SELECT 1 FROM job WHERE status = 'DELETION_IN_PROGRESS' "
                              "LIMIT ?1)",
                              "i", limit));
}

int64_t store_job_templates_count(struct db *db, int64_t limit)
{
    return number_of(
        db_query(db, "SELECT count(*) FROM (SELECT 1 FROM job_template LIMIT ?1) /*scan*/", "i", limit));
}

int64_t store_jobs_at_work(struct db *db, int64_t limit)
{
    /* REMOVAL is the kind that can be due for a job beside another. */
    return number_of(
        db_query(db,
                 "SELECT count(*) FROM (SELECT 1 FROM timer AS t "
                 "WHERE kind IN ('ROLLOUT', 'REMOVAL', 'CANCELLATION', 'DELETION') "
                 "AND NOT (kind = 'REMOVAL' AND EXISTS (SELECT 1 FROM timer AS r "
                 "WHERE r.kind IN ('ROLLOUT', 'CANCELLATION') AND r.job_id = t.job_id)) LIMIT ?1)",
                 "i", limit));
}
