#include "rules/jobs/cron.h"

#include "base/calendar.h"

enum { MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60, FIRST_YEAR = 1970, LAST_YEAR = 2199, FIFTH = 5 };

/* ---- sets ---- */

static void set_add(struct cron_set *set, int64_t value)
{
    set->words[value / 64] |= UINT64_C(1) << value % 64;
}

static bool set_has(const struct cron_set *set, int value)
{
    return set->words[value / 64] >> value % 64 & 1;
}

/* The least member from `from` to `most`; -1: none. */
static int set_next(const struct cron_set *set, int from, int most)
{
    for (int value = from; value <= most; value++)
        if (set_has(set, value))
            return value;
    return -1;
}

/* ---- fields ---- */

static const char *const month_names[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                           "AUG", "SEP", "OCT", "NOV", "DEC", NULL };
static const char *const weekday_names[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL };

enum { MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR, FIELDS };

static const struct field {
    const char *name;
    const char *const *names; /* of the values, from the least on; NULL: numbers only */
    const char *right;        /* what may be written */
    int least, most;
    int zero;   /* what is 0 in the set */
    bool steps; /* a/b is allowed */
    bool any;   /* ? is allowed */
} fields[FIELDS] = {
    [MINUTES] = { .name = "minutes", .most = 59, .steps = true, .right = "0-59 and , - * /" },
    [HOURS] = { .name = "hours", .most = 23, .steps = true, .right = "0-23 and , - * /" },
    [DAY_OF_MONTH] = { .name = "day-of-month",
                       .least = 1,
                       .most = 31,
                       .steps = true,
                       .any = true,
                       .right = "1-31 and , - * ? / L W" },
    [MONTH] = { .name = "month",
                .least = 1,
                .most = 12,
                .names = month_names,
                .steps = true,
                .right = "1-12 or JAN-DEC and , - * /" },
    [DAY_OF_WEEK] = { .name = "day-of-week",
                      .least = 1,
                      .most = 7,
                      .names = weekday_names,
                      .any = true,
                      .right = "1-7 or SUN-SAT and , - * ? L #" },
    [YEAR] = { .name = "year",
               .least = FIRST_YEAR,
               .most = LAST_YEAR,
               .zero = FIRST_YEAR,
               .steps = true,
               .right = "1970-2199 and , - * /" },
};

/* Where the values of each field go. */
static struct cron_set *field_set(struct cron *cron, int index)
{
    struct cron_set *const sets[FIELDS] = {
        [MINUTES] = &cron->minutes, [HOURS] = &cron->hours,          [DAY_OF_MONTH] = &cron->days,
        [MONTH] = &cron->months,    [DAY_OF_WEEK] = &cron->weekdays, [YEAR] = &cron->years,
    };
    return sets[index];
}

/* ---- parsing ---- */

struct parser {
    struct str text; /* the whole expression */
    const struct field *field;
    struct cron cron;
    struct err *err;
};

static bool wrong(const struct parser *p, const char *why)
{
    return fail(p->err, ERR_INVALID_REQUEST, "Invalid cron expression: %.*s. %s", STR(p->text), why);
}

static bool wrong_value(const struct parser *p, struct str value)
{
    return fail(p->err, ERR_INVALID_REQUEST,
                "Invalid cron expression: %.*s. '%.*s' is not right for %s, which takes %s.", STR(p->text),
                STR(value), p->field->name, p->field->right);
}

static bool read_number(struct str text, int64_t least, int64_t most, int64_t *ret_value)
{
    int64_t value;
    if (!str_to_int(text, &value) || value < least || value > most)
        return false;
    *ret_value = value;
    return true;
}

/* A number in the field's range, or the name of one. */
static bool read_value(const struct parser *p, struct str text, int64_t *ret_value)
{
    const struct field *field = p->field;
    for (int i = 0; field->names && field->names[i]; i++) {
        if (str_eq_nocase(text, str_from(field->names[i]))) {
            *ret_value = field->least + i;
            return true;
        }
    }
    return read_number(text, field->least, field->most, ret_value);
}

/* `*`, `a`, `a-b`, and each with `/step` behind it. */
static bool read_range(struct parser *p, struct str item, struct cron_set *set)
{
    const struct field *field = p->field;
    struct str step_text = item;
    struct str range = str_split(&step_text, '/');
    struct str to = range;
    struct str from = str_split(&to, '-');
    int64_t low = field->least, high = field->most, step = 1;
    if (!str_eq_text(range, "*")) {
        if (!read_value(p, from, &low) || (to.p && !read_value(p, to, &high)))
            return wrong_value(p, item);
        if (!to.p && !step_text.p)
            high = low;
    }
    if (step_text.p && (!field->steps || !read_number(step_text, 1, field->most - field->least + 1, &step)))
        return wrong_value(p, item);
    if (low > high)
        return wrong(p, "A range must not run backwards.");
    for (int64_t value = low; value <= high; value += step)
        set_add(set, value - field->zero);
    return true;
}

