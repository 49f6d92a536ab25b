/* Answers: one function per output shape, members in the order in which AWS sends them. */
#ifndef IOTJOBS_OPS_RENDER_H
#define IOTJOBS_OPS_RENDER_H

#include "ops/page.h"
#include "rules/jobs/window.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/job_store.h"
#include "store/jobs/job_target_store.h"
#include "store/registry/attribute_store.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"

enum document_inclusion { DOCUMENT_LEFT_OUT, DOCUMENT_INCLUDED };

/* The device's view of an execution: JobExecution of the data plane (device protocol 1.4). */
void render_device_execution(struct op *op, struct json *json, struct reply_style style,
                             const struct execution_row *execution, enum document_inclusion document);

/* "jobDocument", resolved for this execution (ops/jobs/delivered_document), as the style wants it. */
void render_job_document(struct op *op, struct json *json, struct reply_style style,
                         const struct execution_row *execution);

/* {"status":…,"statusDetails":…,"versionNumber":…} */
void render_execution_state(struct json *json, const struct execution_row *execution);

/* "NAME":[summary, …] of the rows with that status; left out when there are none, unless `always`. */
void render_pending(struct json *json, const struct execution_rows *rows, enum job_execution_status status,
                    const char *name, bool always);

/* The control plane's view: JobExecution. */
void render_execution(struct op *op, const struct execution_row *execution);
/* JobExecutionSummary as a member "jobExecutionSummary". */
void render_execution_summary(struct op *op, const struct execution_row *execution);

/* What DescribeJob shows beside the job's own row. */
struct job_details {
    struct target_rows targets;
    struct opt_int rolling_out; /* the first of them to which the rollout has not come yet, or is at */
    struct document_row document;
    struct job_config config;
    int64_t counts[JOB_COUNTS];
    int64_t rollouts_ms[WINDOW_STARTS]; /* when the next windows open */
    size_t rollouts;
};

/* DescribeJob's "job" and ListJobs' item. */
void render_job(struct op *op, const struct job_row *job, const struct job_details *details);
/* `thing_group_id`: of the group that the list is narrowed to; absent: none. */
void render_job_summary(struct op *op, const struct job_row *job, struct str thing_group_id);
/* jobArn, jobId, description: what CreateJob and CancelJob answer. */
void render_job_reference(struct op *op, const struct job_row *job);

/* thingName, thingId, thingArn, … of DescribeThing; thingName, thingArn, … of ListThings. */
void render_thing(struct op *op, const struct thing_row *thing, const struct attribute_rows *attributes);
void render_thing_summary(struct op *op, const struct thing_row *thing,
                          const struct attribute_rows *attributes);

/* thingGroupName, thingGroupId, … of DescribeThingGroup; `ancestors` from the top of the hierarchy down. */
void render_thing_group(struct op *op, const struct thing_group_row *group,
                        const struct thing_group_rows *ancestors, const struct attribute_rows *attributes);
/* A list's page "thingGroups" of {"groupName":…,"groupArn":…}, and its nextToken. */
bool render_thing_group_page(struct op *op, struct page *page, const struct named_rows *rows);

/* The member `key`: the ARNs of the targets from that one on. */
void render_target_arns(struct json *json, const char *key, const struct target_rows *targets, size_t first);

/* The member "attributes". */
void render_attributes(struct json *json, const struct attribute_rows *attributes);

/* A map of strings as a JSON object in the operation's arena; absent when memory is out. */
struct str render_string_map(struct op *op, const struct string_map *map);

/* A member that is left out when the text is absent. */
void render_optional(struct json *json, const char *key, struct str value);

/* Seconds until the earlier of the two deadlines, rounded up; not set when no timer runs. */
struct opt_int execution_seconds_left(const struct execution_row *execution, int64_t now_ms);

#endif
