#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "rules/jobs/forecast.h"

enum { MINUTE_MS = ROLLOUT_MINUTE_MS, TEXT_ROOM = 1024 };

static const int64_t noon_ms = INT64_C(1893499200000); /* 2030-01-01T12:00Z, a Tuesday */

/* ---- forecasts of a test ---- */

struct fixture {
    struct arena arena;
    struct err err;
    struct job_executions_rollout_config rollout;
    struct exponential_rollout_rate exponential;
    struct rate_increase_criteria criteria;
    struct maintenance_window window;
    struct windows windows;
    struct forecast_input in; /* from noon, a thousand a minute */
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena, 1024 * 1024);
    err_init(&f->err, &f->arena);
    f->in = (struct forecast_input){ .default_per_minute = 1000, .from_ms = noon_ms };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    free(f);
    return 0;
}

static void given_rate(struct fixture *f, int64_t rate)
{
    f->rollout.maximum_per_minute = (struct opt_int){ true, rate };
    f->in.rollout = &f->rollout;
}

static void given_exponential(struct fixture *f, int64_t base, double factor, int64_t maximum)
{
    given_rate(f, maximum);
    f->exponential = (struct exponential_rollout_rate){ .base_rate_per_minute = { true, base },
                                                        .increment_factor = { true, factor },
                                                        .rate_increase_criteria = &f->criteria };
    f->rollout.exponential_rate = &f->exponential;
}

static void given_window(struct fixture *f, const char *cron, int64_t minutes)
{
    struct maintenance_windows in = { .n = 1, .items = &f->window };
    f->window = (struct maintenance_window){ str_from(cron), { true, minutes } };
    if (!windows_read(&in, INT64_MIN, NULL, &f->arena, &f->windows, &f->err))
        fail_msg("%s", f->err.message.p);
    f->in.windows = &f->windows;
}

/* The first `batches`, as "12:00:00 2, 12:00:06 1"; a day other than the first is written as "02/". Behind
 * them "end", where it has come. */
static void assert_batches(const struct fixture *f, int batches, const char *expected)
{
    char text[TEXT_ROOM] = "", iso[TIME_TEXT_MAX];
    struct forecast forecast;
    struct forecast_batch batch;
    size_t n = 0;
    forecast_begin(&forecast, &f->in);
    for (int i = 0; i < batches; i++) {
        const char *comma = i > 0 ? ", " : "";
        if (!forecast_next(&forecast, &batch)) {
            snprintf(text + n, sizeof text - n, "%send", comma);
            break;
        }
        time_format_iso(batch.at_ms, iso);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", comma);
        if (strncmp(iso, "2030-01-01", 10) != 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%.2s/", iso + strlen("2030-01-"));
        n += (size_t)snprintf(text + n, sizeof text - n, "%.8s %lld", iso + strlen("2030-01-01T"),
                              (long long)batch.n);
    }
    assert_string_equal(text, expected);
}

/* All that the forecast queues before that time. */
static int64_t queued_before(const struct fixture *f, int64_t end_ms)
{
    struct forecast forecast;
    struct forecast_batch batch;
    int64_t sum = 0;
    forecast_begin(&forecast, &f->in);
    while (forecast_next(&forecast, &batch) && batch.at_ms < end_ms)
        sum += batch.n;
    return sum;
}

/* ---- rates ---- */

static void a_constant_rate_fills_its_slots(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 15);
    assert_batches(f, 5, "12:00:00 2, 12:00:06 1, 12:00:12 2, 12:00:18 1, 12:00:24 2");
    assert_int_equal(queued_before(f, noon_ms + 60 * MINUTE_MS), 60 * 15);
}

static void empty_slots_are_no_batches(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 1);
    assert_batches(f, 3, "12:00:00 1, 12:01:00 1, 12:02:00 1");
}

static void a_slot_of_many_slices_is_one_batch(void **state)
{
    struct fixture *f = *state;
    f->in.default_per_minute = 12345;
    assert_batches(f, 2, "12:00:00 1235, 12:00:06 1234");
}

static void without_a_limit_all_come_at_once(void **state)
{
    struct fixture *f = *state;
    struct forecast forecast;
    struct forecast_batch batch;
    f->in.default_per_minute = ROLLOUT_UNLIMITED;
    forecast_begin(&forecast, &f->in);
    assert_true(forecast_next(&forecast, &batch));
    assert_int_equal(batch.at_ms, noon_ms);
    assert_true(batch.n == INT64_MAX);
}

/* Ten a minute until ten are notified, then twenty, forty, and so on. */
static void an_exponential_rate_rises_with_those_it_notifies(void **state)
{
    struct fixture *f = *state;
    f->criteria.number_of_notified_things = (struct opt_int){ true, 10 };
    given_exponential(f, 10, 2, 40);
    assert_int_equal(queued_before(f, noon_ms + MINUTE_MS), 10);
    assert_batches(f, 16,
                   "12:00:00 1, 12:00:06 1, 12:00:12 1, 12:00:18 1, 12:00:24 1, 12:00:30 1, 12:00:36 1, "
                   "12:00:42 1, 12:00:48 1, 12:00:54 1, 12:01:00 2, 12:01:06 2, 12:01:12 2, 12:01:18 2, "
                   "12:01:24 2, 12:01:30 4");
}

