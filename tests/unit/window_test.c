#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time_text.h"
#include "rules/jobs/window.h"

enum { MINUTE_MS = 60 * 1000 };

/* ---- windows of a test ---- */

struct fixture {
    struct arena arena;
    struct err err;
    struct maintenance_window items[WINDOWS_MAX + 1];
    struct maintenance_windows in;
    struct windows windows;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena, 1024 * 1024);
    err_init(&f->err, &f->arena);
    f->in.items = f->items;
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

static void add(struct fixture *f, const char *cron, int64_t minutes)
{
    f->items[f->in.n++] =
        (struct maintenance_window){ .start_time = str_from(cron), .duration_in_minutes = { true, minutes } };
}

static int64_t ms_at(const char *minute)
{
    int64_t ms;
    if (!time_parse_minute(str_from(minute), &ms))
        fail_msg("%s is no time", minute);
    return ms;
}

static void read_from(struct fixture *f, int64_t not_before_ms)
{
    if (!windows_read(&f->in, not_before_ms, NULL, &f->arena, &f->windows, &f->err))
        fail_msg("%s", f->err.message.p);
}

static void read_all(struct fixture *f)
{
    read_from(f, INT64_MIN);
}

static void assert_closed(struct fixture *f, const char *at)
{
    int64_t until_ms = -7;
    if (windows_open_at(&f->windows, ms_at(at), &until_ms))
        fail_msg("open at %s", at);
    assert_int_equal(until_ms, -7);
}

static void assert_open(struct fixture *f, const char *at, const char *until)
{
    int64_t until_ms;
    char text[TIME_TEXT_MAX];
    if (!windows_open_at(&f->windows, ms_at(at), &until_ms))
        fail_msg("closed at %s", at);
    time_format_minute(until_ms, text);
    assert_string_equal(text, until);
}

static void assert_starts(struct fixture *f, const char *after, const char *expected)
{
    int64_t starts_ms[WINDOW_STARTS];
    size_t n = windows_starts(&f->windows, ms_at(after), (struct opt_int){ 0 }, starts_ms);
    char all[WINDOW_STARTS * TIME_TEXT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        char text[TIME_TEXT_MAX];
        time_format_minute(starts_ms[i], text);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", text);
    }
    assert_string_equal(all, expected);
}

/* ---- one ---- */

static void a_window_is_open_from_its_start_for_its_duration(void **state)
{
    struct fixture *f = *state;
    int64_t until_ms, start_ms = ms_at("2030-01-07 02:00"), end_ms = ms_at("2030-01-07 03:30");
    add(f, "cron(0 2 ? * MON *)", 90);
    read_all(f);
    assert_closed(f, "2030-01-07 01:59");
    assert_open(f, "2030-01-07 02:00", "2030-01-07 03:30");
    assert_open(f, "2030-01-07 03:29", "2030-01-07 03:30");
    assert_closed(f, "2030-01-07 03:30");
    assert_false(windows_open_at(&f->windows, start_ms - 1, &until_ms));
    assert_true(windows_open_at(&f->windows, end_ms - 1, &until_ms));
    assert_int_equal(until_ms, end_ms);
    assert_true(windows_next(&f->windows, start_ms - 1, &until_ms));
    assert_int_equal(until_ms, start_ms);
    assert_true(windows_next(&f->windows, start_ms, &until_ms));
    assert_int_equal(until_ms, ms_at("2030-01-14 02:00"));
}

static void a_window_may_last_over_midnight_and_new_year(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 23 31 12 ? *)", 1430);
    read_all(f);
    assert_open(f, "2031-01-01 00:00", "2031-01-01 22:50");
    assert_closed(f, "2031-01-01 22:50");
    assert_closed(f, "2031-12-31 22:59");
}

static void a_window_that_begins_again_before_it_ends_stays_open(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 8-10 * * ? *)", 60);
    read_all(f);
    assert_open(f, "2030-01-01 08:00", "2030-01-01 11:00");
    assert_open(f, "2030-01-01 10:59", "2030-01-01 11:00");
    assert_closed(f, "2030-01-01 11:00");
}

static void a_window_without_an_end_is_looked_at_again(void **state)
{
    struct fixture *f = *state;
    int64_t at_ms = ms_at("2030-01-01 12:00"), again_ms;
    add(f, "cron(* * * * ? *)", 1430);
    read_all(f);
    for (int i = 0; i < 10; i++) {
        assert_true(windows_open_at(&f->windows, at_ms, &again_ms));
        assert_true(again_ms >= at_ms + 500 * MINUTE_MS);
        at_ms = again_ms;
    }
}

static void the_last_window_of_all_closes(void **state)
{
    struct fixture *f = *state;
    int64_t ms;
    add(f, "cron(0 12 31 12 ? 2199)", 600);
    read_all(f);
    assert_open(f, "2199-12-31 13:00", "2199-12-31 22:00");
    assert_closed(f, "2199-12-31 22:00");
    assert_false(windows_next(&f->windows, ms_at("2199-12-31 12:00"), &ms));
    assert_starts(f, "2199-12-31 12:00", "");
}

/* ---- several ---- */

static void several_windows_are_one(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 2 * * ? *)", 60);
    add(f, "cron(30 2 * * ? *)", 60);
    add(f, "cron(30 3 * * ? *)", 15);
    add(f, "cron(0 4 * * ? *)", 15);
    add(f, "cron(5 4 * * ? *)", 5);
    read_all(f);
    assert_closed(f, "2030-01-01 01:59");
    assert_open(f, "2030-01-01 02:00", "2030-01-01 03:45");
    assert_open(f, "2030-01-01 03:10", "2030-01-01 03:45");
    assert_closed(f, "2030-01-01 03:45");
    assert_open(f, "2030-01-01 04:00", "2030-01-01 04:15");
    assert_closed(f, "2030-01-01 04:15");
}

