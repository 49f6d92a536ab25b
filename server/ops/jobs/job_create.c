#include "ops/jobs/job.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_life.h"
#include "ops/jobs/job_plan.h"
#include "ops/jobs/job_target.h"
#include "ops/jobs/job_work.h"
#include "ops/jobs/timeline.h"
#include "ops/render.h"
#include "ops/tags.h"
#include "store/timer_store.h"

static bool write_plan(struct op *op, const struct job_plan *plan)
{
    if (!store_job_insert(op->db, &plan->job) ||
        !store_document_insert(op->db, plan->job.job_id, &plan->document))
        return false;
    if (!job_targets_write(op, plan->job.job_id, 0, &plan->targets))
        return false;
    if (!job_config_is_empty(&plan->config) &&
        !store_job_config_set(op->db, op->arena, plan->job.job_id, &plan->config))
        return false;
    if (!timeline_add_job(op, &plan->job, CAUSE_CREATE_JOB, STR_NONE) ||
        !job_work_note(op, TIMER_ROLLOUT, plan->job.job_id) || !job_end_time_plan(op, &plan->job))
        return false;
    if (plan->job.status != JOB_STATUS_SCHEDULED)
        return job_start(op, plan->job.job_id);
    struct timer_row timer = {
        .kind = TIMER_JOB_START,
        .job_id = plan->job.job_id,
        .thing_name = STR_LIT(""),
        .due_ms = plan->start_ms,
    };
    return store_timer_set(op->db, &timer);
}

bool op_create_job(struct op *op, const void *input)
{
    const struct create_job_request *in = input;
    struct job_plan plan;
    if (!job_plan_read(op, in, &plan) || !job_plan_check(op, &plan, true))
        return false;
    if (!write_plan(op, &plan) || !tags_write(op, TAGGABLE_JOB, in->job_id, &in->tags))
        return fail(op->err, ERR_INTERNAL, "The job could not be stored.");
    render_job_reference(op, &plan.job);
    return true;
}
