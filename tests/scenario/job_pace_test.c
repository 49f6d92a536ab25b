/* How fast jobs roll out. A world at noon; its devices are lamps, of whom nobody is told but who says so. */
#include <stdio.h>
#include <string.h>

#include "support/groups.h"
#include "support/windows.h"

#define DAILY(window)  ",\"schedulingConfig\":{\"maintenanceWindows\":[" window "]}"
#define CONSTANT(rate) ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":" #rate "}"
#define EXPONENTIAL(base, factor, criterion, n, maximum)                                                     \
    ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":" #maximum                                        \
    ",\"exponentialRate\":{\"baseRatePerMinute\":" #base ",\"incrementFactor\":" #factor                     \
    ",\"rateIncreaseCriteria\":{\"" criterion "\":" #n "}}}"

static void given_lamps(struct world *w, int n)
{
    nobody_listens(w);
    given_members(w, "site", "lamp", n);
}

static void given_paced_job(struct world *w, const char *selection, const char *more)
{
    given_job_for_with(w, "fw", selection, GROUP_TARGET("site"), more);
}

static void assert_rolled_out(struct world *w, int64_t expected)
{
    if (rows_in(w, "execution") != expected)
        fail_msg("%d executions instead of %d", (int)rows_in(w, "execution"), (int)expected);
}

static const cJSON *describe(struct world *w)
{
    return http(w, 200, "GET", "/jobs/fw", NULL)->body;
}

/* ---- constant rates ---- */

/* Each minute, from its first to its last moment, has exactly the rate, and begins with the first tenth. */
static void each_minute_of_an_hour_has_exactly_the_rate(void **state)
{
    enum { THINGS = 10000, RATE = 150, FIRST = 15, MINUTES = THINGS / RATE };
    struct world *w = *state;
    given_lamps(w, THINGS);
    given_paced_job(w, "SNAPSHOT", CONSTANT(150));
    for (int64_t minute = 0; minute < MINUTES; minute++) {
        assert_rolled_out(w, minute * RATE + FIRST);
        advance(w, "PT59.999S");
        assert_rolled_out(w, (minute + 1) * RATE);
        advance(w, "PT0.001S");
    }
    advance(w, "PT1H");
    assert_counts(w, "fw", "Queued 10000");
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_pace"), 0);
}

static void a_minute_is_spread_over_ten_slots(void **state)
{
    static const int per_slot[] = { 2, 1, 2, 1, 2, 1, 2, 1, 2, 1 };
    struct world *w = *state;
    int expected = 0;
    given_lamps(w, 40);
    given_paced_job(w, "SNAPSHOT", CONSTANT(15));
    for (int i = 0; i < 20; i++) {
        expected += per_slot[i % 10];
        assert_rolled_out(w, expected);
        advance(w, "PT5.999S");
        assert_rolled_out(w, expected);
        advance(w, "PT0.001S");
    }
}

static void one_a_minute_is_one_a_minute(void **state)
{
    struct world *w = *state;
    given_lamps(w, 3);
    given_paced_job(w, "SNAPSHOT", CONSTANT(1));
    for (int minute = 0; minute < 3; minute++) {
        assert_rolled_out(w, minute + 1);
        advance(w, "PT59.999S");
        assert_rolled_out(w, minute + 1);
        advance(w, "PT0.001S");
    }
    assert_counts(w, "fw", "Queued 3");
}

static void without_a_rate_of_its_own_a_job_has_a_thousand_a_minute(void **state)
{
    struct world *w = *state;
    given_lamps(w, 2500);
    given_paced_job(w, "SNAPSHOT", "");
    assert_rolled_out(w, 100);
    advance(w, "PT59.999S");
    assert_rolled_out(w, 1000);
    advance(w, "PT1M");
    assert_rolled_out(w, 2000);
    advance(w, "PT25S");
    assert_rolled_out(w, 2500);
}

/* As many as a job can have targets. */
static void a_hundred_things_are_queued_at_once(void **state)
{
    struct world *w = *state;
    given_lamps(w, 100);
    given_paced_job(w, "SNAPSHOT", "");
    assert_counts(w, "fw", "Queued 100");
    assert_json(describe(w), "job.isConcurrent", "false");
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_pace"), 0);
}

/* More than a slice can hold. */
static void a_rate_above_a_thousand_is_kept_as_well(void **state)
{
    struct world *w = *state;
    world_settings(w)->rollout_default_per_minute = 12345;
    given_lamps(w, 14000);
    given_paced_job(w, "SNAPSHOT", "");
    assert_rolled_out(w, 1235);
    advance(w, "PT59.999S");
    assert_rolled_out(w, 12345);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 12345 + 1235);
}

