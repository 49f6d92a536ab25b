#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "rules/jobs/rollout_outline.h"

enum { TEXT_ROOM = 1024 };

static const int64_t noon_ms = INT64_C(1893499200000); /* 2030-01-01T12:00Z */

struct fixture {
    struct arena arena;
    struct err err;
    struct job_executions_rollout_config rollout;
    struct exponential_rollout_rate exponential;
    struct rate_increase_criteria criteria;
    struct windows windows;
    struct forecast_input in; /* from noon, at the rate of `rollout` */
    struct rollout_outline outline;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena, 1024 * 1024);
    err_init(&f->err, &f->arena);
    f->in = (struct forecast_input){ .rollout = &f->rollout, .from_ms = noon_ms };
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
}

/* So many times the same one. */
static void given_windows(struct fixture *f, size_t n, const char *cron, int64_t minutes)
{
    struct maintenance_window items[WINDOWS_MAX];
    struct maintenance_windows in = { .n = n, .items = items };
    for (size_t i = 0; i < n; i++)
        items[i] = (struct maintenance_window){ str_from(cron), { true, minutes } };
    if (!windows_read(&in, INT64_MIN, NULL, &f->arena, &f->windows, &f->err))
        fail_msg("%s", f->err.message.p);
    f->in.windows = &f->windows;
}

static void given_window(struct fixture *f, const char *cron, int64_t minutes)
{
    given_windows(f, 1, cron, minutes);
}

/* The segments as "01-01 12:00:00 7x150 =1050", with a comma between them, and when the last things come. */
static void assert_outline(struct fixture *f, int64_t things, const char *segments, const char *last)
{
    char text[TEXT_ROOM] = "", iso[TIME_TEXT_MAX] = "";
    size_t n = 0;
    rollout_outline_make(&f->in, things, &f->outline);
    for (size_t i = 0; i < f->outline.n; i++) {
        const struct outline_segment *segment = &f->outline.segments[i];
        time_format_iso(segment->from_ms, iso);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.5s %.8s %lldx%lld =%lld", i > 0 ? ", " : "",
                              iso + strlen("2030-"), iso + strlen("2030-01-01T"), (long long)segment->minutes,
                              (long long)segment->per_minute, (long long)segment->total);
    }
    assert_string_equal(text, segments);
    iso[0] = '\0';
    if (f->outline.last_ms.set)
        time_format_iso(f->outline.last_ms.value, iso);
    assert_string_equal(iso, last);
}

/* ---- segments ---- */

static void minutes_that_queue_equally_many_are_one_segment(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 150);
    assert_outline(f, 1100, "01-01 12:00:00 7x150 =1050, 01-01 12:07:00 1x50 =1100",
                   "2030-01-01T12:07:18.000Z");
    assert_outline(f, 1050, "01-01 12:00:00 7x150 =1050", "2030-01-01T12:06:54.000Z");
    assert_outline(f, 1, "01-01 12:00:00 1x1 =1", "2030-01-01T12:00:00.000Z");
}

static void nothing_to_do_has_no_segments(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 150);
    assert_outline(f, 0, "", "");
}

static void one_a_minute_is_one_segment(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 1);
    assert_outline(f, 90, "01-01 12:00:00 90x1 =90", "2030-01-01T13:29:00.000Z");
}

static void without_a_limit_all_come_in_the_first_minute(void **state)
{
    struct fixture *f = *state;
    assert_outline(f, 1000000, "01-01 12:00:00 1x1000000 =1000000", "2030-01-01T12:00:00.000Z");
}

