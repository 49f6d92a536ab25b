/* Random cron expressions, held against a reference that walks the calendar day by day and minute by minute.
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "rules/jobs/cron.h"

enum { MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60, EXPRESSIONS = 500 };

/* An expression and what it means, by construction. */
struct meaning {
    char text[256];
    bool minutes[60], hours[24], days[32], months[13], weekdays[8], years[2200];
    bool nearest_weekdays[32], last_of_weekday[8], last_day, last_weekday;
    int nth_weekday, nth;
};

/* ---- making them up ---- */

static int between(uint64_t *seed, int least, int most)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return least + (int)((*seed >> 33) % (uint64_t)(most - least + 1));
}

static void append(struct meaning *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(struct meaning *m, const char *format, ...)
{
    size_t used = strlen(m->text);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(m->text + used, sizeof m->text - used, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof m->text - used);
}

/* A value, a range or all, with a step or without. */
static void make_range(struct meaning *m, uint64_t *seed, bool *set, int least, int most, bool steps)
{
    enum { VALUE, RANGE, ALL };
    int kind = between(seed, VALUE, ALL);
    int step = steps && between(seed, 0, 1) ? between(seed, 1, (most - least) / 2 + 1) : 0;
    int low = kind == ALL ? least : between(seed, least, most);
    int high = kind == RANGE ? between(seed, low, most) : most;
    if (kind == ALL)
        append(m, "*");
    else
        append(m, kind == RANGE ? "%d-%d" : "%d", low, high);
    if (step)
        append(m, "/%d", step);
    else if (kind == VALUE)
        high = low;
    for (int value = low; value <= high; value += step ? step : 1)
        set[value] = true;
}

static void make_list(struct meaning *m, uint64_t *seed, bool *set, int least, int most, bool steps)
{
    make_range(m, seed, set, least, most, steps);
    if (between(seed, 0, 2) == 0) {
        append(m, ",");
        make_range(m, seed, set, least, most, steps);
    }
    append(m, " ");
}

static void make_day_of_month(struct meaning *m, uint64_t *seed)
{
    int day = between(seed, 1, 31);
    switch (between(seed, 0, 4)) {
    case 0:
        m->last_day = true;
        append(m, "L ");
        break;
    case 1:
        m->last_weekday = true;
        append(m, "LW ");
        break;
    case 2:
        m->nearest_weekdays[day] = true;
        append(m, "%dW,", day);
        make_list(m, seed, m->days, 1, 31, true);
        break;
    case 3:
        m->nearest_weekdays[day] = true;
        append(m, "%dW ", day);
        break;
    default: make_list(m, seed, m->days, 1, 31, true);
    }
}

static void make_day_of_week(struct meaning *m, uint64_t *seed)
{
    int weekday = between(seed, 1, 7);
    switch (between(seed, 0, 2)) {
    case 0:
        m->nth_weekday = weekday;
        m->nth = between(seed, 1, 5);
        append(m, "%d#%d ", m->nth_weekday, m->nth);
        break;
    case 1:
        m->last_of_weekday[weekday] = true;
        append(m, "%dL ", weekday);
        break;
    default: make_list(m, seed, m->weekdays, 1, 7, false);
    }
}

/* Few of all years are walked through: each of these says something of them. */
static void make_years(struct meaning *m, uint64_t *seed)
{
    int step = between(seed, 1, 4), low = between(seed, 2026, 2034);
    int first = between(seed, 0, 1) ? low : 1970;
    if (first == low)
        append(m, "%d/%d", low, step);
    else
        append(m, "*/%d", step);
    for (int year = first; year < 2200; year += step)
        m->years[year] = true;
}

static struct meaning make(uint64_t *seed)
{
    struct meaning m = { .text = "cron(" };
    bool by_weekday = between(seed, 0, 1);
    make_list(&m, seed, m.minutes, 0, 59, true);
    make_list(&m, seed, m.hours, 0, 23, true);
    if (by_weekday)
        append(&m, "? ");
    else
        make_day_of_month(&m, seed);
    make_list(&m, seed, m.months, 1, 12, true);
    if (by_weekday)
        make_day_of_week(&m, seed);
    else
        append(&m, "? ");
    make_years(&m, seed);
    append(&m, ")");
    return m;
}

/* ---- the reference ---- */

struct today {
    int year, month, day;
    int weekday;    /* 1 is Sunday */
    int64_t number; /* days since 1970 */
};

static int length_of_month(const struct today *t)
{
    bool leap = t->year % 4 == 0 && t->year % 100 != 0;
    switch (t->month) {
    case 2: return leap ? 29 : 28;
    case 4:
    case 6:
    case 9:
    case 11: return 30;
    default: return 31;
    }
}

static void tomorrow(struct today *t)
{
    t->number++;
    t->weekday = t->weekday % 7 + 1;
    if (t->day++ < length_of_month(t))
        return;
    t->day = 1;
    if (t->month++ < 12)
        return;
    t->month = 1;
    t->year++;
}

static bool is_weekday(const struct today *t, int day)
{
    int weekday = ((t->weekday - 1 + day - t->day) % 7 + 7) % 7 + 1;
    return weekday != 1 && weekday != 7;
}

/* Whether today is the nearest weekday to that day. */
static bool is_nearest(const struct today *t, int day)
{
    static const int ways[] = { 0, -1, 1, -2, 2 };
    int length = length_of_month(t);
    for (size_t i = 0; day <= length && i < sizeof ways / sizeof ways[0]; i++) {
        int other = day + ways[i];
        if (other >= 1 && other <= length && is_weekday(t, other))
            return other == t->day;
    }
    return false;
}

static bool is_last_weekday(const struct today *t)
{
    for (int day = t->day + 1; day <= length_of_month(t); day++)
        if (is_weekday(t, day))
            return false;
    return is_weekday(t, t->day);
}

static bool day_matches(const struct meaning *m, const struct today *t)
{
    int length = length_of_month(t);
    bool matches = m->days[t->day] || m->weekdays[t->weekday];
    for (int day = 1; day <= 31; day++)
        matches |= m->nearest_weekdays[day] && is_nearest(t, day);
    matches |= m->last_day && t->day == length;
    matches |= m->last_weekday && is_last_weekday(t);
    matches |= m->last_of_weekday[t->weekday] && t->day > length - 7;
    matches |= m->nth_weekday == t->weekday && t->day > 7 * (m->nth - 1) && t->day <= 7 * m->nth;
    return matches && m->months[t->month] && m->years[t->year];
}

/* ---- side by side ---- */

static const struct today first_day = { 2027, 1, 1, 6, 20819 };
static const int64_t first_ms = INT64_C(20819) * DAY_MINUTES * MINUTE_MS;

static void compare_day(const struct meaning *m, const struct cron *cron, const struct today *t,
                        int64_t *last_ms)
{
    for (int minute = 0; minute < DAY_MINUTES; minute++) {
        if (!m->hours[minute / 60] || !m->minutes[minute % 60])
            continue;
        int64_t expected_ms = (t->number * DAY_MINUTES + minute) * MINUTE_MS, next_ms = -1;
        if (!cron_next(cron, *last_ms, &next_ms) || next_ms != expected_ms)
            fail_msg("%s after %lld is %lld, not %lld", m->text, (long long)*last_ms, (long long)next_ms,
                     (long long)expected_ms);
        *last_ms = expected_ms;
    }
}

static void it_agrees_with_a_walk_through_seven_years(void **state)
{
    uint64_t seed = 20300101;
    (void)state;
    for (int i = 0; i < EXPRESSIONS; i++) {
        struct meaning m = make(&seed);
        struct arena arena;
        struct err err;
        struct cron cron;
        arena_init(&arena, 4096);
        err_init(&err, &arena);
        if (!cron_parse(str_from(m.text), &cron, &err))
            fail_msg("%s", err.message.p);
        arena_release(&arena);
        int64_t last_ms = first_ms - 1;
        for (struct today t = first_day; t.year < 2034; tomorrow(&t))
            if (day_matches(&m, &t))
                compare_day(&m, &cron, &t, &last_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_agrees_with_a_walk_through_seven_years) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
