#include "ops/jobs/explain.h"

#include "base/time_text.h"
#include "ops/jobs/document_objects.h"
#include "ops/jobs/explain_facts.h"
#include "ops/lookup.h"
#include "ops/render.h"
#include "store/jobs/turn_store.h"

enum { JOBS_MAX = 50, TEXT_MAX = 8192 };

/* Half a second, on a machine that has nothing else to do. */
static const struct explain_effort most = { .things = 1000 * 1000, .looks = 5 * 1000 * 1000 };

/* ---- what is known, by the names under which it is shown ---- */

enum value {
    THING_NAME,
    JOB_ID,
    JOB_STATUS,
    STARTS_AT,
    WINDOW_OPENS_AT,
    WINDOW_CLOSES_AT,
    ENDS_AT,
    THINGS_AHEAD,
    THINGS_AHEAD_AT_LEAST,
    EXPECTED_AT,
    EXECUTION_NUMBER,
    EXECUTION_STATUS,
    QUEUED_AT,
    STARTED_AT,
    TIMES_OUT_AT,
    LAST_UPDATED_AT,
    PENDING_POSITION,
    BEHIND_JOB_ID,
    BEHIND_STATUS,
    RETRIES_USED,
    RETRIES_ALLOWED,
    DETAIL,
    VALUE_COUNT
};

static const struct {
    const char *name;
    bool number;
} shown[VALUE_COUNT] = {
    [THING_NAME] = { "thingName", false },
    [JOB_ID] = { "jobId", false },
    [JOB_STATUS] = { "jobStatus", false },
    [STARTS_AT] = { "startsAt", false },
    [WINDOW_OPENS_AT] = { "windowOpensAt", false },
    [WINDOW_CLOSES_AT] = { "windowClosesAt", false },
    [ENDS_AT] = { "endsAt", false },
    [THINGS_AHEAD] = { "thingsAhead", true },
    [THINGS_AHEAD_AT_LEAST] = { "thingsAheadAtLeast", true },
    [EXPECTED_AT] = { "expectedAt", false },
    [EXECUTION_NUMBER] = { "executionNumber", true },
    [EXECUTION_STATUS] = { "executionStatus", false },
    [QUEUED_AT] = { "queuedAt", false },
    [STARTED_AT] = { "startedAt", false },
    [TIMES_OUT_AT] = { "timesOutAt", false },
    [LAST_UPDATED_AT] = { "lastUpdatedAt", false },
    [PENDING_POSITION] = { "pendingPosition", true },
    [BEHIND_JOB_ID] = { "behindJobId", false },
    [BEHIND_STATUS] = { "behindStatus", false },
    [RETRIES_USED] = { "retriesUsed", true },
    [RETRIES_ALLOWED] = { "retriesAllowed", true },
    [DETAIL] = { "detail", false },
};

/* Sentences; one that names a value that is not known is left out. */
#define ENDED "Execution {executionNumber} of job {jobId} ended as {executionStatus} at {lastUpdatedAt}.|"

