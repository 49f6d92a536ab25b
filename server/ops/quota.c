#include "ops/quota.h"

#include <inttypes.h>

#include "settings.h"
#include "store/jobs/count_store.h"

/* `limit` 0: any number. */
static bool check(struct op *op, int64_t n, int64_t limit, const char *what)
{
    return !limit || n < limit ||
           fail(op->err, ERR_LIMIT_EXCEEDED, "There can be at most %" PRId64 " %s.", limit, what);
}

bool quota_has_room_at_work(struct op *op)
{
    int64_t limit = op->settings->concurrent_jobs_limit;
    return !limit || store_jobs_at_work(op->db, limit) < limit;
}

bool quota_of_jobs(struct op *op, bool starts_at_once)
{
    int64_t limit = op->settings->active_jobs_limit;
    if (limit && !check(op, store_active_jobs(op->db, limit), limit, "active jobs"))
        return false;
    limit = op->settings->concurrent_jobs_limit;
    return !starts_at_once || !limit ||
           check(op, store_jobs_at_work(op->db, limit), limit, "concurrent jobs");
}

bool quota_of_deletions(struct op *op)
{
    int64_t limit = op->settings->deleting_jobs_limit;
    return !limit ||
           check(op, store_jobs_in_deletion(op->db, limit), limit, "jobs in status DELETION_IN_PROGRESS");
}

bool quota_of_job_templates(struct op *op)
{
    int64_t limit = op->settings->job_templates_limit;
    return !limit || check(op, store_job_templates_count(op->db, limit), limit, "job templates");
}
