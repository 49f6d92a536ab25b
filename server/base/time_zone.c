#include "base/time_zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/problem.h"

enum { CHANGES_MAX = 2048, ZONE_PATH_MAX = 4096, HOP_MINUTES = 6 * 24 * 60, MINUTE_S = 60, DAY_S = 86400 };

struct change {
    int64_t from_ms; /* of the first: so early that nothing is before it */
    int64_t offset_ms;
};

struct time_zone {
    size_t n;
    struct change changes[CHANGES_MAX];
};

/* ---- names ---- */

static const char *folder(void)
{
    const char *given = getenv("TZDIR");
    return given && given[0] ? given : "/usr/share/zoneinfo";
}

static bool is_zone_file(const char *name)
{
    static const char magic[] = { 'T', 'Z', 'i', 'f' };
    char path[ZONE_PATH_MAX], head[sizeof magic];
    int n = snprintf(path, sizeof path, "%s/%s", folder(), name);
    int file = n < (int)sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return false;
    bool is = read(file, head, sizeof head) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
    close(file);
    return is;
}

/* Nothing that leaves the folder, and none of the other forms that TZ takes: paths and rules. The zones below
 * right/ count leap seconds, which our time does not. */
static bool is_name(const char *name)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return name[0] != '\0' && name[0] != '/' && name[strspn(name, characters)] == '\0' &&
           strncmp(name, "right/", strlen("right/")) != 0;
}

bool time_zone_check(const char *name, struct strbuf *ret_problem)
{
    if (strcmp(name, TIME_ZONE_UTC) == 0 || (is_name(name) && is_zone_file(name)))
        return true;
    if (is_name(name) && !is_zone_file("Etc/UTC"))
        return problem(ret_problem,
                       "'%s' cannot be looked up, because there are no time zones in %s; install the package "
                       "tzdata",
                       name, folder());
    return problem(ret_problem, "'%s' is not one of the time zones in %s, such as Europe/Berlin", name,
                   folder());
}

/* ---- reading ---- */

static int64_t offset_s(int64_t utc_minutes)
{
    time_t seconds = (time_t)utc_minutes * MINUTE_S;
    struct tm local = { 0 };
    localtime_r(&seconds, &local);
    return local.tm_gmtoff;
}

/* The first minute behind `low` with another offset; `end`: there is none before. No offset has lasted less
 * than a week. */
static int64_t next_change(int64_t low, int64_t end)
{
    int64_t offset = offset_s(low), high = low;
    while (high < end && offset_s(high) == offset) {
        low = high;
        high = high + HOP_MINUTES < end ? high + HOP_MINUTES : end;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        *(offset_s(middle) == offset ? &low : &high) = middle;
    }
    return high;
}

static int64_t minutes_at(struct date date)
{
    return calendar_day(date) * (DAY_S / MINUTE_S);
}

static void read_changes(struct time_zone *zone)
{
    int64_t minutes = minutes_at((struct date){ 1969, 12, 30 });
    const int64_t end = minutes_at((struct date){ 2201, 1, 1 });
    while (minutes < end && zone->n < CHANGES_MAX) {
        zone->changes[zone->n] = (struct change){
            .from_ms = zone->n ? minutes * MINUTE_S * 1000 : INT64_MIN / 2,
            .offset_ms = offset_s(minutes) * 1000,
        };
        zone->n++;
        minutes = next_change(minutes, end);
    }
}

/* The C library knows no zone but the process's: for a moment that is the one to be read. */
static bool read_zone(const char *name, struct time_zone *zone)
{
    char tz[ZONE_PATH_MAX];
    const char *given = getenv("TZ");
    char *before = given ? strdup(given) : NULL;
    int n = snprintf(tz, sizeof tz, ":%s", name); /* in the same folder() */
    bool ok = (before || !given) && n < (int)sizeof tz && setenv("TZ", tz, 1) == 0;
    if (ok) {
        tzset();
        read_changes(zone);
        ok = before ? setenv("TZ", before, 1) == 0 : unsetenv("TZ") == 0;
        tzset();
    }
    free(before);
    return ok;
}

bool time_zone_open(const char *name, struct time_zone **ret_zone, struct strbuf *ret_problem)
{
    if (!time_zone_check(name, ret_problem))
        return false;
    if (strcmp(name, TIME_ZONE_UTC) == 0) {
        *ret_zone = NULL;
        return true;
    }
    struct time_zone *zone = calloc(1, sizeof *zone);
    if (!zone || !read_zone(name, zone)) {
        free(zone);
        return problem(ret_problem, "the time zone '%s' could not be read: out of memory", name);
    }
    *ret_zone = zone;
    return true;
}

void time_zone_free(struct time_zone *zone)
{
    free(zone);
}

/* ---- asking ---- */

int64_t time_zone_local_ms(const struct time_zone *zone, int64_t utc_ms)
{
    size_t low = 0, high = zone ? zone->n : 0;
    if (!zone)
        return utc_ms;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(zone->changes[middle].from_ms <= utc_ms ? &low : &high) = middle;
    }
    const struct change *now = &zone->changes[low];
    int64_t shows_ms = utc_ms + now->offset_ms;
    int64_t shown_ms = low ? now->from_ms + now[-1].offset_ms - 1 : shows_ms;
    return shows_ms > shown_ms ? shows_ms : shown_ms;
}

bool time_zone_utc_ms(const struct time_zone *zone, int64_t local_ms, int64_t *ret_utc_ms)
{
    size_t low = 0, high = zone ? zone->n - 1 : 0;
    while (low < high) { /* the first that ends behind it */
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle + 1].from_ms + zone->changes[middle].offset_ms > local_ms)
            high = middle;
        else
            low = middle + 1;
    }
    int64_t utc_ms = local_ms - (zone ? zone->changes[low].offset_ms : 0);
    if (zone && utc_ms < zone->changes[low].from_ms)
        return false;
    *ret_utc_ms = utc_ms;
    return true;
}
