#include "base/time_text.h"

#include <string.h>

#include "base/calendar.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

#define YEAR_0_MS    INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define YEAR_9999_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, ms;
    int weekday; /* 0 is Sunday; not used by ms_of */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct civil civil_of(int64_t ms)
{
    if (ms < YEAR_0_MS) {
        ms = YEAR_0_MS;
    } else if (ms > YEAR_9999_MS) {
        ms = YEAR_9999_MS;
    }
    int64_t days = floor_div(ms, DAY_MS);
    struct date date = calendar_date(days);
    int of_day = (int)(ms - days * DAY_MS);
    return (struct civil){
        .year = date.year,
        .month = date.month,
        .day = date.day,
        .hour = of_day / HOUR_MS,
        .minute = of_day / MINUTE_MS % 60,
        .second = of_day / SECOND_MS % 60,
        .ms = of_day % SECOND_MS,
        .weekday = calendar_weekday(days),
    };
}

static int64_t ms_of(const struct civil *civil)
{
    struct date date = { civil->year, civil->month, civil->day };
    return calendar_day(date) * DAY_MS + civil->hour * HOUR_MS + civil->minute * MINUTE_MS +
           civil->second * SECOND_MS + civil->ms;
}

/* Patterns are in strftime's letters, with L for milliseconds; all else stands for itself. */

static const struct field {
    char letter;
    int digits;
    int least, most;
    size_t offset; /* of an int in struct civil */
} fields[] = {
    { 'Y', 4, 0, 9999, offsetof(struct civil, year) }, { 'm', 2, 1, 12, offsetof(struct civil, month) },
    { 'd', 2, 1, 31, offsetof(struct civil, day) },    { 'H', 2, 0, 23, offsetof(struct civil, hour) },
    { 'M', 2, 0, 59, offsetof(struct civil, minute) }, { 'S', 2, 0, 59, offsetof(struct civil, second) },
    { 'L', 3, 0, 999, offsetof(struct civil, ms) },
};

static const char weekday_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static const struct field *field_of(char letter)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (fields[i].letter == letter) {
            return &fields[i];
        }
    }
    return NULL;
}

