/* Jobs with a start time: which times are taken, and what happens when they come. */
#include <stdio.h>

#include "support/refusals.h"

#define BODY(start)                                                                                          \
    "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\",\"schedulingConfig\":{\"startTime\":" start "}}"
#define START(start) ",\"schedulingConfig\":{\"startTime\":\"" start "\"}"
#define NOTIFY       "$aws/things/pump/jobs/notify"
#define NOTIFY_NEXT  "$aws/things/pump/jobs/notify-next"

/* ---- which times are taken ---- */

static void both_forms_are_accepted_and_come_back_as_given(void **state)
{
    static const char *const times[] = { "2030-01-01 12:30", "2030-01-01T12:30", "2030-12-31 23:59" };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char path[64], body[256];
        snprintf(path, sizeof path, "/jobs/fw-%zu", i);
        snprintf(body, sizeof body, BODY("\"%s\""), times[i]);
        http(w, 200, "PUT", path, body);
        struct answer *a = http(w, 200, "GET", path, NULL);
        assert_json_string(a->body, "job.status", "SCHEDULED");
        assert_json_string(a->body, "job.schedulingConfig.startTime", times[i]);
    }
    assert_int_equal(rows_in(w, "timer"), 3);
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_silence(w);
}

static void other_forms_are_refused_with_a_message_that_names_the_right_one(void **state)
{
#define NO_TIME(time)                                                                                        \
    {                                                                                                        \
        BODY("\"" time "\""), INVALID,                                                                       \
            "StartTime '" time                                                                               \
            "' is not a valid time. Use the form YYYY-MM-DD HH:MM or YYYY-MM-DDTHH:MM, in "                  \
            "UTC, without seconds and offset."                                                               \
    }
    static const struct refusal refusals[] = {
        NO_TIME("2030-06-01 12:30:00"),
        NO_TIME("2030-06-01T12:30Z"),
        NO_TIME("2030-06-01T12:30:00Z"),
        NO_TIME("2030-06-01T12:30+01:00"),
        NO_TIME("2030-06-01"),
        NO_TIME("2030/06/01 12:30"),
        NO_TIME("2030-6-1 12:30"),
        NO_TIME("2030-02-29 12:30"),
        NO_TIME("2030-06-31 12:30"),
        NO_TIME("2030-06-01 24:00"),
        NO_TIME("2030-06-01 12:60"),
        NO_TIME(" 2030-06-01 12:30"),
        NO_TIME("2030-06-01 12:30 "),
        NO_TIME("2030-06-01  12:30"),
        NO_TIME("1906547400"),
        NO_TIME("tomorrow"),
        { BODY("\"\""), INVALID, "1 validation error detected: Value '' at 'schedulingConfig.startTime' …" },
        { BODY("1906547400"), INVALID, "…" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_start_time_is_between_the_lead_and_a_year_ahead(void **state)
{
    static const struct refusal refusals[] = {
        { BODY("\"2029-12-31 12:00\""), INVALID,
          "StartTime must be at least 30 minutes from now. StartTime is 2029-12-31 12:00, now is "
          "2030-01-01T12:00:00.000Z." },
        { BODY("\"2030-01-01 12:00\""), INVALID, "StartTime must be at least 30 minutes from now. …" },
        { BODY("\"2030-01-01 12:29\""), INVALID, "StartTime must be at least 30 minutes from now. …" },
        { BODY("\"2031-01-01 12:01\""), INVALID,
          "StartTime must be at most one year from now. StartTime is 2031-01-01 12:01." },
        { BODY("\"9999-12-31 23:59\""), INVALID, "StartTime must be at most one year from now. …" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
    http(*state, 200, "PUT", "/jobs/nearest", BODY("\"2030-01-01 12:30\""));
    http(*state, 200, "PUT", "/jobs/farthest", BODY("\"2031-01-01 12:00\""));
}

static void the_lead_and_the_year_are_exact_to_the_millisecond(void **state)
{
    (void)state;
    struct world *w = world_with_pump("2030-01-01T12:00:00.001Z");
    refused(w, INVALID, "PUT", "/jobs/fw", BODY("\"2030-01-01 12:30\""), "StartTime must be at least …");
    http(w, 200, "PUT", "/jobs/farthest", BODY("\"2031-01-01 12:00\""));
    world_free(w);

    w = world_with_pump("2030-01-01T11:59:59.999Z");
    http(w, 200, "PUT", "/jobs/nearest", BODY("\"2030-01-01 12:30\""));
    refused(w, INVALID, "PUT", "/jobs/fw", BODY("\"2031-01-01 12:00\""), "StartTime must be at most …");
    world_free(w);
}

static void without_a_lead_a_job_may_start_at_once_but_not_before(void **state)
{
    struct world *w = *state;
    world_settings(w)->schedule_lead_ms = 0;
    refused(w, INVALID, "PUT", "/jobs/fw", BODY("\"2030-01-01 11:59\""), "StartTime must be …");
    http(w, 200, "PUT", "/jobs/fw", BODY("\"2030-01-01 12:00\""));
    assert_job_status(w, "fw", "IN_PROGRESS");
    take_notification(w, NOTIFY);
    take_notification(w, NOTIFY_NEXT);
    http(w, 200, "PUT", "/jobs/fw-2", BODY("\"2030-01-01 12:01\""));
    assert_job_status(w, "fw-2", "SCHEDULED");
    assert_silence(w);
}

/* ---- when the time comes ---- */

static void a_job_starts_at_its_minute_and_not_a_millisecond_earlier(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START("2030-01-01 13:00"));
    assert_json_number(set_clock(w, "2030-01-01T12:59:59.999Z")->body, "firedCount", 0);
    assert_job_status(w, "fw", "SCHEDULED");
    assert_silence(w);
    struct answer *a = advance(w, "PT0.001S");
    assert_json(a->body, "fired",
                "[{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"fw\"}]");
    a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "IN_PROGRESS");
    assert_json_number(a->body, "job.createdAt", 1893499200);
    assert_json_number(a->body, "job.lastUpdatedAt", 1893502800);
    assert_json_number(take_notification(w, NOTIFY), "timestamp", 1893502800);
    take_notification(w, NOTIFY_NEXT);
    assert_silence(w);
    assert_int_equal(rows_in(w, "timer"), 0);
}

static void jobs_due_on_the_way_start_in_order_each_at_its_own_time(void **state)
{
    struct world *w = *state;
    given_job_with(w, "last", "pump", START("2030-01-01 14:00"));
    given_job_with(w, "b-same", "pump", START("2030-01-01 13:00"));
    given_job_with(w, "first", "pump", START("2030-01-01 12:45"));
    given_job_with(w, "a-same", "pump", START("2030-01-01 13:00"));
    given_job_with(w, "later", "pump", START("2030-01-01 15:00"));
    struct answer *a = advance(w, "PT2H30M");
    assert_json_string(a->body, "now", "2030-01-01T14:30:00.000Z");
    assert_json_number(a->body, "firedCount", 4);
    assert_json(a->body, "fired",
                "[{\"at\":\"2030-01-01T12:45:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"first\"},"
                "{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"a-same\"},"
                "{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"b-same\"},"
                "{\"at\":\"2030-01-01T14:00:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"last\"}]");
    assert_json_number(take_notification(w, NOTIFY), "timestamp", 1893501900);
    assert_json_string(take_notification(w, NOTIFY_NEXT), "execution.jobId", "first");
    assert_json_number(take_notification(w, NOTIFY), "timestamp", 1893502800);
    assert_json_number(take_notification(w, NOTIFY), "timestamp", 1893502800);
    assert_json_number(take_notification(w, NOTIFY), "timestamp", 1893506400);
    assert_silence(w);
    assert_job_status(w, "later", "SCHEDULED");

    const cJSON *list = http(w, 200, "GET", "/things/pump/jobs", NULL)->body;
    assert_json_string(list, "executionSummaries.0.jobId", "last");
    assert_json_number(list, "executionSummaries.0.jobExecutionSummary.queuedAt", 1893506400);
    assert_json_string(list, "executionSummaries.3.jobId", "first");
    assert_json_number(list, "executionSummaries.3.jobExecutionSummary.queuedAt", 1893501900);
}

static void a_timeout_that_begins_at_a_start_fires_within_the_same_advance(void **state)
{
    struct world *w = *state;
    given_job_with(w, "early", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":60}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    given_job_with(w, "late", "pump", START("2030-01-01 12:45"));
    struct answer *a = advance(w, "P1D");
    assert_json(a->body, "fired",
                "[{\"at\":\"2030-01-01T12:45:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"late\"},"
                "{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"EXECUTION_TIMEOUT\",\"jobId\":\"early\","
                "\"thingName\":\"pump\",\"executionNumber\":1}]");
    assert_job_status(w, "early", "COMPLETED");
    assert_job_status(w, "late", "IN_PROGRESS");
}

/* ---- what may come in between ---- */

static void a_job_canceled_before_its_start_never_starts(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START("2030-01-01 13:00"));
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_json_number(advance(w, "PT2H")->body, "firedCount", 0);
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "CANCELED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfCanceledThings", 0);
    assert_json_absent(a->body, "job.completedAt");
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_silence(w);
}

static void a_job_deleted_before_its_start_never_starts(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START("2030-01-01 13:00"));
    refused(w, WRONG_STATE, "DELETE", "/jobs/fw", NULL,
            "Job fw in status SCHEDULED cannot be deleted. Cancel it first or use force.");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job"), 0);
    assert_json_number(advance(w, "PT2H")->body, "firedCount", 0);
    assert_silence(w);
}

static void a_job_whose_thing_is_gone_at_the_start_completes_at_once(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START("2030-01-01 13:00"));
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_job_status(w, "fw", "SCHEDULED");
    advance(w, "PT2H");
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", 1893502800);
    assert_json_string(a->body, "job.targets.0", PUMP_ARN);
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_silence(w);
}