/* Takes one character off the end, whatever its case. */
static bool take_suffix(struct str *text, struct str suffix)
{
    if (text->n < suffix.n || !str_eq_nocase((struct str){ text->p + text->n - suffix.n, suffix.n }, suffix))
        return false;
    text->n -= suffix.n;
    return true;
}

static bool read_day_of_month(struct parser *p, struct str item)
{
    int64_t day;
    struct str number = item;
    bool last = str_eq_nocase(item, STR_LIT("L")), last_weekday = str_eq_nocase(item, STR_LIT("LW"));
    p->cron.last_day |= last;
    p->cron.last_weekday |= last_weekday;
    if (last || last_weekday)
        return true;
    if (!take_suffix(&number, STR_LIT("W")))
        return read_range(p, item, &p->cron.days);
    if (!read_value(p, number, &day))
        return wrong_value(p, item);
    set_add(&p->cron.nearest_weekdays, day);
    return true;
}

static bool read_day_of_week(struct parser *p, struct str item)
{
    int64_t weekday;
    struct str number = item, nth = item;
    struct str before_nth = str_split(&nth, '#');
    if (nth.p)
        return (read_value(p, before_nth, &p->cron.nth_weekday) &&
                read_number(nth, 1, FIFTH, &p->cron.nth)) ||
               wrong_value(p, item);
    if (!take_suffix(&number, STR_LIT("L")))
        return read_range(p, item, &p->cron.weekdays);
    if (number.n == 0) { /* the last day of the week */
        set_add(&p->cron.weekdays, p->field->most);
        return true;
    }
    if (!read_value(p, number, &weekday))
        return wrong_value(p, item);
    set_add(&p->cron.last_of_weekday, weekday);
    return true;
}

static bool read_item(struct parser *p, int index, struct str item)
{
    switch (index) {
    case DAY_OF_MONTH: return read_day_of_month(p, item);
    case DAY_OF_WEEK: return read_day_of_week(p, item);
    default: return read_range(p, item, field_set(&p->cron, index));
    }
}

