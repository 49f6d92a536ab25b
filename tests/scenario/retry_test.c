/* Which failures are tried again, how often, and what becomes of the job. */
#include "support/retries.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_20 ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}"
#define ON_BOTH    "\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\""

static void assert_count(struct scene *s, const char *job, const char *member, int n)
{
    char path[96], at[96];
    snprintf(path, sizeof path, "/jobs/%s", job);
    snprintf(at, sizeof at, "job.jobProcessDetails.%s", member);
    assert_json_number(http(s->w, 200, "GET", path, NULL)->body, at, n);
}

/* ---- an attempt ---- */

static void a_failure_is_tried_again_with_a_new_execution(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    advance(s->w, "PT5M");
    assert_accepted(scene_start_next(s, "{}"));
    const struct answer *a = scene_update(
        s, "fw",
        "{\"status\":\"FAILED\",\"statusDetails\":{\"why\":\"disk\"},\"includeJobExecutionState\":true}");
    assert_accepted(a);
    assert_json(a->body, "executionState",
                "{\"status\":\"FAILED\",\"statusDetails\":{\"why\":\"disk\"},\"versionNumber\":3}");
    a = http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json(a->body, "execution",
                "{\"jobId\":\"fw\",\"status\":\"QUEUED\",\"forceCanceled\":false,\"statusDetails\":{},"
                "\"thingArn\":\"" PUMP_ARN "\",\"queuedAt\":1893499500,\"lastUpdatedAt\":1893499500,"
                "\"executionNumber\":2,\"versionNumber\":1}");
    a = scene_describe(s, "fw", "{}");
    assert_json_string(a->body, "execution.status", "QUEUED");
    assert_json_number(a->body, "execution.executionNumber", 2);
    assert_json_number(a->body, "execution.versionNumber", 1);
    assert_json_number(a->body, "execution.queuedAt", NOON_S + 300);
    assert_json_absent(a->body, "execution.startedAt");
    assert_json_absent(a->body, "execution.statusDetails");
    assert_document(s, a->body, "execution.jobDocument", "fw");
    a = http(s->w, 200, "GET", "/jobs/fw/things", NULL);
    assert_json(a->body, "executionSummaries.1",
                "{\"thingArn\":\"" PUMP_ARN "\",\"jobExecutionSummary\":{\"status\":\"QUEUED\","
                "\"queuedAt\":1893499500,\"lastUpdatedAt\":1893499500,\"executionNumber\":2,"
                "\"retryAttempt\":1}}");
}

static void the_failed_execution_stays_as_it_ended(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"FAILED\",\"statusDetails\":{\"why\":\"disk\"}}"));
    const struct answer *a = http(s->w, 200, "GET", "/things/pump/jobs/fw?executionNumber=1", NULL);
    assert_json_string(a->body, "execution.status", "FAILED");
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_json(a->body, "execution.statusDetails", "{\"detailsMap\":{\"why\":\"disk\"}}");
    assert_refused(scene_describe(s, "fw", "{\"executionNumber\":1}"), "TerminalStateReached");
    assert_refused(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\",\"executionNumber\":1}"),
                   "InvalidStateTransition");
    assert_refused(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\",\"expectedVersion\":2}"),
                   "VersionMismatch");
    assert_attempts(s, "fw", "QUEUED 2 1, FAILED 1 0");
}

static void the_device_goes_through_a_retry_as_through_any_execution(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    given_end(s, "fw", "FAILED");
    const struct answer *a = scene_pending(s);
    assert_json_number(a->body, "queuedJobs.0.executionNumber", 2);
    assert_json_number(a->body, "queuedJobs.0.versionNumber", 1);
    a = scene_start_next(s, "{}");
    assert_json_number(a->body, "execution.executionNumber", 2);
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\",\"expectedVersion\":2}"));
    assert_attempts(s, "fw", "SUCCEEDED 2 1, FAILED 1 0");
}

static void a_time_out_is_tried_again_when_its_time_is_up(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("TIMED_OUT", 1)) TIMEOUT_20);
    assert_accepted(scene_start_next(s, "{}"));
    assert_json_number(advance(s->w, "PT1H")->body, "firedCount", 1);
    assert_attempts(s, "fw", "QUEUED 2 1, TIMED_OUT 1 0");
    const struct answer *a = http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_number(a->body, "execution.queuedAt", NOON_S + 1200);
    assert_json_number(a->body, "execution.versionNumber", 1);
    assert_json_absent(a->body, "execution.approximateSecondsBeforeTimedOut");
}

