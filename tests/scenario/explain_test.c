/* GET /_iotjobs/explain: why a thing has, or has not, got a job. Each reason once, where it is true. */
#include "support/world.h"

#include <math.h>
#include <stdio.h>

#include "base/time_text.h"
#include "http/own_operation.h"
#include "support/groups.h"
#include "support/retries.h"
#include "support/windows.h"

static struct answer *ask(struct world *w, const char *thing, const char *job)
{
    char query[128];
    snprintf(query, sizeof query, "thing=%s&job=%s", thing, job);
    return own(w, 200, &own_explain, query, "");
}

static struct answer *assert_reason(struct world *w, const char *thing, const char *job, const char *reason)
{
    struct answer *a = ask(w, thing, job);
    assert_json_string(a->body, "reason", reason);
    return a;
}

/* ---- there is no execution ---- */

static void a_thing_that_is_no_target(void **state)
{
    struct world *w = *state;
    given_job_for(w, "fw", "SNAPSHOT", THING_TARGET("pump"));
    struct answer *a = assert_reason(w, "valve", "fw", "NOT_A_TARGET");
    assert_json_string(
        a->body, "text",
        "valve is no target of job fw, which names neither it nor a thing group that it is in.");
    assert_json_string(a->body, "thingName", "valve");
    assert_json_string(a->body, "jobId", "fw");
    assert_json_string(a->body, "jobStatus", "IN_PROGRESS");
    assert_json_absent(a->body, "executionNumber");
}

static void a_job_that_has_not_started(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    struct answer *a = assert_reason(w, "pump", "fw", "WAITS_FOR_START");
    assert_json_string(a->body, "startsAt", "2030-01-01T12:31:00.000Z");
    assert_json_number(a->body, "thingsAhead", 0);
    assert_json_string(a->body, "expectedAt", "2030-01-01T12:31:00.000Z");
    assert_json_string(a->body, "text",
                       "Job fw has not started yet: it does at 2030-01-01T12:31:00.000Z. Things whose turn "
                       "comes first then: 0. As things stand, its turn comes at 2030-01-01T12:31:00.000Z.");
    assert_reason(w, "valve", "fw", "NOT_A_TARGET");
}

static void a_job_whose_first_window_has_not_opened(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_HALF_PAST);
    struct answer *a = assert_reason(w, "pump", "fw", "WAITS_FOR_START");
    assert_json_string(a->body, "startsAt", "2030-01-01T12:30:00.000Z");
}

static void a_thing_that_joined_between_two_windows(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 60) "]}");
    advance(w, "PT2H");
    join(w, "site", "pump");
    struct answer *a = assert_reason(w, "pump", "fw", "WAITS_FOR_WINDOW");
    assert_json_string(a->body, "windowOpensAt", "2030-01-02T12:00:00.000Z");
    assert_json_string(a->body, "expectedAt", "2030-01-02T12:00:00.000Z");
}

static void windows_that_are_all_over(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site") "," THING_TARGET("pump"),
                       ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 13 1 1 ? 2030", 60) "]}");
    advance(w, "PT90M");
    assert_reason(w, "pump", "fw", "NEXT");
    advance(w, "PT2H");
    join(w, "site", "valve");
    assert_reason(w, "valve", "fw", "NO_FURTHER_WINDOW");
    assert_reason(w, "pump", "fw", "HIDDEN_FOR_GOOD");
}

static void a_thing_whose_turn_has_not_come(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 30);
    join(w, "site", "pump");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}");
    struct answer *a = assert_reason(w, "lamp-25", "fw", "WAITS_FOR_TURN");
    /* the pump is older than the lamps, and came first */
    assert_json_number(a->body, "thingsAhead", 25);
    assert_json_string(a->body, "expectedAt", "2030-01-01T12:02:36.000Z");
    advance(w, "PT1M");
    a = assert_reason(w, "lamp-25", "fw", "WAITS_FOR_TURN");
    assert_json_number(a->body, "thingsAhead", 15);
    assert_json_string(a->body, "expectedAt", "2030-01-01T12:02:36.000Z");
    assert_json_string(a->body, "text",
                       "Job fw is being rolled out. Things whose turn comes before lamp-25: 15. As things "
                       "stand, its turn comes at 2030-01-01T12:02:36.000Z.");
    advance(w, "PT95S");
    assert_reason(w, "lamp-25", "fw", "WAITS_FOR_TURN");
    advance(w, "PT1S");
    assert_reason(w, "lamp-25", "fw", "NEXT");
}

/* When its turn comes, as it is foretold. */
static int64_t foretold_ms(struct world *w, const char *thing, const char *job)
{
    int64_t ms = 0;
    const cJSON *expected = json_at(ask(w, thing, job)->body, "expectedAt");
    if (expected)
        assert_true(time_parse_iso(str_from(expected->valuestring), &ms));
    return ms;
}

