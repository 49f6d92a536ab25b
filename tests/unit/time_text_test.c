#include "support/cmocka_all.h"

#include <string.h>
#include <time.h>

#include "base/time_text.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define NEW_YEAR_2030_MS INT64_C(1893456000000)
#define YEAR_0_MS        INT64_C(-62167219200000)

static void times_are_written_in_their_forms(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *iso, *http, *minute;
    } cases[] = {
        { NEW_YEAR_2030_MS, "2030-01-01T00:00:00.000Z", "Tue, 01 Jan 2030 00:00:00 GMT", "2030-01-01 00:00" },
        { 0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01 00:00" },
        { -1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31 23:59" },
        { 951782400123, "2000-02-29T00:00:00.123Z", "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29 00:00" },
        { 4107542399000, "2100-02-28T23:59:59.000Z", "Sun, 28 Feb 2100 23:59:59 GMT", "2100-02-28 23:59" },
        { INT64_MAX, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31 23:59" },
        { INT64_MIN, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT", "0000-01-01 00:00" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TIME_TEXT_MAX];
        time_format_iso(cases[i].ms, text);
        assert_string_equal(text, cases[i].iso);
        time_format_http(cases[i].ms, text);
        assert_string_equal(text, cases[i].http);
        time_format_minute(cases[i].ms, text);
        assert_string_equal(text, cases[i].minute);
    }
}

static void times_without_milliseconds_are_written_with_and_without_punctuation(void **state)
{
    (void)state;
    char text[TIME_TEXT_MAX];
    time_format_second(NEW_YEAR_2030_MS + 3723 * SECOND + 999, text);
    assert_string_equal(text, "2030-01-01T01:02:03Z");
    time_format_basic(NEW_YEAR_2030_MS + 3723 * SECOND + 999, text);
    assert_string_equal(text, "20300101T010203Z");
}

static void dates_of_http_are_read_whatever_their_weekday(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Tue, 01 Jan 2030 01:02:03 GMT",
        "Mon, 01 Jan 2030 01:02:03 GMT",
        "Tue, 01 Jan 2030 01:02:03 +0000",
        "Tue, 01 Jan 2030 01:02:03 -0000",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 0;
        assert_true(time_parse_http(str_from(cases[i]), &ms));
        assert_true(ms == NEW_YEAR_2030_MS + 3723 * SECOND);
    }
}

static void what_is_no_date_of_http_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "Tue, 01 Jan 2030 01:02:03",
        "Tue, 01 Jan 2030 01:02:03 CET",
        "Tue, 01 Jan 2030 01:02:03 GMT ",
        "Tue, 1 Jan 2030 01:02:03 GMT",
        "Tue, 01 jan 2030 01:02:03 GMT",
        "Tue, 31 Feb 2030 01:02:03 GMT",
        "Tuesday, 01-Jan-30 01:02:03 GMT",
        "Tue, 01 J",
        "2030-01-01T01:02:03Z",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 99;
        assert_false(time_parse_http(str_from(cases[i]), &ms));
        assert_int_equal(ms, 99);
    }
    assert_false(time_parse_http(STR_NONE, &(int64_t){ 0 }));
}

static void every_day_of_ten_thousand_years_agrees_with_the_host_and_reads_back(void **state)
{
    (void)state;
    for (int64_t ms = YEAR_0_MS; ms < INT64_C(253402300800000); ms += DAY) {
        char text[TIME_TEXT_MAX], expected[64];
        time_format_http(ms + 12345678, text);
        time_t seconds = (time_t)((ms + 12345000) / SECOND);
        struct tm host;
        gmtime_r(&seconds, &host);
        strftime(expected, sizeof(expected), "%d %b ", &host);
        assert_memory_equal(text + 5, expected, strlen(expected));
        assert_memory_equal(text, &"SunMonTueWedThuFriSat"[host.tm_wday * 3], 3);

        int64_t back_ms;
        time_format_iso(ms + 12345678, text);
        assert_true(time_parse_iso(str_from(text), &back_ms));
        assert_true(back_ms == ms + 12345678);
    }
}