static void each_attempt_has_its_own_time(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("TIMED_OUT", 1)) TIMEOUT_20);
    assert_accepted(scene_start_next(s, "{}"));
    advance(s->w, "PT50M");
    assert_accepted(scene_start_next(s, "{}"));
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 1200);
    a = advance(s->w, "PT1H");
    assert_json_number(a->body, "firedCount", 1);
    assert_json_string(a->body, "fired.0.at", "2030-01-01T13:10:00.000Z");
    assert_json_number(a->body, "fired.0.executionNumber", 2);
    assert_attempts(s, "fw", "TIMED_OUT 2 1, TIMED_OUT 1 0");
    assert_job_status(s->w, "fw", "COMPLETED");
}

/* AWS's guide wants a timeoutConfig for these; a device can time out by its own step timer, too. */
static void a_step_that_timed_out_is_tried_again_without_a_timeout_config(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("TIMED_OUT", 1)));
    given_end(s, "fw", "TIMED_OUT");
    assert_attempts(s, "fw", "QUEUED 2 1, TIMED_OUT 1 0");
}

/* ---- how often ---- */

static void no_failure_is_tried_again_without_criteria(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "a", "pump");
    given_job_with(s->w, "b", "pump", RETRIES(CRITERION("ALL", 0)));
    for (int i = 0; i < 2; i++) {
        const char *job = i ? "b" : "a";
        given_end(s, job, "FAILED");
        assert_attempts(s, job, "FAILED 1 0");
        assert_job_status(s->w, job, "COMPLETED");
    }
}

static void ten_retries_are_the_end_of_it(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 10)));
    for (int i = 0; i < 10; i++) {
        given_end(s, "fw", "FAILED");
        assert_job_status(s->w, "fw", "IN_PROGRESS");
        assert_execution(s, "fw", "QUEUED", 1);
    }
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw",
                    "FAILED 11 10, FAILED 10 9, FAILED 9 8, FAILED 8 7, FAILED 7 6, FAILED 6 5, FAILED 5 4, "
                    "FAILED 4 3, FAILED 3 2, FAILED 2 1, FAILED 1 0");
    assert_job_status(s->w, "fw", "COMPLETED");
    assert_count(s, "fw", "numberOfFailedThings", 11);
    assert_count(s, "fw", "numberOfQueuedThings", 0);
}

/* Whatever else ended, and how, before that. */
static const struct {
    const char *criteria;
    const char *ends; /* until nothing is tried again */
    const char *attempts;
} courses[] = {
    { CRITERION("FAILED", 1), "FAILED FAILED", "FAILED 2 1, FAILED 1 0" },
    { CRITERION("FAILED", 1), "TIMED_OUT", "TIMED_OUT 1 0" },
    { CRITERION("FAILED", 1), "FAILED TIMED_OUT", "TIMED_OUT 2 1, FAILED 1 0" },
    { CRITERION("TIMED_OUT", 1), "FAILED", "FAILED 1 0" },
    { CRITERION("TIMED_OUT", 1), "TIMED_OUT TIMED_OUT", "TIMED_OUT 2 1, TIMED_OUT 1 0" },
    { CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 1), "FAILED TIMED_OUT FAILED",
      "FAILED 3 2, TIMED_OUT 2 1, FAILED 1 0" },
    { CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 1), "TIMED_OUT TIMED_OUT",
      "TIMED_OUT 2 1, TIMED_OUT 1 0" },
    { CRITERION("TIMED_OUT", 2) "," CRITERION("FAILED", 1), "TIMED_OUT FAILED TIMED_OUT TIMED_OUT",
      "TIMED_OUT 4 3, TIMED_OUT 3 2, FAILED 2 1, TIMED_OUT 1 0" },
    { CRITERION("ALL", 2), "FAILED TIMED_OUT FAILED", "FAILED 3 2, TIMED_OUT 2 1, FAILED 1 0" },
    { CRITERION("ALL", 1), "TIMED_OUT TIMED_OUT", "TIMED_OUT 2 1, TIMED_OUT 1 0" },
    { CRITERION("ALL", 5), "FAILED SUCCEEDED", "SUCCEEDED 2 1, FAILED 1 0" },
    { CRITERION("ALL", 5), "FAILED REJECTED", "REJECTED 2 1, FAILED 1 0" },
    { CRITERION("ALL", 5), "REJECTED", "REJECTED 1 0" },
};

