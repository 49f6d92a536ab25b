#include "ops/arn.h"
#include "ops/event.h"
#include "ops/render.h"
#include "store/jobs/job_target_store.h"

/*
 * The last level of the topic and `operation` are the same word; CANCELLATION_IN_PROGRESS and DELETED are
 * statuses of events alone.
 */
static const struct {
    const char *operation;
    const char *status;
    bool counts;  /* has jobProcessDetails */
    bool comment; /* has the job's comment, if there is one */
} job_events[] = {
    [JOB_EVENT_COMPLETED] = { "completed", "COMPLETED", .counts = true },
    [JOB_EVENT_CANCELLATION_IN_PROGRESS] = { "cancellation_in_progress", "CANCELLATION_IN_PROGRESS",
                                             .comment = true },
    [JOB_EVENT_CANCELED] = { "canceled", "CANCELED", .counts = false, .comment = false },
    [JOB_EVENT_DELETION_IN_PROGRESS] = { "deletion_in_progress", "DELETION_IN_PROGRESS", .comment = true },
    [JOB_EVENT_DELETED] = { "deleted", "DELETED", .comment = true },
};

/* AWS leaves out of the event what is still open or has timed out. */
static const struct {
    const char *member;
    enum job_execution_status status;
} counts_shown[] = {
    { "numberOfCanceledThings", JOB_EXECUTION_STATUS_CANCELED },
    { "numberOfRejectedThings", JOB_EXECUTION_STATUS_REJECTED },
    { "numberOfFailedThings", JOB_EXECUTION_STATUS_FAILED },
    { "numberOfRemovedThings", JOB_EXECUTION_STATUS_REMOVED },
    { "numberOfSucceededThings", JOB_EXECUTION_STATUS_SUCCEEDED },
};

static bool add_targets(struct op *op, struct json *json, struct str job_id)
{
    struct target_rows targets;
    if (!store_targets_get(op->db, op->arena, job_id, &targets))
        return false;
    render_target_arns(json, "targets", &targets, 0);
    return true;
}

static bool add_counts(struct op *op, struct json *json, struct str job_id)
{
    int64_t counts[JOB_COUNTS];
    if (!store_counts_get(op->db, job_id, counts))
        return false;
    json_key(json, "jobProcessDetails");
    json_object_begin(json);
    for (size_t i = 0; i < sizeof counts_shown / sizeof counts_shown[0]; i++)
        json_member_int(json, counts_shown[i].member, counts[counts_shown[i].status]);
    json_object_end(json);
    return true;
}

static void add_job_times(struct json *json, const struct job_row *job)
{
    if (job->completed_at_ms.set)
        json_member_int(json, "completedAt", job->completed_at_ms.value);
    json_member_int(json, "createdAt", job->created_at_ms);
    json_member_int(json, "lastUpdatedAt", job->updated_at_ms);
}

bool event_job(struct op *op, enum job_event what, const struct job_row *job)
{
    struct event event;
    struct str operation = str_from(job_events[what].operation);
    struct str topic = arena_printf(op->arena, "$aws/events/job/%.*s/%.*s", STR(job->job_id), STR(operation));
    if (!event_begin(op, &event, EVENT_TYPE_JOB, "JOB", EVENT_TIME_SECONDS))
        return true;
    struct json *json = &event.json;
    json_member_string(json, "operation", operation);
    json_member_string(json, "jobId", job->job_id);
    json_member_string(json, "status", str_from(job_events[what].status));
    json_member_string(json, "targetSelection",
                       str_from(api_enum_name(&shape_target_selection, (int)job->target_selection)));
    bool ok = add_targets(op, json, job->job_id);
    render_optional(json, "description", job->description);
    if (job_events[what].comment)
        render_optional(json, "comment", job->comment);
    add_job_times(json, job);
    ok = ok && (!job_events[what].counts || add_counts(op, json, job->job_id));
    return event_end(op, &event, topic) && ok;
}

/* ---- executions ---- */

/* The last level of the topic: the name of the status in lower case, or deleted. */
static const char *ended_operation(enum job_execution_status status)
{
    static const char *const operations[] = {
        [JOB_EXECUTION_STATUS_SUCCEEDED] = "succeeded", [JOB_EXECUTION_STATUS_FAILED] = "failed",
        [JOB_EXECUTION_STATUS_REJECTED] = "rejected",   [JOB_EXECUTION_STATUS_CANCELED] = "canceled",
        [JOB_EXECUTION_STATUS_TIMED_OUT] = "timed_out", [JOB_EXECUTION_STATUS_REMOVED] = "removed",
    };
    return operations[status];
}

/* Who created the job knows its things by the region that he calls them by. */
static struct str thing_arn(struct op *op, const struct execution_row *execution)
{
    struct job_row job;
    struct op as_creator = *op;
    if (store_job_get(op->db, op->arena, execution->job_id, &job) && job.region.p)
        as_creator.region = job.region;
    return arn_make(&as_creator, "thing", execution->thing_name);
}

static bool event_execution(struct op *op, const char *operation, const struct execution_row *execution)
{
    struct event event;
    if (!event_begin(op, &event, EVENT_TYPE_JOB_EXECUTION, "JOB_EXECUTION", EVENT_TIME_SECONDS))
        return true;
    struct json *json = &event.json;
    struct str topic =
        arena_printf(op->arena, "$aws/events/jobExecution/%.*s/%s", STR(execution->job_id), operation);
    json_member_string(json, "operation", str_from(operation));
    json_member_string(json, "jobId", execution->job_id);
    json_member_string(json, "thingArn", thing_arn(op, execution));
    json_member_string(json, "status", str_from(job_execution_status_name(execution->status)));
    if (execution->status_details.p) {
        json_key(json, "statusDetails");
        json_raw(json, execution->status_details);
    }
    return event_end(op, &event, topic);
}

bool event_execution_ended(struct op *op, const struct execution_row *execution)
{
    return event_execution(op, ended_operation(execution->status), execution);
}

bool event_execution_deleted(struct op *op, const struct execution_row *execution)
{
    return event_execution(op, "deleted", execution);
}
