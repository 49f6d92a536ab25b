/* Maintenance windows in time zones: the nights when clocks are changed, and a reference that walks a year
 * minute by minute. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "rules/jobs/window.h"

enum { MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60, EXPRESSIONS = 25 };

/* One window, in a zone. */
struct fixture {
    struct arena arena;
    struct err err;
    struct time_zone *zone;
    struct windows windows;
};

static struct fixture *given(const char *zone, const char *cron, int64_t minutes)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct strbuf problem;
    struct maintenance_window window = { .start_time = str_from(cron),
                                         .duration_in_minutes = { true, minutes } };
    struct maintenance_windows in = { .n = 1, .items = &window };
    assert_non_null(f);
    strbuf_init(&problem, 4096);
    arena_init(&f->arena, 64 * 1024);
    err_init(&f->err, &f->arena);
    if (!time_zone_open(zone, &f->zone, &problem))
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    if (!windows_read(&in, INT64_MIN, f->zone, &f->arena, &f->windows, &f->err))
        fail_msg("%s", f->err.message.p);
    strbuf_release(&problem);
    return f;
}

static void done(struct fixture *f)
{
    time_zone_free(f->zone);
    arena_release(&f->arena);
    free(f);
}

static int64_t ms_at(const char *minute)
{
    int64_t ms;
    if (!time_parse_minute(str_from(minute), &ms))
        fail_msg("%s is no time", minute);
    return ms;
}

/* The next `n` of them, in UTC. */
static void assert_starts(const struct fixture *f, const char *after, size_t n, const char *expected)
{
    int64_t starts_ms[WINDOW_STARTS];
    char all[WINDOW_STARTS * TIME_TEXT_MAX] = "";
    size_t used = 0, found = windows_starts(&f->windows, ms_at(after), (struct opt_int){ 0 }, starts_ms);
    for (size_t i = 0; i < found && i < n; i++) {
        char text[TIME_TEXT_MAX];
        time_format_minute(starts_ms[i], text);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", text);
    }
    assert_string_equal(all, expected);
}

static void assert_open(const struct fixture *f, const char *at, const char *until)
{
    int64_t until_ms;
    char text[TIME_TEXT_MAX];
    if (!windows_open_at(&f->windows, ms_at(at), &until_ms))
        fail_msg("closed at %s", at);
    time_format_minute(until_ms, text);
    assert_string_equal(text, until);
}

static void assert_closed(const struct fixture *f, const char *at)
{
    int64_t until_ms;
    if (windows_open_at(&f->windows, ms_at(at), &until_ms))
        fail_msg("open at %s", at);
}

/* ---- the nights ---- */

static void in_utc_every_night_is_alike(void **state)
{
    struct fixture *f = given("UTC", "cron(30 2 * * ? *)", 60);
    (void)state;
    assert_starts(f, "2030-03-30 12:00", 2, "2030-03-31 02:30, 2030-04-01 02:30");
    done(f);
}

static void what_opens_in_the_skipped_hour_does_not_open_that_night(void **state)
{
    struct fixture *f = given("Europe/Berlin", "cron(30 2 * * ? *)", 60);
    (void)state;
    assert_starts(f, "2030-03-29 12:00", 3, "2030-03-30 01:30, 2030-04-01 00:30, 2030-04-02 00:30");
    assert_open(f, "2030-03-30 02:29", "2030-03-30 02:30");
    assert_closed(f, "2030-03-31 00:30");
    assert_closed(f, "2030-03-31 01:00");
    assert_closed(f, "2030-03-31 01:30");
    done(f);
}

static void what_opens_in_the_hour_that_comes_twice_opens_the_first_time(void **state)
{
    struct fixture *f = given("Europe/Berlin", "cron(30 2 * * ? *)", 20);
    (void)state;
    assert_starts(f, "2030-10-26 12:00", 2, "2030-10-27 00:30, 2030-10-28 01:30");
    assert_open(f, "2030-10-27 00:30", "2030-10-27 00:50");
    assert_closed(f, "2030-10-27 01:30");
    assert_starts(f, "2030-10-27 01:10", 1, "2030-10-28 01:30");
    done(f);
}

static void a_duration_is_time_that_passes(void **state)
{
    struct fixture *f = given("Europe/Berlin", "cron(0 1 * * ? *)", 120);
    (void)state;
    assert_open(f, "2030-03-31 00:00", "2030-03-31 02:00"); /* 01:00 to 04:00 on the clocks */
    assert_open(f, "2030-03-31 01:59", "2030-03-31 02:00");
    assert_closed(f, "2030-03-31 02:00");
    assert_open(f, "2030-10-26 23:00", "2030-10-27 01:00"); /* 01:00 to 02:00 */
    assert_closed(f, "2030-10-27 01:00");
    done(f);
}

