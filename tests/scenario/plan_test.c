/* POST /_iotjobs/plan: what would become of a job, without creating it. A world at noon, with the groups and
 * things of support/groups.h; nobody listens. */
#include <stdio.h>
#include <string.h>

#include "http/own_operation.h"
#include "store/db.h"
#include "support/groups.h"
#include "support/windows.h"

#define CONTINUOUS            ",\"targetSelection\":\"CONTINUOUS\""
#define RATE(rate)            ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":" #rate "}"
#define TIMEOUT(minutes)      ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":" #minutes "}"
#define SCHEDULE(members)     ",\"schedulingConfig\":{" members "}"
#define END(minute, behavior) "\"endTime\":\"2030-01-01 " minute "\",\"endBehavior\":\"" behavior "\""
#define EXPONENTIAL(criterion)                                                                               \
    ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":40,\"exponentialRate\":{"                         \
    "\"baseRatePerMinute\":10,\"incrementFactor\":2,\"rateIncreaseCriteria\":{\"" criterion "\":25}}}"

enum { BODY_MAX = 4096 };

static int set_up(void **state)
{
    groups_set_up(state);
    nobody_listens(*state);
    return 0;
}

static const char *body_of(char body[BODY_MAX], const char *targets, const char *more)
{
    int n = snprintf(body, BODY_MAX, "{\"targets\":[%s],\"document\":\"{\\\"do\\\":1}\"%s}", targets, more);
    assert_in_range(n, 1, BODY_MAX - 1);
    return body;
}

/* The answer. Nothing is written, whatever is asked. */
static const cJSON *plan_body(struct world *w, const char *query, const char *body)
{
    uint64_t before = fingerprint(w);
    const cJSON *answer = own(w, 200, &own_plan, query, body)->body;
    assert_true(fingerprint(w) == before);
    return answer;
}

static const cJSON *plan(struct world *w, const char *targets, const char *more)
{
    char body[BODY_MAX];
    return plan_body(w, "", body_of(body, targets, more));
}

/* "12:00:00 7x150 =1050, …": each segment. */
static void assert_segments(const cJSON *answer, const char *expected)
{
    char text[1024] = "";
    size_t n = 0;
    const cJSON *segment;
    cJSON_ArrayForEach(segment, json_at(answer, "rollout.segments"))
    {
        int minutes = json_at(segment, "minutes")->valueint, rate = json_at(segment, "perMinute")->valueint;
        assert_json_number(segment, "things", minutes * rate);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.8s %dx%d =%d", n > 0 ? ", " : "",
                              json_at(segment, "from")->valuestring + strlen("2030-01-01T"), minutes, rate,
                              json_at(segment, "total")->valueint);
    }
    assert_string_equal(text, expected);
}

/* `latest` NULL: nothing says when. */
static void assert_end(const cJSON *answer, const char *latest, const char *text)
{
    if (latest)
        assert_json_string(answer, "expectedEnd.latest", latest);
    else
        assert_json_absent(answer, "expectedEnd.latest");
    assert_json_string(answer, "expectedEnd.text", text);
}

/* ---- one job ---- */

static void a_plain_job_starts_at_once(void **state)
{
    const cJSON *a = plan(*state, THING_TARGET("pump"), "");
    assert_json_string(a, "status", "IN_PROGRESS");
    assert_json_string(a, "startsAt", "2030-01-01T12:00:00.000Z");
    assert_json(a, "targets", "{\"count\":1,\"things\":1}");
    assert_json(a, "rollout",
                "{\"things\":1,\"notReached\":0,\"lastAt\":\"2030-01-01T12:00:00.000Z\",\"segments\":["
                "{\"from\":\"2030-01-01T12:00:00.000Z\",\"minutes\":1,\"perMinute\":1,\"things\":1,"
                "\"total\":1}]}");
    assert_end(a, NULL,
               "It is COMPLETED when the last device reports; without a timeoutConfig nothing limits that.");
    assert_json_string(a, "document", "{\"do\":1}");
    assert_json_string(a, "text",
                       "The job starts at once; its 1 target reaches 1 thing today. None has to wait for its "
                       "turn. It is COMPLETED when the last device reports; without a "
                       "timeoutConfig nothing limits that.");
    static const char *const absent[] = {
        "jobId", "scheduledJobRollouts", "endTime", "endBehavior", "retries", "aborts", "rollout.fastest"
    };
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_json_absent(a, absent[i]);
}

