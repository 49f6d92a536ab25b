/* CancelJob and DeleteJob: what they do to executions, counters and listeners, and where they are refused. */
#include <stdio.h>

#include "support/refusals.h"

#define TOPIC(thing, level) "$aws/things/" thing "/jobs/" level
#define START               ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"
#define ARN(thing)          "\"arn:aws:iot:us-east-1:000000000000:thing/" thing "\""

static int set_up(void **state)
{
    *state = world_with_pump(NOON);
    given_thing(*state, "valve");
    return 0;
}

/* The job "fw" on both things, IN_PROGRESS on the pump and QUEUED on the valve; nobody's ears are full. */
static void given_half_started_job(struct world *w)
{
    http(w, 200, "PUT", "/jobs/fw", "{\"targets\":[" ARN("pump") "," ARN("valve") "],\"document\":\"{}\"}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    forget_notifications(w);
}

static void assert_job(struct world *w, const char *status)
{
    assert_json_string(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", status);
}

static const cJSON *execution(struct world *w, const char *thing)
{
    char path[128];
    snprintf(path, sizeof path, "/things/%s/jobs/fw", thing);
    return json_at(http(w, 200, "GET", path, NULL)->body, "execution");
}

static void assert_execution(struct world *w, const char *thing, const char *status, int version, bool forced)
{
    const cJSON *e = execution(w, thing);
    assert_json_string(e, "status", status);
    assert_json_number(e, "versionNumber", version);
    assert_json(e, "forceCanceled", forced ? "true" : "false");
}

static void device_reports(struct world *w, int status, const char *thing, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "/things/%s/jobs/fw", thing);
    http_data(w, status, "POST", path, body);
}

/* ---- cancel ---- */

static void cancel_takes_back_what_is_queued_and_leaves_what_runs(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    advance(w, "PT5M");
    struct answer *a = http(w, 200, "PUT", "/jobs/fw/cancel",
                            "{\"reasonCode\":\"BAD_IMAGE_7\",\"comment\":\"does not boot\"}");
    assert_json(a->body, "", "{\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/fw\",\"jobId\":\"fw\"}");
    a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "CANCELED");
    assert_json_string(a->body, "job.reasonCode", "BAD_IMAGE_7");
    assert_json_string(a->body, "job.comment", "does not boot");
    assert_json(a->body, "job.forceCanceled", "false");
    assert_json_number(a->body, "job.lastUpdatedAt", 1893499500);
    assert_json_absent(a->body, "job.completedAt");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfCanceledThings", 1);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", 0);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfInProgressThings", 1);
    assert_execution(w, "pump", "IN_PROGRESS", 2, false);
    assert_execution(w, "valve", "CANCELED", 2, false);
    assert_json_number(execution(w, "valve"), "lastUpdatedAt", 1893499500);

    assert_json(take_notification(w, TOPIC("valve", "notify")), "jobs", "{}");
    assert_json_absent(take_notification(w, TOPIC("valve", "notify-next")), "execution");
    assert_silence(w);
}

static void what_still_runs_after_a_cancel_can_be_finished(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    forget_notifications(w);
    device_reports(w, 409, "valve", "{\"status\":\"IN_PROGRESS\"}");
    device_reports(w, 200, "pump", "{\"status\":\"SUCCEEDED\"}");
    take_notification(w, TOPIC("pump", "notify"));
    take_notification(w, TOPIC("pump", "notify-next"));
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "CANCELED");
    assert_json_absent(a->body, "job.completedAt");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfSucceededThings", 1);
}

static void what_still_runs_after_a_cancel_can_time_out(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_json_number(advance(w, "PT1H")->body, "firedCount", 1);
    assert_execution(w, "pump", "TIMED_OUT", 3, false);
    assert_job(w, "CANCELED");
}

static void cancel_by_force_takes_back_what_runs_too(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "CANCELED");
    assert_json(a->body, "job.forceCanceled", "true");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfCanceledThings", 2);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfInProgressThings", 0);
    assert_execution(w, "pump", "CANCELED", 3, true);
    assert_json_string(execution(w, "valve"), "status", "CANCELED");
    take_notification(w, TOPIC("pump", "notify"));
    take_notification(w, TOPIC("pump", "notify-next"));
    take_notification(w, TOPIC("valve", "notify"));
    take_notification(w, TOPIC("valve", "notify-next"));
    assert_silence(w);
    device_reports(w, 409, "pump", "{\"status\":\"SUCCEEDED\"}");
    assert_execution(w, "pump", "CANCELED", 3, true);
}

