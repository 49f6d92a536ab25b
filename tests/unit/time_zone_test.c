#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/time_text.h"
#include "base/time_zone.h"

static int64_t ms_at(const char *minute)
{
    int64_t ms;
    if (!time_parse_minute(str_from(minute), &ms))
        fail_msg("%s is no time", minute);
    return ms;
}

static struct time_zone *open_zone(const char *name)
{
    struct time_zone *zone;
    struct strbuf problem;
    strbuf_init(&problem, 4096);
    if (!time_zone_open(name, &zone, &problem))
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    assert_int_equal(strbuf_str(&problem).n, 0);
    strbuf_release(&problem);
    return zone;
}

static void assert_no_zone(const char *name, const char *expected)
{
    struct time_zone *zone;
    struct strbuf problem;
    strbuf_init(&problem, 4096);
    if (time_zone_open(name, &zone, &problem))
        fail_msg("'%s' is a zone", name);
    assert_string_equal(problem.p, expected);
    strbuf_release(&problem);
}

/* What clocks show, or the latest that they have shown. */
static void assert_local(const struct time_zone *zone, const char *utc, const char *expected)
{
    char text[TIME_TEXT_MAX];
    time_format_minute(time_zone_local_ms(zone, ms_at(utc)), text);
    assert_string_equal(text, expected);
}

static void assert_utc(const struct time_zone *zone, const char *local, const char *expected)
{
    char text[TIME_TEXT_MAX];
    int64_t utc_ms;
    if (!time_zone_utc_ms(zone, ms_at(local), &utc_ms))
        fail_msg("%s is skipped", local);
    time_format_minute(utc_ms, text);
    assert_string_equal(text, expected);
}

static void assert_skipped(const struct time_zone *zone, const char *local)
{
    int64_t utc_ms = -7;
    if (time_zone_utc_ms(zone, ms_at(local), &utc_ms))
        fail_msg("%s is not skipped", local);
    assert_int_equal(utc_ms, -7);
}

/* ---- what clocks show ---- */

static void utc_is_itself(void **state)
{
    struct time_zone *zone = open_zone("UTC");
    (void)state;
    assert_null(zone);
    assert_local(zone, "2030-07-01 12:34", "2030-07-01 12:34");
    assert_utc(zone, "2030-07-01 12:34", "2030-07-01 12:34");
    time_zone_free(zone);
}

static void a_zone_without_changes_is_always_as_far_away(void **state)
{
    struct time_zone *zone = open_zone("Asia/Kolkata");
    (void)state;
    assert_local(zone, "1970-01-01 00:00", "1970-01-01 05:30");
    assert_local(zone, "2030-12-31 18:30", "2031-01-01 00:00");
    assert_utc(zone, "2199-12-31 23:59", "2199-12-31 18:29");
    time_zone_free(zone);
}

static void in_spring_an_hour_is_skipped(void **state)
{
    struct time_zone *zone = open_zone("Europe/Berlin");
    (void)state;
    assert_local(zone, "2030-03-31 00:59", "2030-03-31 01:59");
    assert_local(zone, "2030-03-31 01:00", "2030-03-31 03:00");
    assert_utc(zone, "2030-03-31 01:59", "2030-03-31 00:59");
    assert_skipped(zone, "2030-03-31 02:00");
    assert_skipped(zone, "2030-03-31 02:59");
    assert_utc(zone, "2030-03-31 03:00", "2030-03-31 01:00");
    time_zone_free(zone);
}

static void in_autumn_the_first_of_two_hours_counts(void **state)
{
    struct time_zone *zone = open_zone("Europe/Berlin");
    (void)state;
    assert_local(zone, "2030-10-27 00:00", "2030-10-27 02:00");
    assert_local(zone, "2030-10-27 00:59", "2030-10-27 02:59");
    assert_local(zone, "2030-10-27 01:00", "2030-10-27 02:59"); /* they show 02:00 again */
    assert_local(zone, "2030-10-27 01:59", "2030-10-27 02:59");
    assert_local(zone, "2030-10-27 02:00", "2030-10-27 03:00");
    assert_utc(zone, "2030-10-27 02:00", "2030-10-27 00:00");
    assert_utc(zone, "2030-10-27 02:59", "2030-10-27 00:59");
    assert_utc(zone, "2030-10-27 03:00", "2030-10-27 02:00");
    time_zone_free(zone);
}

static void half_an_hour_is_skipped_and_repeated_on_lord_howe(void **state)
{
    struct time_zone *zone = open_zone("Australia/Lord_Howe");
    (void)state;
    assert_utc(zone, "2030-04-07 01:45", "2030-04-06 14:45");
    assert_local(zone, "2030-04-06 15:10", "2030-04-07 01:59");
    assert_utc(zone, "2030-04-07 02:00", "2030-04-06 15:30");
    assert_utc(zone, "2030-10-06 01:59", "2030-10-05 15:29");
    assert_skipped(zone, "2030-10-06 02:15");
    assert_utc(zone, "2030-10-06 02:30", "2030-10-05 15:30");
    time_zone_free(zone);
}

static void a_whole_day_was_skipped_on_samoa(void **state)
{
    struct time_zone *zone = open_zone("Pacific/Apia");
    (void)state;
    assert_local(zone, "2011-12-30 09:59", "2011-12-29 23:59");
    assert_local(zone, "2011-12-30 10:00", "2011-12-31 00:00");
    assert_skipped(zone, "2011-12-30 12:00");
    time_zone_free(zone);
}

