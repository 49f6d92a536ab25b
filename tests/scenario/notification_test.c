/* What the subscribers of a thing hear: each row of the table of triggers (device protocol 3.3). */
#include "support/scene.h"

#include <stdio.h>

/* Takes `notify`: the jobs that run and those that wait, "a b c". */
static void heard_list(struct scene *s, const char *in_progress, const char *queued)
{
    static const char *const keys[] = { "jobs.IN_PROGRESS", "jobs.QUEUED" };
    const char *expected[] = { in_progress, queued };
    const cJSON *notify = take_notification(s->w, PUMP "notify");
    assert_true(cJSON_IsObject(json_at(notify, "jobs")));
    for (int i = 0; i < 2; i++) {
        if (!expected[i][0])
            assert_json_absent(notify, keys[i]);
        assert_json_items(notify, keys[i], "jobId", expected[i]);
    }
}

/* Takes `notify-next`: that job in that status, with its document; NULL: nothing is left. */
static void heard_next(struct scene *s, const char *job, const char *status)
{
    const cJSON *next = take_notification(s->w, PUMP "notify-next");
    if (!job) {
        assert_json_absent(next, "execution");
        assert_int_equal(cJSON_GetArraySize(next), 1);
        return;
    }
    char document[64];
    snprintf(document, sizeof document, "{\"job\":\"%s\"}", job);
    assert_json_string(next, "execution.jobId", job);
    assert_json_string(next, "execution.status", status);
    assert_json(next, "execution.jobDocument", document);
    assert_json_absent(next, "execution.thingName");
}

/* Jobs on the pump, one second apart; what was heard of them is forgotten. */
static void given_queued(struct scene *s, const char *const *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        given_job(s->w, jobs[i], "pump");
        advance(s->w, "PT1S");
    }
    forget_notifications(s->w);
}

#define GIVEN_QUEUED(s, ...)                                                                                 \
    given_queued(s, (const char *const[]){ __VA_ARGS__ },                                                    \
                 sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void device_reports(struct scene *s, const char *job, const char *status)
{
    char body[64];
    snprintf(body, sizeof body, "{\"status\":\"%s\"}", status);
    assert_accepted(scene_update(s, job, body));
}

/* Starts it, and forgets what was heard of that. */
static void given_running(struct scene *s, const char *job)
{
    device_reports(s, job, "IN_PROGRESS");
    forget_notifications(s->w);
}

/* ---- queued ---- */

static void the_first_job_is_told_as_a_list_and_as_the_next_one(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "a", "pump");
    assert_json(take_notification(s->w, PUMP "notify"), "",
                "{\"timestamp\":1893499200,\"jobs\":{\"QUEUED\":[{\"jobId\":\"a\",\"queuedAt\":1893499200,"
                "\"lastUpdatedAt\":1893499200,\"executionNumber\":1,\"versionNumber\":1}]}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "",
                "{\"timestamp\":1893499200,\"execution\":{\"jobId\":\"a\",\"status\":\"QUEUED\","
                "\"queuedAt\":1893499200,\"lastUpdatedAt\":1893499200,\"versionNumber\":1,"
                "\"executionNumber\":1,\"jobDocument\":{\"job\":\"a\"}}}");
    assert_silence(s->w);
}

static void a_job_behind_others_is_told_as_a_list_alone(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    given_job(s->w, "b", "pump");
    heard_list(s, "", "a b");
    assert_silence(s->w);
}

static void a_job_behind_a_running_one_is_told_as_a_list_alone(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    given_running(s, "a");
    given_job(s->w, "b", "pump");
    heard_list(s, "a", "b");
    assert_silence(s->w);
}

static void each_thing_of_a_job_hears_of_it(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    http(s->w, 200, "PUT", "/jobs/a",
         "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/valve\",\"" PUMP_ARN "\",\"" PUMP_ARN
         "\"],\"document\":\"{\\\"job\\\":\\\"a\\\"}\"}");
    take_notification(s->w, "$aws/things/valve/jobs/notify");
    take_notification(s->w, "$aws/things/valve/jobs/notify-next");
    heard_list(s, "", "a");
    heard_next(s, "a", "QUEUED");
    assert_silence(s->w);
}