static void a_rollout_is_told_minute_by_minute(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 1100);
    const cJSON *a = plan(w, GROUP_TARGET("site"), RATE(150) TIMEOUT(20));
    assert_segments(a, "12:00:00 7x150 =1050, 12:07:00 1x50 =1100");
    assert_json_string(a, "rollout.lastAt", "2030-01-01T12:07:18.000Z");
    assert_end(a, "2030-01-01T12:27:18.000Z",
               "Each thing has 20 minutes for its one attempt, the last one from 2030-01-01 12:07 UTC on, if "
               "each device starts at once.");
    assert_json_string(a, "text",
                       "The job starts at once; its 1 target reaches 1100 things today. The last of them is "
                       "reached at 2030-01-01 12:07 UTC. It is COMPLETED by 2030-01-01 12:28 UTC at the "
                       "latest.");
}

static void without_a_rate_of_its_own_a_job_has_that_of_the_settings(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 1100);
    assert_segments(plan(w, GROUP_TARGET("site"), ""), "12:00:00 1x1000 =1000, 12:01:00 1x100 =1100");
    unpaced(w);
    assert_segments(plan(w, GROUP_TARGET("site"), ""), "12:00:00 1x1100 =1100");
}

static void a_start_time_is_when_it_starts(void **state)
{
    struct world *w = *state;
    const cJSON *a = plan(w, THING_TARGET("pump") "," THING_TARGET("fan"),
                          SCHEDULE("\"startTime\":\"2030-01-01 12:45\"") RATE(1));
    assert_json_string(a, "status", "SCHEDULED");
    assert_json_string(a, "startsAt", "2030-01-01T12:45:00.000Z");
    assert_segments(a, "12:45:00 2x1 =2");
    assert_json_string(
        a, "text",
        "The job starts at 2030-01-01 12:45 UTC; its 2 targets reach 2 things today. The last of "
        "them is reached at 2030-01-01 12:46 UTC. It is COMPLETED when the last device reports; "
        "without a timeoutConfig nothing limits that.");
}

/* ---- whom it reaches ---- */