static const char *const texts[REASON_COUNT] = {
    [REASON_JOB_BEING_DELETED] = "Job {jobId} is being deleted, and its executions with it.",
    [REASON_JOB_ABORTED] =
        "Job {jobId} was aborted: what {thingName} had waiting is canceled, and nothing follows.|"
        "{detail}",
    [REASON_JOB_CANCELED] =
        "Job {jobId} was canceled: what {thingName} had waiting is canceled, and nothing follows.|"
        "CancelJob said: {detail}.",
    [REASON_JOB_CROWDED_OUT] =
        "Job {jobId} was canceled when it was to start: as many jobs as may be at work at once"
        " were at work (concurrent_jobs_limit).",
    [REASON_JOB_OVER] = "The end time of job {jobId}, {endsAt}, has come: nothing is rolled out any more.",
    [REASON_NOT_A_TARGET] =
        "{thingName} is no target of job {jobId}, which names neither it nor a thing group that it is in.",
    [REASON_CAME_TOO_LATE] =
        "{thingName} gets nothing of job {jobId}: when its targets were rolled out to, it was not "
        "there, or in none of their thing groups.",
    [REASON_WAITS_FOR_START] = "Job {jobId} has not started yet: it does at {startsAt}.|"
                               "Things whose turn comes first then: {thingsAhead}.|"
                               "Things whose turn comes first then: at least {thingsAheadAtLeast}.|"
                               "As things stand, its turn comes at {expectedAt}.",
    [REASON_WAITS_FOR_WINDOW] =
        "Job {jobId} waits for its next maintenance window.|It opens at {windowOpensAt}.|"
        "Things whose turn comes first then: {thingsAhead}.|"
        "Things whose turn comes first then: at least {thingsAheadAtLeast}.|"
        "As things stand, its turn comes at {expectedAt}.",
    [REASON_NO_FURTHER_WINDOW] = "Job {jobId} waits for a maintenance window, but none opens any more.",
    [REASON_WAITS_FOR_TURN] =
        "Job {jobId} is being rolled out.|Things whose turn comes before {thingName}: {thingsAhead}.|"
        "Things whose turn comes before {thingName}: at least {thingsAheadAtLeast}.|"
        "As things stand, its turn comes at {expectedAt}.|The job ends at {endsAt}.",
    [REASON_DELETED] = "{thingName} had an execution of job {jobId}, which was deleted.|"
                       "It gets another one only if the job is CONTINUOUS and it joins its targets anew.",
    [REASON_NEXT] =
        "Execution {executionNumber} of job {jobId} is queued, and what {thingName} gets next when it asks.",
    [REASON_BEHIND_ANOTHER] =
        "Execution {executionNumber} of job {jobId} is queued behind others of {thingName}.|"
        "First comes job {behindJobId}, {behindStatus}.|"
        "It is number {pendingPosition} of what is pending.",
    [REASON_HIDDEN] =
        "Execution {executionNumber} of job {jobId} is queued, but hidden from {thingName} until a "
        "maintenance window opens.|The next one does at {windowOpensAt}.",
    [REASON_HIDDEN_FOR_GOOD] =
        "Execution {executionNumber} of job {jobId} is queued, but hidden from {thingName}: no "
        "maintenance window opens any more.",
    [REASON_RUNNING] = "{thingName} is at execution {executionNumber} of job {jobId}, since {startedAt}.|"
                       "It last reported at {lastUpdatedAt}.|It times out at {timesOutAt}.|"
                       "The job is {jobStatus}.",
    [REASON_SUCCEEDED] =
        "{thingName} has done job {jobId}: execution {executionNumber} SUCCEEDED at {lastUpdatedAt}.",
    [REASON_REJECTED] = "{thingName} rejected execution {executionNumber} of job {jobId} at {lastUpdatedAt}.|"
                        "What is rejected is not tried again.",
    [REASON_LEFT_TARGETS] =
        "Execution {executionNumber} of job {jobId} was removed at {lastUpdatedAt}: {thingName} left the "
        "job's targets, or was deleted.|"
        "It gets another one only if the job is CONTINUOUS and it joins its targets anew.",
    [REASON_CANCELED] =
        "Execution {executionNumber} of job {jobId} was canceled by itself at {lastUpdatedAt}.",
    [REASON_FAILED] = ENDED "The job tries nothing again that ends so (jobExecutionsRetryConfig).",
    [REASON_RETRIES_USED_UP] =
        ENDED "Its retries are used up: {retriesUsed} were made, {retriesAllowed} are allowed for that.",
    [REASON_RETRY_WAITS_FOR_WINDOW] =
        ENDED "It is tried again when the next maintenance window opens, at {windowOpensAt}.|"
              "So far {retriesUsed} retries were made, {retriesAllowed} are allowed for that.",
    [REASON_RETRY_JOB_STOPPED] =
        ENDED "It had retries left, but the job is {jobStatus}.|The end of the job: {endsAt}.|{detail}",
    [REASON_RETRY_LEFT_TARGETS] =
        ENDED "It had retries left, but {thingName} is no target of the job any more.",
    [REASON_RETRY_NO_WINDOW] = ENDED "It had retries left, but no maintenance window opens any more.",
};

static struct str time_text(struct op *op, struct opt_int ms)
{
    char text[TIME_TEXT_MAX];
    if (!ms.set)
        return STR_NONE;
    time_format_iso(ms.value, text);
    return arena_str(op->arena, str_from(text));
}

static struct str number_text(struct op *op, struct opt_int number)
{
    return number.set ? arena_printf(op->arena, "%lld", (long long)number.value) : STR_NONE;
}

static struct opt_int given(int64_t value)
{
    return (struct opt_int){ true, value };
}

static void take_execution(struct op *op, const struct explained *e, struct str values[VALUE_COUNT])
{
    const struct execution_row *execution = &e->execution;
    if (!execution->status)
        return;
    values[EXECUTION_NUMBER] = number_text(op, given(execution->execution_number));
    values[EXECUTION_STATUS] = str_from(job_execution_status_name(execution->status));
    values[QUEUED_AT] = time_text(op, given(execution->queued_at_ms));
    values[STARTED_AT] = time_text(op, execution->started_at_ms);
    values[TIMES_OUT_AT] = time_text(op, e->times_out_ms);
    values[LAST_UPDATED_AT] = time_text(op, given(execution->updated_at_ms));
    values[PENDING_POSITION] = number_text(op, e->pending_position);
    if (e->retries_allowed.set) {
        values[RETRIES_USED] = number_text(op, given(execution->retry_attempt));
        values[RETRIES_ALLOWED] = number_text(op, e->retries_allowed);
    }
    if (e->pending_position.set && e->pending_position.value > 1) {
        values[BEHIND_JOB_ID] = e->next.job_id;
        values[BEHIND_STATUS] = str_from(job_execution_status_name(e->next.status));
    }
}