static void a_scheduled_job_is_told_when_it_starts(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01T13:00\"}");
    assert_silence(s->w);
    advance(s->w, "PT1H");
    const cJSON *notify = take_notification(s->w, PUMP "notify");
    assert_json_number(notify, "timestamp", NOON_S + 3600);
    assert_json_number(notify, "jobs.QUEUED.0.queuedAt", NOON_S + 3600);
    heard_next(s, "a", "QUEUED");
    assert_silence(s->w);
}

/* ---- started ---- */

static void the_first_job_is_started_in_silence(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    device_reports(s, "a", "IN_PROGRESS");
    assert_silence(s->w);
}

static void start_next_is_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    assert_accepted(scene_start_next(s, "{}"));
    assert_silence(s->w);
    assert_accepted(scene_start_next(s, "{\"stepTimeoutInMinutes\":5}"));
    assert_silence(s->w);
}

static void a_later_job_that_is_started_is_the_next_one_now(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    device_reports(s, "b", "IN_PROGRESS");
    assert_json(take_notification(s->w, PUMP "notify-next"), "",
                "{\"timestamp\":1893499202,\"execution\":{\"jobId\":\"b\",\"status\":\"IN_PROGRESS\","
                "\"queuedAt\":1893499201,\"startedAt\":1893499202,\"lastUpdatedAt\":1893499202,"
                "\"versionNumber\":2,\"executionNumber\":1,\"jobDocument\":{\"job\":\"b\"}}}");
    assert_silence(s->w);
}

static void a_started_job_that_was_queued_before_the_running_one_is_the_next_one_now(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    given_running(s, "c");
    device_reports(s, "b", "IN_PROGRESS");
    heard_next(s, "b", "IN_PROGRESS");
    assert_silence(s->w);
}

static void a_started_job_that_does_not_become_the_next_one_is_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    given_running(s, "b");
    device_reports(s, "c", "IN_PROGRESS");
    assert_silence(s->w);
}

static void progress_is_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    given_running(s, "a");
    assert_accepted(scene_update(
        s, "a", "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"p\":\"1\"},\"stepTimeoutInMinutes\":5}"));
    assert_accepted(scene_update(s, "a", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":-1}"));
    assert_silence(s->w);
}

/* ---- finished by the device ---- */

static void each_end_of_the_first_job_tells_the_list_and_the_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c", "d");
    device_reports(s, "a", "SUCCEEDED");
    heard_list(s, "", "b c d");
    heard_next(s, "b", "QUEUED");
    device_reports(s, "b", "FAILED");
    heard_list(s, "", "c d");
    heard_next(s, "c", "QUEUED");
    device_reports(s, "c", "REJECTED");
    heard_list(s, "", "d");
    heard_next(s, "d", "QUEUED");
    assert_silence(s->w);
}

static void the_end_of_a_running_job_tells_the_list_and_the_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    given_running(s, "a");
    given_running(s, "c");
    device_reports(s, "a", "SUCCEEDED");
    heard_list(s, "c", "b");
    heard_next(s, "c", "IN_PROGRESS");
    assert_silence(s->w);
}

static void the_end_of_the_last_job_leaves_nothing(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    device_reports(s, "a", "SUCCEEDED");
    assert_json(take_notification(s->w, PUMP "notify"), "", "{\"timestamp\":1893499201,\"jobs\":{}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "", "{\"timestamp\":1893499201}");
    assert_silence(s->w);
}

static void the_end_of_a_later_job_tells_the_list_alone(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    device_reports(s, "b", "REJECTED");
    heard_list(s, "", "a c");
    assert_silence(s->w);
}

/* ---- canceled ---- */

static void a_canceled_job_that_was_the_next_one_tells_both(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    http(s->w, 200, "PUT", "/jobs/a/cancel", "{}");
    heard_list(s, "", "b");
    heard_next(s, "b", "QUEUED");
    assert_silence(s->w);
}

static void a_canceled_job_that_was_not_the_next_one_tells_the_list_alone(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    http(s->w, 200, "PUT", "/jobs/b/cancel", "{}");
    heard_list(s, "", "a");
    assert_silence(s->w);
}

static void a_running_execution_is_silent_when_its_job_is_canceled_without_force(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    given_running(s, "a");
    http(s->w, 200, "PUT", "/jobs/a/cancel", "{}");
    assert_silence(s->w);
    http(s->w, 200, "PUT", "/jobs/a/cancel?force=true", "{}");
    heard_list(s, "", "b");
    heard_next(s, "b", "QUEUED");
    assert_silence(s->w);
}

static void a_canceled_execution_tells_the_list_and_a_new_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    http(s->w, 200, "PUT", "/things/pump/jobs/b/cancel", "{}");
    heard_list(s, "", "a c");
    assert_silence(s->w);
    given_running(s, "a");
    http(s->w, 200, "PUT", "/things/pump/jobs/a/cancel?force=true", "{}");
    heard_list(s, "", "c");
    heard_next(s, "c", "QUEUED");
    assert_silence(s->w);
}