static void a_thing_counts_once_however_it_is_reached(void **state)
{
    struct world *w = *state;
    given_members(w, "hall", "lamp", 10);
    given_members(w, "yard", "door", 20);
    given_members(w, "zone", "bell", 5);
    join(w, "zone", "lamp-1");
    join(w, "zone", "pump");
    join(w, "site", "valve");
    static const struct {
        const char *targets;
        int count, things;
    } cases[] = {
        { GROUP_TARGET("site"), 1, 31 },
        { GROUP_TARGET("hall") "," GROUP_TARGET("site"), 2, 31 },
        { GROUP_TARGET("site") "," GROUP_TARGET("hall") "," GROUP_TARGET("yard"), 3, 31 },
        { GROUP_TARGET("zone"), 1, 7 },
        { GROUP_TARGET("site") "," GROUP_TARGET("zone"), 2, 37 },
        { GROUP_TARGET("zone") "," GROUP_TARGET("hall") "," GROUP_TARGET("zone"), 3, 16 },
        { THING_TARGET("pump") "," GROUP_TARGET("site") "," THING_TARGET("pump"), 3, 32 },
        { THING_TARGET("pump") "," GROUP_TARGET("zone") "," THING_TARGET("lamp-1"), 3, 7 },
        { THING_TARGET("fan") "," THING_TARGET("lamp-2") "," GROUP_TARGET("hall"), 3, 11 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char job[16];
        const cJSON *a = plan(w, cases[i].targets, "");
        assert_json_number(a, "targets.count", cases[i].count);
        assert_json_number(a, "targets.things", cases[i].things);
        int64_t before = rows_in(w, "execution");
        snprintf(job, sizeof job, "job-%zu", i);
        given_job_for(w, job, "SNAPSHOT", cases[i].targets);
        assert_int_equal(rows_in(w, "execution") - before, cases[i].things);
    }
}

/* Its memberships are still there: the rest of them waits for an hour. */
static void the_things_of_a_group_that_is_gone_do_not_count(void **state)
{
    struct world *w = *state;
    given_members(w, "hall", "lamp", 2000);
    given_members(w, "yard", "door", 3);
    join(w, "zone", "lamp-1999");
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_true(
        db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 /*scan*/", "i", ((int64_t)NOON_S + 3600) * 1000));
    assert_json_number(plan(w, GROUP_TARGET("site"), ""), "targets.things", 3);
    assert_json_number(plan(w, GROUP_TARGET("site") "," GROUP_TARGET("zone"), ""), "targets.things", 4);
    assert_json_number(plan(w, THING_TARGET("lamp-1998") "," GROUP_TARGET("site"), ""), "targets.things", 4);
    assert_int_not_equal(rows_in(w, "thing_group_ending"), 0);
}

static void a_snapshot_job_for_nobody_is_completed_at_once(void **state)
{
    struct world *w = *state;
    char body[BODY_MAX];
    const cJSON *a = plan(w, GROUP_TARGET("zone"), TIMEOUT(20));
    assert_json_string(a, "status", "COMPLETED");
    assert_json(a, "rollout", "{\"things\":0,\"notReached\":0,\"segments\":[]}");
    assert_end(a, "2030-01-01T12:00:00.000Z", "It has nothing to do, and is COMPLETED as soon as it starts.");
    http(w, 200, "PUT", "/jobs/fw", body_of(body, GROUP_TARGET("zone"), TIMEOUT(20)));
    assert_job_status(w, "fw", "COMPLETED");
}

static void a_continuous_job_for_nobody_waits(void **state)
{
    const cJSON *a = plan(*state, GROUP_TARGET("zone"), CONTINUOUS TIMEOUT(20));
    assert_json_string(a, "status", "IN_PROGRESS");
    assert_end(a, NULL,
               "It goes on until it is canceled: a CONTINUOUS job without an end time waits for things that "
               "join its targets.");
}

/* ---- windows ---- */

static void windows_are_when_it_rolls_out(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 25);
    const cJSON *a = plan(w, GROUP_TARGET("site"), IN_WINDOWS(WINDOW("30 13 * * ? *", 1)) RATE(10));
    assert_json_string(a, "status", "SCHEDULED");
    assert_json_string(a, "startsAt", "2030-01-01T13:30:00.000Z");
    assert_segments(a, "13:30:00 1x10 =10, 13:30:00 1x10 =20, 13:30:00 1x5 =25");
    assert_json_string(a, "rollout.lastAt", "2030-01-03T13:30:24.000Z");
    assert_json_items(a, "scheduledJobRollouts", "startTime",
                      "2030-01-01T13:30:00.000Z 2030-01-02T13:30:00.000Z 2030-01-03T13:30:00.000Z "
                      "2030-01-04T13:30:00.000Z 2030-01-05T13:30:00.000Z 2030-01-06T13:30:00.000Z "
                      "2030-01-07T13:30:00.000Z");
    assert_json_string(
        a, "text",
        "The job starts with its first window, at 2030-01-01 13:30 UTC; its 1 target reaches 25 "
        "things today. The last of them is reached at 2030-01-03 13:30 UTC. It goes on until it "
        "is canceled: a CONTINUOUS job without an end time waits for things that join its "
        "targets.");
}

static void a_window_that_is_open_is_not_waited_for(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 25);
    const cJSON *a = plan(w, GROUP_TARGET("site"), IN_WINDOWS(WINDOW("59 11 1 1 ? 2030", 2)) RATE(10));
    assert_json_string(a, "status", "IN_PROGRESS");
    assert_segments(a, "12:00:00 1x10 =10");
    assert_json_number(a, "rollout.notReached", 15);
    assert_json(a, "scheduledJobRollouts", "[]");
    assert_json_string(
        a, "text",
        "The job starts at once; its 1 target reaches 25 things today. By 2030-01-01 12:01 UTC 10 "
        "of them are reached, and 15 are not, for no window opens any more. It goes on until it "
        "is canceled: a CONTINUOUS job without an end time waits for things that join its "
        "targets.");
}