static void the_next_seven_starts_come_in_order_each_once(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 6,18 * * ? *)", 60);
    add(f, "cron(0 12,18 * * ? *)", 30);
    read_all(f);
    assert_starts(f, "2030-01-01 12:00",
                  "2030-01-01 18:00, 2030-01-02 06:00, 2030-01-02 12:00, 2030-01-02 18:00, 2030-01-03 06:00, "
                  "2030-01-03 12:00, 2030-01-03 18:00");
}

static void fewer_than_seven_are_all(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 0 29 2 ? 2030-2040)", 60);
    read_all(f);
    assert_starts(f, "2030-01-01 12:00", "2032-02-29 00:00, 2036-02-29 00:00, 2040-02-29 00:00");
}

static void without_windows_nothing_opens(void **state)
{
    struct fixture *f = *state;
    read_all(f);
    assert_closed(f, "2030-01-01 12:00");
    assert_starts(f, "2030-01-01 12:00", "");
}

/* ---- with a start time ---- */

static void what_begins_before_the_start_time_does_not_count(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 10 * * ? *)", 240);
    add(f, "cron(0 12 1 * ? *)", 60);
    read_from(f, ms_at("2030-01-01 11:00"));
    assert_closed(f, "2030-01-01 10:00");
    assert_closed(f, "2030-01-01 11:59");
    assert_open(f, "2030-01-01 12:00", "2030-01-01 13:00");
    assert_closed(f, "2030-01-01 13:00");
    assert_open(f, "2030-01-02 10:00", "2030-01-02 14:00");
    assert_starts(f, "2029-12-01 00:00",
                  "2030-01-01 12:00, 2030-01-02 10:00, 2030-01-03 10:00, 2030-01-04 10:00, 2030-01-05 10:00, "
                  "2030-01-06 10:00, 2030-01-07 10:00");
}

static void what_begins_at_the_start_time_counts(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 10 * * ? *)", 60);
    read_from(f, ms_at("2030-01-01 10:00"));
    assert_open(f, "2030-01-01 10:00", "2030-01-01 11:00");
}

/* ---- what is refused ---- */

static void assert_never(struct fixture *f, const char *cron, const char *now)
{
    f->in.n = 0;
    add(f, cron, 60);
    read_all(f);
    assert_false(windows_check(&f->windows, &f->in, ms_at(now), &f->err));
    assert_int_equal(f->err.code, ERR_INVALID_REQUEST);
    err_init(&f->err, &f->arena);
}

static void a_window_that_never_opens_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_never(f, "cron(0 0 30 2 ? *)", "2030-01-01 12:00");
    assert_never(f, "cron(0 10 1 1 ? 2030)", "2030-01-01 11:00");
    add(f, "cron(0 0 29 2 ? 2029-2031)", 60);
    read_all(f);
    assert_false(windows_check(&f->windows, &f->in, ms_at("2030-01-01 12:00"), &f->err));
    assert_string_equal(f->err.message.p, "The maintenance window cron(0 10 1 1 ? 2030) never opens.");
}

static void a_window_that_is_open_for_the_last_time_is_taken(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 10 1 1 ? 2030)", 60);
    read_all(f);
    assert_true(windows_check(&f->windows, &f->in, ms_at("2030-01-01 10:59"), &f->err));
}

static void a_wrong_expression_is_refused(void **state)
{
    struct fixture *f = *state;
    add(f, "cron(0 10 * * ? *)", 60);
    add(f, "cron(0 24 * * ? *)", 60);
    assert_false(windows_read(&f->in, INT64_MIN, NULL, &f->arena, &f->windows, &f->err));
    assert_string_equal(
        f->err.message.p,
        "Invalid cron expression: cron(0 24 * * ? *). '24' is not right for hours, which takes "
        "0-23 and , - * /.");
}

static void there_are_twenty_at_most(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < WINDOWS_MAX; i++)
        add(f, "cron(0 10 * * ? *)", 60);
    read_all(f);
    assert_open(f, "2030-01-01 10:00", "2030-01-01 11:00");
    add(f, "cron(0 10 * * ? *)", 60);
    assert_false(windows_read(&f->in, INT64_MIN, NULL, &f->arena, &f->windows, &f->err));
    assert_string_equal(f->err.message.p, "A job can have at most 20 maintenance windows; this one has 21.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_is_open_from_its_start_for_its_duration),
        TEST(a_window_may_last_over_midnight_and_new_year),
        TEST(a_window_that_begins_again_before_it_ends_stays_open),
        TEST(a_window_without_an_end_is_looked_at_again),
        TEST(the_last_window_of_all_closes),
        TEST(several_windows_are_one),
        TEST(the_next_seven_starts_come_in_order_each_once),
        TEST(fewer_than_seven_are_all),
        TEST(without_windows_nothing_opens),
        TEST(what_begins_before_the_start_time_does_not_count),
        TEST(what_begins_at_the_start_time_counts),
        TEST(a_window_that_never_opens_is_refused),
        TEST(a_window_that_is_open_for_the_last_time_is_taken),
        TEST(a_wrong_expression_is_refused),
        TEST(there_are_twenty_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
