/* schedulingConfig.maintenanceWindows in CreateJob and DescribeJob: what is taken, refused and shown. */
#include "support/refusals.h"
#include "support/windows.h"

#include <stdio.h>
#include <string.h>

#define BODY(members) "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\"" members "}"

static const struct answer *describe(struct world *w, const char *job)
{
    char path[64];
    snprintf(path, sizeof path, "/jobs/%s", job);
    return http(w, 200, "GET", path, NULL);
}

static void assert_rollouts(struct world *w, const char *job, const char *expected)
{
    assert_json_items(describe(w, job)->body, "job.scheduledJobRollouts", "startTime", expected);
}

/* ---- shown ---- */

static void windows_come_back_as_given_with_the_next_seven_starts(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   IN_WINDOWS(WINDOW("0 2 ? * mon *", 90) "," WINDOW(" 30  2 ? * MON  *", 1)));
    const struct answer *a = describe(w, "fw");
    assert_json(a->body, "job.schedulingConfig",
                "{\"maintenanceWindows\":[{\"startTime\":\"cron(0 2 ? * mon *)\",\"durationInMinutes\":90},"
                "{\"startTime\":\"cron( 30  2 ? * MON  *)\",\"durationInMinutes\":1}]}");
    assert_json(a->body, "job.scheduledJobRollouts",
                "[{\"startTime\":\"2030-01-07 02:00\"},{\"startTime\":\"2030-01-07 02:30\"},"
                "{\"startTime\":\"2030-01-14 02:00\"},{\"startTime\":\"2030-01-14 02:30\"},"
                "{\"startTime\":\"2030-01-21 02:00\"},{\"startTime\":\"2030-01-21 02:30\"},"
                "{\"startTime\":\"2030-01-28 02:00\"}]");
}

static void the_starts_are_computed_at_each_call(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", IN_WINDOWS(WINDOW("30 12 * * ? 2030", 30)));
    assert_rollouts(w, "fw",
                    "2030-01-01 12:30 2030-01-02 12:30 2030-01-03 12:30 2030-01-04 12:30 2030-01-05 12:30 "
                    "2030-01-06 12:30 2030-01-07 12:30");
    set_clock(w, "2030-01-01T12:29:59.999Z");
    assert_json_string(describe(w, "fw")->body, "job.scheduledJobRollouts.0.startTime", "2030-01-01 12:30");
    set_clock(w, "2030-01-01T12:30:00Z");
    assert_json_string(describe(w, "fw")->body, "job.scheduledJobRollouts.0.startTime", "2030-01-02 12:30");
    set_clock(w, "2030-12-29T12:30:00Z");
    assert_rollouts(w, "fw", "2030-12-30 12:30 2030-12-31 12:30");
    set_clock(w, "2030-12-31T12:30:00Z");
    assert_json_absent(describe(w, "fw")->body, "job.scheduledJobRollouts");
}

static void a_job_that_is_over_has_no_starts_and_keeps_its_windows(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_HALF_PAST);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    const struct answer *a = describe(w, "fw");
    assert_json_absent(a->body, "job.scheduledJobRollouts");
    assert_json_string(a->body, "job.schedulingConfig.maintenanceWindows.0.startTime", "cron(30 12 * * ? *)");
}

static void without_windows_there_is_nothing_to_show(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"targetSelection\":\"CONTINUOUS\"");
    given_job_with(w, "empty", "pump", ",\"schedulingConfig\":{\"maintenanceWindows\":[]}");
    for (int i = 0; i < 2; i++) {
        const struct answer *a = describe(w, i ? "empty" : "fw");
        assert_json(a->body, "job.schedulingConfig", "{}");
        assert_json_absent(a->body, "job.scheduledJobRollouts");
        assert_json_string(a->body, "job.status", "IN_PROGRESS");
    }
    assert_int_equal(rows_in(w, "timer"), 0);
}

/* ---- when it starts ---- */

static void outside_of_every_window_a_job_is_scheduled(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_HALF_PAST);
    assert_job_status(w, "fw", "SCHEDULED");
    assert_timers(w, "JOB_START fw");
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_silence(w);
}