static char *put_digits(char *out, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

/* `a` is the weekday's name, which is not held against the date when it is read; `b` the month's. */
static void format_time(int64_t ms, const char *pattern, char ret_text[TIME_TEXT_MAX])
{
    struct civil civil = civil_of(ms);
    char *out = ret_text;
    for (const char *p = pattern; *p; p++) {
        if (*p != '%') {
            *out++ = *p;
            continue;
        }
        p++;
        if (*p == 'a' || *p == 'b') {
            memcpy(out, *p == 'a' ? weekday_names[civil.weekday] : month_names[civil.month - 1], 3);
            out += 3;
        } else {
            const struct field *field = field_of(*p);
            out = put_digits(out, *(const int *)((const char *)&civil + field->offset), field->digits);
        }
    }
    *out = '\0';
}

void time_format_iso(int64_t ms, char ret_text[TIME_TEXT_MAX])
{
    format_time(ms, "%Y-%m-%dT%H:%M:%S.%LZ", ret_text);
}

void time_format_second(int64_t ms, char ret_text[TIME_TEXT_MAX])
{
    format_time(ms, "%Y-%m-%dT%H:%M:%SZ", ret_text);
}

void time_format_basic(int64_t ms, char ret_text[TIME_TEXT_MAX])
{
    format_time(ms, "%Y%m%dT%H%M%SZ", ret_text);
}

void time_format_http(int64_t ms, char ret_text[TIME_TEXT_MAX])
{
    format_time(ms, "%a, %d %b %Y %H:%M:%S GMT", ret_text);
}

void time_format_minute(int64_t ms, char ret_text[TIME_TEXT_MAX])
{
    format_time(ms, "%Y-%m-%d %H:%M", ret_text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes the field's digits off the front of *text. */
static bool take_field(struct str *text, const struct field *field, struct civil *civil)
{
    int value = 0;
    for (int i = 0; i < field->digits; i++) {
        if (text->n == 0 || !is_digit(text->p[0])) {
            return false;
        }
        value = value * 10 + (text->p[0] - '0');
        text->p++;
        text->n--;
    }
    *(int *)((char *)civil + field->offset) = value;
    return value >= field->least && value <= field->most;
}

/* Takes one of the names, of three letters each, off the front of *text. */
static bool take_name(struct str *text, const char (*names)[4], int count, int *ret_index)
{
    for (int i = 0; i < count; i++) {
        if (str_starts_with(*text, str_from(names[i]))) {
            text->p += 3;
            text->n -= 3;
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool take_letter(struct str *text, char letter, struct civil *civil)
{
    int month = 0;
    switch (letter) {
    case 'a': return take_name(text, weekday_names, 7, &civil->weekday);
    case 'b':
        if (!take_name(text, month_names, 12, &month))
            return false;
        civil->month = month + 1;
        return true;
    default: return take_field(text, field_of(letter), civil);
    }
}

static bool parse_time(struct str text, const char *pattern, int64_t *ret_ms)
{
    struct civil civil = { .month = 1, .day = 1 };
    for (const char *p = pattern; *p; p++) {
        if (*p == '%') {
            p++;
            if (!take_letter(&text, *p, &civil)) {
                return false;
            }
        } else {
            if (text.n == 0 || text.p[0] != *p) {
                return false;
            }
            text.p++;
            text.n--;
        }
    }
    if (text.n > 0 || civil.day > calendar_month_length(civil.year, civil.month)) {
        return false;
    }
    *ret_ms = ms_of(&civil);
    return true;
}

bool time_parse_iso(struct str text, int64_t *ret_ms)
{
    return parse_time(text, "%Y-%m-%dT%H:%M:%S.%LZ", ret_ms) ||
           parse_time(text, "%Y-%m-%dT%H:%M:%SZ", ret_ms) || parse_time(text, "%Y-%m-%dT%H:%MZ", ret_ms);
}

bool time_parse_basic(struct str text, int64_t *ret_ms)
{
    return parse_time(text, "%Y%m%dT%H%M%SZ", ret_ms);
}

bool time_parse_http(struct str text, int64_t *ret_ms)
{
    return parse_time(text, "%a, %d %b %Y %H:%M:%S GMT", ret_ms) ||
           parse_time(text, "%a, %d %b %Y %H:%M:%S +0000", ret_ms) ||
           parse_time(text, "%a, %d %b %Y %H:%M:%S -0000", ret_ms);
}

bool time_parse_minute(struct str text, int64_t *ret_ms)
{
    return parse_time(text, "%Y-%m-%d %H:%M", ret_ms) || parse_time(text, "%Y-%m-%dT%H:%M", ret_ms);
}

/* Takes a run of one digit or more off the front of *text. */
static bool take_number(struct str *text, int64_t *ret_value)
{
    struct str digits = { text->p, 0 };
    while (digits.n < text->n && is_digit(text->p[digits.n])) {
        digits.n++;
    }
    if (!str_to_int(digits, ret_value)) {
        return false;
    }
    text->p += digits.n;
    text->n -= digits.n;
    return true;
}

/* Takes ".5", ".25" or ".125" off the front of *text, if a point is there. */
static bool take_fraction(struct str *text, int64_t *ret_ms)
{
    if (!str_starts_with(*text, STR_LIT("."))) {
        *ret_ms = 0;
        return true;
    }
    struct str rest = { text->p + 1, text->n - 1 };
    int64_t value;
    if (!take_number(&rest, &value)) {
        return false;
    }
    size_t digits = text->n - 1 - rest.n;
    if (digits > 3) {
        return false;
    }
    for (; digits < 3; digits++) {
        value *= 10;
    }
    *text = rest;
    *ret_ms = value;
    return true;
}

static bool add_times(int64_t *total, int64_t count, int64_t unit_ms)
{
    int64_t ms;
    return !__builtin_mul_overflow(count, unit_ms, &ms) && !__builtin_add_overflow(*total, ms, total);
}

/* In the order in which they may follow one another. */
static const struct iso_unit {
    char letter;
    bool after_t;
    int64_t ms;
} iso_units[] = {
    { 'W', false, INT64_C(7) * DAY_MS },
    { 'D', false, DAY_MS },
    { 'H', true, HOUR_MS },
    { 'M', true, MINUTE_MS },
    { 'S', true, SECOND_MS },
};
enum { ISO_UNITS = sizeof(iso_units) / sizeof(iso_units[0]) };

/* Takes "31M" or "0.5S" off the front of *text; *next is the first unit still allowed. */
static bool take_iso_part(struct str *text, bool after_t, size_t *next, int64_t *total)
{
    int64_t count, fraction_ms;
    if (!take_number(text, &count)) {
        return false;
    }
    bool fraction = str_starts_with(*text, STR_LIT("."));
    if (!take_fraction(text, &fraction_ms) || text->n == 0) {
        return false;
    }
    char letter = text->p[0];
    text->p++;
    text->n--;
    for (size_t i = *next; i < ISO_UNITS; i++) {
        if (iso_units[i].letter != letter || iso_units[i].after_t != after_t) {
            continue;
        }
        *next = i + 1;
        return (!fraction || letter == 'S') && add_times(total, count, iso_units[i].ms) &&
               add_times(total, fraction_ms, 1);
    }
    return false;
}

bool duration_parse_iso(struct str text, int64_t *ret_ms)
{
    if (!str_starts_with(text, STR_LIT("P"))) {
        return false;
    }
    struct str time = { text.p + 1, text.n - 1 };
    struct str date = str_split(&time, 'T');
    if (time.p ? time.n == 0 : date.n == 0) {
        return false;
    }
    int64_t total = 0;
    size_t next = 0;
    while (date.n > 0) {
        if (!take_iso_part(&date, false, &next, &total)) {
            return false;
        }
    }
    while (time.n > 0) {
        if (!take_iso_part(&time, true, &next, &total)) {
            return false;
        }
    }
    *ret_ms = total;
    return true;
}

bool duration_parse_unit(struct str text, int64_t *ret_ms)
{
    static const struct {
        struct str name;
        int64_t ms;
    } units[] = {
        { STR_LIT("ms"), 1 },      { STR_LIT("s"), SECOND_MS }, { STR_LIT("m"), MINUTE_MS },
        { STR_LIT("h"), HOUR_MS }, { STR_LIT("d"), DAY_MS },
    };
    if (str_eq(text, STR_LIT("0"))) {
        *ret_ms = 0;
        return true;
    }
    int64_t count;
    if (!take_number(&text, &count)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        int64_t total = 0;
        if (str_eq(text, units[i].name) && add_times(&total, count, units[i].ms)) {
            *ret_ms = total;
            return true;
        }
    }
    return false;
}
