#include "support/cmocka_all.h"

#include "base/clock.h"

#define NEW_YEAR_2030_MS INT64_C(1893456000000)

static void a_real_clock_follows_the_host_and_refuses_to_be_moved(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_real(&clock);
    int64_t before_ms = clock_host_ms();
    int64_t now_ms = clock_now_ms(&clock);
    int64_t after_ms = clock_host_ms();
    assert_true(before_ms <= now_ms && now_ms <= after_ms);

    assert_false(clock_freeze(&clock));
    assert_false(clock_set(&clock, NEW_YEAR_2030_MS));
    assert_false(clock_scale(&clock, 60));
    assert_false(clock_follow_host(&clock));

    struct clock_state is = clock_state(&clock);
    assert_false(is.movable);
    assert_true(is.follows_host);
    assert_false(is.frozen);
    assert_true(is.scale == 1);
    assert_true(is.now_ms >= after_ms && is.now_ms < NEW_YEAR_2030_MS);
    clock_release(&clock);
}

static void a_virtual_clock_starts_where_it_is_told_and_runs(void **state)
{
    (void)state;
    struct clock clock;
    int64_t before_us = clock_mono_us();
    clock_init_virtual(&clock, NEW_YEAR_2030_MS);
    int64_t now_ms = clock_now_ms(&clock);
    int64_t passed_ms = (clock_mono_us() - before_us) / 1000 + 1;
    assert_true(now_ms >= NEW_YEAR_2030_MS && now_ms <= NEW_YEAR_2030_MS + passed_ms);
    clock_release(&clock);
}

/* A few milliseconds at most: all that is waited for is that the host's clock moves. */
static void pass_real_ms(int64_t ms)
{
    int64_t until_us = clock_mono_us() + ms * 1000;
    while (clock_mono_us() < until_us) {
    }
}

static void a_frozen_clock_stands_still_until_it_is_set(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, NEW_YEAR_2030_MS);
    assert_true(clock_freeze(&clock));
    int64_t frozen_ms = clock_now_ms(&clock);
    pass_real_ms(3);
    assert_true(clock_now_ms(&clock) == frozen_ms);

    assert_true(clock_set(&clock, NEW_YEAR_2030_MS + 5000));
    assert_true(clock_now_ms(&clock) == NEW_YEAR_2030_MS + 5000);
    assert_true(clock_state(&clock).frozen);
    assert_true(clock_set(&clock, 0));
    assert_true(clock_now_ms(&clock) == 0);
    clock_release(&clock);
}

static void a_scaled_clock_runs_faster_and_is_no_longer_frozen(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, NEW_YEAR_2030_MS);
    clock_freeze(&clock);
    int64_t from_ms = clock_now_ms(&clock);
    int64_t before_us = clock_mono_us();
    assert_true(clock_scale(&clock, 3600));
    pass_real_ms(2);
    int64_t passed_ms = clock_now_ms(&clock) - from_ms;
    int64_t real_ms = (clock_mono_us() - before_us) / 1000 + 1;
    assert_true(passed_ms >= 3600);
    assert_true(passed_ms <= real_ms * 3600);
    assert_false(clock_state(&clock).frozen);
    clock_release(&clock);
}

static void setting_the_clock_keeps_its_scale(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    clock_scale(&clock, 60);
    clock_set(&clock, NEW_YEAR_2030_MS);
    assert_true(clock_state(&clock).scale == 60);
    clock_release(&clock);
}

static void following_the_host_undoes_freeze_and_scale(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    clock_scale(&clock, 60);
    clock_freeze(&clock);
    assert_true(clock_follow_host(&clock));

    int64_t host_ms = clock_host_ms();
    struct clock_state is = clock_state(&clock);
    assert_true(is.movable && is.follows_host && !is.frozen);
    assert_true(is.scale == 1);
    assert_true(is.now_ms >= host_ms);

    assert_true(clock_freeze(&clock));
    assert_false(clock_state(&clock).follows_host);
    assert_true(clock_now_ms(&clock) >= host_ms);
    clock_release(&clock);
}

static void nothing_is_left_to_wait_for_what_is_due(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, NEW_YEAR_2030_MS);
    assert_int_equal(clock_real_delay_ms(&clock, NEW_YEAR_2030_MS), 0);
    assert_int_equal(clock_real_delay_ms(&clock, INT64_MIN), 0);
    clock_freeze(&clock);
    assert_int_equal(clock_real_delay_ms(&clock, NEW_YEAR_2030_MS), 0);
    clock_release(&clock);
}

static void a_frozen_clock_never_gets_there_by_itself(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, NEW_YEAR_2030_MS);
    clock_freeze(&clock);
    assert_true(clock_real_delay_ms(&clock, clock_now_ms(&clock) + 1) == INT64_MAX);
    clock_release(&clock);
}