static void a_job_whose_window_opens_behind_its_end_time_never_starts(void **state)
{
    static const char *const schedules[] = {
        SCHEDULED_IN(
            "\"maintenanceWindows\":[" WINDOW("30 13 * * ? *", 60) "]," END("13:30", "FORCE_CANCEL")),
        SCHEDULED_IN("\"maintenanceWindows\":[" WINDOW("30 13 * * ? *", 60) "]," END("13:30", "CANCEL")),
        SCHEDULED_IN(
            "\"maintenanceWindows\":[" WINDOW("30 13 * * ? *", 60) "]," END("13:30", "STOP_ROLLOUT")),
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
        char job[8];
        const cJSON *a = plan(w, THING_TARGET("pump"), schedules[i]);
        assert_json(a, "rollout", "{\"things\":0,\"notReached\":1,\"segments\":[]}");
        assert_json(a, "scheduledJobRollouts", "[]");
        assert_end(a, "2030-01-01T13:30:00.000Z",
                   "It is COMPLETED at its end time, for it has not started by then.");
        assert_json_string(
            a, "text",
            "The job never starts, for its end time comes before its first window; its 1 target "
            "reaches 1 thing today. None of them is reached. It is COMPLETED by 2030-01-01 13:30 "
            "UTC at the latest.");
        snprintf(job, sizeof job, "fw-%zu", i);
        given_job_with(w, job, "pump", schedules[i]);
    }
    advance(w, "PT1H30M");
    assert_job_status(w, "fw-0", "COMPLETED");
    assert_job_status(w, "fw-1", "COMPLETED");
    assert_job_status(w, "fw-2", "COMPLETED");
}

/* A minute of each day: more segments than are shown, and more days than are followed. */
static void a_rollout_of_years_is_not_followed_to_its_end(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 2000);
    const cJSON *a = plan(w, GROUP_TARGET("site"), IN_WINDOWS(WINDOW("30 13 * * ? *", 1)) RATE(1));
    assert_int_equal(cJSON_GetArraySize(json_at(a, "rollout.segments")), 500);
    assert_json(a, "rollout.brokenOff", "true");
    assert_int_equal(json_at(a, "rollout.things")->valueint,
                     500 + json_at(a, "rollout.segmentsLeft")->valueint);
    assert_int_equal(json_at(a, "rollout.things")->valueint + json_at(a, "rollout.notReached")->valueint,
                     2000);
}

/* ---- end times ---- */

static void an_end_time_cuts_a_rollout_off(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 400);
    const cJSON *a =
        plan(w, GROUP_TARGET("site"), RATE(10) SCHEDULE(END("12:32", "STOP_ROLLOUT")) TIMEOUT(20));
    assert_segments(a, "12:00:00 32x10 =320");
    assert_json_number(a, "rollout.notReached", 80);
    assert_json_string(a, "endTime", "2030-01-01T12:32:00.000Z");
    assert_json_string(a, "endBehavior", "STOP_ROLLOUT");
    assert_end(a, "2030-01-01T12:52:00.000Z",
               "At its end time, nothing more is rolled out or tried again; what has started has up to 20 "
               "minutes more.");
    assert_json_string(
        a, "text",
        "The job starts at once; its 1 target reaches 400 things today. By 2030-01-01 12:32 UTC "
        "320 of them are reached, and 80 are not before its end time. It is COMPLETED by "
        "2030-01-01 12:52 UTC at the latest.");
}

