/* A whole server is started with a time zone for maintenance windows, and later with another one. */
#include "support/http_world.h"

#include "support/cmocka_all.h"

#include "base/time_text.h"

#define THING "/things/pump"
#define JOB   "/jobs/fw"

static void given_job_in_the_far_future(const struct http_world *world)
{
    http_ask(world, "POST", THING, "{}", 200, "");
    http_ask(world, "PUT", JOB,
             "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],\"document\":\"{}\","
             "\"targetSelection\":\"CONTINUOUS\",\"schedulingConfig\":{\"maintenanceWindows\":[{"
             "\"startTime\":\"cron(30 2 1 1 ? 2150)\",\"durationInMinutes\":60}]}}",
             200, "");
}

/* The second one is answered after the timers of the first one's transaction are known. */
static void assert_next_timer(const struct http_world *world, const char *minute)
{
    int64_t due_ms;
    assert_true(time_parse_minute(str_from(minute), &due_ms));
    http_ask(world, "PATCH", THING, "{}", 200, "");
    http_ask(world, "PATCH", THING, "{}", 200, "");
    assert_int_equal(engine_stats(server_engine(world->server)).next_due_ms, due_ms);
}

static void a_start_with_another_zone_moves_what_waits_for_windows(void **state)
{
    struct http_world *world = *state;
    given_job_in_the_far_future(world);
    http_ask(world, "GET", JOB, NULL, 200, "\"scheduledJobRollouts\":[{\"startTime\":\"2150-01-01 02:30\"}]");
    assert_next_timer(world, "2150-01-01 02:30");
    http_world_restart_with(world, "window_time_zone", "Asia/Kolkata");
    http_ask(world, "GET", JOB, NULL, 200, "\"scheduledJobRollouts\":[{\"startTime\":\"2149-12-31 21:00\"}]");
    assert_next_timer(world, "2149-12-31 21:00");
    http_ask(world, "GET", "/_iotjobs/info", NULL, 200, "\"window_time_zone\":\"Asia/Kolkata\"");
    http_world_restart_with(world, "window_time_zone", "UTC");
    http_ask(world, "GET", JOB, NULL, 200, "\"scheduledJobRollouts\":[{\"startTime\":\"2150-01-01 02:30\"}]");
    assert_next_timer(world, "2150-01-01 02:30");
}

static void a_zone_that_is_not_known_keeps_a_server_from_starting(void **state)
{
    struct settings settings;
    struct server_config config = { .settings = &settings };
    struct strbuf problem;
    (void)state;
    settings_init(&settings);
    strbuf_init(&problem, 4096);
    assert_true(settings_set(&settings, STR_LIT("in_memory"), STR_LIT("true"), &problem));
    assert_true(settings_set(&settings, STR_LIT("window_time_zone"), STR_LIT("Mars/Base"), &problem));
    assert_null(server_start(&config, &problem));
    assert_string_equal(problem.p, "'Mars/Base' is not one of the time zones in /usr/share/zoneinfo, such as "
                                   "Europe/Berlin");
    strbuf_release(&problem);
    settings_release(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_start_with_another_zone_moves_what_waits_for_windows,
                                        http_world_setup_durable, http_world_teardown),
        cmocka_unit_test(a_zone_that_is_not_known_keeps_a_server_from_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