static void the_clock_endpoints_form_is_read(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int64_t ms;
    } cases[] = {
        { STR_LIT("2030-01-01T00:00:00.000Z"), NEW_YEAR_2030_MS },
        { STR_LIT("2030-01-01T00:00:00.125Z"), NEW_YEAR_2030_MS + 125 },
        { STR_LIT("2030-01-01T00:00:07Z"), NEW_YEAR_2030_MS + 7 * SECOND },
        { STR_LIT("2030-01-01T10:31Z"), NEW_YEAR_2030_MS + 10 * HOUR + 31 * MINUTE },
        { STR_LIT("0000-01-01T00:00Z"), YEAR_0_MS },
        { STR_LIT("2000-02-29T00:00Z"), 951782400000 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 0;
        assert_true(time_parse_iso(cases[i].text, &ms));
        assert_true(ms == cases[i].ms);
    }
}

static void other_forms_and_days_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const struct str cases[] = {
        STR_NONE,
        STR_LIT(""),
        STR_LIT("2030-01-01"),
        STR_LIT("2030-01-01T00:00:00"),
        STR_LIT("2030-01-01T00:00:00.000"),
        STR_LIT("2030-01-01 00:00:00Z"),
        STR_LIT("2030-01-01T00:00:00z"),
        STR_LIT("2030-01-01T00:00:00+00:00"),
        STR_LIT("2030-01-01T00:00:00.1234Z"),
        STR_LIT("2030-01-01T00:00:00.Z"),
        STR_LIT("2030-01-01T00:00:00ZZ"),
        STR_LIT("2030-1-01T00:00:00Z"),
        STR_LIT("+030-01-01T00:00:00Z"),
        STR_LIT("2030-00-01T00:00:00Z"),
        STR_LIT("2030-13-01T00:00:00Z"),
        STR_LIT("2030-01-00T00:00:00Z"),
        STR_LIT("2030-01-32T00:00:00Z"),
        STR_LIT("2030-04-31T00:00:00Z"),
        STR_LIT("2030-02-29T00:00:00Z"),
        STR_LIT("2100-02-29T00:00:00Z"),
        STR_LIT("2030-01-01T24:00:00Z"),
        STR_LIT("2030-01-01T00:60:00Z"),
        STR_LIT("2030-01-01T00:00:60Z"),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 99;
        assert_false(time_parse_iso(cases[i], &ms));
        assert_int_equal(ms, 99);
    }
}

static void schedule_times_are_to_the_minute_and_carry_no_zone(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(time_parse_minute(STR_LIT("2030-01-01 00:30"), &ms));
    assert_true(ms == NEW_YEAR_2030_MS + 30 * MINUTE);
    assert_true(time_parse_minute(STR_LIT("2030-01-01T23:59"), &ms));
    assert_true(ms == NEW_YEAR_2030_MS + DAY - MINUTE);

    static const struct str refused[] = {
        STR_LIT("2030-01-01 00:30Z"),
        STR_LIT("2030-01-01T00:30:00"),
        STR_LIT("2030-01-01T00:30:00Z"),
        STR_LIT("2030-01-01t00:30"),
        STR_LIT("2030-01-01T00:30+00:00"),
        STR_LIT(" 2030-01-01 00:30"),
        STR_LIT("2030-01-01  00:30"),
        STR_LIT("2030-02-30 00:30"),
        STR_LIT("2030-01-01 00:3"),
        STR_LIT("2030-01-01 00:30\0"),
        STR_LIT("1893456000"),
        STR_NONE,
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ms = 99;
        assert_false(time_parse_minute(refused[i], &ms));
        assert_int_equal(ms, 99);
    }
}

