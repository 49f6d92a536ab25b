#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "base/time_text.h"
#include "rules/jobs/cron.h"

/* ---- telling what it does ---- */

static struct cron parsed(const char *text)
{
    struct arena arena;
    struct err err;
    struct cron cron;
    arena_init(&arena, 4096);
    err_init(&err, &arena);
    if (!cron_parse(str_from(text), &cron, &err))
        fail_msg("%s: %s", text, err.message.p);
    arena_release(&arena);
    return cron;
}

static int64_t ms_at(const char *minute)
{
    int64_t ms;
    if (!time_parse_minute(str_from(minute), &ms))
        fail_msg("%s is no time", minute);
    return ms;
}

/* The occurrences of `text` after `after` are these, "2030-01-01 12:30, …"; with "never" at the end they are
 * all. */
static void assert_occurs(const char *text, const char *after, const char *expected)
{
    struct cron cron = parsed(text);
    int64_t ms = ms_at(after);
    struct str list = str_from(expected);
    char all[512] = "";
    size_t used = 0;
    while (list.p) {
        char time[TIME_TEXT_MAX] = "never";
        str_split(&list, ',');
        if (cron_next(&cron, ms, &ms))
            time_format_minute(ms, time);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", time);
    }
    if (strcmp(all, expected) != 0)
        fail_msg("%s\n  is        %s\n  should be %s", text, all, expected);
}

static void assert_wrong(const char *text, const char *why)
{
    struct arena arena;
    struct err err;
    struct cron cron = { .nth = 77 };
    char expected[512];
    arena_init(&arena, 4096);
    err_init(&err, &arena);
    if (cron_parse(str_from(text), &cron, &err))
        fail_msg("%s is taken", text);
    snprintf(expected, sizeof expected, "Invalid cron expression: %s. %s", text, why);
    assert_int_equal(err.code, ERR_INVALID_REQUEST);
    assert_string_equal(err.message.p, expected);
    assert_int_equal(cron.nth, 77);
    arena_release(&arena);
}

#define FORM                                                                                                 \
    "Use cron(minutes hours day-of-month month day-of-week year), six fields, such as "                      \
    "cron(0 2 ? * MON *)."

/* ---- each field ---- */

static void the_examples_of_the_documentation_are_understood(void **state)
{
    (void)state;
    assert_occurs("cron(0 10 * * ? *)", "2030-01-01 09:00", "2030-01-01 10:00, 2030-01-02 10:00");
    assert_occurs("cron(15 12 * * ? *)", "2030-01-01 12:15", "2030-01-02 12:15, 2030-01-03 12:15");
    assert_occurs("cron(0 18 ? * MON-FRI *)", "2030-01-03 18:00",
                  "2030-01-04 18:00, 2030-01-07 18:00, 2030-01-08 18:00");
    assert_occurs("cron(0 8 1 * ? *)", "2030-01-01 08:00", "2030-02-01 08:00, 2030-03-01 08:00");
    assert_occurs("cron(0 2 ? * MON *)", "2030-01-01 00:00", "2030-01-07 02:00, 2030-01-14 02:00");
    assert_occurs("cron(0/5 8-17 ? * MON-FRI *)", "2030-01-01 17:50", "2030-01-01 17:55, 2030-01-02 08:00");
}

static void the_next_one_is_after_and_never_at_the_time_that_is_asked(void **state)
{
    (void)state;
    struct cron cron = parsed("cron(30 12 * * ? *)");
    int64_t at_ms = ms_at("2030-01-01 12:30"), next_ms;
    assert_true(cron_next(&cron, at_ms - 1, &next_ms));
    assert_int_equal(next_ms, at_ms);
    assert_true(cron_next(&cron, at_ms, &next_ms));
    assert_int_equal(next_ms, ms_at("2030-01-02 12:30"));
    assert_true(cron_next(&cron, at_ms - 60000, &next_ms));
    assert_int_equal(next_ms, at_ms);
    assert_true(cron_next(&cron, at_ms - 59999, &next_ms));
    assert_int_equal(next_ms, at_ms);
}