static void what_happens_at_the_end_time_says_how_long_it_may_take(void **state)
{
    static const struct {
        const char *more, *latest;
    } cases[] = {
        { SCHEDULE(END("13:00", "FORCE_CANCEL")), "2030-01-01T13:00:00.000Z" },
        { SCHEDULE(END("13:00", "FORCE_CANCEL")) TIMEOUT(10), "2030-01-01T12:10:00.000Z" },
        { SCHEDULE(END("13:00", "FORCE_CANCEL")) TIMEOUT(90), "2030-01-01T13:00:00.000Z" },
        { SCHEDULE(END("13:00", "CANCEL")) TIMEOUT(90), "2030-01-01T13:30:00.000Z" },
        { SCHEDULE(END("13:00", "CANCEL")), NULL },
        { SCHEDULE(END("13:00", "STOP_ROLLOUT")), NULL },
        { CONTINUOUS SCHEDULE(END("13:00", "STOP_ROLLOUT")) TIMEOUT(10), "2030-01-01T13:10:00.000Z" },
        { CONTINUOUS SCHEDULE(END("13:00", "CANCEL")) TIMEOUT(10), "2030-01-01T13:10:00.000Z" },
        { CONTINUOUS SCHEDULE(END("13:00", "FORCE_CANCEL")), "2030-01-01T13:00:00.000Z" },
        { CONTINUOUS SCHEDULE(END("13:00", "CANCEL")), NULL },
        { CONTINUOUS TIMEOUT(10), NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cJSON *a = plan(*state, THING_TARGET("pump"), cases[i].more);
        assert_json_string(a, "rollout.lastAt", "2030-01-01T12:00:00.000Z");
        if (cases[i].latest)
            assert_json_string(a, "expectedEnd.latest", cases[i].latest);
        else
            assert_json_absent(a, "expectedEnd.latest");
    }
}

/* Each device starts at once, and never reports. */
static void a_job_is_completed_by_its_expected_end_and_no_earlier(void **state)
{
    static const char more[] =
        RATE(1) TIMEOUT(5) ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"TIMED_OUT\","
                           "\"numberOfRetries\":2}]}";
    struct world *w = *state;
    const cJSON *a = plan(w, THING_TARGET("pump") "," THING_TARGET("fan"), more);
    assert_end(
        a, "2030-01-01T12:16:00.000Z",
        "Each thing has 5 minutes for each of up to 3 attempts, the last one from 2030-01-01 12:01 UTC "
        "on, if each device starts at once.");
    given_job_for_with(w, "fw", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("fan"), more);
    for (int minute = 0; minute < 16; minute++) {
        mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
        mqtt(w, "$aws/things/fan/jobs/start-next", "{}");
        assert_job_status(w, "fw", "IN_PROGRESS");
        advance(w, "PT1M");
    }
    assert_job_status(w, "fw", "COMPLETED");
}

/* ---- exponential rates ---- */

static void a_rate_that_rises_with_the_notified_is_foreseen(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 165);
    const cJSON *a = plan(w, GROUP_TARGET("site"), EXPONENTIAL("numberOfNotifiedThings"));
    assert_segments(a, "12:00:00 2x10 =20, 12:02:00 1x15 =35, 12:03:00 1x24 =59, 12:04:00 2x40 =139, "
                       "12:06:00 1x26 =165");
    assert_json_absent(a, "rollout.case");
}

static void one_that_rises_with_the_succeeded_has_two_cases(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 165);
    const cJSON *a = plan(w, GROUP_TARGET("site"), EXPONENTIAL("numberOfSucceededThings"));
    assert_segments(a, "12:00:00 16x10 =160, 12:16:00 1x5 =165");
    assert_json_string(a, "rollout.case", "SLOWEST");
    assert_json(a, "rollout.fastest",
                "{\"things\":165,\"notReached\":0,\"lastAt\":\"2030-01-01T12:06:36.000Z\"}");
    assert_json_string(
        a, "text",
        "The job starts at once; its 1 target reaches 165 things today. The last of them is "
        "reached at 2030-01-01 12:16 UTC, in the slowest case, in which none succeeds. It is "
        "COMPLETED when the last device reports; without a timeoutConfig nothing limits that.");
}

/* ---- failures, and the document ---- */

