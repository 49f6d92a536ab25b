/* DeleteJobExecution: what goes, what stays, who hears of it, and where it is refused. */
#include "support/refusals.h"
#include "support/retries.h"

#include <stdio.h>
#include <string.h>

#define FW         "/things/pump/jobs/fw"
#define FIRST      FW "/executionNumber/1"
#define RETRY_ONCE RETRIES(CRITERION("ALL", 1))
#define TIMEOUT_20 ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}"
#define ON_BOTH    "\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"]"

/* The job "fw" on the pump and on the valve. */
static void given_job_on_both(struct scene *s, const char *more)
{
    char body[512];
    given_thing(s->w, "valve");
    snprintf(body, sizeof body, "{" ON_BOTH ",\"document\":\"{\\\"job\\\":\\\"fw\\\"}\"%s}", more);
    http(s->w, 200, "PUT", "/jobs/fw", body);
}

static void deleted(struct scene *s, const char *path)
{
    assert_string_equal(http(s->w, 200, "DELETE", path, NULL)->text, "");
}

static void assert_count(struct scene *s, const char *member, int n)
{
    char at[96];
    snprintf(at, sizeof at, "job.jobProcessDetails.%s", member);
    assert_json_number(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, at, n);
}

/* Nobody can see the one execution of "fw" on the pump any more. */
static void assert_gone(struct scene *s)
{
    http(s->w, 404, "GET", FW, NULL);
    http(s->w, 404, "DELETE", FIRST, NULL);
    assert_json(http(s->w, 200, "GET", "/things/pump/jobs", NULL)->body, "executionSummaries", "[]");
    assert_refused(scene_describe(s, "fw", "{}"), "ResourceNotFound");
    assert_refused(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"), "ResourceNotFound");
}

/* ---- by status ---- */

static void an_execution_that_waits_is_deleted_without_force(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, "");
    deleted(s, FIRST);
    assert_gone(s);
    assert_count(s, "numberOfQueuedThings", 1);
    assert_json(scene_pending(s)->body, "queuedJobs", "[]");
}

static void a_running_execution_is_deleted_by_force_alone(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, "");
    given_running(s, "fw");
    forget_notifications(s->w);
    refused(s->w, WRONG_STATE, "DELETE", FIRST, NULL,
            "Job execution in status IN_PROGRESS cannot be deleted without force.");
    refused(s->w, WRONG_STATE, "DELETE", FIRST "?force=false", NULL, "Job execution in status IN_PROGRESS …");
    assert_silence(s->w);
    deleted(s, FIRST "?force=true");
    assert_gone(s);
    assert_count(s, "numberOfInProgressThings", 0);
    assert_json(scene_pending(s)->body, "inProgressJobs", "[]");
}

static void a_finished_execution_is_deleted_without_force(void **state)
{
    struct scene *s = *state;
    static const char *const ends[][2] = { { "SUCCEEDED", "numberOfSucceededThings" },
                                           { "FAILED", "numberOfFailedThings" },
                                           { "REJECTED", "numberOfRejectedThings" } };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        given_job_on_both(s, "");
        given_end(s, "fw", ends[i][0]);
        assert_count(s, ends[i][1], 1);
        deleted(s, FIRST);
        assert_gone(s);
        assert_count(s, ends[i][1], 0);
        assert_job_status(s->w, "fw", "IN_PROGRESS");
        http(s->w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    }
}

static void what_the_service_ended_is_deleted_without_force(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, "");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":1}"));
    advance(s->w, "PT1M");
    assert_count(s, "numberOfTimedOutThings", 1);
    deleted(s, FIRST);
    assert_count(s, "numberOfTimedOutThings", 0);
    http(s->w, 200, "PUT", "/things/valve/jobs/fw/cancel", "{}");
    assert_count(s, "numberOfCanceledThings", 1);
    deleted(s, "/things/valve/jobs/fw/executionNumber/1?force=true");
    assert_count(s, "numberOfCanceledThings", 0);
}

static void what_a_deleted_thing_left_behind_can_be_deleted(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, "");
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_count(s, "numberOfRemovedThings", 1);
    deleted(s, FIRST);
    assert_count(s, "numberOfRemovedThings", 0);
    http(s->w, 404, "GET", FW, NULL);
}

/* ---- which one ---- */