static void cancel_by_force_stops_the_timers(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    assert_int_equal(rows_in(w, "timer"), 1);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_json_number(advance(w, "PT1H")->body, "firedCount", 0);
}

static void a_canceled_job_lets_the_next_one_come(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    advance(w, "PT1S");
    given_job(w, "fw-2", "pump");
    forget_notifications(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    const cJSON *notify = take_notification(w, TOPIC("pump", "notify"));
    assert_int_equal(cJSON_GetArraySize(json_at(notify, "jobs.QUEUED")), 1);
    assert_json_string(take_notification(w, TOPIC("pump", "notify-next")), "execution.jobId", "fw-2");
    assert_silence(w);
}

static void cancel_that_is_not_at_the_head_changes_no_next_job(void **state)
{
    struct world *w = *state;
    given_job(w, "fw-0", "pump");
    advance(w, "PT1S");
    given_job(w, "fw", "pump");
    forget_notifications(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    take_notification(w, TOPIC("pump", "notify"));
    assert_silence(w);
}

static void a_job_is_canceled_once_only(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{\"comment\":\"first\"}");
    forget_notifications(w);
    refused(w, INVALID, "PUT", "/jobs/fw/cancel", "{\"comment\":\"second\"}",
            "Job fw in status CANCELED cannot be canceled.");
    assert_silence(w);
}

static void force_after_a_cancel_takes_back_what_still_runs(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{\"comment\":\"first\",\"reasonCode\":\"R1\"}");
    forget_notifications(w);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{\"comment\":\"second\"}");
    assert_execution(w, "pump", "CANCELED", 3, true);
    assert_execution(w, "valve", "CANCELED", 2, false);
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json(a->body, "job.forceCanceled", "true");
    assert_json_string(a->body, "job.comment", "second");
    assert_json_string(a->body, "job.reasonCode", "R1");
    take_notification(w, TOPIC("pump", "notify"));
    take_notification(w, TOPIC("pump", "notify-next"));
    assert_silence(w);
    refused(w, INVALID, "PUT", "/jobs/fw/cancel?force=true", "{}",
            "Job fw in status CANCELED cannot be canceled.");
}

static void what_cannot_be_canceled_is_refused(void **state)
{
    struct world *w = *state;
    refused(w, NOT_FOUND, "PUT", "/jobs/fw/cancel", "{}", "Job fw cannot be found.");
    given_job(w, "fw", "pump");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel", "{\"reasonCode\":\"lower\"}",
            "1 validation error detected: Value 'lower' at 'reasonCode' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: [\\p{Upper}\\p{Digit}_]+");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel", "{\"comment\":\"a\\u0007b\"}",
            "1 validation error detected: …");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel?force=perhaps", "{}", "…");
    device_reports(w, 200, "pump", "{\"status\":\"FAILED\"}");
    assert_job(w, "COMPLETED");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel", "{}", "Job fw in status COMPLETED cannot be canceled.");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel?force=true", "{}",
            "Job fw in status COMPLETED cannot be canceled.");
}

static void a_job_with_a_description_answers_it(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"description\":\"firmware\"");
    assert_json_string(http(w, 200, "PUT", "/jobs/fw/cancel", "")->body, "description", "firmware");
}

static void a_continuous_job_can_be_canceled(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"targetSelection\":\"CONTINUOUS\"");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_job(w, "CANCELED");
    assert_execution(w, "pump", "CANCELED", 2, false);
}

/* ---- delete ---- */

static void assert_nothing_is_left(struct world *w)
{
    static const char *const tables[] = { "job",       "job_document", "job_target",
                                          "job_count", "execution",    "timer" };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(rows_in(w, tables[i]), 0);
    http(w, 404, "GET", "/jobs/fw", NULL);
    http(w, 404, "GET", "/jobs/fw/job-document", NULL);
    http(w, 404, "GET", "/jobs/fw/things", NULL);
    http(w, 404, "GET", "/things/pump/jobs/fw", NULL);
}

static void a_finished_job_can_be_deleted(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    device_reports(w, 200, "pump", "{\"status\":\"SUCCEEDED\"}");
    forget_notifications(w);
    assert_string_equal(http(w, 200, "DELETE", "/jobs/fw", NULL)->text, "");
    assert_nothing_is_left(w);
    assert_silence(w);
}

static void a_canceled_job_can_be_deleted(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    forget_notifications(w);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    assert_nothing_is_left(w);
    assert_silence(w);
}

