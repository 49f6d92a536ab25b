/* The server and the model, held against each other. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/job_model_play.h"

enum { LINES_MAX = 1 << 15 };

struct comparison {
    struct world *w;
    const struct model *m;
    int64_t since_ms;
    char *difference;
};

__attribute__((format(printf, 2, 3))) static bool differs(struct comparison *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->difference, DIFFERENCE_MAX, format, args);
    va_end(args);
    return false;
}

static int64_t number_at(const cJSON *root, const char *path)
{
    const cJSON *number = json_at(root, path);
    return number ? number->valueint : 0;
}

/* Seconds with milliseconds; 0: not there. */
static int64_t time_at(const cJSON *root, const char *path)
{
    const cJSON *number = json_at(root, path);
    return number ? llround(number->valuedouble * 1000) : 0;
}

static const char *text_at(const cJSON *root, const char *path)
{
    const cJSON *text = json_at(root, path);
    return cJSON_IsString(text) ? text->valuestring : "";
}

/* ---- notifications ---- */

static size_t add_execution(char *text, size_t n, const cJSON *e, const char *status)
{
    return (size_t)snprintf(text + n, LINES_MAX - n, " %s/%d v%d %s %lld", text_at(e, "jobId"),
                            (int)number_at(e, "executionNumber"), (int)number_at(e, "versionNumber"), status,
                            (long long)(time_at(e, "queuedAt") / 1000));
}

/* As job_model_device.c writes it. */
static void write_heard(const char *what, const cJSON *payload, char *text)
{
    static const char *const lists[] = { "IN_PROGRESS", "QUEUED" };
    const cJSON *execution = json_at(payload, "execution"), *e;
    size_t n = strlen(text);
    n += (size_t)snprintf(text + n, LINES_MAX - n, "%s %lld:", what,
                          (long long)(time_at(payload, "timestamp") / 1000));
    if (execution)
        n += add_execution(text, n, execution, text_at(execution, "status"));
    for (size_t i = 0; i < 2; i++) {
        char path[32];
        snprintf(path, sizeof path, "jobs.%s", lists[i]);
        cJSON_ArrayForEach(e, json_at(payload, path)) n += add_execution(text, n, e, lists[i]);
    }
    snprintf(text + n, LINES_MAX - n, "\n");
}

/* The first line that differs. */
static bool heard_differs(struct comparison *c, int thing, const char *heard, const char *expected)
{
    while (strcspn(heard, "\n") == strcspn(expected, "\n") && heard[0] &&
           strncmp(heard, expected, strcspn(heard, "\n")) == 0) {
        heard += strcspn(heard, "\n") + 1;
        expected += strcspn(expected, "\n") + 1;
    }
    return differs(c, "heard: %s was told\n    %.*s\ninstead of\n    %.*s", thing_names[thing],
                   (int)strcspn(heard, "\n"), heard, (int)strcspn(expected, "\n"), expected);
}

static bool compare_heard(struct comparison *c)
{
    static char heard[THING_NAMES][LINES_MAX];
    char topic[HEARD_TOPIC_MAX];
    for (int thing = 0; thing < THING_NAMES; thing++)
        heard[thing][0] = '\0';
    for (const cJSON *payload; (payload = take_any_notification(c->w, topic));) {
        char *rest = topic;
        strsep(&rest, "/");
        strsep(&rest, "/");
        int thing = name_at(thing_names, THING_NAMES, strsep(&rest, "/"));
        strsep(&rest, "/");
        write_heard(rest, payload, heard[thing]);
    }
    for (int thing = 0; thing < THING_NAMES; thing++)
        if (strcmp(heard[thing], c->m->heard[thing]) != 0)
            return heard_differs(c, thing, heard[thing], c->m->heard[thing]);
    return true;
}

/* ---- jobs ---- */

static bool compare_counts(struct comparison *c, int job, const cJSON *body)
{
    static const char *const members[MODEL_STATUSES] = { "Queued",   "InProgress", "Succeeded", "Failed",
                                                         "TimedOut", "Rejected",   "Removed",   "Canceled" };
    for (int status = 0; status < MODEL_STATUSES; status++) {
        char path[80];
        snprintf(path, sizeof path, "job.jobProcessDetails.numberOf%sThings", members[status]);
        int n = (int)number_at(body, path), expected = model_count(c->m, job, (enum model_status)status);
        if (n != expected)
            return differs(c, "counts: %s has %d %s instead of %d", job_names[job], n,
                           model_status_names[status], expected);
    }
    return true;
}

static bool compare_job(struct comparison *c, int job)
{
    const struct model_job *j = &c->m->jobs[job];
    char path[64];
    snprintf(path, sizeof path, "/jobs/%s", job_names[job]);
    struct answer *a = http(c->w, 0, "GET", path, NULL);
    if ((a->status == 200) != j->there)
        return differs(c, "job: %s is %s", job_names[job], j->there ? "gone" : "there");
    if (!j->there)
        return true;
    if (strcmp(text_at(a->body, "job.status"), model_phase_names[j->phase]) != 0)
        return differs(c, "job: %s is %s instead of %s", job_names[job], text_at(a->body, "job.status"),
                       model_phase_names[j->phase]);
    if (time_at(a->body, "job.completedAt") != (j->phase == MODEL_JOB_COMPLETED ? j->completed_ms : 0))
        return differs(c, "completed: %s at %lld instead of %lld", job_names[job],
                       (long long)time_at(a->body, "job.completedAt"), (long long)j->completed_ms);
    bool concurrent = j->rolling && j->phase == MODEL_JOB_IN_PROGRESS;
    if (cJSON_IsTrue(json_at(a->body, "job.isConcurrent")) != concurrent)
        return differs(c, "concurrent: %s is%s", job_names[job], concurrent ? " not" : "");
    return compare_counts(c, job, a->body);
}

