/* What is published below $aws/events/ about jobs and executions (device protocol, section 6). */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define ON(type)  "{\"eventConfigurations\":{\"" type "\":{\"Enabled\":true}}}"
#define OFF(type) "{\"eventConfigurations\":{\"" type "\":{\"Enabled\":false}}}"

static void configure(struct world *w, const char *body)
{
    http(w, 200, "PATCH", "/event-configurations", body);
}

/* The pump at noon, and both kinds of events of jobs switched on. */
static int set_up(void **state)
{
    struct world *w = world_with_pump(NOON);
    configure(w, ON("JOB"));
    configure(w, ON("JOB_EXECUTION"));
    *state = w;
    return 0;
}

static void given_quiet_job(struct world *w, const char *job, const char *more)
{
    given_job_with(w, job, "pump", more);
    forget_notifications(w);
}

/* Takes notify and notify-next, which leave before the events. */
static void take_both(struct world *w)
{
    take_notification(w, "$aws/things/pump/jobs/notify");
    take_notification(w, "$aws/things/pump/jobs/notify-next");
}

/* A new UUID in each event; it is taken out, so that the rest can be compared as a whole. */
static const cJSON *take_event(struct world *w, const char *topic)
{
    cJSON *event = take_notification(w, topic);
    const cJSON *id = json_at(event, "eventId");
    assert_true(cJSON_IsString(id));
    assert_int_equal(strlen(id->valuestring), 36);
    cJSON_DeleteItemFromObject(event, "eventId");
    return event;
}

/* ---- the configuration ---- */

static void all_kinds_are_off_at_first(void **state)
{
    struct world *w = *state;
    const struct answer *a = http(w, 200, "GET", "/event-configurations", NULL);
    assert_json(
        a->body, "",
        "{\"eventConfigurations\":{\"THING\":{\"Enabled\":false},\"THING_GROUP\":{\"Enabled\":false},"
        "\"THING_TYPE\":{\"Enabled\":false},\"THING_GROUP_MEMBERSHIP\":{\"Enabled\":false},"
        "\"THING_GROUP_HIERARCHY\":{\"Enabled\":false},\"THING_TYPE_ASSOCIATION\":{\"Enabled\":false},"
        "\"JOB\":{\"Enabled\":false},\"JOB_EXECUTION\":{\"Enabled\":false},\"POLICY\":{\"Enabled\":false},"
        "\"CERTIFICATE\":{\"Enabled\":false},\"CA_CERTIFICATE\":{\"Enabled\":false}}}");
    given_job(w, "fw", "pump");
    forget_notifications(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    take_both(w);
    assert_silence(w);
}

static void an_update_touches_the_kinds_that_it_names(void **state)
{
    struct world *w = *state;
    configure(w, ON("JOB"));
    advance(w, "PT1H");
    configure(w, "{\"eventConfigurations\":{\"THING\":{\"Enabled\":true},\"POLICY\":{}}}");
    const struct answer *a = http(w, 200, "GET", "/event-configurations", NULL);
    assert_json(a->body, "eventConfigurations.JOB", "{\"Enabled\":true}");
    assert_json(a->body, "eventConfigurations.THING", "{\"Enabled\":true}");
    assert_json(a->body, "eventConfigurations.POLICY", "{\"Enabled\":false}");
    assert_json_number(a->body, "creationDate", NOON_S);
    assert_json_number(a->body, "lastModifiedDate", NOON_S + 3600);
    configure(w, OFF("JOB"));
    assert_json(http(w, 200, "GET", "/event-configurations", NULL)->body, "eventConfigurations.JOB",
                "{\"Enabled\":false}");
}

static void an_update_of_nothing_is_accepted(void **state)
{
    struct world *w = *state;
    configure(w, "{}");
    assert_json_absent(http(w, 200, "GET", "/event-configurations", NULL)->body, "creationDate");
}

static void a_kind_that_does_not_exist_is_refused(void **state)
{
    struct world *w = *state;
    refused(w, 400, "InvalidRequestException", "PATCH", "/event-configurations", ON("WEATHER"),
            "1 validation error…");
}

static void the_configuration_outlives_a_restart_and_not_a_reset(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    configure(w, ON("JOB"));
    world_restart(w, "2030-01-01T12:00:01Z");
    assert_json(http(w, 200, "GET", "/event-configurations", NULL)->body, "eventConfigurations.JOB",
                "{\"Enabled\":true}");
    reset(w);
    assert_json(http(w, 200, "GET", "/event-configurations", NULL)->body, "eventConfigurations.JOB",
                "{\"Enabled\":false}");
    world_free(w);
}

/* ---- jobs ---- */

static void a_job_that_completes_says_how_its_things_ended(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", ",\"description\":\"demo\"");
    advance(w, "PT1.25S");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"SUCCEEDED\"}");
    take_both(w);
    take_event(w, "$aws/events/jobExecution/fw/succeeded");
    assert_json(
        take_event(w, "$aws/events/job/fw/completed"), "",
        "{\"eventType\":\"JOB\",\"timestamp\":1893499201,\"operation\":\"completed\",\"jobId\":\"fw\","
        "\"status\":\"COMPLETED\",\"targetSelection\":\"SNAPSHOT\",\"targets\":[\"" PUMP_ARN "\"],"
        "\"description\":\"demo\",\"completedAt\":1893499201250,\"createdAt\":1893499200000,"
        "\"lastUpdatedAt\":1893499201250,\"jobProcessDetails\":{\"numberOfCanceledThings\":0,"
        "\"numberOfRejectedThings\":0,\"numberOfFailedThings\":0,\"numberOfRemovedThings\":0,"
        "\"numberOfSucceededThings\":1}}");
    assert_silence(w);
}