static void each_thing_of_a_canceled_job_hears_of_it(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    http(s->w, 200, "PUT", "/jobs/a",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"],"
         "\"document\":\"{}\"}");
    forget_notifications(s->w);
    http(s->w, 200, "PUT", "/jobs/a/cancel", "{}");
    heard_list(s, "", "");
    heard_next(s, NULL, NULL);
    take_notification(s->w, "$aws/things/valve/jobs/notify");
    take_notification(s->w, "$aws/things/valve/jobs/notify-next");
    assert_silence(s->w);
}

/* ---- timed out, removed, deleted ---- */

static void a_time_out_tells_the_list_and_a_new_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    assert_accepted(scene_update(s, "a", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":1}"));
    advance(s->w, "PT10M");
    const cJSON *notify = take_notification(s->w, PUMP "notify");
    assert_json_number(notify, "timestamp", NOON_S + 62);
    assert_json_string(notify, "jobs.QUEUED.0.jobId", "b");
    heard_next(s, "b", "QUEUED");
    assert_silence(s->w);
}

static void a_time_out_of_a_later_execution_tells_the_list_alone(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    given_running(s, "a");
    assert_accepted(scene_update(s, "b", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":1}"));
    advance(s->w, "PT1M");
    heard_list(s, "a", "c");
    assert_silence(s->w);
}

static void a_deleted_thing_has_nothing_left(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    heard_list(s, "", "");
    heard_next(s, NULL, NULL);
    assert_silence(s->w);
}

static void a_deleted_job_that_waited_tells_the_list_and_a_new_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c");
    http(s->w, 200, "DELETE", "/jobs/b?force=true", NULL);
    heard_list(s, "", "a c");
    assert_silence(s->w);
    http(s->w, 200, "DELETE", "/jobs/a?force=true", NULL);
    heard_list(s, "", "c");
    heard_next(s, "c", "QUEUED");
    assert_silence(s->w);
}

static void a_deleted_job_that_ran_tells_the_list_and_a_new_next_one(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    given_running(s, "a");
    http(s->w, 200, "DELETE", "/jobs/a?force=true", NULL);
    heard_list(s, "", "b");
    heard_next(s, "b", "QUEUED");
    assert_silence(s->w);
}

static void a_deleted_job_that_was_finished_is_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b");
    device_reports(s, "a", "SUCCEEDED");
    forget_notifications(s->w);
    http(s->w, 200, "DELETE", "/jobs/a", NULL);
    assert_silence(s->w);
}

/* Name and number are those of before; in between there was nothing. */
static void a_job_made_again_under_its_name_is_told_again(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    http(s->w, 200, "DELETE", "/jobs/a?force=true", NULL);
    heard_list(s, "", "");
    heard_next(s, NULL, NULL);
    given_job(s->w, "a", "pump");
    heard_list(s, "", "a");
    heard_next(s, "a", "QUEUED");
    assert_silence(s->w);
}

/* ---- nothing to tell ---- */