static void a_canceled_job_of_which_something_runs_is_deleted_with_it(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    forget_notifications(w);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    assert_nothing_is_left(w);
    assert_json(take_notification(w, TOPIC("pump", "notify")), "jobs", "{}");
    assert_json_absent(take_notification(w, TOPIC("pump", "notify-next")), "execution");
    assert_silence(w);
    device_reports(w, 404, "pump", "{\"status\":\"SUCCEEDED\"}");
}

static void a_job_in_progress_is_deleted_by_force_only(void **state)
{
    struct world *w = *state;
    given_half_started_job(w);
    refused(w, WRONG_STATE, "DELETE", "/jobs/fw", NULL,
            "Job fw in status IN_PROGRESS cannot be deleted. Cancel it first or use force.");
    refused(w, WRONG_STATE, "DELETE", "/jobs/fw?force=false", NULL, "Job fw in status IN_PROGRESS …");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_nothing_is_left(w);
    take_notification(w, TOPIC("pump", "notify"));
    take_notification(w, TOPIC("pump", "notify-next"));
    take_notification(w, TOPIC("valve", "notify"));
    take_notification(w, TOPIC("valve", "notify-next"));
    assert_silence(w);
}

static void delete_takes_the_timers_along(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}");
    given_job_with(w, "other", "valve", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    http_data(w, 200, "PUT", "/things/valve/jobs/$next", "{}");
    assert_int_equal(rows_in(w, "timer"), 2);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(w, "timer"), 1);
    assert_json(advance(w, "PT1H")->body, "fired",
                "[{\"at\":\"2030-01-01T12:20:00.000Z\",\"timer\":\"EXECUTION_TIMEOUT\",\"jobId\":\"other\","
                "\"thingName\":\"valve\",\"executionNumber\":1}]");
}

static void delete_lets_the_next_job_come(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    given_job(w, "fw-2", "pump");
    forget_notifications(w);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    take_notification(w, TOPIC("pump", "notify"));
    assert_json_string(take_notification(w, TOPIC("pump", "notify-next")), "execution.jobId", "fw-2");
    assert_silence(w);
}

static void a_job_is_deleted_once_only(void **state)
{
    struct world *w = *state;
    refused(w, NOT_FOUND, "DELETE", "/jobs/fw", NULL, "Job fw cannot be found.");
    refused(w, NOT_FOUND, "DELETE", "/jobs/fw?force=true", NULL, "Job fw cannot be found.");
}

static void the_id_of_a_deleted_job_can_be_used_again_from_the_start(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    forget_notifications(w);
    given_job_with(w, "fw", "pump", START);
    assert_job(w, "SCHEDULED");
    advance(w, "PT1H");
    take_notification(w, TOPIC("pump", "notify"));
    take_notification(w, TOPIC("pump", "notify-next"));
    const cJSON *e = execution(w, "pump");
    assert_json_number(e, "executionNumber", 1);
    assert_json_number(e, "versionNumber", 1);
    assert_json_string(e, "status", "QUEUED");
    assert_json_number(http(w, 200, "GET", "/jobs/fw", NULL)->body,
                       "job.jobProcessDetails.numberOfQueuedThings", 1);
}

static void a_job_is_not_found_in_a_namespace_that_it_is_not_in(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    http(w, 404, "DELETE", "/jobs/fw?force=true&namespaceId=other", NULL);
    http(w, 200, "GET", "/jobs/fw", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_job_is_not_found_in_a_namespace_that_it_is_not_in),
        TEST(cancel_takes_back_what_is_queued_and_leaves_what_runs),
        TEST(what_still_runs_after_a_cancel_can_be_finished),
        TEST(what_still_runs_after_a_cancel_can_time_out),
        TEST(cancel_by_force_takes_back_what_runs_too),
        TEST(cancel_by_force_stops_the_timers),
        TEST(a_canceled_job_lets_the_next_one_come),
        TEST(cancel_that_is_not_at_the_head_changes_no_next_job),
        TEST(a_job_is_canceled_once_only),
        TEST(force_after_a_cancel_takes_back_what_still_runs),
        TEST(what_cannot_be_canceled_is_refused),
        TEST(a_job_with_a_description_answers_it),
        TEST(a_continuous_job_can_be_canceled),
        TEST(a_finished_job_can_be_deleted),
        TEST(a_canceled_job_can_be_deleted),
        TEST(a_canceled_job_of_which_something_runs_is_deleted_with_it),
        TEST(a_job_in_progress_is_deleted_by_force_only),
        TEST(delete_takes_the_timers_along),
        TEST(delete_lets_the_next_job_come),
        TEST(a_job_is_deleted_once_only),
        TEST(the_id_of_a_deleted_job_can_be_used_again_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