static int64_t queued_ms(struct world *w, const char *thing, const char *job)
{
    char path[128];
    snprintf(path, sizeof path, "/things/%s/jobs/%s", thing, job);
    struct answer *a = http(w, 0, "GET", path, NULL);
    return a->status == 200 ? llround(json_at(a->body, "execution.queuedAt")->valuedouble * 1000) : 0;
}

/* Foretells everybody's turn, and lets it come. `from`: of those whose turn had not come then. */
static void assert_foretold(struct world *w, const char *from)
{
    enum { LAMPS = 40 };
    int64_t foretold[LAMPS], now_ms;
    char name[32];
    assert_true(time_parse_iso(str_from(from), &now_ms));
    for (int i = 0; i < LAMPS; i++) {
        snprintf(name, sizeof name, "lamp-%d", i);
        foretold[i] = foretold_ms(w, name, "fw");
    }
    advance(w, "P3D");
    for (int i = 0; i < LAMPS; i++) {
        snprintf(name, sizeof name, "lamp-%d", i);
        int64_t queued = queued_ms(w, name, "fw");
        if (foretold[i] != (queued > now_ms ? queued : 0))
            fail_msg("%s: foretold %lld, queued %lld", name, (long long)foretold[i], (long long)queued);
    }
}

static void each_turn_comes_when_it_was_foretold(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 40);
    for (int i = 10; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "lamp-%d", i);
        move(w, name, "\"site\"", "\"hall\"");
    }
    given_job_for_with(w, "fw", "SNAPSHOT",
                       THING_TARGET("lamp-15") "," GROUP_TARGET("hall") "," GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"},"
                       "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":7}");
    advance(w, "PT65S");
    assert_foretold(w, "2030-01-01T12:01:05Z");
}

static void each_turn_is_foretold_anew_while_things_come_and_go(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 40);
    leave(w, "site", "lamp-39");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":20,\"exponentialRate\":{"
                       "\"baseRatePerMinute\":5,\"incrementFactor\":2,\"rateIncreaseCriteria\":{"
                       "\"numberOfNotifiedThings\":10}}}");
    advance(w, "PT65S");
    leave(w, "site", "lamp-30");
    leave(w, "site", "lamp-3");
    join(w, "site", "lamp-39");
    assert_foretold(w, "2030-01-01T12:01:05Z");
}

static void each_turn_in_a_window_is_foretold(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 40);
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":3},\"schedulingConfig\":{"
                       "\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 5) "]}");
    advance(w, "PT2H");
    join(w, "site", "pump");
    assert_foretold(w, "2030-01-01T14:00:00Z");
}

static void a_turn_behind_the_end_time_is_not_foretold(void **state)
{
    struct world *w = *state;
    given_members(w, "site", "lamp", 40);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1},"
                       "\"schedulingConfig\":{\"endTime\":\"2030-01-01 12:30\"}");
    struct answer *a = assert_reason(w, "lamp-35", "fw", "WAITS_FOR_TURN");
    assert_json_absent(a->body, "expectedAt");
    assert_json_string(a->body, "endsAt", "2030-01-01T12:30:00.000Z");
    assert_foretold(w, "2030-01-01T12:00:00Z");
}

static void a_thing_that_came_too_late_or_had_its_execution_deleted(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    given_job_for(w, "fw", "SNAPSHOT", GROUP_TARGET("site"));
    join(w, "site", "valve");
    assert_reason(w, "valve", "fw", "CAME_TOO_LATE");
    given_job_for(w, "other", "CONTINUOUS", GROUP_TARGET("site"));
    http(w, 200, "DELETE", "/things/pump/jobs/other/executionNumber/1", NULL);
    assert_reason(w, "pump", "other", "DELETED");
}

static void a_job_that_was_canceled(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{\"reasonCode\":\"MAINTENANCE\"}");
    struct answer *a = assert_reason(w, "pump", "fw", "JOB_CANCELED");
    assert_json_string(a->body, "detail", "reasonCode MAINTENANCE");
    assert_json_string(a->body, "text",
                       "Job fw was canceled: what pump had waiting is canceled, and nothing follows. "
                       "CancelJob said: reasonCode MAINTENANCE.");
}

static void a_job_that_was_aborted(void **state)
{
    struct world *w = *state;
    given_job_for_with(
        w, "fw", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"),
        ",\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"action\":\"CANCEL\","
        "\"thresholdPercentage\":12.5,\"minNumberOfExecutedThings\":1}]}");
    device_reports(w, "fw", "pump", "FAILED");
    struct answer *a = assert_reason(w, "valve", "fw", "JOB_ABORTED");
    assert_json_string(a->body, "executionStatus", "CANCELED");
    assert_json_string(
        a->body, "detail",
        "Aborted: FAILED are 1 of 1 executions that have ended; the threshold is 12.50 percent "
        "of at least 1.");
    assert_reason(w, "pump", "fw", "FAILED");
}

