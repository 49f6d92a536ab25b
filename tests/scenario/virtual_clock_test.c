/* POST /_iotjobs/clock: time that stands, jumps, runs and goes back. */
#include <stdio.h>

#include "base/time_text.h"
#include "store/timer_store.h"
#include "support/world.h"

static struct answer *change(struct world *w, enum clock_verb verb)
{
    struct clock_change c = { .verb = verb, .scale = 1 };
    return change_clock(w, &c);
}

static struct answer *scale(struct world *w, double factor)
{
    struct clock_change c = { .verb = CLOCK_SCALE, .scale = factor };
    return change_clock(w, &c);
}

static int64_t now_of(const struct answer *a)
{
    int64_t ms;
    assert_true(time_parse_iso(str_from(json_at(a->body, "now")->valuestring), &ms));
    return ms;
}

static void given_timeout_job(struct world *w, const char *job, const char *more)
{
    char members[256];
    snprintf(members, sizeof members, ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}%s", more);
    given_job_with(w, job, "pump", members);
}

static void a_frozen_clock_stands(void **state)
{
    struct world *w = *state;
    struct answer *a = change(w, CLOCK_FREEZE);
    assert_json(a->body, "",
                "{\"mode\":\"virtual\",\"frozen\":true,\"scale\":1.0,\"now\":\"2030-01-01T12:00:00.000Z\","
                "\"fired\":[],\"firedCount\":0}");
    assert_int_equal(now_of(change(w, CLOCK_FREEZE)), now_of(a));
}