static void refused_requests_are_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    assert_refused(scene_update(s, "a", "{\"status\":\"CANCELED\"}"), "InvalidStateTransition");
    assert_refused(scene_update(s, "a", "{\"status\":\"SUCCEEDED\",\"expectedVersion\":7}"),
                   "VersionMismatch");
    assert_refused(scene_update(s, "a", "{}"), "InvalidRequest");
    http(s->w, 409, "DELETE", "/jobs/a", NULL);
    http(s->w, 409, "PUT", "/things/pump/jobs/a/cancel", "{\"expectedVersion\":7}");
    assert_silence(s->w);
}

static void reading_is_silent(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a");
    assert_accepted(scene_pending(s));
    assert_accepted(scene_describe(s, "a", "{}"));
    assert_accepted(scene_describe(s, "$next", "{}"));
    http(s->w, 200, "GET", "/things/pump/jobs/a", NULL);
    http(s->w, 200, "GET", "/things/pump/jobs", NULL);
    http(s->w, 200, "GET", "/jobs/a", NULL);
    assert_silence(s->w);
}

/* ---- how much and when ---- */

static void a_list_has_ten_entries_at_most(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    given_job(s->w, "k", "pump");
    heard_list(s, "", "a b c d e f g h i j");
    assert_silence(s->w);
    device_reports(s, "a", "SUCCEEDED");
    heard_list(s, "", "b c d e f g h i j k");
    heard_next(s, "b", "QUEUED");
}

static void a_list_shows_what_runs_apart_from_what_waits(void **state)
{
    struct scene *s = *state;
    GIVEN_QUEUED(s, "a", "b", "c", "d");
    given_running(s, "d");
    given_running(s, "b");
    device_reports(s, "a", "FAILED");
    heard_list(s, "b d", "c");
    assert_silence(s->w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(OVER_MQTT, the_first_job_is_told_as_a_list_and_as_the_next_one),
        OVER(OVER_MQTT, a_job_behind_others_is_told_as_a_list_alone),
        OVER_BOTH(a_job_behind_a_running_one_is_told_as_a_list_alone),
        OVER(OVER_MQTT, each_thing_of_a_job_hears_of_it),
        OVER(OVER_MQTT, a_scheduled_job_is_told_when_it_starts),
        OVER_BOTH(the_first_job_is_started_in_silence),
        OVER_BOTH(start_next_is_silent),
        OVER_BOTH(a_later_job_that_is_started_is_the_next_one_now),
        OVER_BOTH(a_started_job_that_was_queued_before_the_running_one_is_the_next_one_now),
        OVER_BOTH(a_started_job_that_does_not_become_the_next_one_is_silent),
        OVER_BOTH(progress_is_silent),
        OVER_BOTH(each_end_of_the_first_job_tells_the_list_and_the_next_one),
        OVER_BOTH(the_end_of_a_running_job_tells_the_list_and_the_next_one),
        OVER_BOTH(the_end_of_the_last_job_leaves_nothing),
        OVER_BOTH(the_end_of_a_later_job_tells_the_list_alone),
        OVER(OVER_MQTT, a_canceled_job_that_was_the_next_one_tells_both),
        OVER(OVER_MQTT, a_canceled_job_that_was_not_the_next_one_tells_the_list_alone),
        OVER(OVER_MQTT, a_running_execution_is_silent_when_its_job_is_canceled_without_force),
        OVER(OVER_MQTT, a_canceled_execution_tells_the_list_and_a_new_next_one),
        OVER(OVER_MQTT, each_thing_of_a_canceled_job_hears_of_it),
        OVER_BOTH(a_time_out_tells_the_list_and_a_new_next_one),
        OVER_BOTH(a_time_out_of_a_later_execution_tells_the_list_alone),
        OVER(OVER_MQTT, a_deleted_thing_has_nothing_left),
        OVER(OVER_MQTT, a_deleted_job_that_waited_tells_the_list_and_a_new_next_one),
        OVER(OVER_MQTT, a_deleted_job_that_ran_tells_the_list_and_a_new_next_one),
        OVER(OVER_MQTT, a_deleted_job_that_was_finished_is_silent),
        OVER(OVER_MQTT, a_job_made_again_under_its_name_is_told_again),
        OVER_BOTH(refused_requests_are_silent),
        OVER_BOTH(reading_is_silent),
        OVER_BOTH(a_list_has_ten_entries_at_most),
        OVER_BOTH(a_list_shows_what_runs_apart_from_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
