#include "ops/render.h"

#include "base/time_text.h"
#include "ops/arn.h"
#include "ops/executions/execution_change.h"
#include "ops/jobs/delivered_document.h"
#include "ops/jobs/job_config.h"

enum { STRING_MAP_MAX = 4 * 1024 * 1024 }; /* a request's body at most, with every character escaped */

void render_optional(struct json *json, const char *key, struct str value)
{
    if (value.p)
        json_member_string(json, key, value);
}

struct str render_string_map(struct op *op, const struct string_map *map)
{
    struct strbuf out;
    strbuf_init(&out, STRING_MAP_MAX);
    struct json json = json_to(&out);
    json_object_begin(&json);
    for (size_t i = 0; i < map->n; i++) {
        json_key_str(&json, map->items[i].key);
        json_string(&json, map->items[i].value);
    }
    json_object_end(&json);
    struct str text = arena_str(op->arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

struct opt_int execution_seconds_left(const struct execution_row *e, int64_t now_ms)
{
    struct opt_int deadline = execution_deadline(e);
    if (e->status != JOB_EXECUTION_STATUS_IN_PROGRESS || !deadline.set)
        return (struct opt_int){ 0 };
    int64_t left_ms = deadline.value > now_ms ? deadline.value - now_ms : 0;
    return (struct opt_int){ true, (left_ms + 999) / 1000 };
}

/* ---- device side: times are whole seconds ---- */

void render_job_document(struct op *op, struct json *json, struct reply_style style,
                         const struct execution_row *execution)
{
    struct str stored = store_job_document(op->db, op->arena, execution->job_id);
    struct str document = delivered_document(op, stored, execution, &style);
    json_key(json, "jobDocument");
    if (style.document_as_object)
        json_raw(json, document);
    else
        json_string(json, document);
}

static void status_details(struct json *json, struct str details)
{
    if (!details.p)
        return;
    json_key(json, "statusDetails");
    json_raw(json, details);
}

void render_device_execution(struct op *op, struct json *json, struct reply_style style,
                             const struct execution_row *e, enum document_inclusion document)
{
    json_object_begin(json);
    json_member_string(json, "jobId", e->job_id);
    if (style.name_the_thing)
        json_member_string(json, "thingName", e->thing_name);
    json_member_string(json, "status", str_from(job_execution_status_name(e->status)));
    status_details(json, e->status_details);
    json_member_int(json, "queuedAt", e->queued_at_ms / 1000);
    if (e->started_at_ms.set)
        json_member_int(json, "startedAt", e->started_at_ms.value / 1000);
    json_member_int(json, "lastUpdatedAt", e->updated_at_ms / 1000);
    struct opt_int left = execution_seconds_left(e, op->now_ms);
    if (left.set)
        json_member_int(json, "approximateSecondsBeforeTimedOut", left.value);
    json_member_int(json, "versionNumber", e->version);
    json_member_int(json, "executionNumber", e->execution_number);
    if (document == DOCUMENT_INCLUDED)
        render_job_document(op, json, style, e);
    json_object_end(json);
}

void render_execution_state(struct json *json, const struct execution_row *e)
{
    json_object_begin(json);
    json_member_string(json, "status", str_from(job_execution_status_name(e->status)));
    status_details(json, e->status_details);
    json_member_int(json, "versionNumber", e->version);
    json_object_end(json);
}

static void pending_summary(struct json *json, const struct execution_row *e)
{
    json_object_begin(json);
    json_member_string(json, "jobId", e->job_id);
    json_member_int(json, "queuedAt", e->queued_at_ms / 1000);
    json_member_int(json, "lastUpdatedAt", e->updated_at_ms / 1000);
    if (e->started_at_ms.set)
        json_member_int(json, "startedAt", e->started_at_ms.value / 1000);
    json_member_int(json, "executionNumber", e->execution_number);
    json_member_int(json, "versionNumber", e->version);
    json_object_end(json);
}

void render_pending(struct json *json, const struct execution_rows *rows, enum job_execution_status status,
                    const char *name, bool always)
{
    bool open = always;
    if (always) {
        json_key(json, name);
        json_array_begin(json);
    }
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->items[i].status != status)
            continue;
        if (!open) {
            json_key(json, name);
            json_array_begin(json);
            open = true;
        }
        pending_summary(json, &rows->items[i]);
    }
    if (open)
        json_array_end(json);
}

/* ---- control plane: times are seconds with a fraction ---- */

static void execution_times(struct json *json, const struct execution_row *e)
{
    json_member_seconds(json, "queuedAt", e->queued_at_ms);
    if (e->started_at_ms.set)
        json_member_seconds(json, "startedAt", e->started_at_ms.value);
    json_member_seconds(json, "lastUpdatedAt", e->updated_at_ms);
    json_member_int(json, "executionNumber", e->execution_number);
}