static void each_failure_is_tried_again_as_often_as_its_criterion_says(void **state)
{
    struct scene *s = *state;
    for (size_t i = 0; i < sizeof courses / sizeof courses[0]; i++) {
        char id[16], more[256], ends[64];
        snprintf(id, sizeof id, "fw-%zu", i);
        snprintf(more, sizeof more, RETRIES("%s"), courses[i].criteria);
        snprintf(ends, sizeof ends, "%s", courses[i].ends);
        given_job_with(s->w, id, "pump", more);
        for (char *rest = ends, *end = strsep(&rest, " "); end; end = strsep(&rest, " ")) {
            assert_job_status(s->w, id, "IN_PROGRESS");
            given_end(s, id, end);
        }
        assert_attempts(s, id, courses[i].attempts);
        assert_job_status(s->w, id, "COMPLETED");
    }
}

static void each_thing_has_its_own_retries(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    http(s->w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[" ON_BOTH "],\"document\":\"{}\"" RETRIES(CRITERION("FAILED", 1)) "}");
    given_end(s, "fw", "FAILED");
    given_end(s, "fw", "FAILED");
    assert_accepted(scene_update_of(s, "valve", "fw", "{\"status\":\"FAILED\"}"));
    assert_attempts(s, "fw", "FAILED 2 1, FAILED 1 0");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    const struct answer *a = http(s->w, 200, "GET", "/things/valve/jobs/fw", NULL);
    assert_json_string(a->body, "execution.status", "QUEUED");
    assert_json_number(a->body, "execution.executionNumber", 2);
    assert_accepted(scene_update_of(s, "valve", "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_job_status(s->w, "fw", "COMPLETED");
    assert_count(s, "fw", "numberOfFailedThings", 3);
    assert_count(s, "fw", "numberOfSucceededThings", 1);
}

/* ---- the job ---- */

static void a_job_is_not_complete_before_its_last_retry(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 2)));
    given_end(s, "fw", "FAILED");
    advance(s->w, "PT1M");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_count(s, "fw", "numberOfFailedThings", 1);
    assert_count(s, "fw", "numberOfQueuedThings", 1);
    given_end(s, "fw", "SUCCEEDED");
    const struct answer *a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", NOON_S + 60);
    assert_count(s, "fw", "numberOfFailedThings", 1);
    assert_count(s, "fw", "numberOfSucceededThings", 1);
    assert_count(s, "fw", "numberOfQueuedThings", 0);
}

static void a_continuous_job_tries_again_too(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 1)) ",\"targetSelection\":\"CONTINUOUS\"");
    given_end(s, "fw", "FAILED");
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "FAILED 2 1, FAILED 1 0");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
}

static void a_canceled_job_takes_back_the_retry_that_waits(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 5)));
    given_end(s, "fw", "FAILED");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_attempts(s, "fw", "CANCELED 2 1, FAILED 1 0");
    assert_json(scene_pending(s)->body, "queuedJobs", "[]");
}

static void what_still_runs_of_a_canceled_job_is_not_tried_again(void **state)
{
    struct scene *s = *state;
    static const char *const ends[] = { "FAILED", "TIMED_OUT" };
    for (int i = 0; i < 2; i++) {
        given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 5)));
        given_running(s, "fw");
        http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
        given_end(s, "fw", ends[i]);
        assert_attempts(s, "fw", i ? "TIMED_OUT 1 0" : "FAILED 1 0");
        assert_job_status(s->w, "fw", "CANCELED");
        http(s->w, 200, "DELETE", "/jobs/fw", NULL);
    }
}

static void what_is_canceled_is_not_tried_again(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", RETRIES(CRITERION("ALL", 5)));
    given_job_with(s->w, "b", "pump", RETRIES(CRITERION("ALL", 5)));
    given_running(s, "b");
    http(s->w, 200, "PUT", "/things/pump/jobs/a/cancel", "{}");
    http(s->w, 200, "PUT", "/jobs/b/cancel?force=true", "{}");
    assert_attempts(s, "a", "CANCELED 1 0");
    assert_job_status(s->w, "a", "COMPLETED");
    assert_attempts(s, "b", "CANCELED 1 0");
}