/* A slot holds 120: after the first slice of a hundred the rate has doubled, and so has the slot. */
static void a_rate_may_rise_from_slice_to_slice_of_a_slot(void **state)
{
    struct fixture *f = *state;
    f->criteria.number_of_notified_things = (struct opt_int){ true, 100 };
    given_exponential(f, 1200, 2, 2400);
    assert_batches(f, 2, "12:00:00 240, 12:00:06 240");
}

static void a_rate_that_rises_with_successes_has_a_slowest_and_a_fastest_case(void **state)
{
    struct fixture *f = *state;
    f->criteria.number_of_succeeded_things = (struct opt_int){ true, 2 };
    given_exponential(f, 10, 5, 100);
    assert_int_equal(queued_before(f, noon_ms + MINUTE_MS), 10);
    f->in.all_succeed = true;
    assert_batches(f, 4, "12:00:00 1, 12:00:06 1, 12:00:12 5, 12:00:18 10");
    f->in.all_succeed = false;
    f->in.counts.succeeded = 2;
    assert_batches(f, 2, "12:00:00 5, 12:00:06 5");
}

/* ---- a rollout that is on its way ---- */

static void a_rollout_goes_on_in_the_slot_that_it_is_in(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 100);
    f->in.slot = (struct rollout_slot){ .number = 3, .began_ms = noon_ms - 2000, .taken = 4 };
    assert_batches(f, 2, "12:00:00 6, 12:00:04 10");
    f->in.slot.taken = 10;
    assert_batches(f, 2, "12:00:04 10, 12:00:10 10");
}

static void what_was_notified_before_counts(void **state)
{
    struct fixture *f = *state;
    f->criteria.number_of_notified_things = (struct opt_int){ true, 10 };
    given_exponential(f, 10, 2, 40);
    f->in.counts.notified = 19;
    assert_batches(f, 2, "12:00:00 2, 12:00:06 4");
}

/* ---- when it may roll out ---- */

static void nothing_is_rolled_out_from_the_end_time_on(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 10);
    f->in.end_ms = (struct opt_int){ true, noon_ms + 2 * ROLLOUT_SLOT_MS };
    assert_batches(f, 9, "12:00:00 1, 12:00:06 1, end");
    f->in.end_ms.value++;
    assert_batches(f, 9, "12:00:00 1, 12:00:06 1, 12:00:12 1, end");
    f->in.end_ms.value = noon_ms;
    assert_batches(f, 9, "end");
}

static void between_windows_nothing_is_rolled_out(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 3);
    given_window(f, "cron(30 12 * * ? *)", 2);
    assert_batches(f, 7,
                   "12:30:00 1, 12:30:18 1, 12:30:36 1, 12:31:00 1, 12:31:18 1, 12:31:36 1, 02/12:30:00 1");
}

/* Two of three of the minute have come when it closes; the next window begins with a whole minute. */
static void a_window_that_is_open_is_not_awaited_and_leaves_no_burst_behind(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 3);
    given_window(f, "cron(0 12 * * ? *)", 1);
    f->in.from_ms = noon_ms + 30 * 1000;
    assert_batches(f, 4, "12:00:30 1, 12:00:48 1, 02/12:00:00 1, 02/12:00:18 1");
}

static void where_no_window_opens_any_more_it_ends(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 2);
    given_window(f, "cron(0 12 1 1 ? 2030)", 1);
    assert_batches(f, 9, "12:00:00 1, 12:00:30 1, end");
}

static void an_end_time_between_windows_is_an_end(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 2);
    given_window(f, "cron(0 12 * * ? *)", 1);
    f->in.end_ms = (struct opt_int){ true, noon_ms + 24 * 60 * MINUTE_MS };
    assert_batches(f, 9, "12:00:00 1, 12:00:30 1, end");
}

/* After so many windows without a gap it is looked whether they close (rules/jobs/window): the slice of that
 * very moment waits for the next slot. */
static void windows_without_a_gap_are_one(void **state)
{
    enum { FOLLOWED = 1000 };
    struct fixture *f = *state;
    int64_t look_ms = noon_ms + FOLLOWED * MINUTE_MS;
    given_rate(f, 10);
    given_window(f, "cron(* * * * ? *)", 1);
    assert_int_equal(queued_before(f, look_ms), FOLLOWED * 10);
    assert_int_equal(queued_before(f, look_ms + ROLLOUT_SLOT_MS), FOLLOWED * 10);
    assert_int_equal(queued_before(f, look_ms + MINUTE_MS), FOLLOWED * 10 + 9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_constant_rate_fills_its_slots),
        TEST(empty_slots_are_no_batches),
        TEST(a_slot_of_many_slices_is_one_batch),
        TEST(without_a_limit_all_come_at_once),
        TEST(an_exponential_rate_rises_with_those_it_notifies),
        TEST(a_rate_may_rise_from_slice_to_slice_of_a_slot),
        TEST(a_rate_that_rises_with_successes_has_a_slowest_and_a_fastest_case),
        TEST(a_rollout_goes_on_in_the_slot_that_it_is_in),
        TEST(what_was_notified_before_counts),
        TEST(nothing_is_rolled_out_from_the_end_time_on),
        TEST(between_windows_nothing_is_rolled_out),
        TEST(a_window_that_is_open_is_not_awaited_and_leaves_no_burst_behind),
        TEST(where_no_window_opens_any_more_it_ends),
        TEST(an_end_time_between_windows_is_an_end),
        TEST(windows_without_a_gap_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