void render_execution(struct op *op, const struct execution_row *e)
{
    struct json *json = op->json;
    json_object_begin(json);
    json_member_string(json, "jobId", e->job_id);
    json_member_string(json, "status", str_from(job_execution_status_name(e->status)));
    json_member_bool(json, "forceCanceled", e->force_canceled);
    json_key(json, "statusDetails");
    json_object_begin(json);
    if (e->status_details.p) {
        json_key(json, "detailsMap");
        json_raw(json, e->status_details);
    }
    json_object_end(json);
    json_member_string(json, "thingArn", arn_make(op, "thing", e->thing_name));
    execution_times(json, e);
    json_member_int(json, "versionNumber", e->version);
    struct opt_int left = execution_seconds_left(e, op->now_ms);
    if (left.set)
        json_member_int(json, "approximateSecondsBeforeTimedOut", left.value);
    json_object_end(json);
}

void render_execution_summary(struct op *op, const struct execution_row *e)
{
    struct json *json = op->json;
    json_key(json, "jobExecutionSummary");
    json_object_begin(json);
    json_member_string(json, "status", str_from(job_execution_status_name(e->status)));
    execution_times(json, e);
    json_member_int(json, "retryAttempt", e->retry_attempt);
    json_object_end(json);
}

static const struct {
    enum job_execution_status status;
    const char *member;
} process_details[] = {
    { JOB_EXECUTION_STATUS_CANCELED, "numberOfCanceledThings" },
    { JOB_EXECUTION_STATUS_SUCCEEDED, "numberOfSucceededThings" },
    { JOB_EXECUTION_STATUS_FAILED, "numberOfFailedThings" },
    { JOB_EXECUTION_STATUS_REJECTED, "numberOfRejectedThings" },
    { JOB_EXECUTION_STATUS_QUEUED, "numberOfQueuedThings" },
    { JOB_EXECUTION_STATUS_IN_PROGRESS, "numberOfInProgressThings" },
    { JOB_EXECUTION_STATUS_REMOVED, "numberOfRemovedThings" },
    { JOB_EXECUTION_STATUS_TIMED_OUT, "numberOfTimedOutThings" },
};

static void job_state(struct op *op, const struct job_row *job, struct str thing_group_id)
{
    struct json *json = op->json;
    json_member_string(json, "jobArn", arn_make(op, "job", job->job_id));
    json_member_string(json, "jobId", job->job_id);
    render_optional(json, "thingGroupId", thing_group_id);
    json_member_string(json, "targetSelection",
                       str_from(api_enum_name(&shape_target_selection, (int)job->target_selection)));
    json_member_string(json, "status", str_from(job_status_name(job->status)));
}

static void job_times(struct json *json, const struct job_row *job)
{
    json_member_seconds(json, "createdAt", job->created_at_ms);
    json_member_seconds(json, "lastUpdatedAt", job->updated_at_ms);
    if (job->completed_at_ms.set)
        json_member_seconds(json, "completedAt", job->completed_at_ms.value);
}

/* Executions of it come or go by themselves; one that waits for its time is at rest. */
static bool is_concurrent(const struct job_row *job)
{
    return job->at_work && job->status != JOB_STATUS_SCHEDULED;
}

/* From the one at position `first` on. */
void render_target_arns(struct json *json, const char *key, const struct target_rows *targets, size_t first)
{
    json_key(json, key);
    json_array_begin(json);
    for (size_t i = first; i < targets->n; i++)
        json_string(json, targets->items[i].arn);
    json_array_end(json);
}

static void job_process_details(struct json *json, const struct job_details *details)
{
    json_key(json, "jobProcessDetails");
    json_object_begin(json);
    if (details->rolling_out.set && details->rolling_out.value < (int64_t)details->targets.n)
        render_target_arns(json, "processingTargets", &details->targets, (size_t)details->rolling_out.value);
    for (size_t i = 0; i < sizeof process_details / sizeof process_details[0]; i++)
        json_member_int(json, process_details[i].member, details->counts[process_details[i].status]);
    json_object_end(json);
}

static void scheduled_rollouts(struct json *json, const struct job_details *details)
{
    if (details->rollouts == 0)
        return;
    json_key(json, "scheduledJobRollouts");
    json_array_begin(json);
    for (size_t i = 0; i < details->rollouts; i++) {
        char start[TIME_TEXT_MAX];
        time_format_minute(details->rollouts_ms[i], start);
        json_object_begin(json);
        json_member_string(json, "startTime", str_from(start));
        json_object_end(json);
    }
    json_array_end(json);
}

