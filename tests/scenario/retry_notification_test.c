/* What the subscribers of a thing, and of events, hear of retries (device protocol 3.3 and 6.2). */
#include "support/retries.h"

#include <stdio.h>
#include <string.h>

/* Takes `notify`: what waits, as "job number" each. */
static void heard_queued(struct scene *s, const char *expected)
{
    char found[256] = "";
    const cJSON *item, *notify = take_notification(s->w, PUMP "notify");
    cJSON_ArrayForEach(item, json_at(notify, "jobs.QUEUED"))
    {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s %d", n ? ", " : "", json_at(item, "jobId")->valuestring,
                 json_at(item, "executionNumber")->valueint);
    }
    assert_string_equal(found, expected);
    assert_json_absent(notify, "jobs.IN_PROGRESS");
}

static void heard_next(struct scene *s, const char *job, int number)
{
    char document[64];
    const cJSON *next = take_notification(s->w, PUMP "notify-next");
    snprintf(document, sizeof document, "{\"job\":\"%s\"}", job);
    assert_json_string(next, "execution.jobId", job);
    assert_json_string(next, "execution.status", "QUEUED");
    assert_json_number(next, "execution.executionNumber", number);
    assert_json_number(next, "execution.versionNumber", 1);
    assert_json(next, "execution.jobDocument", document);
}

static void a_retry_of_the_only_job_tells_the_list_once_and_is_the_next_one(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("FAILED", 1)));
    advance(s->w, "PT5S");
    forget_notifications(s->w);
    given_end(s, "a", "FAILED");
    assert_json(take_notification(s->w, PUMP "notify"), "",
                "{\"timestamp\":1893499205,\"jobs\":{\"QUEUED\":[{\"jobId\":\"a\",\"queuedAt\":1893499205,"
                "\"lastUpdatedAt\":1893499205,\"executionNumber\":2,\"versionNumber\":1}]}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "",
                "{\"timestamp\":1893499205,\"execution\":{\"jobId\":\"a\",\"status\":\"QUEUED\","
                "\"queuedAt\":1893499205,\"lastUpdatedAt\":1893499205,\"versionNumber\":1,"
                "\"executionNumber\":2,\"jobDocument\":{\"job\":\"a\"}}}");
    assert_silence(s->w);
}

static void a_retry_behind_others_tells_the_list_and_who_is_next_now(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("FAILED", 1)));
    given_job(s->w, "b", "pump");
    advance(s->w, "PT5S");
    forget_notifications(s->w);
    given_end(s, "a", "FAILED");
    heard_queued(s, "b 1, a 2");
    heard_next(s, "b", 1);
    assert_silence(s->w);
}

static void a_retry_of_a_job_that_was_not_the_next_one_tells_the_list_alone(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "a", "pump");
    given_job_with(s->w, "b", "pump", RETRIES(CRITERION("FAILED", 1)));
    advance(s->w, "PT5S");
    forget_notifications(s->w);
    given_end(s, "b", "FAILED");
    heard_queued(s, "a 1, b 2");
    assert_silence(s->w);
}

static void a_retry_after_a_time_out_tells_the_list_once_and_is_the_next_one(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("TIMED_OUT", 1)));
    assert_accepted(scene_start_next(s, "{\"stepTimeoutInMinutes\":1}"));
    forget_notifications(s->w);
    advance(s->w, "PT10M");
    heard_queued(s, "a 2");
    heard_next(s, "a", 2);
    assert_silence(s->w);
}

static void the_last_failure_leaves_nothing(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("FAILED", 1)));
    given_end(s, "a", "FAILED");
    forget_notifications(s->w);
    given_end(s, "a", "FAILED");
    assert_json(take_notification(s->w, PUMP "notify"), "jobs", "{}");
    assert_json_absent(take_notification(s->w, PUMP "notify-next"), "execution");
    assert_silence(s->w);
}

static void a_retry_stays_in_the_namespace_of_its_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("FAILED", 1)) ",\"namespaceId\":\"green\"");
    forget_notifications(s->w);
    const struct answer *a = mqtt(s->w, PUMP "a/namespace-green/update", "{\"status\":\"FAILED\"}");
    assert_string_equal(a->verdict, "accepted");
    const cJSON *notify = take_notification(s->w, PUMP "notify-namespace-green");
    assert_json_number(notify, "jobs.QUEUED.0.executionNumber", 2);
    const cJSON *next = take_notification(s->w, PUMP "notify-next-namespace-green");
    assert_json_number(next, "execution.executionNumber", 2);
    assert_silence(s->w);
    assert_json(scene_pending(s)->body, "queuedJobs", "[]");
}

/* Behind the notifications. */
static void heard_event(struct scene *s, const char *topic, const char *status)
{
    assert_json_string(take_notification(s->w, topic), "status", status);
}

static void each_failed_attempt_is_an_event_and_the_end_of_the_job_comes_after_the_last(void **state)
{
    struct scene *s = *state;
    http(s->w, 200, "PATCH", "/event-configurations",
         "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true},\"JOB_EXECUTION\":{\"Enabled\":true}}}");
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("ALL", 1)));
    forget_notifications(s->w);
    given_end(s, "a", "FAILED");
    heard_queued(s, "a 2");
    heard_next(s, "a", 2);
    heard_event(s, "$aws/events/jobExecution/a/failed", "FAILED");
    assert_silence(s->w);
    given_end(s, "a", "TIMED_OUT");
    heard_queued(s, "");
    take_notification(s->w, PUMP "notify-next");
    heard_event(s, "$aws/events/jobExecution/a/timed_out", "TIMED_OUT");
    heard_event(s, "$aws/events/job/a/completed", "COMPLETED");
    assert_silence(s->w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(a_retry_of_the_only_job_tells_the_list_once_and_is_the_next_one),
        OVER_BOTH(a_retry_behind_others_tells_the_list_and_who_is_next_now),
        OVER_BOTH(a_retry_of_a_job_that_was_not_the_next_one_tells_the_list_alone),
        OVER_BOTH(a_retry_after_a_time_out_tells_the_list_once_and_is_the_next_one),
        OVER_BOTH(the_last_failure_leaves_nothing),
        OVER(OVER_MQTT, a_retry_stays_in_the_namespace_of_its_job),
        OVER_BOTH(each_failed_attempt_is_an_event_and_the_end_of_the_job_comes_after_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