static void take_values(struct op *op, const struct explained *e, struct str values[VALUE_COUNT])
{
    values[THING_NAME] = e->thing_name;
    values[JOB_ID] = e->job.job_id;
    values[JOB_STATUS] = str_from(job_status_name(e->job.status));
    values[STARTS_AT] = time_text(op, e->starts_ms);
    values[WINDOW_OPENS_AT] = time_text(op, e->opens_ms);
    values[WINDOW_CLOSES_AT] = time_text(op, e->closes_ms);
    values[ENDS_AT] = time_text(op, e->ends_ms);
    values[e->ahead_at_least ? THINGS_AHEAD_AT_LEAST : THINGS_AHEAD] = number_text(op, e->ahead);
    values[EXPECTED_AT] = time_text(op, e->expected_ms);
    values[DETAIL] = e->detail;
    take_execution(op, e, values);
}

/* ---- the text ---- */

static struct str value_named(struct str name, const struct str values[VALUE_COUNT])
{
    for (int i = 0; i < VALUE_COUNT; i++)
        if (str_eq_text(name, shown[i].name))
            return values[i];
    return STR_NONE;
}

/* Appends the sentence with its values; false: one of them is not known. */
static bool fill_in(struct strbuf *out, struct str sentence, const struct str values[VALUE_COUNT])
{
    while (sentence.p) {
        strbuf_add_str(out, str_split(&sentence, '{'));
        if (!sentence.p)
            break;
        struct str value = value_named(str_split(&sentence, '}'), values);
        if (!value.p)
            return false;
        strbuf_add_str(out, value);
    }
    return true;
}

static struct str make_text(struct op *op, enum reason reason, const struct str values[VALUE_COUNT])
{
    struct strbuf out;
    struct str sentences = str_from(texts[reason]);
    strbuf_init(&out, TEXT_MAX);
    while (sentences.p) {
        size_t before = strbuf_str(&out).n;
        if (before > 0)
            strbuf_add_char(&out, ' ');
        if (!fill_in(&out, str_split(&sentences, '|'), values))
            strbuf_truncate(&out, before);
    }
    struct str text = arena_str(op->arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

/* ---- the answer ---- */

static void render_explained(struct op *op, const struct explained *e)
{
    struct str values[VALUE_COUNT] = { 0 };
    enum reason reason = explain(&e->facts);
    take_values(op, e, values);
    json_member_string(op->json, "reason", str_from(reason_name(reason)));
    json_member_string(op->json, "text", make_text(op, reason, values));
    for (int i = JOB_ID; i < VALUE_COUNT; i++) {
        if (!values[i].p)
            continue;
        json_key(op->json, shown[i].name);
        if (shown[i].number)
            json_raw(op->json, values[i]);
        else
            json_string(op->json, values[i]);
    }
}

/* What the device would get, and could not use. */
static void write_warnings(struct op *op, const struct explained *e)
{
    const struct execution_row *execution = &e->execution;
    const struct upload_values values = { .thing_name = e->thing_name,
                                          .job_id = e->job.job_id,
                                          .execution_number =
                                              execution->status ? execution->execution_number : 1 };
    struct document_objects objects;
    document_objects_of(op, store_job_document(op->db, op->arena, e->job.job_id), &values, &objects);
    document_warnings_write(op, &objects);
}

static bool explain_one(struct op *op, struct str job_id, struct str thing, struct explain_effort *effort)
{
    struct job_row job;
    struct explained explained;
    if (!lookup_job(op, job_id, STR_NONE, &job) || !explained_gather(op, &job, thing, effort, &explained))
        return false;
    render_explained(op, &explained);
    write_warnings(op, &explained);
    return true;
}

static bool explain_all(struct op *op, struct str thing, struct explain_effort *effort)
{
    struct job_ids jobs;
    if (!store_jobs_concerning(op->db, op->arena, thing, JOBS_MAX + 1, &jobs))
        return fail(op->err, ERR_INTERNAL, "The jobs of the thing could not be read.");
    json_key(op->json, "jobs");
    json_array_begin(op->json);
    for (size_t i = 0; i < jobs.n && i < JOBS_MAX; i++) {
        json_object_begin(op->json);
        if (!explain_one(op, jobs.items[i], thing, effort))
            return false;
        json_object_end(op->json);
    }
    json_array_end(op->json);
    json_member_bool(op->json, "more", jobs.n > JOBS_MAX);
    return true;
}

bool op_explain(struct op *op, const void *input)
{
    const struct explain_request *in = input;
    struct explain_effort effort = most;
    struct thing_row thing;
    if (!lookup_thing(op, in->thing, &thing))
        return false;
    json_member_string(op->json, "thingName", in->thing);
    return in->job.p ? explain_one(op, in->job, in->thing, &effort) : explain_all(op, in->thing, &effort);
}
