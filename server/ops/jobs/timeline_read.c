/* GET /_iotjobs/jobs/JOB/timeline */
#include "ops/jobs/job_end.h"
#include "ops/jobs/timeline.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/render.h"
#include "store/jobs/progress_store.h"

static const struct {
    const char *name;
    enum transition_kind kind;
} kinds[] = {
    { "job", TRANSITIONS_OF_THE_JOB },
    { "executions", TRANSITIONS_OF_EXECUTIONS },
};

static bool read_kind(struct op *op, struct str of, enum transition_kind *ret_kind)
{
    *ret_kind = TRANSITIONS_ALL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq_text(of, kinds[i].name))
            *ret_kind = kinds[i].kind;
    return !of.p || *ret_kind != TRANSITIONS_ALL ||
           fail(op->err, ERR_INVALID_REQUEST,
                "of=%.*s is not known: of=job and of=executions narrow the timeline, without it "
                "both are listed.",
                STR(of));
}

/* ---- what the job is at ---- */

/* What of the job's executions is still to be dealt with: all that a deletion finds, what a cancellation
 * changes. A rollout and a removal do not know what lies before them. */
static struct opt_int executions_left(const struct job_row *job, enum timer_kind kind,
                                      const int64_t counts[JOB_COUNTS])
{
    int64_t all = 0;
    for (int status = 0; status < JOB_COUNTS; status++)
        all += counts[status];
    if (kind == TIMER_DELETION)
        return (struct opt_int){ true, all };
    if (kind == TIMER_CANCELLATION)
        return (struct opt_int){
            true, counts[JOB_EXECUTION_STATUS_QUEUED] +
                      (job_cancels_by_force(job) ? counts[JOB_EXECUTION_STATUS_IN_PROGRESS] : 0)
        };
    return (struct opt_int){ 0 };
}

/* "working":[{"on":"CANCELLATION","executionsLeft":999900}]; left out when there is nothing of the kind. */
static bool render_work(struct op *op, const struct job_row *job)
{
    static const enum timer_kind works[] = { TIMER_ROLLOUT, TIMER_REMOVAL, TIMER_CANCELLATION,
                                             TIMER_DELETION };
    int64_t counts[JOB_COUNTS];
    struct progress_row progress;
    if (!job->at_work || job->status == JOB_STATUS_SCHEDULED)
        return true;
    if (!store_counts_get(op->db, job->job_id, counts))
        return fail(op->err, ERR_INTERNAL, "The executions of the job could not be counted.");
    json_key(op->json, "working");
    json_array_begin(op->json);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (!store_progress_get(op->db, works[i], job->job_id, &progress))
            continue;
        struct opt_int left = executions_left(job, works[i], counts);
        json_object_begin(op->json);
        json_member_string(op->json, "on", str_from(timer_kind_name(works[i])));
        if (left.set)
            json_member_int(op->json, "executionsLeft", left.value);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return true;
}

/* ---- transitions ---- */

static void render_transition(struct json *json, const struct transition_row *transition)
{
    json_object_begin(json);
    json_member_iso(json, "at", transition->at_ms);
    if (transition->thing_name.p) {
        json_member_string(json, "thingName", transition->thing_name);
        json_member_int(json, "executionNumber", transition->execution_number.value);
    }
    json_member_string(json, "status", transition->status);
    json_member_string(json, "cause", str_from(cause_name(transition->cause)));
    json_member_string(json, "text", str_from(cause_text(transition->cause)));
    render_optional(json, "detail", transition->detail);
    json_object_end(json);
}

bool op_timeline(struct op *op, const void *input)
{
    const struct timeline_request *in = input;
    enum transition_kind kind;
    struct page page;
    struct job_row job;
    struct transition_rows rows;
    struct str whose = arena_printf(op->arena, "%.*s of=%.*s", STR(in->job_id), STR(in->of));
    if (!read_kind(op, in->of, &kind) || !lookup_job(op, in->job_id, STR_NONE, &job) ||
        !page_open_own(op, &page, "Timeline", whose, in->max_results, in->next_token))
        return false;
    if (!store_transitions_list(op->db, op->arena, job.id, kind, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The timeline of the job could not be read.");
    json_member_string(op->json, "jobId", job.job_id);
    json_member_string(op->json, "status", str_from(job_status_name(job.status)));
    if (!render_work(op, &job))
        return false;
    json_key(op->json, "transitions");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        render_transition(op->json, &rows.items[i]);
    json_array_end(op->json);
    return page_close(op, &page);
}