static void a_cancel_is_told_at_its_beginning_and_its_end(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", "");
    advance(w, "PT1S");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{\"comment\":\"wrong file\",\"reasonCode\":\"OOPS\"}");
    take_both(w);
    assert_json(take_event(w, "$aws/events/job/fw/cancellation_in_progress"), "",
                "{\"eventType\":\"JOB\",\"timestamp\":1893499201,\"operation\":\"cancellation_in_progress\","
                "\"jobId\":\"fw\",\"status\":\"CANCELLATION_IN_PROGRESS\",\"targetSelection\":\"SNAPSHOT\","
                "\"targets\":[\"" PUMP_ARN "\"],\"comment\":\"wrong file\",\"createdAt\":1893499200000,"
                "\"lastUpdatedAt\":1893499201000}");
    take_event(w, "$aws/events/jobExecution/fw/canceled");
    assert_json(take_event(w, "$aws/events/job/fw/canceled"), "",
                "{\"eventType\":\"JOB\",\"timestamp\":1893499201,\"operation\":\"canceled\",\"jobId\":\"fw\","
                "\"status\":\"CANCELED\",\"targetSelection\":\"SNAPSHOT\",\"targets\":[\"" PUMP_ARN "\"],"
                "\"createdAt\":1893499200000,\"lastUpdatedAt\":1893499201000}");
    assert_silence(w);
}

static void a_deletion_is_told_at_its_beginning_and_its_end(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", "");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    take_both(w);
    const cJSON *begins = take_event(w, "$aws/events/job/fw/deletion_in_progress");
    assert_json_string(begins, "operation", "deletion_in_progress");
    assert_json_string(begins, "status", "DELETION_IN_PROGRESS");
    const cJSON *execution = take_event(w, "$aws/events/jobExecution/fw/deleted");
    assert_json_string(execution, "operation", "deleted");
    assert_json_string(execution, "status", "QUEUED");
    const cJSON *ends = take_event(w, "$aws/events/job/fw/deleted");
    assert_json_string(ends, "operation", "deleted");
    assert_json_string(ends, "status", "DELETED");
    assert_json(ends, "targets", "[\"" PUMP_ARN "\"]");
    assert_silence(w);
}

static void finished_executions_of_a_deleted_job_are_told_with_their_status(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", "");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"FAILED\"}");
    forget_notifications(w);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    take_event(w, "$aws/events/job/fw/deletion_in_progress");
    assert_json_string(take_event(w, "$aws/events/jobExecution/fw/deleted"), "status", "FAILED");
    take_event(w, "$aws/events/job/fw/deleted");
    assert_silence(w);
}

static void a_refused_request_causes_no_event(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", "");
    http(w, 409, "DELETE", "/jobs/fw", NULL);
    http(w, 404, "PUT", "/jobs/none/cancel", "{}");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"SUCCEEDED\",\"expectedVersion\":7}");
    assert_silence(w);
}

static void one_kind_is_published_without_the_other(void **state)
{
    struct world *w = *state;
    configure(w, OFF("JOB"));
    given_quiet_job(w, "a", "");
    mqtt(w, "$aws/things/pump/jobs/a/update", "{\"status\":\"SUCCEEDED\"}");
    take_both(w);
    take_event(w, "$aws/events/jobExecution/a/succeeded");
    assert_silence(w);
    configure(w, ON("JOB"));
    configure(w, OFF("JOB_EXECUTION"));
    given_quiet_job(w, "b", "");
    http(w, 200, "DELETE", "/jobs/b?force=true", NULL);
    take_both(w);
    take_event(w, "$aws/events/job/b/deletion_in_progress");
    take_event(w, "$aws/events/job/b/deleted");
    assert_silence(w);
}