static void what_is_not_there_cannot_be_deleted(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    given_job(s->w, "fw", "pump");
    static const char *const paths[] = {
        FW "/executionNumber/2",
        FW "/executionNumber/0",
        FW "/executionNumber/-1",
        FW "/executionNumber/2?force=true",
        "/things/valve/jobs/fw/executionNumber/1",
        "/things/nobody/jobs/fw/executionNumber/1",
        "/things/pump/jobs/none/executionNumber/1",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        refused(s->w, NOT_FOUND, "DELETE", paths[i], NULL, "Job execution of job …");
    refused(s->w, INVALID, "DELETE", FW "/executionNumber/one", NULL, "…");
    refused(s->w, INVALID, "DELETE", FIRST "?force=perhaps", NULL, "…");
    refused(s->w, INVALID, "DELETE", "/things/pump/jobs/a.b/executionNumber/1", NULL, "1 validation error…");
}

static void an_execution_is_not_found_in_a_namespace_that_it_is_not_in(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    given_job_with(s->w, "gg", "pump", ",\"namespaceId\":\"green\"");
    refused(s->w, NOT_FOUND, "DELETE", FIRST "?namespaceId=green", NULL,
            "Job execution of job fw for thing pump cannot be found.");
    refused(s->w, NOT_FOUND, "DELETE", "/things/pump/jobs/gg/executionNumber/1?namespaceId=blue", NULL,
            "Job execution of job gg for thing pump cannot be found.");
    deleted(s, "/things/pump/jobs/gg/executionNumber/1?namespaceId=green");
    http(s->w, 404, "GET", "/things/pump/jobs/gg", NULL);
    http(s->w, 200, "GET", FW, NULL);
}

static void one_attempt_is_deleted_and_the_others_stay(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRY_ONCE);
    given_end(s, "fw", "FAILED");
    given_running(s, "fw");
    deleted(s, FIRST);
    assert_json_number(http(s->w, 200, "GET", FW, NULL)->body, "execution.executionNumber", 2);
    assert_execution(s, "fw", "IN_PROGRESS", 2);
    assert_count(s, "numberOfFailedThings", 0);
    assert_count(s, "numberOfInProgressThings", 1);
    given_end(s, "fw", "SUCCEEDED");
    assert_job_status(s->w, "fw", "COMPLETED");
}

static void without_the_newest_attempt_the_one_before_is_the_newest(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRY_ONCE);
    given_end(s, "fw", "FAILED");
    deleted(s, FW "/executionNumber/2");
    assert_execution(s, "fw", "FAILED", 2);
    assert_refused(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"), "InvalidStateTransition");
}

/* ---- the job and its timers ---- */

static void the_last_open_execution_that_is_deleted_completes_the_job(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, "");
    given_end(s, "fw", "SUCCEEDED");
    assert_accepted(scene_update_of(s, "valve", "fw", "{\"status\":\"IN_PROGRESS\"}"));
    deleted(s, FIRST);
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    advance(s->w, "PT1M");
    deleted(s, "/things/valve/jobs/fw/executionNumber/1?force=true");
    const struct answer *a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", NOON_S + 60);
    assert_int_equal(rows_in(s->w, "execution"), 0);
    assert_json(http(s->w, 200, "GET", "/jobs/fw/things", NULL)->body, "executionSummaries", "[]");
}

static void a_job_that_is_over_stays_as_it_is(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    given_end(s, "fw", "SUCCEEDED");
    advance(s->w, "PT1M");
    deleted(s, FIRST);
    assert_json_number(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, "job.completedAt", NOON_S);
    http(s->w, 200, "DELETE", "/jobs/fw", NULL);
    given_job(s->w, "fw", "pump");
    given_running(s, "fw");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    deleted(s, FIRST "?force=true");
    assert_job_status(s->w, "fw", "CANCELED");
}

static void a_continuous_job_goes_on_without_executions(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", ",\"targetSelection\":\"CONTINUOUS\"");
    deleted(s, FIRST);
    assert_job_status(s->w, "fw", "IN_PROGRESS");
}

static void a_deleted_execution_takes_its_timers_along(void **state)
{
    struct scene *s = *state;
    given_job_on_both(s, TIMEOUT_20 RETRY_ONCE);
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":5}"));
    assert_accepted(scene_update_of(s, "valve", "fw", "{\"status\":\"IN_PROGRESS\"}"));
    assert_int_equal(rows_in(s->w, "timer"), 2);
    deleted(s, FIRST "?force=true");
    assert_int_equal(rows_in(s->w, "timer"), 1);
    const struct answer *a = advance(s->w, "PT1H");
    assert_json_number(a->body, "firedCount", 1);
    assert_json_string(a->body, "fired.0.thingName", "valve");
}

/* ---- what is heard ---- */

static void given_queued(struct scene *s)
{
    static const char *const jobs[] = { "a", "b", "c" };
    for (int i = 0; i < 3; i++) {
        given_job(s->w, jobs[i], "pump");
        advance(s->w, "PT1S");
    }
    forget_notifications(s->w);
}

static void heard_queued(struct scene *s, const char *jobs)
{
    const cJSON *notify = take_notification(s->w, PUMP "notify");
    assert_json_absent(notify, "jobs.IN_PROGRESS");
    assert_json_items(notify, "jobs.QUEUED", "jobId", jobs);
}

