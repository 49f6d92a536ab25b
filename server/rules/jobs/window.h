/*
 * The maintenance windows of a job (control plane, section 3.3): each opens when its cron expression says,
 * and stays open for its duration. Several are one: it is open while any of them is.
 *
 * The expressions are about what clocks in a time zone show (setting window_time_zone); everything else here
 * is UTC. In the night when clocks are put forward, a window that should open at a time that they skip does
 * not open; in the night when they are put back, one that should open at a time that they show twice opens
 * the first time. A duration is time that passes, whatever clocks show.
 */
#ifndef IOTJOBS_RULES_WINDOW_H
#define IOTJOBS_RULES_WINDOW_H

#include "api/model.h"
#include "base/time_zone.h"
#include "rules/jobs/cron.h"

enum {
    WINDOWS_MAX = 20,  /* of one job; AWS names no limit and shows one */
    WINDOW_STARTS = 7, /* as many are shown in DescribeJob */
};

struct window {
    struct cron cron;
    int64_t duration_ms;
};

struct windows {
    size_t n;
    struct window *items;
    int64_t not_before_ms;        /* what opens earlier does not count: the job has not started */
    const struct time_zone *zone; /* of the expressions; NULL: UTC */
};

/* Parses them into the arena; `not_before_ms` is INT64_MIN for a job without a start time. False: too many, a
 * cron expression is wrong, or memory is out. */
bool windows_read(const struct maintenance_windows *in, int64_t not_before_ms, const struct time_zone *zone,
                  struct arena *arena, struct windows *ret_windows, struct err *err);

/* Refuses a window that is not open at `now_ms` and never opens again. `in` is what `windows` was read from.
 */
bool windows_check(const struct windows *windows, const struct maintenance_windows *in, int64_t now_ms,
                   struct err *err);

/*
 * Whether one is open at `at_ms`. *ret_look_again_ms is then when they close; where so many follow one
 * another without a gap that this is far away, a time until which they surely are open.
 */
bool windows_open_at(const struct windows *windows, int64_t at_ms, int64_t *ret_look_again_ms);

/* When the next one begins, after `after_ms`. False: never. */
bool windows_next(const struct windows *windows, int64_t after_ms, int64_t *ret_start_ms);

/* The starts after `after_ms` and before `end_ms`, in order, each time once; returns how many there are. */
size_t windows_starts(const struct windows *windows, int64_t after_ms, struct opt_int end_ms,
                      int64_t ret_starts_ms[WINDOW_STARTS]);

#endif