static void a_canceled_retry_completes_the_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 5)));
    given_end(s, "fw", "FAILED");
    http(s->w, 200, "PUT", "/things/pump/jobs/fw/cancel", "{}");
    assert_attempts(s, "fw", "CANCELED 2 1, FAILED 1 0");
    assert_job_status(s->w, "fw", "COMPLETED");
}

static void a_retry_goes_with_its_thing_and_is_not_tried_again(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 5)));
    given_end(s, "fw", "FAILED");
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_execution(s, "fw", "REMOVED", 1);
    assert_count(s, "fw", "numberOfFailedThings", 1);
    assert_count(s, "fw", "numberOfRemovedThings", 1);
    assert_job_status(s->w, "fw", "COMPLETED");
}

/* The attempts so far count, whether or not they can still be seen. */
static void a_deleted_attempt_gives_no_retry_back(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 1)));
    given_end(s, "fw", "FAILED");
    http(s->w, 200, "DELETE", "/things/pump/jobs/fw/executionNumber/1", NULL);
    assert_attempts(s, "fw", "QUEUED 2 1");
    given_end(s, "fw", "TIMED_OUT");
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "FAILED 3 2, TIMED_OUT 2 1");
    assert_job_status(s->w, "fw", "COMPLETED");
}

static void a_deleted_retry_completes_the_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("ALL", 5)));
    given_end(s, "fw", "FAILED");
    http(s->w, 200, "DELETE", "/things/pump/jobs/fw/executionNumber/2", NULL);
    assert_attempts(s, "fw", "FAILED 1 0");
    assert_job_status(s->w, "fw", "COMPLETED");
}

/* ---- restarts ---- */

static void a_time_out_while_the_server_was_down_is_tried_again_at_its_start(void **state)
{
    (void)state;
    struct scene s = { .w = world_new_durable(NOON), .edge = OVER_MQTT };
    given_thing(s.w, "pump");
    given_job_with(s.w, "fw", "pump", RETRIES(CRITERION("TIMED_OUT", 1)) TIMEOUT_20);
    assert_accepted(scene_start_next(&s, "{}"));
    forget_notifications(s.w);
    world_restart(s.w, "2030-01-01T15:00:00Z");
    assert_attempts(&s, "fw", "QUEUED 2 1, TIMED_OUT 1 0");
    const cJSON *notify = take_notification(s.w, PUMP "notify");
    assert_json_number(notify, "jobs.QUEUED.0.executionNumber", 2);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(a_failure_is_tried_again_with_a_new_execution),
        OVER_BOTH(the_failed_execution_stays_as_it_ended),
        OVER_BOTH(the_device_goes_through_a_retry_as_through_any_execution),
        OVER_BOTH(a_time_out_is_tried_again_when_its_time_is_up),
        OVER_BOTH(each_attempt_has_its_own_time),
        OVER_BOTH(a_step_that_timed_out_is_tried_again_without_a_timeout_config),
        OVER_BOTH(no_failure_is_tried_again_without_criteria),
        OVER_BOTH(ten_retries_are_the_end_of_it),
        OVER_BOTH(each_failure_is_tried_again_as_often_as_its_criterion_says),
        OVER_BOTH(each_thing_has_its_own_retries),
        OVER_BOTH(a_job_is_not_complete_before_its_last_retry),
        OVER(OVER_MQTT, a_continuous_job_tries_again_too),
        OVER(OVER_MQTT, a_canceled_job_takes_back_the_retry_that_waits),
        OVER_BOTH(what_still_runs_of_a_canceled_job_is_not_tried_again),
        OVER(OVER_MQTT, what_is_canceled_is_not_tried_again),
        OVER(OVER_MQTT, a_canceled_retry_completes_the_job),
        OVER(OVER_MQTT, a_retry_goes_with_its_thing_and_is_not_tried_again),
        OVER_BOTH(a_deleted_attempt_gives_no_retry_back),
        OVER(OVER_MQTT, a_deleted_retry_completes_the_job),
        cmocka_unit_test(a_time_out_while_the_server_was_down_is_tried_again_at_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
