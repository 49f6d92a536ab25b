#include "ops/jobs/pace.h"

#include "settings.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/pace_store.h"

static bool read_rate(struct op *op, const struct job_row *job, struct pace *pace)
{
    struct job_config config;
    int64_t counts[JOB_COUNTS];
    struct rollout_counts so_far = { .notified = pace->notified };
    if (!store_job_config_members(op->db, op->arena, job->job_id, &config))
        return false;
    pace->rises = rollout_rate_rises(config.rollout);
    if (pace->rises) {
        if (!store_counts_get(op->db, job->job_id, counts))
            return false;
        so_far.succeeded = counts[JOB_EXECUTION_STATUS_SUCCEEDED];
    }
    pace->rate = rollout_rate(config.rollout, op->settings->rollout_default_per_minute, so_far);
    return true;
}

bool pace_begin(struct op *op, const struct job_row *job, struct pace *ret_pace, int64_t *ret_room)
{
    struct pace_row row = { 0 };
    bool stored = store_pace_get(op->db, job->job_id, &row);
    struct pace pace = {
        .slot = { .number = row.slot, .began_ms = row.began_ms, .taken = row.taken },
        .notified = row.notified,
        .stored = stored,
    };
    if (!read_rate(op, job, &pace))
        return fail(op->err, ERR_INTERNAL, "The rollout rate of the job could not be read.");
    rollout_slot_at(&pace.slot, op->now_ms);
    *ret_room = rollout_slot_room(&pace.slot, pace.rate);
    *ret_pace = pace;
    return true;
}

/* A SNAPSHOT job that has rolled out never does so again. What was queued without a rate counts for one that
 * UpdateJob gives. */
static bool write_row(struct op *op, const struct job_row *job, const struct pace *pace, bool done)
{
    struct pace_row row = { .slot = pace->slot.number,
                            .began_ms = pace->slot.began_ms,
                            .taken = pace->slot.taken,
                            .notified = pace->notified };
    if (done && job->target_selection == TARGET_SELECTION_SNAPSHOT)
        return !pace->stored || store_pace_delete(op->db, job->job_id);
    return store_pace_set(op->db, job->job_id, &row);
}

bool pace_end(struct op *op, const struct job_row *job, struct pace *pace, int64_t queued, bool done,
              int64_t *ret_due_ms)
{
    pace->slot.taken += queued;
    pace->notified += queued;
    *ret_due_ms = rollout_slice_next_ms(&pace->slot, pace->rate, pace->rises, op->now_ms);
    return write_row(op, job, pace, done) ||
           fail(op->err, ERR_INTERNAL, "The pace of the job could not be stored.");
}
