#include "ops/jobs/job_clear.h"

#include "store/jobs/job_target_store.h"

/* Of each kind in one slice: a millisecond or two. */
enum { CLEARED_AT_ONCE = 500 };

bool job_clear_slice(struct op *op, struct str job_id, bool *ret_more)
{
    bool joiners, movers, retries;
    if (!store_joiners_delete(op->db, job_id, CLEARED_AT_ONCE, &joiners) ||
        !store_movers_delete(op->db, job_id, CLEARED_AT_ONCE, &movers) ||
        !store_window_retries_delete(op->db, job_id, CLEARED_AT_ONCE, &retries))
        return fail(op->err, ERR_INTERNAL, "What the job has noted of its things could not be deleted.");
    *ret_more = joiners || movers || retries;
    return true;
}

bool job_clear(struct op *op, struct str job_id)
{
    bool more = false;
    struct timer_row rest = {
        .kind = TIMER_CLEARING, .job_id = job_id, .thing_name = STR_LIT(""), .due_ms = op->now_ms
    };
    return job_clear_slice(op, job_id, &more) && (!more || store_timer_set(op->db, &rest) ||
                                                  fail(op->err, ERR_INTERNAL, "The timer could not be set."));
}

bool job_clear_due(struct op *op, const struct timer_row *timer)
{
    return job_clear(op, timer->job_id);
}