static void every_minute_of_the_night_opens_once(void **state)
{
    struct fixture *f = given("Europe/Berlin", "cron(* * * * ? *)", 1);
    (void)state;
    assert_starts(f, "2030-03-31 00:58", 2, "2030-03-31 00:59, 2030-03-31 01:00");
    assert_starts(f, "2030-10-27 00:58", 2, "2030-10-27 00:59, 2030-10-27 02:00");
    assert_starts(f, "2030-10-27 01:30", 1, "2030-10-27 02:00");
    done(f);
}

static void new_york_changes_its_clocks_on_other_days(void **state)
{
    struct fixture *f = given("America/New_York", "cron(30 2 * * ? *)", 60);
    (void)state;
    assert_starts(f, "2030-03-09 12:00", 1, "2030-03-11 06:30");
    assert_starts(f, "2030-11-02 12:00", 2, "2030-11-03 07:30, 2030-11-04 07:30");
    done(f);
    f = given("America/New_York", "cron(30 1 * * ? *)", 60);
    assert_starts(f, "2030-11-02 12:00", 2, "2030-11-03 05:30, 2030-11-04 06:30");
    done(f);
}

static void half_an_hour_is_skipped_on_lord_howe(void **state)
{
    struct fixture *f = given("Australia/Lord_Howe", "cron(15,45 2 * * ? *)", 10);
    (void)state;
    assert_starts(f, "2030-10-05 12:00", 2, "2030-10-05 15:45, 2030-10-06 15:15");
    done(f);
    f = given("Australia/Lord_Howe", "cron(45 1 * * ? *)", 30);
    assert_starts(f, "2030-04-06 12:00", 2, "2030-04-06 14:45, 2030-04-07 15:15");
    assert_open(f, "2030-04-06 15:14", "2030-04-06 15:15");
    done(f);
}

/* ---- days that are not UTC's ---- */

static void days_are_those_of_the_zone(void **state)
{
    static const struct {
        const char *zone, *cron, *after, *expected;
    } cases[] = {
        { "Asia/Kolkata", "cron(0 2 L * ? *)", "2030-01-15 00:00", "2030-01-30 20:30, 2030-02-27 20:30" },
        { "Asia/Kolkata", "cron(0 2 ? * MON#1 *)", "2030-01-01 00:00", "2030-01-06 20:30, 2030-02-03 20:30" },
        { "Asia/Kolkata", "cron(0 2 1W * ? *)", "2030-05-15 00:00", "2030-06-02 20:30, 2030-06-30 20:30" },
        { "America/New_York", "cron(0 22 L * ? *)", "2030-01-15 00:00",
          "2030-02-01 03:00, 2030-03-01 03:00" },
        { "America/New_York", "cron(0 22 ? * 6L *)", "2030-01-01 00:00",
          "2030-01-26 03:00, 2030-02-23 03:00" },
        { "Asia/Kolkata", "cron(0 2 1 1 ? *)", "2030-06-01 00:00", "2030-12-31 20:30, 2031-12-31 20:30" },
        { "America/New_York", "cron(0 22 31 12 ? 2030)", "2030-06-01 00:00", "2031-01-01 03:00" },
        { "Europe/Berlin", "cron(0 12 1 1,7 ? *)", "2100-01-15 00:00", "2100-07-01 10:00, 2101-01-01 11:00" },
        { "Europe/Berlin", "cron(30 23 31 12 ? *)", "2199-06-01 00:00", "2199-12-31 22:30" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = given(cases[i].zone, cases[i].cron, 60);
        assert_starts(f, cases[i].after, 2, cases[i].expected);
        done(f);
    }
}

/* ---- a walk through a year ---- */

/* What 2030 is like in a zone, written down by hand: offsets in minutes, and the two changes. */
static const struct year {
    const char *zone;
    int offset, summer_offset;
    const char *begins, *ends; /* of the summer, in the south of the winter; NULL: there is none */
} years[] = {
    { "UTC", 0, 0, NULL, NULL },
    { "Asia/Kolkata", 330, 330, NULL, NULL },
    { "Europe/Berlin", 60, 120, "2030-03-31 01:00", "2030-10-27 01:00" },
    { "America/New_York", -300, -240, "2030-03-10 07:00", "2030-11-03 06:00" },
    { "Australia/Lord_Howe", 660, 630, "2030-04-06 15:00", "2030-10-05 15:30" },
};

struct summer {
    int64_t begins_ms, ends_ms;
};

static struct summer summer_of(const struct year *year)
{
    return year->begins ? (struct summer){ ms_at(year->begins), ms_at(year->ends) } : (struct summer){ 0 };
}

static int64_t local_at(const struct year *year, struct summer summer, int64_t utc_ms)
{
    bool is_summer = utc_ms >= summer.begins_ms && utc_ms < summer.ends_ms;
    return utc_ms + (int64_t)(is_summer ? year->summer_offset : year->offset) * MINUTE_MS;
}

static int below(uint64_t *seed, int most)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((*seed >> 33) % (uint64_t)most);
}

