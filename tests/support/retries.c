#include "support/retries.h"

#include <stdio.h>
#include <string.h>

void given_running(struct scene *s, const char *job)
{
    assert_accepted(scene_update(s, job, "{\"status\":\"IN_PROGRESS\"}"));
}

void given_end(struct scene *s, const char *job, const char *status)
{
    char body[64];
    snprintf(body, sizeof body, "{\"status\":\"%s\"}", status);
    if (strcmp(status, "TIMED_OUT") != 0) {
        assert_accepted(scene_update(s, job, body));
        return;
    }
    assert_accepted(scene_update(s, job, "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":1}"));
    assert_json_number(advance(s->w, "PT1M")->body, "firedCount", 1);
}

void assert_attempts(struct scene *s, const char *job, const char *expected)
{
    char path[96], found[1024] = "";
    const cJSON *item;
    snprintf(path, sizeof path, "/things/pump/jobs?jobId=%s", job);
    const struct answer *a = http(s->w, 200, "GET", path, NULL);
    cJSON_ArrayForEach(item, json_at(a->body, "executionSummaries"))
    {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s %d %d", n ? ", " : "",
                 json_at(item, "jobExecutionSummary.status")->valuestring,
                 json_at(item, "jobExecutionSummary.executionNumber")->valueint,
                 json_at(item, "jobExecutionSummary.retryAttempt")->valueint);
    }
    assert_string_equal(found, expected);
}