static void an_advance_moves_it_and_leaves_it_frozen(void **state)
{
    struct world *w = *state;
    struct answer *a = advance(w, "P1DT2H3M4.5S");
    assert_json_string(a->body, "now", "2030-01-02T14:03:04.500Z");
    assert_json(a->body, "frozen", "true");
    given_job(w, "fw", "pump");
    assert_json_number(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.createdAt", 1893592984.5);
}

static void setting_it_forward_fires_everything_on_the_way(void **state)
{
    struct world *w = *state;
    given_timeout_job(w, "a", "");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    given_timeout_job(w, "b", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:30\"}");
    struct answer *a = set_clock(w, "2031-01-01T00:00:00Z");
    assert_json_string(a->body, "now", "2031-01-01T00:00:00.000Z");
    assert_json(a->body, "fired",
                "[{\"at\":\"2030-01-01T12:10:00.000Z\",\"timer\":\"EXECUTION_TIMEOUT\",\"jobId\":\"a\","
                "\"thingName\":\"pump\",\"executionNumber\":1},"
                "{\"at\":\"2030-01-01T12:30:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"b\"}]");
    assert_json_number(a->body, "firedCount", 2);
    struct answer *e = http(w, 200, "GET", "/things/pump/jobs/a", NULL);
    assert_json_string(e->body, "execution.status", "TIMED_OUT");
    assert_json_number(e->body, "execution.lastUpdatedAt", 1893499800);
}

static void what_was_fired_is_heard_in_its_order(void **state)
{
    struct world *w = *state;
    given_timeout_job(w, "a", "");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    given_timeout_job(w, "b", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:30\"}");
    forget_notifications(w);
    advance(w, "P1D");
    assert_json_number(take_notification(w, "$aws/things/pump/jobs/notify"), "timestamp", 1893499800);
    assert_json_absent(take_notification(w, "$aws/things/pump/jobs/notify-next"), "execution");
    assert_json_number(take_notification(w, "$aws/things/pump/jobs/notify"), "timestamp", 1893501000);
    assert_json_string(take_notification(w, "$aws/things/pump/jobs/notify-next"), "execution.jobId", "b");
    assert_silence(w);
}

static void setting_it_back_fires_nothing_and_what_was_ahead_stays_ahead(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    struct answer *a = set_clock(w, "2029-12-31T00:00:00Z");
    assert_json_string(a->body, "now", "2029-12-31T00:00:00.000Z");
    assert_json_number(a->body, "firedCount", 0);
    assert_json_number(advance(w, "P1D")->body, "firedCount", 0);
    assert_job_status(w, "fw", "SCHEDULED");
    assert_json_number(advance(w, "P1D")->body, "firedCount", 1);
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void what_has_fired_does_not_fire_again_when_its_time_comes_again(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    assert_json_number(advance(w, "PT2H")->body, "firedCount", 1);
    set_clock(w, "2030-01-01T12:00:00Z");
    assert_json_number(advance(w, "PT2H")->body, "firedCount", 0);
    assert_int_equal(rows_in(w, "execution"), 1);
}

static void an_advance_by_nothing_changes_nothing(void **state)
{
    struct world *w = *state;
    struct answer *a = advance(w, "PT0S");
    assert_json_string(a->body, "now", "2030-01-01T12:00:00.000Z");
    assert_json(a->body, "fired", "[]");
}

static void a_scaled_clock_runs_and_can_be_frozen_again(void **state)
{
    struct world *w = *state;
    struct answer *a = scale(w, 1000000);
    assert_json(a->body, "frozen", "false");
    assert_json_number(a->body, "scale", 1000000);
    int64_t begin = now_of(a);
    int64_t seen = begin;
    while (seen - begin < 3600 * 1000)
        seen = now_of(advance(w, "PT0S"));
    a = change(w, CLOCK_FREEZE);
    assert_json(a->body, "frozen", "true");
    assert_true(now_of(a) >= seen);
    assert_int_equal(now_of(advance(w, "PT0S")), now_of(a));
}

static void a_running_clock_fires_by_itself_with_the_next_request(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    int64_t seen = now_of(scale(w, 10000000));
    while (seen < INT64_C(1893502800000))
        seen = now_of(advance(w, "PT0S"));
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void a_clock_that_follows_the_host_again_fires_what_the_jump_passed(void **state)
{
    (void)state;
    struct world *w = world_with_pump("2020-01-01T00:00:00Z");
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2020-06-01 00:00\"}");
    struct answer *a = change(w, CLOCK_REAL);
    assert_json_string(a->body, "mode", "real");
    assert_json(a->body, "frozen", "false");
    assert_json_number(a->body, "firedCount", 1);
    assert_job_status(w, "fw", "IN_PROGRESS");
    world_free(w);
}

static void a_host_clock_can_be_taken_over_again(void **state)
{
    struct world *w = *state;
    change(w, CLOCK_REAL);
    struct answer *a = set_clock(w, "2040-01-01T00:00:00Z");
    assert_json_string(a->body, "mode", "virtual");
    change(w, CLOCK_FREEZE);
}

static void a_long_list_of_what_fired_is_cut_but_counted(void **state)
{
    enum { TIMERS = 1003, LISTED = 1000 };
    struct world *w = *state;
    for (int i = 0; i < TIMERS; i++) {
        char id[32];
        snprintf(id, sizeof id, "gone-%d", i);
        struct timer_row timer = { .kind = TIMER_JOB_START,
                                   .job_id = str_from(id),
                                   .thing_name = STR_LIT(""),
                                   .due_ms = INT64_C(1893502800000) };
        assert_true(store_timer_set(world_db(w), &timer));
    }
    struct answer *a = advance(w, "PT1H");
    assert_json_number(a->body, "firedCount", TIMERS);
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "fired")), LISTED);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_silence(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frozen_clock_stands),
        TEST(an_advance_moves_it_and_leaves_it_frozen),
        TEST(setting_it_forward_fires_everything_on_the_way),
        TEST(what_was_fired_is_heard_in_its_order),
        TEST(setting_it_back_fires_nothing_and_what_was_ahead_stays_ahead),
        TEST(what_has_fired_does_not_fire_again_when_its_time_comes_again),
        TEST(an_advance_by_nothing_changes_nothing),
        TEST(a_scaled_clock_runs_and_can_be_frozen_again),
        TEST(a_running_clock_fires_by_itself_with_the_next_request),
        cmocka_unit_test(a_clock_that_follows_the_host_again_fires_what_the_jump_passed),
        TEST(a_host_clock_can_be_taken_over_again),
        TEST(a_long_list_of_what_fired_is_cut_but_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
