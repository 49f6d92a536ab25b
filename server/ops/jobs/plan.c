#include "ops/jobs/plan.h"

#include "ops/jobs/document_objects.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/reach.h"
#include "ops/render.h"
#include "settings.h"

/* ---- finding out ---- */

static bool make_outline(struct op *op, const struct plan_figures *figures, bool all_succeed,
                         const struct rollout_outline **ret_outline)
{
    const struct job_plan *plan = &figures->plan;
    const struct forecast_input in = {
        .rollout = plan->config.rollout,
        .default_per_minute = op->settings->rollout_default_per_minute,
        .windows = &plan->windows,
        .from_ms = plan->start_ms,
        .end_ms = figures->end_ms,
        .all_succeed = all_succeed,
    };
    struct rollout_outline *outline = arena_alloc(op->arena, sizeof *outline);
    if (!outline)
        return fail(op->err, ERR_INTERNAL, "The server is out of memory for this plan.");
    rollout_outline_make(&in, figures->things, outline);
    *ret_outline = outline;
    return true;
}

/* Then nobody knows what will happen: there is a slowest case and a fastest. */
static bool rises_with_success(const struct job_executions_rollout_config *config)
{
    return config && config->exponential_rate &&
           config->exponential_rate->rate_increase_criteria->number_of_succeeded_things.set;
}

static bool find_out(struct op *op, const struct plan_request *in, struct plan_figures *ret_figures)
{
    struct plan_figures figures = { 0 };
    if (!job_plan_read(op, in->job, &figures.plan) ||
        !job_plan_check(op, &figures.plan, in->job_id.p != NULL) ||
        !reach_count(op, &figures.plan.targets, &figures.things))
        return false;
    figures.end_ms = job_end_time(&figures.plan.job);
    bool two_cases = rises_with_success(figures.plan.config.rollout);
    if (!make_outline(op, &figures, false, &figures.rollout) ||
        (two_cases && !make_outline(op, &figures, true, &figures.fastest)))
        return false;
    *ret_figures = figures;
    return true;
}

bool plan_has_nothing_to_do(const struct plan_figures *figures)
{
    return figures->things == 0 && figures->plan.job.target_selection == TARGET_SELECTION_SNAPSHOT;
}

/* ---- the answer ---- */

static void member_time(struct json *json, const char *key, struct opt_int ms)
{
    if (ms.set)
        json_member_iso(json, key, ms.value);
}

/* As it stands when the answer to CreateJob has been sent. */
static enum job_status status_at_once(const struct plan_figures *figures)
{
    enum job_status status = figures->plan.job.status;
    return status == JOB_STATUS_IN_PROGRESS && plan_has_nothing_to_do(figures) ? JOB_STATUS_COMPLETED
                                                                               : status;
}

static void render_targets(struct json *json, const struct plan_figures *figures)
{
    json_key(json, "targets");
    json_object_begin(json);
    json_member_int(json, "count", (int64_t)figures->plan.targets.n);
    json_member_int(json, "things", figures->things);
    json_object_end(json);
}

/* The next windows, those that begin now or behind the end not among them, as DescribeJob has them. */
static void render_windows(struct op *op, const struct plan_figures *figures)
{
    int64_t starts_ms[WINDOW_STARTS];
    if (figures->plan.windows.n == 0)
        return;
    size_t n = windows_starts(&figures->plan.windows, op->now_ms, figures->end_ms, starts_ms);
    json_key(op->json, "scheduledJobRollouts");
    json_array_begin(op->json);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(op->json);
        member_time(op->json, "startTime", (struct opt_int){ true, starts_ms[i] });
        json_object_end(op->json);
    }
    json_array_end(op->json);
}

static void render_segments(struct json *json, const struct rollout_outline *outline)
{
    json_key(json, "segments");
    json_array_begin(json);
    for (size_t i = 0; i < outline->n; i++) {
        const struct outline_segment *segment = &outline->segments[i];
        json_object_begin(json);
        member_time(json, "from", (struct opt_int){ true, segment->from_ms });
        json_member_int(json, "minutes", segment->minutes);
        json_member_int(json, "perMinute", segment->per_minute);
        json_member_int(json, "things", segment->minutes * segment->per_minute);
        json_member_int(json, "total", segment->total);
        json_object_end(json);
    }
    json_array_end(json);
    if (outline->segments_left > 0)
        json_member_int(json, "segmentsLeft", outline->segments_left);
}

static void render_reach(struct json *json, const struct plan_figures *figures,
                         const struct rollout_outline *outline)
{
    json_member_int(json, "things", outline->things);
    json_member_int(json, "notReached", figures->things - outline->things);
    if (outline->broken_off)
        json_member_bool(json, "brokenOff", true);
    member_time(json, "lastAt", outline->last_ms);
}

static void render_rollout(struct json *json, const struct plan_figures *figures)
{
    json_key(json, "rollout");
    json_object_begin(json);
    if (figures->fastest)
        json_member_string(json, "case", STR_LIT("SLOWEST"));
    render_reach(json, figures, figures->rollout);
    render_segments(json, figures->rollout);
    if (figures->fastest) {
        json_key(json, "fastest");
        json_object_begin(json);
        render_reach(json, figures, figures->fastest);
        json_object_end(json);
    }
    json_object_end(json);
}

static void render_end(struct op *op, const struct plan_figures *figures)
{
    struct json *json = op->json;
    struct str text;
    member_time(json, "endTime", figures->end_ms);
    if (figures->end_ms.set)
        json_member_string(
            json, "endBehavior",
            str_from(api_enum_name(&shape_job_end_behavior, (int)figures->plan.job.end_behavior)));
    json_key(json, "expectedEnd");
    json_object_begin(json);
    member_time(json, "latest", plan_expected_end(figures, op->arena, &text));
    json_member_string(json, "text", text);
    json_object_end(json);
}

static void render_failures(struct op *op, const struct job_config *config)
{
    if (config->retry) {
        json_key(op->json, "retries");
        json_array_begin(op->json);
        for (size_t i = 0; i < config->retry->criteria_list.n; i++)
            json_string(op->json, plan_retry_text(&config->retry->criteria_list.items[i], op->arena));
        json_array_end(op->json);
    }
    if (config->abort) {
        json_key(op->json, "aborts");
        json_array_begin(op->json);
        for (size_t i = 0; i < config->abort->criteria_list.n; i++)
            json_string(op->json, plan_abort_text(&config->abort->criteria_list.items[i], op->arena));
        json_array_end(op->json);
    }
}

/* Its uploads have no thing yet: their keys do not matter to what is missing. */
static void render_document(struct op *op, struct str document)
{
    const struct upload_values values = { .thing_name = STR_LIT(""), .job_id = STR_LIT("") };
    struct document_objects objects;
    json_member_string(op->json, "document", document);
    document_objects_of(op, document, &values, &objects);
    document_warnings_write(op, &objects);
}

bool op_plan(struct op *op, const void *input)
{
    const struct plan_request *in = input;
    struct plan_figures figures;
    if (!find_out(op, in, &figures))
        return false;
    render_optional(op->json, "jobId", in->job_id);
    json_member_string(op->json, "status", str_from(job_status_name(status_at_once(&figures))));
    member_time(op->json, "startsAt", (struct opt_int){ true, figures.plan.start_ms });
    render_targets(op->json, &figures);
    render_windows(op, &figures);
    render_rollout(op->json, &figures);
    render_end(op, &figures);
    render_failures(op, &figures.plan.config);
    render_document(op, figures.plan.document.document);
    json_member_string(op->json, "text", plan_text(&figures, op->arena));
    return true;
}
