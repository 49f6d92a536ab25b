#include "ops/jobs/job_target.h"

#include "ops/arn.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/rollout.h"
#include "ops/jobs/timeline.h"
#include "ops/lookup.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "settings.h"

/* ---- reading ---- */

static bool read_target(struct op *op, struct str text, struct target_row *ret_target)
{
    struct arn arn;
    if (!arn_parse(text, &arn))
        return fail(
            op->err, ERR_INVALID_REQUEST,
            "Target '%.*s' is not the ARN of a thing or thing group: arn:aws:iot:REGION:ACCOUNT:thing/NAME.",
            STR(text));
    bool group = str_eq_text(arn.type, "thinggroup");
    if (!group && !str_eq_text(arn.type, "thing"))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Resource type should be thing or thinggroup but found invalid resource type %.*s",
                    STR(arn.type));
    if (!arn_is_ours(op, &arn))
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Target %.*s cannot be found.", STR(text));
    *ret_target = (struct target_row){ .arn = text,
                                       .kind = group ? TARGET_THING_GROUP : TARGET_THING,
                                       .name = arn.name };
    return true;
}

static bool check_count(struct op *op, size_t n)
{
    int64_t most = op->settings->job_targets_limit;
    return (int64_t)n <= most ||
           fail(op->err, ERR_LIMIT_EXCEEDED, "A job can have at most %lld targets; this one has %zu.",
                (long long)most, n);
}

bool job_targets_read(struct op *op, const struct job_targets *in, enum target_selection selection,
                      struct target_rows *ret_targets)
{
    if (!check_count(op, in->n))
        return false;
    struct target_rows targets = { .items = arena_array(op->arena, in->n, sizeof *targets.items) };
    if (!targets.items)
        return fail(op->err, ERR_INTERNAL, "The targets could not be read.");
    for (; targets.n < in->n; targets.n++) {
        struct target_row *target = &targets.items[targets.n];
        if (!read_target(op, in->items[targets.n], target))
            return false;
        target->followed = target->kind == TARGET_THING_GROUP && selection == TARGET_SELECTION_CONTINUOUS;
    }
    *ret_targets = targets;
    return true;
}

static bool check_target(struct op *op, const struct target_row *target)
{
    struct thing_group_row group;
    if (target->kind == TARGET_THING)
        return store_thing_exists(op->db, target->name) || thing_not_found(op, target->name);
    return lookup_thing_group(op, target->name, &group);
}

bool job_targets_check(struct op *op, const struct target_rows *targets)
{
    for (size_t i = 0; i < targets->n; i++)
        if (!check_target(op, &targets->items[i]))
            return false;
    return true;
}

/* ---- writing ---- */

bool job_targets_write(struct op *op, struct str job_id, int64_t position, const struct target_rows *targets)
{
    for (size_t i = 0; i < targets->n; i++)
        if (!store_target_insert(op->db, job_id, position + (int64_t)i, &targets->items[i]))
            return fail(op->err, ERR_INTERNAL, "The targets could not be stored.");
    return true;
}

/* ---- AssociateTargetsWithJob ---- */

static bool has_target(const struct target_rows *targets, const struct target_row *target)
{
    for (size_t i = 0; i < targets->n; i++)
        if (targets->items[i].kind == target->kind && str_eq(targets->items[i].name, target->name))
            return true;
    return false;
}

/* Leaves in *targets those that the job does not have yet, each once. */
static void drop_known(struct target_rows *targets, const struct target_rows *known)
{
    struct target_rows kept = { .items = targets->items };
    for (size_t i = 0; i < targets->n; i++)
        if (!has_target(known, &targets->items[i]) && !has_target(&kept, &targets->items[i]))
            kept.items[kept.n++] = targets->items[i];
    targets->n = kept.n;
}

static bool check_open(struct op *op, const struct job_row *job)
{
    if (job->target_selection != TARGET_SELECTION_CONTINUOUS)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Targets can only be associated with a CONTINUOUS job, and job %.*s is SNAPSHOT.",
                    STR(job->job_id));
    if (job->status != JOB_STATUS_IN_PROGRESS)
        return fail(op->err, ERR_INVALID_REQUEST, "Job %.*s in status %s cannot be associated with targets.",
                    STR(job->job_id), job_status_name(job->status));
    if (job_is_over(op, job))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Job %.*s has reached its EndTime and cannot be associated with targets.",
                    STR(job->job_id));
    return true;
}

/* A rollout that is on its way comes to them by itself; one that has ended goes on with them. */
static bool roll_out_to(struct op *op, const struct job_row *job, int64_t position)
{
    struct progress_row progress = { .position = position };
    if (store_progress_get(op->db, TIMER_ROLLOUT, job->job_id, &progress))
        return true;
    return (store_progress_set(op->db, TIMER_ROLLOUT, job->job_id, &progress) ||
            fail(op->err, ERR_INTERNAL, "The progress of the job could not be stored.")) &&
           job_work_go_on(op, TIMER_ROLLOUT, job->job_id);
}

static bool add_targets(struct op *op, const struct job_row *job, const struct target_rows *targets,
                        int64_t position)
{
    int64_t newest = store_execution_newest_id(op->db);
    for (size_t i = 0; i < targets->n; i++)
        targets->items[i].executions_before = newest;
    struct str detail = arena_printf(op->arena, "%zu", targets->n);
    return job_targets_write(op, job->job_id, position, targets) &&
           timeline_add_job(op, job, CAUSE_ASSOCIATE_TARGETS, detail) && roll_out_to(op, job, position);
}

bool op_associate_targets_with_job(struct op *op, const void *input)
{
    const struct associate_targets_with_job_request *in = input;
    struct job_row job;
    struct target_rows known = { 0 }, targets = { 0 };
    if (!lookup_job(op, in->job_id, in->namespace_id, &job) || !check_open(op, &job) ||
        !job_targets_read(op, &in->targets, job.target_selection, &targets))
        return false;
    if (!store_targets_get(op->db, op->arena, in->job_id, &known))
        return fail(op->err, ERR_INTERNAL, "The targets of the job could not be read.");
    drop_known(&targets, &known);
    if (!check_count(op, known.n + targets.n) || !job_targets_check(op, &targets))
        return false;
    job.updated_at_ms = op->now_ms;
    if (in->comment.p)
        job.comment = in->comment;
    if (!store_job_update(op->db, &job))
        return fail(op->err, ERR_INTERNAL, "The job could not be changed.");
    render_job_reference(op, &job);
    return targets.n == 0 || add_targets(op, &job, &targets, (int64_t)known.n);
}
