#include "rules/jobs/window.h"

static const int64_t minute_ms = 60 * 1000;

/* Occurrences that are followed to find the end; each of them is a minute at least. */
enum { FOLLOWED_MAX = 1000 };

bool windows_read(const struct maintenance_windows *in, int64_t not_before_ms, const struct time_zone *zone,
                  struct arena *arena, struct windows *ret_windows, struct err *err)
{
    struct windows windows = { .n = in->n, .not_before_ms = not_before_ms, .zone = zone };
    if (in->n > WINDOWS_MAX)
        return fail(err, ERR_INVALID_REQUEST,
                    "A job can have at most %d maintenance windows; this one has %zu.", WINDOWS_MAX, in->n);
    windows.items = arena_array(arena, in->n, sizeof *windows.items);
    if (!windows.items)
        return fail(err, ERR_INTERNAL, "The maintenance windows could not be read.");
    for (size_t i = 0; i < in->n; i++) {
        windows.items[i].duration_ms = in->items[i].duration_in_minutes.value * minute_ms;
        if (!cron_parse(in->items[i].start_time, &windows.items[i].cron, err))
            return false;
    }
    *ret_windows = windows;
    return true;
}

/* `ms`, or the last moment before anything counts. */
static int64_t not_before(const struct windows *windows, int64_t ms)
{
    return windows->not_before_ms > ms ? windows->not_before_ms - 1 : ms;
}

/* When this window opens first, after `after_ms` and not after `until_ms`. */
static bool next_until(const struct windows *windows, size_t i, int64_t after_ms, int64_t until_ms,
                       int64_t *ret_start_ms)
{
    const struct time_zone *zone = windows->zone;
    int64_t local_ms = time_zone_local_ms(zone, not_before(windows, after_ms));
    int64_t local_until_ms = until_ms == INT64_MAX ? INT64_MAX : time_zone_local_ms(zone, until_ms);
    while (cron_next_until(&windows->items[i].cron, local_ms, local_until_ms, &local_ms))
        if (time_zone_utc_ms(zone, local_ms, ret_start_ms))
            return true;
    return false;
}

static bool next_of(const struct windows *windows, size_t i, int64_t after_ms, int64_t *ret_start_ms)
{
    return next_until(windows, i, after_ms, INT64_MAX, ret_start_ms);
}

/* Whether this window is open at `at_ms`, and when it closes. */
static bool open_at(const struct windows *windows, size_t i, int64_t at_ms, int64_t *ret_close_ms)
{
    int64_t start_ms, duration_ms = windows->items[i].duration_ms;
    if (!next_until(windows, i, at_ms - duration_ms, at_ms, &start_ms))
        return false;
    *ret_close_ms = start_ms + duration_ms;
    return true;
}

bool windows_check(const struct windows *windows, const struct maintenance_windows *in, int64_t now_ms,
                   struct err *err)
{
    for (size_t i = 0; i < windows->n; i++) {
        int64_t ms;
        if (!open_at(windows, i, now_ms, &ms) && !next_of(windows, i, now_ms, &ms))
            return fail(err, ERR_INVALID_REQUEST, "The maintenance window %.*s never opens.",
                        STR(in->items[i].start_time));
    }
    return true;
}

bool windows_open_at(const struct windows *windows, int64_t at_ms, int64_t *ret_look_again_ms)
{
    int64_t until_ms = at_ms;
    for (int followed = 0; followed < FOLLOWED_MAX; followed++) {
        bool longer = false;
        for (size_t i = 0; !longer && i < windows->n; i++)
            longer = open_at(windows, i, until_ms, &until_ms);
        if (!longer)
            break;
    }
    if (until_ms == at_ms)
        return false;
    *ret_look_again_ms = until_ms;
    return true;
}

bool windows_next(const struct windows *windows, int64_t after_ms, int64_t *ret_start_ms)
{
    int64_t earliest_ms = INT64_MAX, ms;
    for (size_t i = 0; i < windows->n; i++)
        if (next_of(windows, i, after_ms, &ms) && ms < earliest_ms)
            earliest_ms = ms;
    if (earliest_ms == INT64_MAX)
        return false;
    *ret_start_ms = earliest_ms;
    return true;
}

size_t windows_starts(const struct windows *windows, int64_t after_ms, struct opt_int end_ms,
                      int64_t ret_starts_ms[WINDOW_STARTS])
{
    size_t n = 0;
    while (n < WINDOW_STARTS && windows_next(windows, after_ms, &ret_starts_ms[n]) &&
           (!end_ms.set || ret_starts_ms[n] < end_ms.value))
        after_ms = ret_starts_ms[n++];
    return n;
}