void render_job(struct op *op, const struct job_row *job, const struct job_details *details)
{
    struct json *json = op->json;
    json_object_begin(json);
    job_state(op, job, STR_NONE);
    if (job->status == JOB_STATUS_CANCELED)
        json_member_bool(json, "forceCanceled", job->force_canceled);
    render_optional(json, "reasonCode", job->reason_code);
    render_optional(json, "comment", job->comment);
    render_target_arns(json, "targets", &details->targets, 0);
    render_optional(json, "description", job->description);
    job_config_render(json, job, &details->config);
    job_times(json, job);
    job_process_details(json, details);
    if (job->namespace_id.n)
        json_member_string(json, "namespaceId", job->namespace_id);
    render_optional(json, "jobTemplateArn", job->job_template_arn);
    if (details->document.parameters.p) {
        json_key(json, "documentParameters");
        json_raw(json, details->document.parameters);
    }
    json_member_bool(json, "isConcurrent", is_concurrent(job));
    scheduled_rollouts(json, details);
    json_object_end(json);
}

void render_job_summary(struct op *op, const struct job_row *job, struct str thing_group_id)
{
    json_object_begin(op->json);
    job_state(op, job, thing_group_id);
    job_times(op->json, job);
    json_member_bool(op->json, "isConcurrent", is_concurrent(job));
    json_object_end(op->json);
}

void render_job_reference(struct op *op, const struct job_row *job)
{
    json_member_string(op->json, "jobArn", arn_make(op, "job", job->job_id));
    json_member_string(op->json, "jobId", job->job_id);
    render_optional(op->json, "description", job->description);
}

/* ---- registry ---- */

void render_attributes(struct json *json, const struct attribute_rows *attributes)
{
    json_key(json, "attributes");
    json_object_begin(json);
    for (size_t i = 0; i < attributes->n; i++) {
        json_key_str(json, attributes->items[i].name);
        json_string(json, attributes->items[i].value);
    }
    json_object_end(json);
}

void render_thing(struct op *op, const struct thing_row *thing, const struct attribute_rows *attributes)
{
    struct json *json = op->json;
    json_member_string(json, "defaultClientId", thing->name);
    json_member_string(json, "thingName", thing->name);
    json_member_string(json, "thingId", thing->thing_id);
    json_member_string(json, "thingArn", arn_make(op, "thing", thing->name));
    render_optional(json, "thingTypeName", thing->type);
    render_attributes(json, attributes);
    json_member_int(json, "version", thing->version);
    render_optional(json, "billingGroupName", thing->billing_group);
}

void render_thing_summary(struct op *op, const struct thing_row *thing,
                          const struct attribute_rows *attributes)
{
    struct json *json = op->json;
    json_object_begin(json);
    json_member_string(json, "thingName", thing->name);
    render_optional(json, "thingTypeName", thing->type);
    json_member_string(json, "thingArn", arn_make(op, "thing", thing->name));
    render_attributes(json, attributes);
    json_member_int(json, "version", thing->version);
    json_object_end(json);
}

static void thing_group_reference(struct op *op, struct str name)
{
    json_object_begin(op->json);
    json_member_string(op->json, "groupName", name);
    json_member_string(op->json, "groupArn", arn_make(op, "thinggroup", name));
    json_object_end(op->json);
}

bool render_thing_group_page(struct op *op, struct page *page, const struct named_rows *rows)
{
    json_key(op->json, "thingGroups");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows->n; i++) {
        const struct named_row *row = &rows->items[i];
        if (!page_take_text(page, rows->by_name ? row->name : STR_NONE, row->id))
            break;
        thing_group_reference(op, row->name);
    }
    json_array_end(op->json);
    return page_close(op, page);
}

static void thing_group_properties(struct json *json, const struct thing_group_row *group,
                                   const struct attribute_rows *attributes)
{
    json_key(json, "thingGroupProperties");
    json_object_begin(json);
    render_optional(json, "thingGroupDescription", group->description);
    if (attributes->n) {
        json_key(json, "attributePayload");
        json_object_begin(json);
        render_attributes(json, attributes);
        json_object_end(json);
    }
    json_object_end(json);
}

static void thing_group_metadata(struct op *op, const struct thing_group_row *group,
                                 const struct thing_group_rows *ancestors)
{
    struct json *json = op->json;
    json_key(json, "thingGroupMetadata");
    json_object_begin(json);
    if (ancestors->n) {
        json_member_string(json, "parentGroupName", ancestors->items[ancestors->n - 1].name);
        json_key(json, "rootToParentThingGroups");
        json_array_begin(json);
        for (size_t i = 0; i < ancestors->n; i++)
            thing_group_reference(op, ancestors->items[i].name);
        json_array_end(json);
    }
    json_member_seconds(json, "creationDate", group->created_at_ms);
    json_object_end(json);
}

void render_thing_group(struct op *op, const struct thing_group_row *group,
                        const struct thing_group_rows *ancestors, const struct attribute_rows *attributes)
{
    struct json *json = op->json;
    json_member_string(json, "thingGroupName", group->name);
    json_member_string(json, "thingGroupId", group->group_id);
    json_member_string(json, "thingGroupArn", arn_make(op, "thinggroup", group->name));
    json_member_int(json, "version", group->version);
    thing_group_properties(json, group, attributes);
    thing_group_metadata(op, group, ancestors);
}
