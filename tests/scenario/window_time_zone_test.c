/* Maintenance windows in a time zone (setting window_time_zone), and a server that is started with another
 * one. */
#include "support/windows.h"

#include <stdio.h>

#define EACH_NIGHT IN_WINDOWS(WINDOW("30 2 * * ? *", 60))
#define BERLIN     "Europe/Berlin"

/* A pump whose clocks are in that zone, at that time. */
static struct scene given_pump_in(const char *zone, const char *now)
{
    struct world *w = world_new_durable(now);
    world_restart_in_zone(w, zone, now);
    given_thing(w, "pump");
    return (struct scene){ w, OVER_MQTT };
}

static void assert_rollouts(struct world *w, const char *expected)
{
    const struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_items(a->body, "job.scheduledJobRollouts", "startTime", expected);
}

/* Moves the clock there, and a millisecond before that nothing has changed. */
static void assert_changes_at(struct scene *s, const char *time, const char *before, const char *queued_then)
{
    char just_before[64], status[64];
    snprintf(just_before, sizeof just_before, "%s:59.999Z", before);
    snprintf(status, sizeof status, "%s:00Z", time);
    const char *queued_before = queued_then[0] ? "" : "fw";
    set_clock(s->w, just_before);
    assert_pending(s, "", queued_before);
    set_clock(s->w, status);
    assert_pending(s, "", queued_then);
}

/* ---- nights ---- */

static void in_the_night_that_has_no_half_past_two_no_window_opens(void **state)
{
    (void)state;
    struct scene s = given_pump_in(BERLIN, "2030-03-29T12:00:00Z");
    given_job_with(s.w, "fw", "pump", EACH_NIGHT);
    assert_rollouts(s.w,
                    "2030-03-30 01:30 2030-04-01 00:30 2030-04-02 00:30 2030-04-03 00:30 2030-04-04 00:30 "
                    "2030-04-05 00:30 2030-04-06 00:30");
    assert_changes_at(&s, "2030-03-30T01:30", "2030-03-30T01:29", "fw");
    assert_changes_at(&s, "2030-03-30T02:30", "2030-03-30T02:29", "");
    assert_changes_at(&s, "2030-04-01T00:30", "2030-04-01T00:29", "fw");
    assert_changes_at(&s, "2030-04-01T01:30", "2030-04-01T01:29", "");
    world_free(s.w);
}

static void in_the_night_that_has_it_twice_the_window_opens_once(void **state)
{
    (void)state;
    struct scene s = given_pump_in(BERLIN, "2030-10-26T12:00:00Z");
    given_job_with(s.w, "fw", "pump", EACH_NIGHT);
    assert_changes_at(&s, "2030-10-27T00:30", "2030-10-27T00:29", "fw");
    assert_changes_at(&s, "2030-10-27T01:30", "2030-10-27T01:29", "");
    assert_changes_at(&s, "2030-10-28T01:30", "2030-10-28T01:29", "fw");
    world_free(s.w);
}

static void start_and_end_times_stay_in_utc(void **state)
{
    (void)state;
    struct scene s = given_pump_in(BERLIN, NOON);
    given_job_with(
        s.w, "fw", "pump",
        SCHEDULED_IN("\"startTime\":\"2030-01-02 01:00\",\"endTime\":\"2030-01-04 01:00\","
                     "\"endBehavior\":\"CANCEL\",\"maintenanceWindows\":[" WINDOW("30 2 * * ? *", 60) "]"));
    assert_rollouts(s.w, "2030-01-02 01:30 2030-01-03 01:30");
    assert_changes_at(&s, "2030-01-02T01:30", "2030-01-02T01:29", "fw");
    set_clock(s.w, "2030-01-04T00:59:59.999Z");
    assert_job_status(s.w, "fw", "SCHEDULED");
    set_clock(s.w, "2030-01-04T01:00:00Z");
    assert_job_status(s.w, "fw", "COMPLETED"); /* it has canceled its executions */
    world_free(s.w);
}

static void without_the_setting_expressions_are_in_utc(void **state)
{
    (void)state;
    struct scene s = { world_with_pump(NOON), OVER_MQTT };
    given_job_with(s.w, "fw", "pump", EACH_NIGHT);
    assert_changes_at(&s, "2030-01-02T02:30", "2030-01-02T02:29", "fw");
    world_free(s.w);
}

/* ---- another zone ---- */

static void a_job_that_has_not_started_waits_for_the_window_of_the_new_zone(void **state)
{
    (void)state;
    struct scene s = given_pump_in("UTC", NOON);
    given_job_with(s.w, "fw", "pump", EACH_NIGHT);
    world_restart_in_zone(s.w, "Asia/Kolkata", "2030-01-01T13:00:00Z");
    assert_timers(s.w, "JOB_START fw");
    assert_job_status(s.w, "fw", "SCHEDULED");
    assert_changes_at(&s, "2030-01-01T21:00", "2030-01-01T20:59", "fw");
    assert_timers(s.w, "WINDOW_CLOSE fw");
    world_free(s.w);
}