static bool read_field(struct parser *p, int index, struct str text)
{
    p->field = &fields[index];
    if (p->field->any && str_eq_text(text, "?"))
        return true;
    struct str rest = text, items = text;
    str_split(&rest, ',');
    bool list = rest.p;
    while (items.p)
        if (!read_item(p, index, str_split(&items, ',')))
            return false;
    bool numbered = index == DAY_OF_WEEK && p->cron.nth;
    return !(list && numbered) || wrong(p, "A day-of-week with # must stand alone, not in a list.");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes the next word off the front of *text; empty at the end. */
static struct str take_word(struct str *text)
{
    while (text->n && is_blank(text->p[0])) {
        text->p++;
        text->n--;
    }
    struct str word = { text->p, 0 };
    while (word.n < text->n && !is_blank(word.p[word.n]))
        word.n++;
    text->p += word.n;
    text->n -= word.n;
    return word;
}

/* Cuts the expression into its six fields. */
static bool cut(const struct parser *p, struct str ret_words[FIELDS])
{
    static const struct str head = STR_LIT("cron("), tail = STR_LIT(")");
    struct str rest = p->text;
    bool form = str_starts_with(rest, head) && str_ends_with(rest, tail);
    if (form)
        rest = (struct str){ rest.p + head.n, rest.n - head.n - tail.n };
    for (int i = 0; form && i < FIELDS; i++) {
        ret_words[i] = take_word(&rest);
        form = ret_words[i].n > 0;
    }
    return (form && take_word(&rest).n == 0) ||
           wrong(p, "Use cron(minutes hours day-of-month month day-of-week year), six fields, such as "
                    "cron(0 2 ? * MON *).");
}

bool cron_parse(struct str text, struct cron *ret_cron, struct err *err)
{
    struct parser parser = { .text = text, .err = err };
    struct str words[FIELDS] = { 0 };
    if (!cut(&parser, words))
        return false;
    for (int i = 0; i < FIELDS; i++)
        if (!read_field(&parser, i, words[i]))
            return false;
    if (str_eq_text(words[DAY_OF_MONTH], "?") == str_eq_text(words[DAY_OF_WEEK], "?"))
        return wrong(&parser, "Exactly one of day-of-month and day-of-week must be ?.");
    *ret_cron = parser.cron;
    return true;
}

/* ---- occurrences ---- */

struct month {
    int length;
    int first_weekday; /* of day 1; 0 is Sunday */
};

/* 0 is Sunday. */
static int weekday_of(const struct month *month, int day)
{
    return (month->first_weekday + day - 1) % 7;
}

/* The day itself, or the Friday before, or the Monday behind it, without leaving the month. */
static int nearest_weekday(const struct month *month, int day)
{
    enum { SUNDAY = 0, SATURDAY = 6 };
    switch (weekday_of(month, day)) {
    case SATURDAY: return day == 1 ? day + 2 : day - 1;
    case SUNDAY: return day == month->length ? day - 2 : day + 1;
    default: return day;
    }
}

static bool day_matches(const struct cron *cron, const struct month *month, int day)
{
    int weekday = weekday_of(month, day) + 1;
    return set_has(&cron->days, day) || (cron->last_day && day == month->length) ||
           (cron->last_weekday && day == nearest_weekday(month, month->length)) ||
           set_has(&cron->weekdays, weekday) ||
           (set_has(&cron->last_of_weekday, weekday) && day + 7 > month->length) ||
           (cron->nth == (day + 6) / 7 && cron->nth_weekday == weekday);
}

/* The least matching day from `from` on; 0: none. */
static int next_day_of_month(const struct cron *cron, const struct month *month, int from)
{
    int found = 0;
    for (int day = from; !found && day <= month->length; day++)
        if (day_matches(cron, month, day))
            found = day;
    for (int day = 1; day <= month->length; day++) {
        int nearest = set_has(&cron->nearest_weekdays, day) ? nearest_weekday(month, day) : 0;
        if (nearest >= from && (!found || nearest < found))
            found = nearest;
    }
    return found;
}

static void go_to_next_month(struct date *date)
{
    date->day = 1;
    if (++date->month > 12) {
        date->month = 1;
        date->year++;
    }
}

/* The first matching day from `from` on, in days since 1970. Looks at no month behind that of `last`. */
static bool next_day(const struct cron *cron, int64_t from, int64_t last, int64_t *ret_day)
{
    for (struct date date = calendar_date(from); date.year <= LAST_YEAR; go_to_next_month(&date)) {
        int64_t first = calendar_day(date);
        if (first > last)
            return false;
        if (!set_has(&cron->years, date.year - FIRST_YEAR) || !set_has(&cron->months, date.month))
            continue;
        struct month month = {
            .length = calendar_month_length(date.year, date.month),
            .first_weekday = calendar_weekday(first - date.day + 1),
        };
        int day = next_day_of_month(cron, &month, date.day);
        if (day) {
            *ret_day = first - date.day + day;
            return true;
        }
    }
    return false;
}

/* The first matching minute of a day from `from` on; -1: none. */
static int next_minute_of_day(const struct cron *cron, int from)
{
    int hour = from / 60;
    if (set_has(&cron->hours, hour)) {
        int minute = set_next(&cron->minutes, from % 60, fields[MINUTES].most);
        if (minute >= 0)
            return hour * 60 + minute;
    }
    hour = set_next(&cron->hours, hour + 1, fields[HOURS].most);
    return hour < 0 ? -1 : hour * 60 + set_next(&cron->minutes, 0, fields[MINUTES].most);
}

bool cron_next_until(const struct cron *cron, int64_t after_ms, int64_t until_ms, int64_t *ret_next_ms)
{
    if (until_ms < 0)
        return false;
    int64_t from = after_ms < 0 ? 0 : after_ms / MINUTE_MS + 1;
    int64_t today = from / DAY_MINUTES, last_day = until_ms / MINUTE_MS / DAY_MINUTES, day;
    if (!next_day(cron, today, last_day, &day))
        return false;
    int minute = next_minute_of_day(cron, day == today ? (int)(from % DAY_MINUTES) : 0);
    if (minute < 0) { /* today, but too late */
        if (!next_day(cron, today + 1, last_day, &day))
            return false;
        minute = next_minute_of_day(cron, 0);
    }
    int64_t next_ms = (day * DAY_MINUTES + minute) * MINUTE_MS;
    if (next_ms > until_ms)
        return false;
    *ret_next_ms = next_ms;
    return true;
}

bool cron_next(const struct cron *cron, int64_t after_ms, int64_t *ret_next_ms)
{
    return cron_next_until(cron, after_ms, INT64_MAX, ret_next_ms);
}