static void inside_a_window_a_job_starts_at_once(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_NOON);
    assert_job_status(w, "fw", "IN_PROGRESS");
    assert_timers(w, "WINDOW_CLOSE fw");
    take_notification(w, PUMP "notify");
    take_notification(w, PUMP "notify-next");
    assert_silence(w);
    assert_rollouts(w, "fw",
                    "2030-01-02 12:00 2030-01-03 12:00 2030-01-04 12:00 2030-01-05 12:00 2030-01-06 12:00 "
                    "2030-01-07 12:00 2030-01-08 12:00");
}

static void the_edges_of_a_window_are_exact(void **state)
{
    struct world *w = *state;
    given_job_with(w, "ends-now", "pump", IN_WINDOWS(WINDOW("0 11 * * ? *", 60)));
    assert_job_status(w, "ends-now", "SCHEDULED");
    given_job_with(w, "ends-later", "pump", IN_WINDOWS(WINDOW("0 11 * * ? *", 61)));
    assert_job_status(w, "ends-later", "IN_PROGRESS");
    given_job_with(w, "begins-now", "pump", IN_WINDOWS(WINDOW("0 12 * * ? *", 1)));
    assert_job_status(w, "begins-now", "IN_PROGRESS");
    given_job_with(w, "begins-later", "pump", IN_WINDOWS(WINDOW("1 12 * * ? *", 1)));
    assert_job_status(w, "begins-later", "SCHEDULED");
}

static void with_a_start_time_the_first_window_from_then_on_counts(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   SCHEDULED_IN("\"startTime\":\"2030-01-03 12:31\",\"maintenanceWindows\":[" WINDOW(
                       "30 12 * * ? *", 30) "]"));
    const struct answer *a = describe(w, "fw");
    assert_json_string(a->body, "job.status", "SCHEDULED");
    assert_json_string(a->body, "job.schedulingConfig.startTime", "2030-01-03 12:31");
    assert_json_string(a->body, "job.scheduledJobRollouts.0.startTime", "2030-01-04 12:30");
    assert_timers(w, "JOB_START fw");
    set_clock(w, "2030-01-04T12:29:59.999Z");
    assert_job_status(w, "fw", "SCHEDULED");
    assert_json(advance(w, "PT0.001S")->body, "fired",
                "[{\"at\":\"2030-01-04T12:30:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"fw\"}]");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void a_window_that_opens_at_the_start_time_counts(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   SCHEDULED_IN("\"startTime\":\"2030-01-01 12:30\",\"maintenanceWindows\":[" WINDOW(
                       "30 12 * * ? *", 30) "," WINDOW("0 12 * * ? *", 1430) "]"));
    assert_job_status(w, "fw", "SCHEDULED");
    advance(w, "PT30M");
    assert_job_status(w, "fw", "IN_PROGRESS");
    advance(w, "PT30M"); /* the other one began before the start time */
    assert_job_status(w, "fw", "SCHEDULED");
}

static void without_a_lead_a_job_with_windows_may_start_at_once(void **state)
{
    struct world *w = *state;
    world_settings(w)->schedule_lead_ms = 0;
    given_job_with(w, "fw", "pump",
                   SCHEDULED_IN("\"startTime\":\"2030-01-01 12:00\",\"maintenanceWindows\":[" WINDOW(
                       "0 12 * * ? *", 30) "]"));
    assert_job_status(w, "fw", "IN_PROGRESS");
}

/* ---- refused ---- */