static void a_job_that_was_crowded_out(void **state)
{
    struct world *w = *state;
    world_settings(w)->concurrent_jobs_limit = 1;
    world_settings(w)->rollout_default_per_minute = 1;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:30\"}");
    advance(w, "PT29M50S");
    given_job_for(w, "slow", "SNAPSHOT", THING_TARGET("fan") "," THING_TARGET("valve"));
    advance(w, "PT20S");
    assert_reason(w, "pump", "fw", "JOB_CROWDED_OUT");
}

static void a_job_that_is_over(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"endTime\":\"2030-01-01 13:00\"}");
    advance(w, "PT61M");
    join(w, "site", "pump");
    struct answer *a = assert_reason(w, "pump", "fw", "JOB_OVER");
    assert_json_string(a->body, "endsAt", "2030-01-01T13:00:00.000Z");
}

static void a_job_that_is_being_deleted(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_job_for_lamps(w, 3000, "SNAPSHOT", "");
    advance(w, "PT1S");
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_reason(w, "lamp-2999", "fw", "JOB_BEING_DELETED");
    assert_reason(w, "lamp-0", "fw", "JOB_BEING_DELETED");
    world_stop_after(w, 0);
    advance(w, "PT1S");
}

/* ---- it is pending ---- */

static void an_execution_that_is_next_and_one_behind_it(void **state)
{
    struct world *w = *state;
    given_job(w, "first", "pump");
    advance(w, "PT1S");
    given_job(w, "second", "pump");
    struct answer *a = assert_reason(w, "pump", "first", "NEXT");
    assert_json_number(a->body, "pendingPosition", 1);
    assert_json_absent(a->body, "behindJobId");
    a = assert_reason(w, "pump", "second", "BEHIND_ANOTHER");
    assert_json_number(a->body, "pendingPosition", 2);
    assert_json_string(a->body, "text",
                       "Execution 1 of job second is queued behind others of pump. First comes job first, "
                       "QUEUED. It is number 2 of what is pending.");
    mqtt(w, "$aws/things/pump/jobs/second/update", "{\"status\":\"IN_PROGRESS\"}");
    a = assert_reason(w, "pump", "first", "BEHIND_ANOTHER");
    assert_json_string(a->body, "behindJobId", "second");
    assert_json_string(a->body, "behindStatus", "IN_PROGRESS");
}

static void an_execution_that_is_hidden(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_NOON);
    assert_json_string(assert_reason(w, "pump", "fw", "NEXT")->body, "windowClosesAt",
                       "2030-01-01T13:00:00.000Z");
    advance(w, "PT90M");
    struct answer *a = assert_reason(w, "pump", "fw", "HIDDEN");
    assert_json_string(a->body, "windowOpensAt", "2030-01-02T12:00:00.000Z");
    assert_json_string(a->body, "text",
                       "Execution 1 of job fw is queued, but hidden from pump until a maintenance window "
                       "opens. The next one does at 2030-01-02T12:00:00.000Z.");
}

static void an_execution_that_runs(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}");
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    struct answer *a = assert_reason(w, "pump", "fw", "RUNNING");
    assert_json_string(a->body, "startedAt", "2030-01-01T12:00:00.000Z");
    assert_json_string(a->body, "timesOutAt", "2030-01-01T12:10:00.000Z");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    a = assert_reason(w, "pump", "fw", "RUNNING");
    assert_json_string(a->body, "jobStatus", "CANCELED");
}

/* ---- it has ended ---- */

static void an_execution_that_has_ended_well_or_was_rejected_or_canceled(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *job, *status;
    } ends[] = { { "done", "SUCCEEDED" }, { "no", "REJECTED" }, { "failed", "FAILED" } };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        given_job(w, ends[i].job, "pump");
        device_reports(w, ends[i].job, "pump", ends[i].status);
        assert_reason(w, "pump", ends[i].job, ends[i].status);
    }
    given_job_for(w, "own", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"));
    http(w, 200, "PUT", "/things/pump/jobs/own/cancel", "{}");
    assert_reason(w, "pump", "own", "CANCELED");
}

static void a_thing_that_left(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("site"));
    leave(w, "site", "pump");
    assert_reason(w, "pump", "fw", "LEFT_TARGETS");
}

