#include "store/tally_store.h"

static int64_t tally_of(struct db *db, struct str what)
{
    struct stmt *q = db_query(db, "SELECT n FROM tally WHERE what = ?1", "s", what);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

int64_t store_tally_of_jobs(struct db *db, enum job_status status)
{
    return tally_of(db, str_from(job_status_name(status)));
}

int64_t store_tally_of_job_templates(struct db *db)
{
    return tally_of(db, STR_LIT("TEMPLATE"));
}

int64_t store_jobs_at_work(struct db *db, int64_t limit)
{
    /* Of the kinds only these two can be due for the same job. */
    struct stmt *q = db_query(db,
                              "SELECT count(*) FROM (SELECT 1 FROM timer AS t "
                              "WHERE kind IN ('ROLLOUT', 'REMOVAL', 'CANCELLATION', 'DELETION') "
                              "AND NOT (kind = 'REMOVAL' AND EXISTS (SELECT 1 FROM timer AS r "
                              "WHERE r.kind = 'ROLLOUT' AND r.job_id = t.job_id)) LIMIT ?1)",
                              "i", limit);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}