static void lists_ranges_and_steps_work_in_every_field_that_takes_them(void **state)
{
    (void)state;
    assert_occurs("cron(5,10,50-52 * * * ? *)", "2030-01-01 00:00",
                  "2030-01-01 00:05, 2030-01-01 00:10, 2030-01-01 00:50, 2030-01-01 00:51, "
                  "2030-01-01 00:52, 2030-01-01 01:05");
    assert_occurs("cron(*/20 * * * ? *)", "2030-01-01 00:00",
                  "2030-01-01 00:20, 2030-01-01 00:40, 2030-01-01 01:00");
    assert_occurs("cron(7/25 * * * ? *)", "2030-01-01 00:00",
                  "2030-01-01 00:07, 2030-01-01 00:32, 2030-01-01 00:57, 2030-01-01 01:07");
    assert_occurs("cron(10-30/10 5 * * ? *)", "2030-01-01 00:00",
                  "2030-01-01 05:10, 2030-01-01 05:20, 2030-01-01 05:30, 2030-01-02 05:10");
    assert_occurs("cron(0 20/2,3 * * ? *)", "2030-01-01 00:00",
                  "2030-01-01 03:00, 2030-01-01 20:00, 2030-01-01 22:00, 2030-01-02 03:00");
    assert_occurs("cron(0 0 10/10 * ? *)", "2030-02-01 00:00",
                  "2030-02-10 00:00, 2030-02-20 00:00, 2030-03-10 00:00, 2030-03-20 00:00, "
                  "2030-03-30 00:00");
    assert_occurs("cron(0 0 1 */5 ? *)", "2030-01-01 00:00",
                  "2030-06-01 00:00, 2030-11-01 00:00, 2031-01-01 00:00");
    assert_occurs("cron(0 0 1 JAN ? 2030/4,2035)", "2030-01-01 00:00",
                  "2034-01-01 00:00, 2035-01-01 00:00, 2038-01-01 00:00");
    assert_occurs("cron(0 0 1 1 ? 2198-2199)", "2030-01-01 00:00",
                  "2198-01-01 00:00, 2199-01-01 00:00, never");
    assert_occurs("cron(0/60 0/24 1/31 1/12 ? 1970/230)", "1970-01-01 00:00", "never");
}

static void months_and_weekdays_have_names_in_any_case(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 1 mar-May,DEC ? *)", "2030-01-01 00:00",
                  "2030-03-01 00:00, 2030-04-01 00:00, 2030-05-01 00:00, 2030-12-01 00:00");
    assert_occurs("cron(0 0 ? * sUn *)", "2030-01-01 00:00", "2030-01-06 00:00, 2030-01-13 00:00");
    assert_occurs("cron(0 0 ? * 1 *)", "2030-01-01 00:00", "2030-01-06 00:00, 2030-01-13 00:00");
    assert_occurs("cron(0 0 ? * 7 *)", "2030-01-01 00:00", "2030-01-05 00:00, 2030-01-12 00:00");
    assert_occurs("cron(0 0 ? * SUN,3-4 *)", "2030-01-01 00:00",
                  "2030-01-02 00:00, 2030-01-06 00:00, 2030-01-08 00:00, 2030-01-09 00:00");
}

static void fields_may_stand_far_apart_and_have_leading_zeros(void **state)
{
    (void)state;
    assert_occurs("cron(  05 \t 007  ?   * 02  2030 )", "2030-01-01 00:00",
                  "2030-01-07 07:05, 2030-01-14 07:05");
}

/* ---- days that are not the same in every month ---- */

static void l_is_the_last_day_of_the_month(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 L * ? *)", "2027-12-31 00:00",
                  "2028-01-31 00:00, 2028-02-29 00:00, 2028-03-31 00:00, 2028-04-30 00:00");
    assert_occurs("cron(0 0 L 2 ? *)", "2030-01-01 00:00",
                  "2030-02-28 00:00, 2031-02-28 00:00, 2032-02-29 00:00");
    assert_occurs("cron(0 0 L 2 ? *)", "2099-12-31 00:00", "2100-02-28 00:00");
    assert_occurs("cron(0 0 15,l * ? *)", "2030-01-01 00:00",
                  "2030-01-15 00:00, 2030-01-31 00:00, 2030-02-15 00:00, 2030-02-28 00:00");
}