/* ---- executions ---- */

static void an_execution_that_ends_says_how(void **state)
{
    static const char *const ends[][2] = { { "SUCCEEDED", "succeeded" },
                                           { "FAILED", "failed" },
                                           { "REJECTED", "rejected" } };
    struct world *w = *state;
    configure(w, OFF("JOB"));
    for (size_t i = 0; i < 3; i++) {
        char topic[64], body[128], expected[512], job[2] = { (char)('a' + i), '\0' };
        given_quiet_job(w, job, "");
        snprintf(topic, sizeof topic, "$aws/things/pump/jobs/%s/update", job);
        snprintf(body, sizeof body, "{\"status\":\"%s\",\"statusDetails\":{\"pct\":\"100\"}}", ends[i][0]);
        mqtt(w, topic, body);
        take_both(w);
        snprintf(topic, sizeof topic, "$aws/events/jobExecution/%s/%s", job, ends[i][1]);
        snprintf(
            expected, sizeof expected,
            "{\"eventType\":\"JOB_EXECUTION\",\"timestamp\":1893499200,\"operation\":\"%s\",\"jobId\":\"%s\","
            "\"thingArn\":\"" PUMP_ARN "\",\"status\":\"%s\",\"statusDetails\":{\"pct\":\"100\"}}",
            ends[i][1], job, ends[i][0]);
        assert_json(take_event(w, topic), "", expected);
    }
    assert_silence(w);
}

static void starts_and_progress_are_no_events(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    take_both(w);
    mqtt(w, "$aws/things/pump/jobs/start-next", "");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"IN_PROGRESS\"}");
    assert_silence(w);
}

static void a_time_out_is_told_when_it_happens(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":5}");
    mqtt(w, "$aws/things/pump/jobs/start-next", "");
    advance(w, "PT5M");
    take_both(w);
    const cJSON *event = take_event(w, "$aws/events/jobExecution/fw/timed_out");
    assert_json_number(event, "timestamp", NOON_S + 300);
    assert_json_string(event, "status", "TIMED_OUT");
    assert_json_absent(event, "statusDetails");
    take_event(w, "$aws/events/job/fw/completed");
    assert_silence(w);
}

static void a_deleted_thing_removes_its_executions(void **state)
{
    struct world *w = *state;
    given_quiet_job(w, "fw", "");
    http(w, 200, "DELETE", "/things/pump", NULL);
    take_both(w);
    assert_json_string(take_event(w, "$aws/events/jobExecution/fw/removed"), "status", "REMOVED");
    take_event(w, "$aws/events/job/fw/completed");
    assert_silence(w);
}

static void things_are_named_by_the_region_of_who_created_the_job(void **state)
{
    struct world *w = *state;
    called_from(w, "eu-central-1", NULL);
    given_quiet_job(w, "fw", "");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"SUCCEEDED\"}");
    take_both(w);
    assert_json_string(take_event(w, "$aws/events/jobExecution/fw/succeeded"), "thingArn",
                       "arn:aws:iot:eu-central-1:000000000000:thing/pump");
}

#define FROM_NOTHING(test) cmocka_unit_test_setup_teardown(test, world_set_up_with_pump, world_tear_down)
#define SWITCHED_ON(test)  cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FROM_NOTHING(all_kinds_are_off_at_first),
        FROM_NOTHING(an_update_touches_the_kinds_that_it_names),
        FROM_NOTHING(an_update_of_nothing_is_accepted),
        FROM_NOTHING(a_kind_that_does_not_exist_is_refused),
        cmocka_unit_test(the_configuration_outlives_a_restart_and_not_a_reset),
        SWITCHED_ON(a_job_that_completes_says_how_its_things_ended),
        SWITCHED_ON(a_cancel_is_told_at_its_beginning_and_its_end),
        SWITCHED_ON(a_deletion_is_told_at_its_beginning_and_its_end),
        SWITCHED_ON(finished_executions_of_a_deleted_job_are_told_with_their_status),
        SWITCHED_ON(a_refused_request_causes_no_event),
        SWITCHED_ON(one_kind_is_published_without_the_other),
        SWITCHED_ON(an_execution_that_ends_says_how),
        SWITCHED_ON(starts_and_progress_are_no_events),
        SWITCHED_ON(a_time_out_is_told_when_it_happens),
        SWITCHED_ON(a_deleted_thing_removes_its_executions),
        SWITCHED_ON(things_are_named_by_the_region_of_who_created_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
