/* Maintenance windows and a server that was off: what was missed, and what happens at its start. */
#include "support/groups.h"
#include "support/windows.h"

static struct world *durable_world(void)
{
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    return w;
}

static void a_job_stays_closed_over_a_restart(void **state)
{
    (void)state;
    struct scene s = { durable_world(), OVER_MQTT };
    given_job_with(s.w, "fw", "pump", AT_NOON);
    advance(s.w, "PT2H");
    world_restart(s.w, "2030-01-01T15:00:00Z");
    assert_pending(&s, "", "");
    set_clock(s.w, "2030-01-02T12:00:00Z");
    assert_pending(&s, "", "fw");
    world_free(s.w);
}

static void what_happened_while_the_server_was_off_happens_at_its_start(void **state)
{
    static const struct {
        const char *restart, *status, *timer, *queued;
    } cases[] = {
        { "2030-01-01T12:59:00Z", "IN_PROGRESS", "WINDOW_CLOSE fw", "fw" },
        { "2030-01-01T13:00:00Z", "SCHEDULED", "WINDOW_OPEN fw", "" },
        { "2030-01-02T11:59:00Z", "SCHEDULED", "WINDOW_OPEN fw", "" },
        { "2030-01-02T12:30:00Z", "IN_PROGRESS", "WINDOW_CLOSE fw", "fw" },
        { "2030-01-05T18:00:00Z", "SCHEDULED", "WINDOW_OPEN fw", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = { durable_world(), OVER_MQTT };
        given_job_with(s.w, "fw", "pump", AT_NOON);
        world_restart(s.w, cases[i].restart);
        assert_job_status(s.w, "fw", cases[i].status);
        assert_timers(s.w, cases[i].timer);
        assert_pending(&s, "", cases[i].queued);
        world_free(s.w);
    }
}

static void an_opening_that_was_missed_happens_at_the_start_and_a_whole_window_does_not(void **state)
{
    (void)state;
    for (int missed = 0; missed < 2; missed++) {
        struct scene s = { durable_world(), OVER_MQTT };
        given_job_with(s.w, "fw", "pump", AT_NOON);
        advance(s.w, "PT2H");
        world_restart(s.w, missed ? "2030-01-02T15:00:00Z" : "2030-01-02T12:30:00Z");
        assert_job_status(s.w, "fw", missed ? "SCHEDULED" : "IN_PROGRESS");
        assert_pending(&s, "", missed ? "" : "fw");
        set_clock(s.w, "2030-01-03T12:30:00Z");
        assert_pending(&s, "", "fw");
        world_free(s.w);
    }
}

static void a_first_window_that_was_missed_is_waited_for_again(void **state)
{
    (void)state;
    struct scene s = { durable_world(), OVER_MQTT };
    given_job_with(s.w, "fw", "pump", AT_HALF_PAST);
    world_restart(s.w, "2030-01-01T14:00:00Z");
    assert_job_status(s.w, "fw", "SCHEDULED");
    assert_timers(s.w, "JOB_START fw");
    assert_int_equal(rows_in(s.w, "execution"), 0);
    set_clock(s.w, "2030-01-02T12:30:00Z");
    assert_job_status(s.w, "fw", "IN_PROGRESS");
    assert_pending(&s, "", "fw");
    world_free(s.w);
}

/* Its turn to be beside the others has not come yet. */
static void a_first_window_that_was_missed_costs_no_job_its_life(void **state)
{
    (void)state;
    struct scene s = { durable_world(), OVER_MQTT };
    given_job_with(s.w, "fw", "pump", AT_HALF_PAST);
    given_group(s.w, "site", NULL);
    given_members(s.w, "site", "lamp", 20);
    given_job_for_with(s.w, "long", "SNAPSHOT", GROUP_TARGET("site"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1}");
    world_settings(s.w)->concurrent_jobs_limit = 1;
    world_restart(s.w, "2030-01-01T14:00:00Z");
    assert_json(http(s.w, 200, "GET", "/jobs/long", NULL)->body, "job.isConcurrent", "true");
    assert_job_status(s.w, "fw", "SCHEDULED");
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_stays_closed_over_a_restart),
        cmocka_unit_test(what_happened_while_the_server_was_off_happens_at_its_start),
        cmocka_unit_test(an_opening_that_was_missed_happens_at_the_start_and_a_whole_window_does_not),
        cmocka_unit_test(a_first_window_that_was_missed_is_waited_for_again),
        cmocka_unit_test(a_first_window_that_was_missed_costs_no_job_its_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