static void l_is_the_last_day_of_the_week(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 ? * L *)", "2030-01-01 00:00", "2030-01-05 00:00, 2030-01-12 00:00");
}

static void a_weekday_with_l_is_the_last_one_of_the_month(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 ? * 5L *)", "2030-01-01 00:00",
                  "2030-01-31 00:00, 2030-02-28 00:00, 2030-03-28 00:00");
    assert_occurs("cron(0 0 ? * FRIL *)", "2030-01-01 00:00", "2030-01-25 00:00, 2030-02-22 00:00");
    assert_occurs("cron(0 0 ? * 1L,7l *)", "2030-01-01 00:00",
                  "2030-01-26 00:00, 2030-01-27 00:00, 2030-02-23 00:00, 2030-02-24 00:00");
}

static void w_is_the_nearest_weekday_within_the_month(void **state)
{
    (void)state;
    /* 2030-06: the 1st is a Saturday, the 30th a Sunday; 2030-03-31 is a Sunday, 2030-09-01 too. */
    assert_occurs("cron(0 0 1W 6 ? *)", "2030-01-01 00:00", "2030-06-03 00:00, 2031-06-02 00:00");
    assert_occurs("cron(0 0 1W 9 ? *)", "2030-01-01 00:00", "2030-09-02 00:00");
    assert_occurs("cron(0 0 30W 6 ? *)", "2030-01-01 00:00", "2030-06-28 00:00");
    assert_occurs("cron(0 0 31W 3 ? *)", "2030-01-01 00:00", "2030-03-29 00:00");
    assert_occurs("cron(0 0 3W * ? *)", "2030-01-01 00:00",
                  "2030-01-03 00:00, 2030-02-04 00:00, 2030-03-04 00:00, 2030-04-03 00:00");
    assert_occurs("cron(0 0 15w 6 ? *)", "2030-01-01 00:00", "2030-06-14 00:00");
    assert_occurs("cron(0 0 31W * ? *)", "2030-03-31 00:00", "2030-05-31 00:00, 2030-07-31 00:00");
    assert_occurs("cron(0 0 29W 2 ? *)", "2030-01-01 00:00", "2032-02-27 00:00, 2036-02-29 00:00");
    /* The Monday behind the 14th comes before the Friday: already past on the 15th, still to come on the 3rd.
     */
    assert_occurs("cron(0 0 14W,1 7 ? *)", "2030-07-01 00:00", "2030-07-15 00:00, 2031-07-01 00:00");
}

static void lw_is_the_last_weekday_of_the_month(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 LW * ? *)", "2030-01-01 00:00",
                  "2030-01-31 00:00, 2030-02-28 00:00, 2030-03-29 00:00");
    assert_occurs("cron(0 0 lw 6 ? *)", "2030-01-01 00:00", "2030-06-28 00:00");
}

static void a_weekday_with_a_number_is_the_nth_of_the_month_if_there_is_one(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 ? * 3#2 *)", "2030-01-01 00:00", "2030-01-08 00:00, 2030-02-12 00:00");
    assert_occurs("cron(0 0 ? * TUE#1 *)", "2029-12-31 00:00", "2030-01-01 00:00, 2030-02-05 00:00");
    assert_occurs("cron(0 0 ? * 3#5 *)", "2030-01-01 00:00",
                  "2030-01-29 00:00, 2030-04-30 00:00, 2030-07-30 00:00");
    assert_occurs("cron(0 0 ? * 3#2 2030,2032)", "2030-12-01 00:00", "2030-12-10 00:00, 2032-01-13 00:00");
    assert_occurs("cron(0 0 ? 2 SUN#5 *)", "2030-01-01 00:00", "2032-02-29 00:00, 2060-02-29 00:00");
}

