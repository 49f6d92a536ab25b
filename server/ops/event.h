/*
 * Events: what AWS publishes below $aws/events/ about jobs, executions and the registry (device protocol,
 * section 6), where UpdateEventConfigurations has switched their kind on. Each is called by the operation
 * that makes it true, and leaves with its other messages, after COMMIT, at QoS 1.
 *
 * All return false when memory is out or the database fails, and true without doing anything while their kind
 * is off.
 */
#ifndef IOTJOBS_OPS_EVENT_H
#define IOTJOBS_OPS_EVENT_H

#include "ops/op.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_store.h"
#include "store/registry/attribute_store.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"
#include "store/registry/thing_type_store.h"

/* ---- jobs ---- */

enum job_event {
    JOB_EVENT_COMPLETED,
    JOB_EVENT_CANCELLATION_IN_PROGRESS,
    JOB_EVENT_CANCELED,
    JOB_EVENT_DELETION_IN_PROGRESS,
    JOB_EVENT_DELETED,
};

/* `job` as it is after the change; before a deletion, as it was. */
bool event_job(struct op *op, enum job_event what, const struct job_row *job);

/* An execution that has come to an end. */
bool event_execution_ended(struct op *op, const struct execution_row *execution);
/* The executions of a job, or one of them, before they are deleted; their status is that of before. */
bool event_execution_deleted(struct op *op, const struct execution_row *execution);

/* ---- the registry ---- */

enum registry_change {
    REGISTRY_CREATED,
    REGISTRY_UPDATED,
    REGISTRY_DELETED,
    REGISTRY_ADDED,
    REGISTRY_REMOVED,
};

/* What is created, updated or deleted: as it is after the change; before a deletion, as it was. */
bool event_thing(struct op *op, enum registry_change change, const struct thing_row *thing,
                 const struct attribute_rows *attributes);
bool event_thing_type(struct op *op, enum registry_change change, const struct thing_type_row *type);
bool event_thing_group(struct op *op, enum registry_change change, const struct thing_group_row *group,
                       const struct attribute_rows *attributes);

/* What is added or removed: a thing to or from a group, a group to or from its parent,
 * a thing to or from the type that is named. */
bool event_membership(struct op *op, enum registry_change change, const struct thing_group_row *group,
                      const struct thing_row *thing, struct str membership_id);
bool event_hierarchy(struct op *op, enum registry_change change, const struct thing_group_row *parent,
                     const struct thing_group_row *child);

bool event_type_association(struct op *op, enum registry_change change, const struct thing_row *thing,
                            struct str type);

/* ---- for the files that write events ---- */

/*
 * One event while it is written:
 *
 *     struct event event;
 *     struct str topic = arena_printf(…);
 *     if (!event_begin(op, &event, EVENT_TYPE_X, "X_EVENT", EVENT_TIME_MS))
 *         return true;
 *     json_member_…(&event.json, …)
 *     return event_end(op, &event, topic);
 */
struct event {
    struct strbuf out;
    struct json json;
};

/* In the events of jobs `timestamp` is in seconds, in all others in milliseconds. */
enum event_time { EVENT_TIME_SECONDS, EVENT_TIME_MS };

/* Writes eventType, eventId and timestamp. False: events of this kind are off. */
bool event_begin(struct op *op, struct event *event, enum event_type type, const char *event_type,
                 enum event_time unit);
bool event_end(struct op *op, struct event *event, struct str topic);

#endif