/* Who is reached through two targets is queued once, and does not take anybody's place. */
static void who_is_reached_twice_takes_one_place(void **state)
{
    struct world *w = *state;
    given_lamps(w, 20);
    join(w, "zone", "pump");
    given_job_for_with(
        w, "fw", "SNAPSHOT",
        THING_TARGET("lamp-1") "," THING_TARGET("lamp-0") "," GROUP_TARGET("site") "," GROUP_TARGET("zone"),
        CONSTANT(100));
    assert_rolled_out(w, 10);
    assert_executions(w, "fw", "lamp-9", "QUEUED 1");
    advance(w, "PT6S");
    assert_rolled_out(w, 20);
    advance(w, "PT6S");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_counts(w, "fw", "Queued 21");
}

/* What comes behind the last thing that needs an execution holds nobody up: others that have it already, a
 * group without things. */
static void a_rollout_is_done_with_the_last_thing_that_needs_an_execution(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    given_job_for_with(
        w, "fw", "SNAPSHOT",
        THING_TARGET("pump") "," GROUP_TARGET("site") "," THING_TARGET("pump") "," GROUP_TARGET("zone"),
        CONSTANT(1));
    assert_json(describe(w), "job.isConcurrent", "false");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    assert_job_status(w, "fw", "COMPLETED");
}

/* ---- what is told of it ---- */

static void the_targets_that_are_left_can_be_seen(void **state)
{
    struct world *w = *state;
    given_lamps(w, 25);
    given_job_for_with(
        w, "fw", "SNAPSHOT",
        THING_TARGET("pump") "," THING_TARGET("valve") "," GROUP_TARGET("site") "," THING_TARGET("fan"),
        CONSTANT(10));
    const cJSON *job = describe(w);
    assert_json(job, "job.isConcurrent", "true");
    assert_json_number(job, "job.jobProcessDetails.numberOfQueuedThings", 1);
    assert_json(job, "job.jobProcessDetails.processingTargets",
                "[" THING_TARGET("valve") "," GROUP_TARGET("site") "," THING_TARGET("fan") "]");
    assert_json_number(job, "job.lastUpdatedAt", NOON_S);
    advance(w, "PT6S");
    assert_json(describe(w), "job.jobProcessDetails.processingTargets",
                "[" GROUP_TARGET("site") "," THING_TARGET("fan") "]");
    advance(w, "PT2M30S");
    job = describe(w);
    assert_json(job, "job.jobProcessDetails.processingTargets", "[" THING_TARGET("fan") "]");
    assert_json_number(job, "job.jobProcessDetails.numberOfQueuedThings", 27);
    assert_json_number(job, "job.lastUpdatedAt", NOON_S);
    advance(w, "PT6S");
    job = describe(w);
    assert_json(job, "job.isConcurrent", "false");
    assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_json_number(job, "job.lastUpdatedAt", NOON_S + 162);
    assert_counts(w, "fw", "Queued 28");
}

static void a_job_is_not_complete_before_its_last_thing_has_been_queued(void **state)
{
    struct world *w = *state;
    given_lamps(w, 3);
    given_paced_job(w, "SNAPSHOT", CONSTANT(10));
    for (int i = 0; i < 3; i++) {
        char lamp[32];
        snprintf(lamp, sizeof lamp, "lamp-%d", i);
        assert_job_status(w, "fw", "IN_PROGRESS");
        device_reports(w, "fw", lamp, "SUCCEEDED");
        advance(w, "PT6S");
    }
    assert_counts(w, "fw", "Succeeded 3");
    assert_job_status(w, "fw", "COMPLETED");
}

static void devices_are_told_when_their_turn_comes(void **state)
{
    struct world *w = *state;
    given_lamps(w, 3);
    subscribe(w, "$aws/things/+/jobs/#", SESSION_CLEAN);
    given_paced_job(w, "SNAPSHOT", CONSTANT(10));
    take_notification(w, "$aws/things/lamp-0/jobs/notify");
    take_notification(w, "$aws/things/lamp-0/jobs/notify-next");
    assert_silence(w);
    advance(w, "PT6S");
    take_notification(w, "$aws/things/lamp-1/jobs/notify");
    take_notification(w, "$aws/things/lamp-1/jobs/notify-next");
    assert_silence(w);
}

/* ---- exponential rates ---- */