static void a_day_that_a_month_has_not_is_passed_over(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 31 * ? *)", "2030-01-31 00:00", "2030-03-31 00:00, 2030-05-31 00:00");
    assert_occurs("cron(0 0 29 2 ? *)", "2030-01-01 00:00", "2032-02-29 00:00, 2036-02-29 00:00");
    assert_occurs("cron(0 0 29 2 ? *)", "2096-02-29 00:00", "2104-02-29 00:00");
    assert_occurs("cron(0 0 29 2 ? *)", "2196-02-29 00:00", "never");
    assert_occurs("cron(0 0 29 FEB ? 2000)", "1970-01-01 00:00", "2000-02-29 00:00, never");
}

static void an_impossible_date_never_comes(void **state)
{
    (void)state;
    assert_occurs("cron(0 0 30 2 ? *)", "1970-01-01 00:00", "never");
    assert_occurs("cron(0 0 31 4,6,9,11 ? *)", "1970-01-01 00:00", "never");
    assert_occurs("cron(0 0 31W 4 ? *)", "1970-01-01 00:00", "never");
    assert_occurs("cron(0 0 29 2 ? 2031)", "1970-01-01 00:00", "never");
    assert_occurs("cron(0 0 ? 2 MON#5 2030)", "1970-01-01 00:00", "never");
}

static void years_end_and_begin(void **state)
{
    (void)state;
    assert_occurs("cron(59 23 31 12 ? *)", "2030-01-01 00:00", "2030-12-31 23:59, 2031-12-31 23:59");
    assert_occurs("cron(0 0 1 1 ? *)", "2030-12-31 23:59", "2031-01-01 00:00");
    assert_occurs("cron(* * * * ? *)", "2030-12-31 23:59", "2031-01-01 00:00, 2031-01-01 00:01");
    assert_occurs("cron(* * * * ? *)", "2199-12-31 23:57", "2199-12-31 23:58, 2199-12-31 23:59, never");
    assert_occurs("cron(0 0 1 1 ? 2020-2029)", "2030-01-01 00:00", "never");
}

static void any_time_may_be_asked(void **state)
{
    (void)state;
    struct cron cron = parsed("cron(0 0 * * ? *)");
    int64_t next_ms = 0;
    assert_true(cron_next(&cron, INT64_MIN, &next_ms));
    assert_int_equal(next_ms, 0);
    assert_true(cron_next(&cron, -1, &next_ms));
    assert_int_equal(next_ms, 0);
    assert_true(cron_next(&cron, 0, &next_ms));
    assert_int_equal(next_ms, 24 * 3600 * 1000);
    next_ms = -7;
    assert_false(cron_next(&cron, INT64_MAX, &next_ms));
    assert_false(cron_next(&cron, INT64_MAX - 60000, &next_ms));
    assert_int_equal(next_ms, -7);
}

static void one_may_look_no_further_than_a_time(void **state)
{
    (void)state;
    struct cron cron = parsed("cron(30 12 L * ? *)");
    int64_t next_ms = -7, from_ms = ms_at("2030-01-31 12:30"), then_ms = ms_at("2030-02-28 12:30");
    assert_false(cron_next_until(&cron, from_ms, then_ms - 1, &next_ms));
    assert_false(cron_next_until(&cron, from_ms, from_ms, &next_ms));
    assert_false(cron_next_until(&cron, from_ms, from_ms - 1, &next_ms));
    assert_false(cron_next_until(&cron, from_ms, -1, &next_ms));
    assert_false(cron_next_until(&cron, INT64_MIN, INT64_MIN, &next_ms));
    assert_int_equal(next_ms, -7);
    assert_true(cron_next_until(&cron, from_ms, then_ms, &next_ms));
    assert_int_equal(next_ms, then_ms);
}

/* ---- what is wrong ---- */