/* ---- executions ---- */

static const cJSON *find_summary(const cJSON *list, const struct model_execution *e)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_at(list, "executionSummaries"))
    {
        const char *arn = text_at(item, "thingArn"), *slash = strrchr(arn, '/');
        if (slash && strcmp(slash + 1, thing_names[e->thing]) == 0 &&
            number_at(item, "jobExecutionSummary.executionNumber") == e->number)
            return json_at(item, "jobExecutionSummary");
    }
    return NULL;
}

static bool compare_version(struct comparison *c, const struct model_execution *e)
{
    char path[128];
    if (e->updated_ms < c->since_ms)
        return true;
    snprintf(path, sizeof path, "/things/%s/jobs/%s?executionNumber=%d", thing_names[e->thing],
             job_names[e->job], e->number);
    struct answer *a = http(c->w, 0, "GET", path, NULL);
    if (a->status != 200)
        return true; /* of a thing that is gone */
    if (number_at(a->body, "execution.versionNumber") != e->version)
        return differs(c, "version: %s %s/%d has %d instead of %d", thing_names[e->thing], job_names[e->job],
                       e->number, (int)number_at(a->body, "execution.versionNumber"), e->version);
    return true;
}

static bool compare_execution(struct comparison *c, const struct model_execution *e, const cJSON *summary)
{
    if (!summary)
        return differs(c, "execution: %s %s/%d, %s, is not there", thing_names[e->thing], job_names[e->job],
                       e->number, model_status_names[e->status]);
    if (strcmp(text_at(summary, "status"), model_status_names[e->status]) != 0)
        return differs(c, "execution: %s %s/%d is %s instead of %s", thing_names[e->thing], job_names[e->job],
                       e->number, text_at(summary, "status"), model_status_names[e->status]);
    if (number_at(summary, "retryAttempt") != e->retry)
        return differs(c, "retry: %s %s/%d is attempt %d instead of %d", thing_names[e->thing],
                       job_names[e->job], e->number, (int)number_at(summary, "retryAttempt"), e->retry);
    if (time_at(summary, "queuedAt") != e->queued_ms || time_at(summary, "startedAt") != e->started_ms ||
        time_at(summary, "lastUpdatedAt") != e->updated_ms)
        return differs(c, "times: %s %s/%d: %lld %lld %lld instead of %lld %lld %lld", thing_names[e->thing],
                       job_names[e->job], e->number, (long long)time_at(summary, "queuedAt"),
                       (long long)time_at(summary, "startedAt"), (long long)time_at(summary, "lastUpdatedAt"),
                       (long long)e->queued_ms, (long long)e->started_ms, (long long)e->updated_ms);
    return compare_version(c, e);
}

static bool compare_executions(struct comparison *c, int job)
{
    char path[96];
    int n = 0;
    if (!c->m->jobs[job].there)
        return true;
    snprintf(path, sizeof path, "/jobs/%s/things?maxResults=250", job_names[job]);
    const cJSON *list = http(c->w, 200, "GET", path, NULL)->body;
    for (int i = 0; i < c->m->execution_count; i++) {
        const struct model_execution *e = &c->m->executions[i];
        if (e->job != job)
            continue;
        n++;
        if (!compare_execution(c, e, find_summary(list, e)))
            return false;
    }
    int found = cJSON_GetArraySize(json_at(list, "executionSummaries"));
    return found == n || differs(c, "execution: %s has %d instead of %d: %s", job_names[job], found, n,
                                 cJSON_PrintUnformatted(list));
}

/* ---- what a thing is told when it asks ---- */

static bool compare_pending(struct comparison *c, int thing)
{
    static const char *const members[] = { "inProgressJobs", "queuedJobs" };
    const struct model_execution *list[JOB_NAMES];
    char path[64], expected[512] = "", found[512] = "";
    size_t n = 0;
    snprintf(path, sizeof path, "/things/%s/jobs", thing_names[thing]);
    struct answer *a = http_data(c->w, 0, "GET", path, NULL);
    if ((a->status == 200) != c->m->things[thing].there)
        return differs(c, "thing: %s is %s", thing_names[thing], a->status == 200 ? "there" : "gone");
    int count = model_pending(c->m, thing, list);
    for (int i = 0; i < count && a->status == 200; i++)
        n += (size_t)snprintf(expected + n, sizeof expected - n, " %s/%d v%d", job_names[list[i]->job],
                              list[i]->number, list[i]->version);
    n = 0;
    for (int i = 0; i < 2; i++) {
        const cJSON *e;
        cJSON_ArrayForEach(e, json_at(a->body, members[i])) n +=
            (size_t)snprintf(found + n, sizeof found - n, " %s/%d v%d", text_at(e, "jobId"),
                             (int)number_at(e, "executionNumber"), (int)number_at(e, "versionNumber"));
    }
    return strcmp(found, expected) == 0 ||
           differs(c, "pending: %s has%s instead of%s", thing_names[thing], found, expected);
}

bool server_agrees(struct world *w, const struct model *m, int64_t since_ms,
                   char ret_difference[DIFFERENCE_MAX])
{
    struct comparison c = { w, m, since_ms, ret_difference };
    for (int job = 0; job < JOB_NAMES; job++)
        if (!compare_job(&c, job) || !compare_executions(&c, job))
            return false;
    for (int thing = 0; thing < THING_NAMES; thing++)
        if (!compare_pending(&c, thing))
            return false;
    return compare_heard(&c);
}