/* AWS's example goes on until a thousand a minute: 50, 100, 200, 400, 800, each for the next thousand. */
static void an_exponential_rate_rises_with_the_things_that_were_notified(void **state)
{
    static const struct {
        int minutes, rate;
    } steps[] = { { 20, 50 }, { 10, 100 }, { 5, 200 }, { 2, 400 } };
    struct world *w = *state;
    int64_t expected = 0;
    given_lamps(w, 6000);
    given_paced_job(w, "SNAPSHOT", EXPONENTIAL(50, 2, "numberOfNotifiedThings", 1000, 1000));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (int minute = 0; minute < steps[i].minutes; minute++) {
            assert_rolled_out(w, expected + steps[i].rate / 10);
            advance(w, "PT59.999S");
            expected += steps[i].rate;
            assert_rolled_out(w, expected);
            advance(w, "PT0.001S");
        }
    }
    /* In the middle of the minute it comes to 4,000. */
    assert_rolled_out(w, 3800 + 40);
    advance(w, "PT24S");
    assert_rolled_out(w, 4000);
    advance(w, "PT6S");
    assert_rolled_out(w, 4080);
    advance(w, "PT1M12S"); /* 5,000 after 12 slots more */
    assert_rolled_out(w, 4080 + 11 * 80 + 40 + 40);
}

static void an_exponential_rate_rises_with_the_things_that_have_succeeded(void **state)
{
    struct world *w = *state;
    given_lamps(w, 2000);
    given_paced_job(w, "SNAPSHOT", EXPONENTIAL(10, 5, "numberOfSucceededThings", 3, 1000));
    advance(w, "PT1M59.999S");
    assert_rolled_out(w, 20);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    device_reports(w, "fw", "lamp-1", "FAILED");
    device_reports(w, "fw", "lamp-2", "SUCCEEDED");
    advance(w, "PT1M");
    assert_rolled_out(w, 30);
    device_reports(w, "fw", "lamp-3", "SUCCEEDED");
    assert_rolled_out(w, 30);
    advance(w, "PT6S"); /* with the next slot */
    assert_rolled_out(w, 35);
    advance(w, "PT54S");
    assert_rolled_out(w, 80);
}

/* One a minute would come again when the minute is over; the first success makes it five. */
static void a_slow_rollout_does_not_sleep_over_a_success(void **state)
{
    struct world *w = *state;
    given_lamps(w, 10);
    given_paced_job(w, "SNAPSHOT", EXPONENTIAL(1, 5, "numberOfSucceededThings", 1, 1000));
    advance(w, "PT7S");
    assert_rolled_out(w, 1);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT4.999S");
    assert_rolled_out(w, 1);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 2);
}

/* Two a minute would come again after half of it; the first makes it ten. */
static void a_slow_rollout_does_not_sleep_over_its_own_things(void **state)
{
    struct world *w = *state;
    given_lamps(w, 10);
    given_paced_job(w, "SNAPSHOT", EXPONENTIAL(2, 5, "numberOfNotifiedThings", 1, 10));
    assert_rolled_out(w, 1);
    advance(w, "PT5.999S");
    assert_rolled_out(w, 1);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 2);
}

/* ---- UpdateJob ---- */

static void update_pace(struct world *w, int rate)
{
    char body[96];
    snprintf(body, sizeof body, "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":%d}}", rate);
    http(w, 200, "PATCH", "/jobs/fw", body);
}

static void an_update_changes_the_pace_of_a_rollout_on_its_way(void **state)
{
    struct world *w = *state;
    given_lamps(w, 1000);
    given_paced_job(w, "SNAPSHOT", CONSTANT(1));
    advance(w, "PT1M30S");
    assert_rolled_out(w, 2);
    update_pace(w, 100); /* at once, in the slot that it is */
    assert_rolled_out(w, 12);
    advance(w, "PT29.999S");
    assert_rolled_out(w, 52);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 62);
    update_pace(w, 10); /* the slot has had more than that */
    advance(w, "PT5.999S");
    assert_rolled_out(w, 62);
    advance(w, "PT54S");
    assert_rolled_out(w, 71);
}

static void an_update_between_windows_waits_for_the_next_one(void **state)
{
    struct world *w = *state;
    given_lamps(w, 100);
    given_paced_job(w, "CONTINUOUS", DAILY(WINDOW("0 12 * * ? *", 3)) CONSTANT(1));
    advance(w, "PT1H");
    assert_rolled_out(w, 3);
    update_pace(w, 100);
    advance(w, "PT1H");
    assert_rolled_out(w, 3);
    advance(w, "PT22H");
    assert_rolled_out(w, 13);
}

