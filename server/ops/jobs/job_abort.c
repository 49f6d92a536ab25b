#include "ops/jobs/job_abort.h"

#include <inttypes.h>

#include "ops/jobs/job_end.h"
#include "ops/jobs/job_window.h"
#include "ops/jobs/timeline.h"
#include "rules/jobs/abort.h"
#include "store/jobs/job_config_store.h"

static struct str comment(struct op *op, const struct abort_verdict *verdict)
{
    const struct abort_criteria *criterion = verdict->criterion;
    bool all = criterion->failure_type == JOB_EXECUTION_FAILURE_TYPE_ALL;
    return arena_printf(op->arena,
                        "Aborted: %s are %" PRId64 " of %" PRId64
                        " executions that have ended; the threshold "
                        "is %.2f percent of at least %" PRId64 ".",
                        all ? "FAILED, REJECTED or TIMED_OUT"
                            : api_enum_name(&shape_job_execution_failure_type, (int)criterion->failure_type),
                        verdict->failed, verdict->executed, criterion->threshold_percentage.value,
                        criterion->min_number_of_executed_things.value);
}

/* Where an end time has come and what is QUEUED is canceled, nothing is left that an abort could stop. */
static bool can_be_aborted(struct op *op, const struct job_row *job)
{
    if (job->status != JOB_STATUS_SCHEDULED && job->status != JOB_STATUS_IN_PROGRESS)
        return false;
    return !job->ended ||
           (job->end_behavior == JOB_END_BEHAVIOR_STOP_ROLLOUT && !job_window_is_last(op, job));
}

bool job_abort_if_due(struct op *op, struct str job_id, bool *ret_aborted)
{
    struct job_row job;
    struct job_config config;
    int64_t counts[JOB_COUNTS];
    *ret_aborted = false;
    if (!store_job_get(op->db, op->arena, job_id, &job) ||
        !store_job_config_members(op->db, op->arena, job_id, &config) ||
        !store_counts_get(op->db, job_id, counts))
        return fail(op->err, ERR_INTERNAL, "The criteria to abort the job could not be read.");
    if (!config.abort || !can_be_aborted(op, &job))
        return true;
    struct abort_verdict verdict = abort_judge(&config.abort->criteria_list, counts);
    if (!verdict.criterion)
        return true;
    job.reason_code = STR_LIT(JOB_ABORT_REASON);
    job.comment = comment(op, &verdict);
    *ret_aborted = true;
    return job_cancel(op, &job, false) && timeline_add_job(op, &job, CAUSE_ABORT_CRITERIA, job.comment) &&
           job_work_plan(op, TIMER_CANCELLATION, job_id);
}
