#include "support/listener.h"

#include <stdio.h>
#include <string.h>

enum { PATH_TEXT_MAX = 256 };

static uint64_t hash_of(const cJSON *execution)
{
    char text[PATH_TEXT_MAX];
    uint64_t hash = 0xcbf29ce484222325u;
    snprintf(text, sizeof text, "%s %d", json_at(execution, "jobId")->valuestring,
             json_at(execution, "executionNumber")->valueint);
    for (const char *p = text; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return hash;
}

/* In any order. */
static uint64_t sum_of(const cJSON *root, const char *path)
{
    uint64_t sum = 0;
    const cJSON *execution;
    cJSON_ArrayForEach(execution, json_at(root, path)) sum += hash_of(execution);
    return sum;
}

static void note_next(const cJSON *root, char ret_next[80])
{
    const cJSON *job = json_at(root, "execution.jobId");
    snprintf(ret_next, 80, "%s", job ? job->valuestring : "");
}

bool listener_hears(struct world *w, struct listener *listener)
{
    char topic[PATH_TEXT_MAX];
    const char *dash = listener->namespace_id[0] ? "-namespace-" : "";
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify%s%s", listener->thing, dash,
             listener->namespace_id);
    const cJSON *list = last_heard(w, topic);
    if (list)
        listener->pending = sum_of(list, "jobs.QUEUED") + sum_of(list, "jobs.IN_PROGRESS");
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify-next%s%s", listener->thing, dash,
             listener->namespace_id);
    const cJSON *next = last_heard(w, topic);
    if (next)
        note_next(next, listener->next);
    return list || next;
}

static struct answer *ask(struct world *w, const struct listener *listener, const char *what)
{
    char path[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/things/%s/jobs%s%s%s", listener->thing, what,
             listener->namespace_id[0] ? "?namespaceId=" : "", listener->namespace_id);
    return http_data(w, 0, "GET", path, NULL);
}

void listener_check(struct world *w, struct listener *listener)
{
    char next[80];
    struct answer *list = ask(w, listener, ""), *described = ask(w, listener, "/$next");
    if (list->status == 404) {
        listener->pending = 0;
        listener->next[0] = '\0';
        return;
    }
    note_next(described->body, next);
    if (listener->pending != sum_of(list->body, "queuedJobs") + sum_of(list->body, "inProgressJobs"))
        fail_msg("%s was not told what it has to do: %s", listener->thing, list->text);
    if (strcmp(next, listener->next) != 0)
        fail_msg("%s was told that %s is next, and it is %s", listener->thing, listener->next, next);
}