static void iso_durations_are_read(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int64_t ms;
    } cases[] = {
        { STR_LIT("PT31M"), 31 * MINUTE },
        { STR_LIT("P1DT2H"), DAY + 2 * HOUR },
        { STR_LIT("PT0.5S"), 500 },
        { STR_LIT("PT1.25S"), 1250 },
        { STR_LIT("PT0.007S"), 7 },
        { STR_LIT("P2W"), 14 * DAY },
        { STR_LIT("P1W2DT3H4M5.006S"), 9 * DAY + 3 * HOUR + 4 * MINUTE + 5006 },
        { STR_LIT("PT0S"), 0 },
        { STR_LIT("PT90M"), 90 * MINUTE },
        { STR_LIT("P30D"), 30 * DAY },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = -1;
        assert_true(duration_parse_iso(cases[i].text, &ms));
        assert_true(ms == cases[i].ms);
    }
}

static void what_is_no_iso_duration_is_refused(void **state)
{
    (void)state;
    static const struct str cases[] = {
        STR_NONE,
        STR_LIT(""),
        STR_LIT("P"),
        STR_LIT("PT"),
        STR_LIT("P1DT"),
        STR_LIT("31M"),
        STR_LIT("P31M"),
        STR_LIT("P1Y"),
        STR_LIT("PT1D"),
        STR_LIT("P1H"),
        STR_LIT("PTM"),
        STR_LIT("PT1"),
        STR_LIT("PT1M1H"),
        STR_LIT("PT1M1M"),
        STR_LIT("PT-1M"),
        STR_LIT("-PT1M"),
        STR_LIT("pt1m"),
        STR_LIT("PT0.5M"),
        STR_LIT("PT1.0M"),
        STR_LIT("P0.5D"),
        STR_LIT("PT.5S"),
        STR_LIT("PT1.S"),
        STR_LIT("PT0.0001S"),
        STR_LIT("PT1S "),
        STR_LIT("PT1MT1S"),
        STR_LIT("PT1,5S"),
        STR_LIT("P9223372036854775807W"),
        STR_LIT("PT9223372036854775.808S"),
        STR_LIT("P99999999999999999999D"),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 99;
        assert_false(duration_parse_iso(cases[i], &ms));
        assert_int_equal(ms, 99);
    }
}

static void durations_of_settings_carry_a_unit(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int64_t ms;
    } cases[] = {
        { STR_LIT("250ms"), 250 },     { STR_LIT("30s"), 30 * SECOND }, { STR_LIT("30m"), 30 * MINUTE },
        { STR_LIT("12h"), 12 * HOUR }, { STR_LIT("7d"), 7 * DAY },      { STR_LIT("0"), 0 },
        { STR_LIT("0s"), 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = -1;
        assert_true(duration_parse_unit(cases[i].text, &ms));
        assert_true(ms == cases[i].ms);
    }
    static const struct str refused[] = {
        STR_NONE,        STR_LIT(""),     STR_LIT("30"),  STR_LIT("s"),
        STR_LIT("-1s"),  STR_LIT("1.5h"), STR_LIT("1 h"), STR_LIT("1H"),
        STR_LIT("1h1m"), STR_LIT("1w"),   STR_LIT("00"),  STR_LIT("9223372036854775807d"),
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t ms = 99;
        assert_false(duration_parse_unit(refused[i], &ms));
        assert_int_equal(ms, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_in_their_forms),
        cmocka_unit_test(times_without_milliseconds_are_written_with_and_without_punctuation),
        cmocka_unit_test(dates_of_http_are_read_whatever_their_weekday),
        cmocka_unit_test(what_is_no_date_of_http_is_refused),
        cmocka_unit_test(every_day_of_ten_thousand_years_agrees_with_the_host_and_reads_back),
        cmocka_unit_test(the_clock_endpoints_form_is_read),
        cmocka_unit_test(other_forms_and_days_that_do_not_exist_are_refused),
        cmocka_unit_test(schedule_times_are_to_the_minute_and_carry_no_zone),
        cmocka_unit_test(iso_durations_are_read),
        cmocka_unit_test(what_is_no_iso_duration_is_refused),
        cmocka_unit_test(durations_of_settings_carry_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