/* What has been notified until then counts. */
static void an_exponential_rate_can_be_given_on_the_way(void **state)
{
    struct world *w = *state;
    given_lamps(w, 1000);
    given_paced_job(w, "SNAPSHOT", CONSTANT(10));
    advance(w, "PT1M59.999S");
    assert_rolled_out(w, 20);
    http(w, 200, "PATCH", "/jobs/fw",
         "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":100,\"exponentialRate\":{"
         "\"baseRatePerMinute\":10,\"incrementFactor\":2,\"rateIncreaseCriteria\":{"
         "\"numberOfNotifiedThings\":10}}}}");
    assert_rolled_out(w, 23); /* 10 times 2 times 2 a minute are 4 in a slot, of which it has had one */
    advance(w, "PT0.001S");
    assert_rolled_out(w, 27);
}

/* Five were rolled out at once: for a rate that is multiplied after five, that is once already. */
static void what_was_rolled_out_without_a_rate_counts_for_one_that_rises(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_lamps(w, 5);
    given_group(w, "other", NULL);
    given_members(w, "other", "fan", 10);
    given_paced_job(w, "CONTINUOUS", "");
    assert_rolled_out(w, 5);
    http(w, 200, "PATCH", "/jobs/fw",
         "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":100,\"exponentialRate\":{"
         "\"baseRatePerMinute\":1,\"incrementFactor\":5,\"rateIncreaseCriteria\":{"
         "\"numberOfNotifiedThings\":5}}}}");
    advance(w, "PT1M");
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[" GROUP_TARGET("other") "]}");
    assert_rolled_out(w, 6);
    advance(w, "PT12S");
    assert_rolled_out(w, 7);
}

/* ---- windows ---- */

/* The rollout has come to 30 when the window closes, and goes on with a whole minute when it opens. */
static void a_rollout_pauses_between_windows_and_goes_on_at_its_pace(void **state)
{
    struct world *w = *state;
    given_lamps(w, 100);
    given_paced_job(w, "CONTINUOUS", DAILY(WINDOW("0 12 * * ? *", 3)) CONSTANT(10));
    advance(w, "PT3M");
    assert_rolled_out(w, 30);
    assert_json(describe(w), "job.isConcurrent", "false");
    advance(w, "PT23H56M59.999S");
    assert_rolled_out(w, 30);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 31);
    advance(w, "PT59.999S");
    assert_rolled_out(w, 40);
    advance(w, "P1D");
    assert_rolled_out(w, 70);
}

/* The server is off when the window closes: what was due before that is late. */
static void nothing_is_rolled_out_behind_a_window_that_nobody_has_closed(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_lamps(w, 100);
    given_paced_job(w, "CONTINUOUS", DAILY(WINDOW("0 12 * * ? *", 3)) CONSTANT(10));
    world_restart(w, "2030-01-01T12:30:00Z");
    assert_rolled_out(w, 1);
    assert_job_status(w, "fw", "SCHEDULED");
    set_clock(w, "2030-01-02T12:00:00Z");
    assert_rolled_out(w, 2);
    world_free(w);
}

/* ---- who joins ---- */

static void who_joins_meanwhile_does_not_wait(void **state)
{
    struct world *w = *state;
    given_lamps(w, 30);
    given_paced_job(w, "CONTINUOUS", CONSTANT(10));
    assert_rolled_out(w, 1);
    join(w, "site", "pump");
    join(w, "hall", "valve");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_rolled_out(w, 3);
    advance(w, "PT59.999S");
    assert_rolled_out(w, 12);
    advance(w, "PT1H");
    assert_counts(w, "fw", "Queued 32");
}

/* Their places are theirs beside those of the minute. */
static void who_joined_between_windows_does_not_wait_for_the_pace(void **state)
{
    struct world *w = *state;
    given_lamps(w, 30);
    given_paced_job(w, "CONTINUOUS", DAILY(WINDOW("0 12 * * ? *", 1)) CONSTANT(10));
    advance(w, "PT1H");
    assert_rolled_out(w, 10);
    join(w, "site", "pump");
    join(w, "hall", "valve");
    join(w, "yard", "fan");
    assert_rolled_out(w, 10);
    advance(w, "PT23H");
    assert_rolled_out(w, 10 + 3 + 1);
    assert_executions(w, "fw", "fan", "QUEUED 1");
}

/* The minute in which they come counts: what it has left is theirs. */
static void new_targets_keep_the_pace(void **state)
{
    struct world *w = *state;
    given_lamps(w, 10);
    given_members(w, "zone", "door", 30);
    given_paced_job(w, "CONTINUOUS", CONSTANT(100));
    assert_rolled_out(w, 10);
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[" GROUP_TARGET("zone") "]}");
    assert_rolled_out(w, 10);
    advance(w, "PT5.999S");
    assert_rolled_out(w, 10);
    advance(w, "PT0.001S");
    assert_rolled_out(w, 20);
    advance(w, "PT1H");
    assert_counts(w, "fw", "Queued 40");
}