static void only_the_things_that_are_there_at_the_start_get_the_job(void **state)
{
    struct world *w = *state;
    given_thing(w, "valve");
    http(w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"],"
         "\"document\":\"{}\"" START("2030-01-01 13:00") "}");
    http(w, 200, "DELETE", "/things/pump", NULL);
    advance(w, "PT1H");
    assert_job_status(w, "fw", "IN_PROGRESS");
    http(w, 200, "GET", "/things/valve/jobs/fw", NULL);
    http(w, 404, "GET", "/things/pump/jobs/fw", NULL);
}

static void a_thing_created_again_before_the_start_gets_the_job(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START("2030-01-01 13:00"));
    http(w, 200, "DELETE", "/things/pump", NULL);
    given_thing(w, "pump");
    advance(w, "PT1H");
    assert_job_status(w, "fw", "IN_PROGRESS");
    take_notification(w, NOTIFY);
    take_notification(w, NOTIFY_NEXT);
    http_data(w, 200, "POST", "/things/pump/jobs/fw", "{\"status\":\"SUCCEEDED\"}");
    assert_job_status(w, "fw", "COMPLETED");
}

static void a_continuous_job_can_be_scheduled_too(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"targetSelection\":\"CONTINUOUS\"" START("2030-01-01 13:00"));
    assert_job_status(w, "fw", "SCHEDULED");
    advance(w, "PT1H");
    assert_job_status(w, "fw", "IN_PROGRESS");
    http_data(w, 200, "POST", "/things/pump/jobs/fw", "{\"status\":\"SUCCEEDED\"}");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void several_starts_that_were_missed_happen_at_the_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable("2030-01-01T12:00:00Z");
    given_thing(w, "pump");
    given_job_with(w, "fw-1", "pump", START("2030-01-01 13:00"));
    given_job_with(w, "fw-2", "pump", START("2030-01-01 13:30"));
    given_job_with(w, "fw-3", "pump", START("2030-01-01 15:00"));
    world_restart(w, "2030-01-01T14:00:00Z");
    assert_job_status(w, "fw-1", "IN_PROGRESS");
    assert_job_status(w, "fw-2", "IN_PROGRESS");
    assert_job_status(w, "fw-3", "SCHEDULED");
    advance(w, "PT1H");
    assert_job_status(w, "fw-3", "IN_PROGRESS");
    world_free(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_forms_are_accepted_and_come_back_as_given),
        TEST(other_forms_are_refused_with_a_message_that_names_the_right_one),
        TEST(a_start_time_is_between_the_lead_and_a_year_ahead),
        cmocka_unit_test(the_lead_and_the_year_are_exact_to_the_millisecond),
        TEST(without_a_lead_a_job_may_start_at_once_but_not_before),
        TEST(a_job_starts_at_its_minute_and_not_a_millisecond_earlier),
        TEST(jobs_due_on_the_way_start_in_order_each_at_its_own_time),
        TEST(a_timeout_that_begins_at_a_start_fires_within_the_same_advance),
        TEST(a_job_canceled_before_its_start_never_starts),
        TEST(a_job_deleted_before_its_start_never_starts),
        TEST(a_job_whose_thing_is_gone_at_the_start_completes_at_once),
        TEST(only_the_things_that_are_there_at_the_start_get_the_job),
        TEST(a_thing_created_again_before_the_start_gets_the_job),
        TEST(a_continuous_job_can_be_scheduled_too),
        cmocka_unit_test(several_starts_that_were_missed_happen_at_the_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