/* Two minutes of some hours, most of them at night, on all days or on two weekdays. */
struct meaning {
    int minutes[2], first_hour, last_hour;
    int weekday, other_weekday; /* 0 is Sunday; -1: all */
};

static bool matches(const struct meaning *m, int64_t local_ms)
{
    int64_t minutes = local_ms / MINUTE_MS, day = minutes / DAY_MINUTES;
    int minute = (int)(minutes % 60), hour = (int)(minutes % DAY_MINUTES / 60),
        weekday = (int)((day + 4) % 7);
    return (minute == m->minutes[0] || minute == m->minutes[1]) && hour >= m->first_hour &&
           hour <= m->last_hour && (m->weekday < 0 || weekday == m->weekday || weekday == m->other_weekday);
}

static struct meaning make(uint64_t *seed, char text[64])
{
    struct meaning m = { .minutes = { below(seed, 60), below(seed, 60) }, .first_hour = below(seed, 4) };
    bool all = below(seed, 3) > 0;
    char days[16] = "*";
    m.last_hour = m.first_hour + below(seed, 3);
    m.weekday = all ? -1 : 0; /* clocks are changed on Sundays */
    m.other_weekday = below(seed, 7);
    if (!all)
        snprintf(days, sizeof days, "1,%d", m.other_weekday + 1);
    snprintf(text, 64, "cron(%d,%d %d-%d ? * %s *)", m.minutes[0], m.minutes[1], m.first_hour, m.last_hour,
             days);
    return m;
}

static void walk(const struct year *year, const struct meaning *m, const char *text)
{
    struct fixture *f = given(year->zone, text, 1);
    int64_t end_ms = ms_at("2031-01-01 00:00"), next_ms = ms_at("2030-01-01 00:00") - 1,
            latest_ms = INT64_MIN;
    struct summer summer = summer_of(year);
    assert_true(windows_next(&f->windows, next_ms, &next_ms));
    for (int64_t utc_ms = ms_at("2030-01-01 00:00"); utc_ms < end_ms; utc_ms += MINUTE_MS) {
        int64_t local_ms = local_at(year, summer, utc_ms), close_ms;
        bool opens = local_ms > latest_ms && matches(m, local_ms);
        latest_ms = local_ms > latest_ms ? local_ms : latest_ms;
        if (opens != (utc_ms == next_ms))
            fail_msg("%s in %s: %lld, not %lld", text, year->zone, (long long)next_ms, (long long)utc_ms);
        if (!opens)
            continue;
        assert_true(windows_open_at(&f->windows, utc_ms, &close_ms));
        assert_true(windows_next(&f->windows, utc_ms, &next_ms));
    }
    done(f);
}

static void it_agrees_with_a_walk_through_a_year(void **state)
{
    uint64_t seed = 20300331;
    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        for (int j = 0; j < EXPRESSIONS; j++) {
            char text[64];
            struct meaning m = make(&seed, text);
            walk(&years[i], &m, text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_utc_every_night_is_alike),
        cmocka_unit_test(what_opens_in_the_skipped_hour_does_not_open_that_night),
        cmocka_unit_test(what_opens_in_the_hour_that_comes_twice_opens_the_first_time),
        cmocka_unit_test(a_duration_is_time_that_passes),
        cmocka_unit_test(every_minute_of_the_night_opens_once),
        cmocka_unit_test(new_york_changes_its_clocks_on_other_days),
        cmocka_unit_test(half_an_hour_is_skipped_on_lord_howe),
        cmocka_unit_test(days_are_those_of_the_zone),
        cmocka_unit_test(it_agrees_with_a_walk_through_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