static void an_open_window_that_is_closed_in_the_new_zone_closes_at_the_start(void **state)
{
    (void)state;
    struct scene s = given_pump_in("UTC", NOON);
    given_job_with(s.w, "fw", "pump", AT_NOON);
    assert_pending(&s, "", "fw");
    world_restart_in_zone(s.w, BERLIN, "2030-01-01T12:01:00Z");
    assert_job_status(s.w, "fw", "SCHEDULED");
    assert_timers(s.w, "WINDOW_OPEN fw");
    assert_pending(&s, "", "");
    assert_changes_at(&s, "2030-01-02T11:00", "2030-01-02T10:59", "fw");
    world_free(s.w);
}

static void a_closed_window_that_is_open_in_the_new_zone_opens_at_the_start(void **state)
{
    (void)state;
    struct scene s = given_pump_in(BERLIN, "2030-01-01T11:00:00Z");
    given_job_with(s.w, "fw", "pump", AT_NOON);
    advance(s.w, "PT1H30M");
    assert_pending(&s, "", "");
    world_restart_in_zone(s.w, "UTC", "2030-01-01T12:31:00Z");
    assert_job_status(s.w, "fw", "IN_PROGRESS");
    assert_pending(&s, "", "fw");
    assert_changes_at(&s, "2030-01-01T13:00", "2030-01-01T12:59", "");
    world_free(s.w);
}

static void an_open_window_that_stays_open_closes_when_the_new_zone_says(void **state)
{
    (void)state;
    struct scene s = given_pump_in("UTC", "2030-01-01T12:30:00Z");
    given_job_with(s.w, "fw", "pump", IN_WINDOWS(WINDOW("0 12 * * ? *", 120)));
    world_restart_in_zone(s.w, BERLIN, "2030-01-01T12:31:00Z");
    assert_pending(&s, "", "fw");
    assert_changes_at(&s, "2030-01-01T13:00", "2030-01-01T12:59", "");
    world_free(s.w);
}

static void the_last_window_of_all_may_still_come_in_the_new_zone(void **state)
{
    (void)state;
    struct scene s = given_pump_in("UTC", NOON);
    given_job_with(s.w, "fw", "pump", IN_WINDOWS(WINDOW("30 12 1 1 ? 2030", 60)));
    set_clock(s.w, "2030-01-01T13:30:00Z");
    assert_timers(s.w, "");
    world_restart_in_zone(s.w, "America/New_York", "2030-01-01T14:00:00Z");
    assert_timers(s.w, "WINDOW_OPEN fw");
    assert_changes_at(&s, "2030-01-01T17:30", "2030-01-01T17:29", "fw");
    set_clock(s.w, "2030-01-01T18:30:00Z");
    assert_timers(s.w, "");
    world_free(s.w);
}

static void a_retry_waits_for_the_window_of_the_new_zone(void **state)
{
    (void)state;
    struct scene s = given_pump_in("UTC", NOON);
    given_job_with(s.w, "fw", "pump",
                   ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\","
                   "\"numberOfRetries\":1}]}" AT_NOON);
    assert_accepted(scene_start_next(&s, "{}"));
    advance(s.w, "PT2H");
    assert_accepted(scene_update(&s, "fw", "{\"status\":\"FAILED\"}"));
    assert_timers(s.w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
    world_restart_in_zone(s.w, BERLIN, "2030-01-01T14:01:00Z");
    assert_timers(s.w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
    assert_changes_at(&s, "2030-01-02T11:00", "2030-01-02T10:59", "fw");
    world_free(s.w);
}

static void a_restart_in_the_same_zone_changes_nothing(void **state)
{
    static const char *const zones[] = { "UTC", BERLIN };
    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct scene s = given_pump_in(zones[i], NOON);
        given_job_with(s.w, "waits", "pump", EACH_NIGHT);
        given_job_with(s.w, "fw", "pump", IN_WINDOWS(WINDOW("0 12,13 * * ? *", 60)));
        const struct answer *before = http(s.w, 200, "GET", "/jobs/fw", NULL);
        world_restart(s.w, NOON);
        assert_string_equal(http(s.w, 200, "GET", "/jobs/fw", NULL)->text, before->text);
        assert_timers(s.w, "JOB_START waits, WINDOW_CLOSE fw");
        assert_int_equal(rows_in(s.w, "timer WHERE due_ms > 1893499200000"), 2);
        world_free(s.w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_night_that_has_no_half_past_two_no_window_opens),
        cmocka_unit_test(in_the_night_that_has_it_twice_the_window_opens_once),
        cmocka_unit_test(start_and_end_times_stay_in_utc),
        cmocka_unit_test(without_the_setting_expressions_are_in_utc),
        cmocka_unit_test(a_job_that_has_not_started_waits_for_the_window_of_the_new_zone),
        cmocka_unit_test(an_open_window_that_is_closed_in_the_new_zone_closes_at_the_start),
        cmocka_unit_test(a_closed_window_that_is_open_in_the_new_zone_opens_at_the_start),
        cmocka_unit_test(an_open_window_that_stays_open_closes_when_the_new_zone_says),
        cmocka_unit_test(the_last_window_of_all_may_still_come_in_the_new_zone),
        cmocka_unit_test(a_retry_waits_for_the_window_of_the_new_zone),
        cmocka_unit_test(a_restart_in_the_same_zone_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