static void a_minute_in_which_the_rate_rises_stands_by_itself(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 40);
    f->criteria.number_of_notified_things = (struct opt_int){ true, 25 };
    f->exponential = (struct exponential_rollout_rate){ .base_rate_per_minute = { true, 10 },
                                                        .increment_factor = { true, 2 },
                                                        .rate_increase_criteria = &f->criteria };
    f->rollout.exponential_rate = &f->exponential;
    assert_outline(f, 165,
                   "01-01 12:00:00 2x10 =20, 01-01 12:02:00 1x15 =35, 01-01 12:03:00 1x24 =59, "
                   "01-01 12:04:00 2x40 =139, 01-01 12:06:00 1x26 =165",
                   "2030-01-01T12:06:36.000Z");
}

/* ---- pauses ---- */

static void each_window_begins_a_minute_and_a_segment(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 15);
    given_window(f, "cron(0 12 * * ? *)", 2);
    f->in.from_ms = noon_ms + 90 * 1000;
    assert_outline(f, 50, "01-01 12:01:30 1x8 =8, 01-02 12:00:00 2x15 =38, 01-03 12:00:00 1x12 =50",
                   "2030-01-03T12:00:42.000Z");
}

static void windows_that_follow_one_another_are_segments_of_their_own(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 15);
    given_window(f, "cron(0/2 * * * ? *)", 1);
    assert_outline(f, 45, "01-01 12:00:00 1x15 =15, 01-01 12:02:00 1x15 =30, 01-01 12:04:00 1x15 =45",
                   "2030-01-01T12:04:54.000Z");
}

/* ---- ends ---- */

static void what_an_end_time_cuts_off_is_not_counted(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 10);
    f->in.end_ms = (struct opt_int){ true, noon_ms + 150 * 1000 };
    assert_outline(f, 100, "01-01 12:00:00 2x10 =20, 01-01 12:02:00 1x5 =25", "2030-01-01T12:02:24.000Z");
    assert_false(f->outline.broken_off);
    assert_int_equal(f->outline.things, 25);
}

/* A minute of each day: the segments that have no room are counted, and so are their things. */
static void more_segments_than_there_is_room_for_are_counted(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 2);
    given_window(f, "cron(0 12 * * ? *)", 1);
    rollout_outline_make(&f->in, 1500, &f->outline);
    assert_int_equal(f->outline.n, OUTLINE_SEGMENTS_MAX);
    assert_int_equal(f->outline.segments_left, 250);
    assert_int_equal(f->outline.segments[OUTLINE_SEGMENTS_MAX - 1].total, 1000);
    assert_int_equal(f->outline.things, 1500);
    assert_false(f->outline.broken_off);
}

static void what_takes_years_is_broken_off(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 1);
    given_window(f, "cron(0 12 * * ? *)", 1);
    rollout_outline_make(&f->in, 1000000, &f->outline);
    assert_true(f->outline.broken_off);
    assert_int_equal(f->outline.things, 3 * 366 + 1);
}

/* Twenty expressions that are asked every other minute, each for its next time. */
static void windows_that_are_too_many_to_follow_are_broken_off(void **state)
{
    struct fixture *f = *state;
    given_rate(f, 1);
    given_windows(f, WINDOWS_MAX, "cron(0/2 * * * ? *)", 1);
    rollout_outline_make(&f->in, 1000000, &f->outline);
    assert_true(f->outline.broken_off);
    assert_in_range(f->outline.things, 10000, 100000);
    assert_int_equal(f->outline.last_ms.value, noon_ms + (f->outline.things - 1) * 2 * 60 * 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(minutes_that_queue_equally_many_are_one_segment),
        TEST(nothing_to_do_has_no_segments),
        TEST(one_a_minute_is_one_segment),
        TEST(without_a_limit_all_come_in_the_first_minute),
        TEST(a_minute_in_which_the_rate_rises_stands_by_itself),
        TEST(each_window_begins_a_minute_and_a_segment),
        TEST(windows_that_follow_one_another_are_segments_of_their_own),
        TEST(what_an_end_time_cuts_off_is_not_counted),
        TEST(more_segments_than_there_is_room_for_are_counted),
        TEST(what_takes_years_is_broken_off),
        TEST(windows_that_are_too_many_to_follow_are_broken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