static void a_clock_at_the_hosts_pace_waits_as_long_as_it_says(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_real(&clock);
    int64_t due_ms = clock_host_ms() + 3600000;
    int64_t delay_ms = clock_real_delay_ms(&clock, due_ms);
    assert_true(delay_ms <= 3600000 && delay_ms >= due_ms - clock_host_ms());
    assert_true(clock_real_delay_ms(&clock, INT64_MAX) > 0);
    clock_release(&clock);
}

/* Checked on a copy whose start is moved into the past instead of waiting. */
static void after_the_delay_the_clock_reads_the_due_time(void **state)
{
    (void)state;
    static const double scales[] = { 0.001, 0.3, 1, 1.1, 3, 7, 60, 86400, 1e9 };
    static const int64_t waits_ms[] = { 1, 2, 3, 7, 10, 999, 1000, 86399999, INT64_C(31536000000) };
    for (size_t s = 0; s < sizeof(scales) / sizeof(scales[0]); s++) {
        for (size_t w = 0; w < sizeof(waits_ms) / sizeof(waits_ms[0]); w++) {
            struct clock clock;
            clock_init_virtual(&clock, NEW_YEAR_2030_MS);
            clock_scale(&clock, scales[s]);
            int64_t due_ms = clock_now_ms(&clock) + waits_ms[w];
            int64_t delay_ms = clock_real_delay_ms(&clock, due_ms);
            clock.base_mono_ms -= delay_ms;
            assert_true(clock_now_ms(&clock) >= due_ms);
            clock_release(&clock);
        }
    }
}

static void the_delay_is_rounded_up_and_not_a_millisecond_more(void **state)
{
    (void)state;
    static const struct {
        double scale;
        int64_t virtual_ms, real_ms;
    } cases[] = {
        { 1, 500000, 500000 },    { 3, 1000000, 333334 },   { 0.001, 500, 500000 },
        { 60, 36000000, 600000 }, { 60, 36000001, 600001 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct clock clock;
        clock_init_virtual(&clock, 0);
        clock_scale(&clock, cases[i].scale);
        int64_t before_ms = clock_mono_us() / 1000;
        int64_t delay_ms = clock_real_delay_ms(&clock, clock.base_ms + cases[i].virtual_ms);
        int64_t after_ms = clock_mono_us() / 1000;
        int64_t due_mono_ms = clock.base_mono_ms + cases[i].real_ms;
        assert_true(before_ms + delay_ms <= due_mono_ms);
        assert_true(after_ms + delay_ms >= due_mono_ms);
        clock_release(&clock);
    }
}

static void times_past_all_calendars_do_not_overflow(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, INT64_MAX - 1);
    clock_scale(&clock, 1e300);
    pass_real_ms(2);
    assert_true(clock_now_ms(&clock) == INT64_MAX);
    clock_scale(&clock, 1);
    clock_set(&clock, INT64_MIN);
    assert_true(clock_real_delay_ms(&clock, INT64_MAX) == INT64_MAX);
    clock_scale(&clock, 1e-300);
    clock_set(&clock, 0);
    assert_true(clock_real_delay_ms(&clock, 1) == INT64_MAX);
    clock_release(&clock);
}

static void *move_about(void *context)
{
    struct clock *clock = context;
    for (int i = 0; i < 2000; i++) {
        clock_set(clock, i);
        clock_freeze(clock);
        clock_scale(clock, 1 + i % 7);
        if (i % 100 == 0) {
            clock_follow_host(clock);
        }
    }
    return NULL;
}

static void any_thread_may_read_while_another_moves_the_clock(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    pthread_t mover;
    assert_int_equal(pthread_create(&mover, NULL, move_about, &clock), 0);
    for (int i = 0; i < 2000; i++) {
        assert_true(clock_now_ms(&clock) >= 0);
        assert_true(clock_real_delay_ms(&clock, INT64_MAX) > 0);
        assert_true(clock_state(&clock).scale >= 1);
    }
    pthread_join(mover, NULL);
    clock_release(&clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_clock_follows_the_host_and_refuses_to_be_moved),
        cmocka_unit_test(a_virtual_clock_starts_where_it_is_told_and_runs),
        cmocka_unit_test(a_frozen_clock_stands_still_until_it_is_set),
        cmocka_unit_test(a_scaled_clock_runs_faster_and_is_no_longer_frozen),
        cmocka_unit_test(setting_the_clock_keeps_its_scale),
        cmocka_unit_test(following_the_host_undoes_freeze_and_scale),
        cmocka_unit_test(nothing_is_left_to_wait_for_what_is_due),
        cmocka_unit_test(a_frozen_clock_never_gets_there_by_itself),
        cmocka_unit_test(a_clock_at_the_hosts_pace_waits_as_long_as_it_says),
        cmocka_unit_test(after_the_delay_the_clock_reads_the_due_time),
        cmocka_unit_test(the_delay_is_rounded_up_and_not_a_millisecond_more),
        cmocka_unit_test(times_past_all_calendars_do_not_overflow),
        cmocka_unit_test(any_thread_may_read_while_another_moves_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