/* ---- what ends it, or interrupts it ---- */

static void canceling_ends_it(void **state)
{
    struct world *w = *state;
    given_lamps(w, 100);
    given_paced_job(w, "SNAPSHOT", CONSTANT(100));
    advance(w, "PT10S");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    advance(w, "PT1H");
    assert_counts(w, "fw", "Canceled 20");
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_pace"), 0);
}

static void deleting_ends_it(void **state)
{
    struct world *w = *state;
    given_lamps(w, 100);
    given_paced_job(w, "SNAPSHOT", CONSTANT(100));
    advance(w, "PT10S");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    advance(w, "PT1H");
    assert_rolled_out(w, 0);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_pace"), 0);
    given_paced_job(w, "SNAPSHOT", CONSTANT(100));
    assert_rolled_out(w, 10);
}

/* A crash in the middle of a slot, and one that takes a quarter of an hour: no burst makes up for it. */
static void a_restart_neither_loses_nor_doubles_nor_hurries(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_lamps(w, 300);
    given_paced_job(w, "SNAPSHOT", CONSTANT(100));
    set_clock(w, "2030-01-01T12:00:20Z");
    assert_rolled_out(w, 40);
    world_restart(w, "2030-01-01T12:00:22Z");
    assert_rolled_out(w, 40);
    set_clock(w, "2030-01-01T12:00:59.999Z");
    assert_rolled_out(w, 100);
    world_restart(w, "2030-01-01T12:15:00Z");
    assert_rolled_out(w, 110);
    set_clock(w, "2030-01-01T12:15:59.999Z");
    assert_rolled_out(w, 200);
    set_clock(w, "2030-01-01T12:18:00Z");
    assert_counts(w, "fw", "Queued 300");
    assert_executions(w, "fw", "lamp-299", "QUEUED 1");
    world_free(w);
}

/* A slice of a slot that has more than one is done when the server goes. */
static void a_restart_within_a_slot_goes_on_with_what_it_has_left(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    world_settings(w)->rollout_default_per_minute = 2500;
    given_group(w, "site", NULL);
    given_lamps(w, 600);
    world_stop_after(w, 1);
    given_paced_job(w, "SNAPSHOT", "");
    assert_rolled_out(w, 100);
    world_stop_after(w, 0);
    world_restart(w, "2030-01-01T12:00:01Z");
    assert_rolled_out(w, 250);
    set_clock(w, "2030-01-01T12:00:06Z");
    assert_rolled_out(w, 500);
    world_free(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_minute_of_an_hour_has_exactly_the_rate),
        TEST(a_minute_is_spread_over_ten_slots),
        TEST(one_a_minute_is_one_a_minute),
        TEST(without_a_rate_of_its_own_a_job_has_a_thousand_a_minute),
        TEST(a_hundred_things_are_queued_at_once),
        TEST(a_rate_above_a_thousand_is_kept_as_well),
        TEST(who_is_reached_twice_takes_one_place),
        TEST(a_rollout_is_done_with_the_last_thing_that_needs_an_execution),
        TEST(the_targets_that_are_left_can_be_seen),
        TEST(a_job_is_not_complete_before_its_last_thing_has_been_queued),
        TEST(devices_are_told_when_their_turn_comes),
        TEST(an_exponential_rate_rises_with_the_things_that_were_notified),
        TEST(an_exponential_rate_rises_with_the_things_that_have_succeeded),
        TEST(a_slow_rollout_does_not_sleep_over_a_success),
        TEST(a_slow_rollout_does_not_sleep_over_its_own_things),
        TEST(an_update_changes_the_pace_of_a_rollout_on_its_way),
        TEST(an_update_between_windows_waits_for_the_next_one),
        TEST(an_exponential_rate_can_be_given_on_the_way),
        TEST(what_was_rolled_out_without_a_rate_counts_for_one_that_rises),
        TEST(a_rollout_pauses_between_windows_and_goes_on_at_its_pace),
        cmocka_unit_test(nothing_is_rolled_out_behind_a_window_that_nobody_has_closed),
        TEST(who_joins_meanwhile_does_not_wait),
        TEST(who_joined_between_windows_does_not_wait_for_the_pace),
        TEST(new_targets_keep_the_pace),
        TEST(canceling_ends_it),
        TEST(deleting_ends_it),
        cmocka_unit_test(a_restart_neither_loses_nor_doubles_nor_hurries),
        cmocka_unit_test(a_restart_within_a_slot_goes_on_with_what_it_has_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