/* Recife had a summer time of one week. */
static void no_change_is_overlooked(void **state)
{
    struct time_zone *zone = open_zone("America/Recife");
    (void)state;
    assert_local(zone, "2000-10-08 02:59", "2000-10-07 23:59");
    assert_local(zone, "2000-10-08 03:00", "2000-10-08 01:00");
    assert_local(zone, "2000-10-15 01:59", "2000-10-14 23:59");
    assert_local(zone, "2000-10-15 03:00", "2000-10-15 00:00");
    time_zone_free(zone);
}

/* Where the file lists no changes any more, there is a rule. Dublin's is the reverse: its winter is the time
 * that is not the standard. */
static void the_rule_for_the_far_future_counts(void **state)
{
    struct time_zone *new_york = open_zone("America/New_York"), *dublin = open_zone("Europe/Dublin");
    (void)state;
    assert_local(new_york, "2199-07-01 12:00", "2199-07-01 08:00");
    assert_local(new_york, "2199-12-01 12:00", "2199-12-01 07:00");
    assert_skipped(new_york, "2199-03-10 02:30");
    assert_local(dublin, "2100-07-01 12:00", "2100-07-01 13:00");
    assert_local(dublin, "2100-12-01 12:00", "2100-12-01 12:00");
    time_zone_free(new_york);
    time_zone_free(dublin);
}

static void there_and_back_is_the_same_and_time_never_runs_backwards(void **state)
{
    static const char *const names[] = { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe" };
    enum { MINUTE_MS = 60 * 1000 };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct time_zone *zone = open_zone(names[i]);
        int64_t end_ms = ms_at("2031-01-01 00:00"), before_ms = INT64_MIN;
        for (int64_t utc_ms = ms_at("2030-01-01 00:00"); utc_ms < end_ms; utc_ms += MINUTE_MS) {
            int64_t local_ms = time_zone_local_ms(zone, utc_ms), back_ms;
            assert_true(local_ms >= before_ms);
            assert_true(time_zone_utc_ms(zone, local_ms, &back_ms));
            assert_true(local_ms == before_ms ? back_ms < utc_ms : local_ms % MINUTE_MS || back_ms == utc_ms);
            before_ms = local_ms;
        }
        time_zone_free(zone);
    }
}

/* ---- names ---- */

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const names[] = { "",
                                         "Europe/Atlantis",
                                         "Europe",
                                         "../../../etc/passwd",
                                         "/etc/localtime",
                                         "CET-1",
                                         "CET-1CEST,M3.5.0",
                                         "zone1970",
                                         "tzdata.zi",
                                         "right/Europe/Berlin",
                                         "+01:00",
                                         "./UTC",
                                         "Europe/Ber%" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected,
                 "'%s' is not one of the time zones in /usr/share/zoneinfo, such as Europe/Berlin", names[i]);
        assert_no_zone(names[i], expected);
    }
}

static void without_tzdata_it_is_said_what_to_install(void **state)
{
    char folder[] = "/tmp/iotjobs-zones-XXXXXX", expected[256];
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TZDIR", folder, 1), 0);
    snprintf(
        expected, sizeof expected,
        "'Europe/Berlin' cannot be looked up, because there are no time zones in %s; install the package "
        "tzdata",
        folder);
    assert_no_zone("Europe/Berlin", expected);
    assert_null(open_zone("UTC"));
    assert_int_equal(unsetenv("TZDIR"), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* Of a folder that is named relatively, too. */
static void zones_are_read_from_the_folder_that_is_named(void **state)
{
    char before[4096];
    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir("/usr/share"), 0);
    assert_int_equal(setenv("TZDIR", "zoneinfo", 1), 0);
    struct time_zone *zone = open_zone("Europe/Berlin");
    assert_local(zone, "2030-07-01 12:00", "2030-07-01 14:00");
    time_zone_free(zone);
    assert_int_equal(unsetenv("TZDIR"), 0);
    assert_int_equal(chdir(before), 0);
}

static void a_name_that_is_too_long_is_no_zone(void **state)
{
    char name[5000];
    struct time_zone *zone;
    struct strbuf problem;
    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    strbuf_init(&problem, 16 * 1024);
    assert_false(time_zone_open(name, &zone, &problem));
    strbuf_release(&problem);
}

/* ---- the process ---- */

static void the_zone_of_the_process_is_as_before(void **state)
{
    static const char *const given[] = { "America/New_York", "", NULL };
    (void)state;
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        assert_int_equal(given[i] ? setenv("TZ", given[i], 1) : unsetenv("TZ"), 0);
        tzset();
        time_t now = 1900000000;
        struct tm before, after;
        assert_non_null(localtime_r(&now, &before));
        time_zone_free(open_zone("Asia/Kolkata"));
        assert_non_null(localtime_r(&now, &after));
        assert_int_equal(before.tm_gmtoff, after.tm_gmtoff);
        if (given[i])
            assert_string_equal(getenv("TZ"), given[i]);
        else
            assert_null(getenv("TZ"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_is_itself),
        cmocka_unit_test(a_zone_without_changes_is_always_as_far_away),
        cmocka_unit_test(in_spring_an_hour_is_skipped),
        cmocka_unit_test(in_autumn_the_first_of_two_hours_counts),
        cmocka_unit_test(half_an_hour_is_skipped_and_repeated_on_lord_howe),
        cmocka_unit_test(a_whole_day_was_skipped_on_samoa),
        cmocka_unit_test(no_change_is_overlooked),
        cmocka_unit_test(the_rule_for_the_far_future_counts),
        cmocka_unit_test(there_and_back_is_the_same_and_time_never_runs_backwards),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(without_tzdata_it_is_said_what_to_install),
        cmocka_unit_test(zones_are_read_from_the_folder_that_is_named),
        cmocka_unit_test(a_name_that_is_too_long_is_no_zone),
        cmocka_unit_test(the_zone_of_the_process_is_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