static void windows_are_for_continuous_jobs_alone(void **state)
{
#define ONE_WINDOW ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 2 ? * MON *", 60) "]}"
    static const char message[] =
        "TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job.";
    static const struct refusal refusals[] = {
        { BODY(ONE_WINDOW), INVALID, message },
        { BODY(",\"targetSelection\":\"SNAPSHOT\"" ONE_WINDOW), INVALID, message },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void members_of_a_window_are_checked(void **state)
{
#define WINDOWS(items) BODY(IN_WINDOWS(items))
#define VALUE(value, member, rule)                                                                           \
    "1 validation error detected: Value " value " at 'schedulingConfig.maintenanceWindows.1.member." member  \
    "' failed to satisfy constraint: Member must " rule
    static const struct refusal refusals[] = {
        { WINDOWS("{\"startTime\":\"cron(0 2 ? * MON *)\"}"), INVALID,
          VALUE("null", "durationInMinutes", "not be null") },
        { WINDOWS("{\"durationInMinutes\":60}"), INVALID, VALUE("null", "startTime", "not be null") },
        { WINDOWS(WINDOW("0 2 ? * MON *", 0)), INVALID,
          VALUE("'0'", "durationInMinutes", "have value greater than or equal to 1") },
        { WINDOWS(WINDOW("0 2 ? * MON *", 1431)), INVALID,
          VALUE("'1431'", "durationInMinutes", "have value less than or equal to 1430") },
        { WINDOWS("{\"startTime\":\"\",\"durationInMinutes\":60}"), INVALID,
          VALUE("''", "startTime", "have length greater than or equal to 1") },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
    http(*state, 200, "PUT", "/jobs/shortest", WINDOWS(WINDOW("0 2 ? * MON *", 1)));
    http(*state, 200, "PUT", "/jobs/longest", WINDOWS(WINDOW("0 2 ? * MON *", 1430)));
}

static void a_wrong_expression_is_refused_with_what_would_be_right(void **state)
{
    static const struct refusal refusals[] = {
        { WINDOWS(WINDOW("0 24 ? * MON *", 60)), INVALID,
          "Invalid cron expression: cron(0 24 ? * MON *). '24' is not right for hours, which takes 0-23 and "
          ", - * /." },
        { WINDOWS(WINDOW("0 2 * * * *", 60)), INVALID,
          "Invalid cron expression: cron(0 2 * * * *). Exactly one of day-of-month and day-of-week must be "
          "?." },
        { WINDOWS("{\"startTime\":\"2030-06-01 12:00\",\"durationInMinutes\":60}"), INVALID,
          "Invalid cron expression: 2030-06-01 12:00. Use cron(minutes hours day-of-month month day-of-week "
          "year), six fields, such as cron(0 2 ? * MON *)." },
        { WINDOWS(WINDOW("0 2 ? * MON *", 60) "," WINDOW("0 2 ? * MON 1969", 60)), INVALID,
          "Invalid cron expression: cron(0 2 ? * MON 1969). …" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_window_that_never_opens_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        { WINDOWS(WINDOW("0 0 30 2 ? *", 60)), INVALID,
          "The maintenance window cron(0 0 30 2 ? *) never opens." },
        { WINDOWS(WINDOW("0 2 ? * MON *", 60) "," WINDOW("0 11 1 1 ? 2030", 60)), INVALID,
          "The maintenance window cron(0 11 1 1 ? 2030) never opens." },
        { BODY(SCHEDULED_IN("\"startTime\":\"2030-02-01 12:00\",\"maintenanceWindows\":[" WINDOW(
              "0 2 ? 1 MON 2030", 60) "]")),
          INVALID, "The maintenance window cron(0 2 ? 1 MON 2030) never opens." },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
    http(*state, 200, "PUT", "/jobs/fw", WINDOWS(WINDOW("0 11 1 1 ? 2030", 61)));
}

static void a_job_has_at_most_twenty_windows(void **state)
{
    struct world *w = *state;
    for (int n = 20; n <= 21; n++) {
        char body[4096] =
            "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\",\"targetSelection\":\"CONTINUOUS\","
            "\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 2 ? * MON *", 60);
        for (int i = 1; i < n; i++)
            strncat(body, "," WINDOW("0 2 ? * MON *", 60), sizeof body - strlen(body) - 1);
        strncat(body, "]}}", sizeof body - strlen(body) - 1);
        if (n == 20)
            http(w, 200, "PUT", "/jobs/most", body);
        else
            refused(w, INVALID, "PUT", "/jobs/fw", body,
                    "A job can have at most 20 maintenance windows; this one has 21.");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(windows_come_back_as_given_with_the_next_seven_starts),
        TEST(the_starts_are_computed_at_each_call),
        TEST(a_job_that_is_over_has_no_starts_and_keeps_its_windows),
        TEST(without_windows_there_is_nothing_to_show),
        TEST(outside_of_every_window_a_job_is_scheduled),
        TEST(inside_a_window_a_job_starts_at_once),
        TEST(the_edges_of_a_window_are_exact),
        TEST(with_a_start_time_the_first_window_from_then_on_counts),
        TEST(a_window_that_opens_at_the_start_time_counts),
        TEST(without_a_lead_a_job_with_windows_may_start_at_once),
        TEST(windows_are_for_continuous_jobs_alone),
        TEST(members_of_a_window_are_checked),
        TEST(a_wrong_expression_is_refused_with_what_would_be_right),
        TEST(a_window_that_never_opens_is_refused),
        TEST(a_job_has_at_most_twenty_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