static void retries_and_aborts_are_put_into_words(void **state)
{
    const cJSON *a = plan(
        *state, THING_TARGET("pump"),
        ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"numberOfRetries\":2},"
        "{\"failureType\":\"TIMED_OUT\",\"numberOfRetries\":1}]},\"abortConfig\":{\"criteriaList\":["
        "{\"failureType\":\"FAILED\",\"action\":\"CANCEL\",\"thresholdPercentage\":10,"
        "\"minNumberOfExecutedThings\":100},{\"failureType\":\"ALL\",\"action\":\"CANCEL\","
        "\"thresholdPercentage\":33.34,\"minNumberOfExecutedThings\":3}]}");
    assert_json(a, "retries",
                "[\"What has FAILED is tried again up to 2 times.\","
                "\"What has TIMED_OUT is tried again up to 1 time.\"]");
    assert_json(
        a, "aborts",
        "[\"It is canceled as soon as 10.00 percent of at least 100 executions that have ended are "
        "FAILED: at the earliest with 10 of them.\","
        "\"It is canceled as soon as 33.34 percent of at least 3 executions that have ended are FAILED, "
        "REJECTED or TIMED_OUT: at the earliest with 2 of them.\"]");
    a = plan(*state, THING_TARGET("pump"),
             ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\","
             "\"numberOfRetries\":3}]}");
    assert_json(a, "retries", "[\"What has FAILED or TIMED_OUT is tried again up to 3 times.\"]");
}

static void the_document_is_the_one_that_devices_would_get(void **state)
{
    struct world *w = *state;
    static const char members[] = "\"targets\":[" THING_TARGET(
        "pump") "],\"jobTemplateArn\":"
                "\"arn:aws:iot:us-east-1::jobtemplate/"
                "AWS-Reboot:1.0\",\"documentParameters\":{\"pathToHandler\":\"/opt/"
                "handlers\"}";
    char body[BODY_MAX];
    snprintf(body, sizeof body, "{%s}", members);
    const cJSON *a = plan_body(w, "", body);
    http(w, 200, "PUT", "/jobs/fw", body);
    assert_json_string(
        a, "document",
        json_at(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document")->valuestring);
    assert_non_null(strstr(json_at(a, "document")->valuestring, "/opt/handlers"));
}

static void what_a_custom_template_gives_counts(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 25);
    http(w, 200, "PUT", "/job-templates/slow",
         "{\"description\":\"slow\",\"document\":\"{}\"" RATE(10) TIMEOUT(20) "}");
    const cJSON *a = plan_body(
        w, "",
        "{\"targets\":[" GROUP_TARGET("site") "],\"jobTemplateArn\":"
                                              "\"arn:aws:iot:us-east-1:000000000000:jobtemplate/slow\"}");
    assert_segments(a, "12:00:00 2x10 =20, 12:02:00 1x5 =25");
    assert_json_string(a, "expectedEnd.latest", "2030-01-01T12:22:24.000Z");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_plain_job_starts_at_once),
        TEST(a_rollout_is_told_minute_by_minute),
        TEST(without_a_rate_of_its_own_a_job_has_that_of_the_settings),
        TEST(a_start_time_is_when_it_starts),
        TEST(a_thing_counts_once_however_it_is_reached),
        TEST(the_things_of_a_group_that_is_gone_do_not_count),
        TEST(a_snapshot_job_for_nobody_is_completed_at_once),
        TEST(a_continuous_job_for_nobody_waits),
        TEST(windows_are_when_it_rolls_out),
        TEST(a_window_that_is_open_is_not_waited_for),
        TEST(a_job_whose_window_opens_behind_its_end_time_never_starts),
        TEST(a_rollout_of_years_is_not_followed_to_its_end),
        TEST(an_end_time_cuts_a_rollout_off),
        TEST(what_happens_at_the_end_time_says_how_long_it_may_take),
        TEST(a_job_is_completed_by_its_expected_end_and_no_earlier),
        TEST(a_rate_that_rises_with_the_notified_is_foreseen),
        TEST(one_that_rises_with_the_succeeded_has_two_cases),
        TEST(retries_and_aborts_are_put_into_words),
        TEST(the_document_is_the_one_that_devices_would_get),
        TEST(what_a_custom_template_gives_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