static void another_form_is_refused_with_the_right_one(void **state)
{
    static const char *const texts[] = {
        "",
        "cron",
        "cron()",
        "cron(",
        "0 2 ? * MON *",
        "cron(0 2 ? * MON)",
        "cron(0 2 ? * MON * *)",
        "cron(0 2 ? * MON *",
        "cron 0 2 ? * MON *)",
        "cron(0 2 ? * MON *) ",
        " cron(0 2 ? * MON *)",
        "cron (0 2 ? * MON *)",
        "CRON(0 2 ? * MON *)",
        "rate(1 day)",
        "cron(     )",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_wrong(texts[i], FORM);
}

static void a_value_that_a_field_does_not_take_is_named_with_the_field(void **state)
{
    static const struct {
        const char *expression, *value, *right;
    } cases[] = {
#define MINUTES_TAKE " is not right for minutes, which takes 0-59 and , - * /."
        { "cron(60 2 ? * MON *)", "60", MINUTES_TAKE },
        { "cron(-1 2 ? * MON *)", "-1", MINUTES_TAKE },
        { "cron(1- 2 ? * MON *)", "1-", MINUTES_TAKE },
        { "cron(1-60 2 ? * MON *)", "1-60", MINUTES_TAKE },
        { "cron(1-2-3 2 ? * MON *)", "1-2-3", MINUTES_TAKE },
        { "cron(1.5 2 ? * MON *)", "1.5", MINUTES_TAKE },
        { "cron(? 2 ? * MON *)", "?", MINUTES_TAKE },
        { "cron(L 2 ? * MON *)", "L", MINUTES_TAKE },
        { "cron(1, 2 ? * MON *)", "", MINUTES_TAKE },
        { "cron(,1 2 ? * MON *)", "", MINUTES_TAKE },
        { "cron(1,,2 2 ? * MON *)", "", MINUTES_TAKE },
        { "cron(0/0 2 ? * MON *)", "0/0", MINUTES_TAKE },
        { "cron(0/61 2 ? * MON *)", "0/61", MINUTES_TAKE },
        { "cron(0/ 2 ? * MON *)", "0/", MINUTES_TAKE },
        { "cron(/5 2 ? * MON *)", "/5", MINUTES_TAKE },
        { "cron(0/5/5 2 ? * MON *)", "0/5/5", MINUTES_TAKE },
        { "cron(*-5 2 ? * MON *)", "*-5", MINUTES_TAKE },
        { "cron(99999999999999999999 2 ? * MON *)", "99999999999999999999", MINUTES_TAKE },
        { "cron(0 24 ? * MON *)", "24", " is not right for hours, which takes 0-23 and , - * /." },
#define DAYS_TAKE " is not right for day-of-month, which takes 1-31 and , - * ? / L W."
        { "cron(0 2 0 * ? *)", "0", DAYS_TAKE },
        { "cron(0 2 32 * ? *)", "32", DAYS_TAKE },
        { "cron(0 2 32W * ? *)", "32W", DAYS_TAKE },
        { "cron(0 2 W * ? *)", "W", DAYS_TAKE },
        { "cron(0 2 1-5W * ? *)", "1-5W", DAYS_TAKE },
        { "cron(0 2 L-3 * ? *)", "L-3", DAYS_TAKE },
        { "cron(0 2 5L * ? *)", "5L", DAYS_TAKE },
        { "cron(0 2 ?,1 * ? *)", "?", DAYS_TAKE },
        { "cron(0 2 3#2 * ? *)", "3#2", DAYS_TAKE },
        { "cron(0 2 MON * ? *)", "MON", DAYS_TAKE },
#define MONTHS_TAKE " is not right for month, which takes 1-12 or JAN-DEC and , - * /."
        { "cron(0 2 ? 0 MON *)", "0", MONTHS_TAKE },
        { "cron(0 2 ? 13 MON *)", "13", MONTHS_TAKE },
        { "cron(0 2 ? MON MON *)", "MON", MONTHS_TAKE },
        { "cron(0 2 ? JANUARY MON *)", "JANUARY", MONTHS_TAKE },
        { "cron(0 2 ? ? MON *)", "?", MONTHS_TAKE },
#define WEEKDAYS_TAKE " is not right for day-of-week, which takes 1-7 or SUN-SAT and , - * ? L #."
        { "cron(0 2 ? * 0 *)", "0", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 8 *)", "8", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 8L *)", "8L", WEEKDAYS_TAKE },
        { "cron(0 2 ? * MON-TUEL *)", "MON-TUEL", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 3W *)", "3W", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 3# *)", "3#", WEEKDAYS_TAKE },
        { "cron(0 2 ? * #3 *)", "#3", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 3#0 *)", "3#0", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 3#6 *)", "3#6", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 3#2#1 *)", "3#2#1", WEEKDAYS_TAKE },
        { "cron(0 2 ? * 2/2 *)", "2/2", WEEKDAYS_TAKE },
        { "cron(0 2 ? * */2 *)", "*/2", WEEKDAYS_TAKE },
#define YEARS_TAKE " is not right for year, which takes 1970-2199 and , - * /."
        { "cron(0 2 ? * MON 1969)", "1969", YEARS_TAKE },
        { "cron(0 2 ? * MON 2200)", "2200", YEARS_TAKE },
        { "cron(0 2 ? * MON 30)", "30", YEARS_TAKE },
        { "cron(0 2 ? * MON ?)", "?", YEARS_TAKE },
        { "cron(0 2 ? * MON 2030/231)", "2030/231", YEARS_TAKE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char why[128];
        snprintf(why, sizeof why, "'%s'%s", cases[i].value, cases[i].right);
        assert_wrong(cases[i].expression, why);
    }
}

static void exactly_one_of_the_two_fields_for_days_is_left_open(void **state)
{
    static const char *const texts[] = { "cron(0 2 * * * *)", "cron(0 2 ? * ? *)", "cron(0 2 1 * MON *)" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_wrong(texts[i], "Exactly one of day-of-month and day-of-week must be ?.");
}

static void a_range_does_not_run_backwards(void **state)
{
    static const char *const texts[] = { "cron(20-10 2 ? * MON *)", "cron(0 22-4 ? * MON *)",
                                         "cron(0 2 ? NOV-FEB MON *)", "cron(0 2 ? * FRI-MON *)",
                                         "cron(0 2 ? * MON 2031-2030)" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_wrong(texts[i], "A range must not run backwards.");
}

static void a_numbered_weekday_stands_alone(void **state)
{
    static const char *const texts[] = { "cron(0 2 ? * 3#2,4 *)", "cron(0 2 ? * 4,3#2 *)",
                                         "cron(0 2 ? * 3#1,3#3 *)" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_wrong(texts[i], "A day-of-week with # must stand alone, not in a list.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_documentation_are_understood),
        cmocka_unit_test(the_next_one_is_after_and_never_at_the_time_that_is_asked),
        cmocka_unit_test(lists_ranges_and_steps_work_in_every_field_that_takes_them),
        cmocka_unit_test(months_and_weekdays_have_names_in_any_case),
        cmocka_unit_test(fields_may_stand_far_apart_and_have_leading_zeros),
        cmocka_unit_test(l_is_the_last_day_of_the_month),
        cmocka_unit_test(l_is_the_last_day_of_the_week),
        cmocka_unit_test(a_weekday_with_l_is_the_last_one_of_the_month),
        cmocka_unit_test(w_is_the_nearest_weekday_within_the_month),
        cmocka_unit_test(lw_is_the_last_weekday_of_the_month),
        cmocka_unit_test(a_weekday_with_a_number_is_the_nth_of_the_month_if_there_is_one),
        cmocka_unit_test(a_day_that_a_month_has_not_is_passed_over),
        cmocka_unit_test(an_impossible_date_never_comes),
        cmocka_unit_test(years_end_and_begin),
        cmocka_unit_test(any_time_may_be_asked),
        cmocka_unit_test(one_may_look_no_further_than_a_time),
        cmocka_unit_test(another_form_is_refused_with_the_right_one),
        cmocka_unit_test(a_value_that_a_field_does_not_take_is_named_with_the_field),
        cmocka_unit_test(exactly_one_of_the_two_fields_for_days_is_left_open),
        cmocka_unit_test(a_range_does_not_run_backwards),
        cmocka_unit_test(a_numbered_weekday_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
