/*
 * A forecast at a glance: a rollout's minutes, those in a row that queue equally many taken together.
 *
 *     { from 12:00, 20 minutes, 50 a minute }, { from 12:20, 10 minutes, 100 a minute }, …
 *
 * A minute begins with the rollout, and with each maintenance window that it waits for. One in which the rate
 * rises stands by itself, and so does the last, which has what is left.
 */
#ifndef IOTJOBS_RULES_ROLLOUT_OUTLINE_H
#define IOTJOBS_RULES_ROLLOUT_OUTLINE_H

#include "rules/jobs/forecast.h"

enum {
    OUTLINE_SEGMENTS_MAX = 500,
    OUTLINE_YEARS = 3, /* what comes later is not looked at: a job's end time lies nearer */
    OUTLINE_LOOKS_MAX = 16 * 1000 * 1000, /* enough for each slice of these years, but not for all windows */
};

struct outline_segment {
    int64_t from_ms;
    int64_t minutes;
    int64_t per_minute; /* things */
    int64_t total;      /* with those of all segments before it */
};

struct rollout_outline {
    size_t n;
    struct outline_segment segments[OUTLINE_SEGMENTS_MAX];
    int64_t segments_left;  /* for which there was no room */
    struct opt_int last_ms; /* when the last things are queued; not set: none is */
    int64_t things;         /* that are queued */
    bool broken_off;        /* it goes on for longer than is looked at */
};

/* Of a rollout to so many things. */
void rollout_outline_make(const struct forecast_input *in, int64_t things,
                          struct rollout_outline *ret_outline);

#endif