static void a_deleted_execution_that_waited_first_tells_the_list_and_the_new_next_one(void **state)
{
    struct scene *s = *state;
    given_queued(s);
    deleted(s, "/things/pump/jobs/a/executionNumber/1");
    heard_queued(s, "b c");
    assert_json_string(take_notification(s->w, PUMP "notify-next"), "execution.jobId", "b");
    assert_silence(s->w);
}

static void a_deleted_execution_that_ran_tells_the_list_and_the_new_next_one(void **state)
{
    struct scene *s = *state;
    given_queued(s);
    given_running(s, "b");
    forget_notifications(s->w);
    deleted(s, "/things/pump/jobs/b/executionNumber/1?force=true");
    heard_queued(s, "a c");
    assert_json_string(take_notification(s->w, PUMP "notify-next"), "execution.jobId", "a");
    assert_silence(s->w);
}

static void a_deleted_execution_behind_others_tells_the_list_alone(void **state)
{
    struct scene *s = *state;
    given_queued(s);
    deleted(s, "/things/pump/jobs/b/executionNumber/1");
    heard_queued(s, "a c");
    assert_silence(s->w);
}

static void the_last_pending_execution_that_is_deleted_leaves_nothing(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    forget_notifications(s->w);
    deleted(s, FIRST);
    assert_json(take_notification(s->w, PUMP "notify"), "", "{\"timestamp\":1893499200,\"jobs\":{}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "", "{\"timestamp\":1893499200}");
    assert_silence(s->w);
}

static void a_finished_execution_is_deleted_in_silence(void **state)
{
    struct scene *s = *state;
    given_queued(s);
    given_end(s, "a", "SUCCEEDED");
    forget_notifications(s->w);
    deleted(s, "/things/pump/jobs/a/executionNumber/1");
    assert_silence(s->w);
}

static void a_deleted_execution_is_an_event_with_its_last_status(void **state)
{
    struct scene *s = *state;
    http(s->w, 200, "PATCH", "/event-configurations",
         "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true},\"JOB_EXECUTION\":{\"Enabled\":true}}}");
    given_job_on_both(s, "");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"FAILED\",\"statusDetails\":{\"why\":\"disk\"}}"));
    forget_notifications(s->w);
    deleted(s, FIRST);
    const cJSON *event = take_notification(s->w, "$aws/events/jobExecution/fw/deleted");
    assert_json_string(event, "eventType", "JOB_EXECUTION");
    assert_json_string(event, "operation", "deleted");
    assert_json_string(event, "jobId", "fw");
    assert_json_string(event, "thingArn", PUMP_ARN);
    assert_json_string(event, "status", "FAILED");
    assert_json(event, "statusDetails", "{\"why\":\"disk\"}");
    assert_silence(s->w);
    deleted(s, "/things/valve/jobs/fw/executionNumber/1");
    take_notification(s->w, "$aws/things/valve/jobs/notify");
    take_notification(s->w, "$aws/things/valve/jobs/notify-next");
    event = take_notification(s->w, "$aws/events/jobExecution/fw/deleted");
    assert_json_string(event, "status", "QUEUED");
    assert_json_absent(event, "statusDetails");
    assert_json_string(take_notification(s->w, "$aws/events/job/fw/completed"), "status", "COMPLETED");
    assert_silence(s->w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(an_execution_that_waits_is_deleted_without_force),
        OVER_BOTH(a_running_execution_is_deleted_by_force_alone),
        OVER_BOTH(a_finished_execution_is_deleted_without_force),
        OVER(OVER_MQTT, what_the_service_ended_is_deleted_without_force),
        OVER(OVER_MQTT, what_a_deleted_thing_left_behind_can_be_deleted),
        OVER(OVER_MQTT, what_is_not_there_cannot_be_deleted),
        OVER(OVER_MQTT, an_execution_is_not_found_in_a_namespace_that_it_is_not_in),
        OVER_BOTH(one_attempt_is_deleted_and_the_others_stay),
        OVER_BOTH(without_the_newest_attempt_the_one_before_is_the_newest),
        OVER(OVER_MQTT, the_last_open_execution_that_is_deleted_completes_the_job),
        OVER(OVER_MQTT, a_job_that_is_over_stays_as_it_is),
        OVER(OVER_MQTT, a_continuous_job_goes_on_without_executions),
        OVER(OVER_MQTT, a_deleted_execution_takes_its_timers_along),
        OVER(OVER_MQTT, a_deleted_execution_that_waited_first_tells_the_list_and_the_new_next_one),
        OVER(OVER_MQTT, a_deleted_execution_that_ran_tells_the_list_and_the_new_next_one),
        OVER(OVER_MQTT, a_deleted_execution_behind_others_tells_the_list_alone),
        OVER(OVER_MQTT, the_last_pending_execution_that_is_deleted_leaves_nothing),
        OVER(OVER_MQTT, a_finished_execution_is_deleted_in_silence),
        OVER(OVER_MQTT, a_deleted_execution_is_an_event_with_its_last_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