static void an_execution_that_the_end_of_the_job_has_canceled(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   ",\"schedulingConfig\":{\"endTime\":\"2030-01-01 13:00\",\"endBehavior\":\"CANCEL\"}");
    advance(w, "PT61M");
    assert_json_string(assert_reason(w, "pump", "fw", "JOB_OVER")->body, "executionStatus", "CANCELED");
}

static void retries_that_are_used_up(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    device_reports(w, "fw", "pump", "FAILED");
    assert_json_number(assert_reason(w, "pump", "fw", "NEXT")->body, "executionNumber", 2);
    device_reports(w, "fw", "pump", "FAILED");
    struct answer *a = assert_reason(w, "pump", "fw", "RETRIES_USED_UP");
    assert_json_number(a->body, "retriesUsed", 1);
    assert_json_number(a->body, "retriesAllowed", 1);
}

static void a_retry_that_waits_for_a_window(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", AT_NOON RETRIES(CRITERION("ALL", 3)));
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    advance(w, "PT90M");
    device_reports(w, "fw", "pump", "FAILED");
    struct answer *a = assert_reason(w, "pump", "fw", "RETRY_WAITS_FOR_WINDOW");
    assert_json_string(a->body, "windowOpensAt", "2030-01-02T12:00:00.000Z");
}

static void a_retry_that_the_job_cuts_off(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    device_reports(w, "fw", "pump", "FAILED");
    assert_reason(w, "pump", "fw", "RETRY_JOB_STOPPED");
}

static void a_retry_of_a_thing_that_left(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"), RETRIES(CRITERION("FAILED", 1)));
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    leave(w, "site", "pump");
    device_reports(w, "fw", "pump", "FAILED");
    assert_reason(w, "pump", "fw", "RETRY_LEFT_TARGETS");
}

static void a_retry_behind_the_last_window(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   IN_WINDOWS(WINDOW("0 12 1 1 ? 2030", 60)) RETRIES(CRITERION("FAILED", 1)));
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    advance(w, "PT90M");
    device_reports(w, "fw", "pump", "FAILED");
    assert_reason(w, "pump", "fw", "RETRY_NO_WINDOW");
}

/* ---- whatever concerns a thing ---- */

static void all_that_concerns_a_thing_is_listed_newest_first(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    given_job(w, "done", "pump");
    device_reports(w, "done", "pump", "SUCCEEDED");
    given_job(w, "queued", "pump");
    given_job_with(w, "scheduled", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    given_job_for_with(w, "grouped", "SNAPSHOT", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    given_job(w, "foreign", "valve");
    struct answer *a = own(w, 200, &own_explain, "thing=pump", "");
    assert_json_string(a->body, "thingName", "pump");
    assert_json_items(a->body, "jobs", "jobId", "grouped scheduled queued");
    assert_json_items(a->body, "jobs", "reason", "WAITS_FOR_START WAITS_FOR_START NEXT");
}

static void what_is_not_there_is_not_found(void **state)
{
    struct world *w = *state;
    own(w, 404, &own_explain, "thing=none", "");
    own(w, 404, &own_explain, "thing=pump&job=none", "");
    assert_json_string(own(w, 400, &own_explain, "job=fw", "")->body, "message",
                       "The parameter thing is missing.");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_thing_that_is_no_target),
        TEST(a_job_that_has_not_started),
        TEST(a_job_whose_first_window_has_not_opened),
        TEST(a_thing_that_joined_between_two_windows),
        TEST(windows_that_are_all_over),
        TEST(a_thing_whose_turn_has_not_come),
        TEST(each_turn_comes_when_it_was_foretold),
        TEST(each_turn_is_foretold_anew_while_things_come_and_go),
        TEST(each_turn_in_a_window_is_foretold),
        TEST(a_turn_behind_the_end_time_is_not_foretold),
        TEST(a_thing_that_came_too_late_or_had_its_execution_deleted),
        TEST(a_job_that_was_canceled),
        TEST(a_job_that_was_aborted),
        TEST(a_job_that_was_crowded_out),
        TEST(a_job_that_is_over),
        TEST(a_job_that_is_being_deleted),
        TEST(an_execution_that_is_next_and_one_behind_it),
        TEST(an_execution_that_is_hidden),
        TEST(an_execution_that_runs),
        TEST(an_execution_that_has_ended_well_or_was_rejected_or_canceled),
        TEST(a_thing_that_left),
        TEST(an_execution_that_the_end_of_the_job_has_canceled),
        TEST(retries_that_are_used_up),
        TEST(a_retry_that_waits_for_a_window),
        TEST(a_retry_that_the_job_cuts_off),
        TEST(a_retry_of_a_thing_that_left),
        TEST(a_retry_behind_the_last_window),
        TEST(all_that_concerns_a_thing_is_listed_newest_first),
        TEST(what_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
