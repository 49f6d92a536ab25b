#include "rules/jobs/rollout_outline.h"

static const int64_t followed_ms = INT64_C(1000) * 3600 * 24 * 366 * OUTLINE_YEARS;

/* The minute that is being counted, and the segment before it, which it may belong to. */
struct counting {
    struct rollout_outline *outline;
    int64_t minute_ms;              /* when it began */
    int64_t things;                 /* in it so far; 0: there is none yet */
    struct outline_segment segment; /* no minutes: there is none yet */
};

static void end_segment(struct counting *counting)
{
    struct rollout_outline *outline = counting->outline;
    if (counting->segment.minutes == 0)
        return;
    if (outline->n < OUTLINE_SEGMENTS_MAX)
        outline->segments[outline->n++] = counting->segment;
    else
        outline->segments_left++;
}

static bool goes_on(const struct outline_segment *segment, int64_t minute_ms, int64_t things)
{
    return segment->minutes > 0 && segment->per_minute == things &&
           segment->from_ms + segment->minutes * ROLLOUT_MINUTE_MS == minute_ms;
}

static void end_minute(struct counting *counting)
{
    struct outline_segment *segment = &counting->segment;
    if (counting->things == 0)
        return;
    if (!goes_on(segment, counting->minute_ms, counting->things)) {
        end_segment(counting);
        *segment = (struct outline_segment){ .from_ms = counting->minute_ms,
                                             .per_minute = counting->things,
                                             .total = segment->total };
    }
    segment->minutes++;
    segment->total += counting->things;
    counting->things = 0;
}

/* The minute of that time. Even the slowest rollout queues something each minute: where it has not, it has
 * waited for a window. */
static void find_minute(struct counting *counting, const struct opt_int *last_ms, int64_t at_ms)
{
    bool waited = !last_ms->set || at_ms - last_ms->value > ROLLOUT_MINUTE_MS;
    if (!waited && at_ms < counting->minute_ms + ROLLOUT_MINUTE_MS)
        return;
    end_minute(counting);
    counting->minute_ms = waited ? at_ms : counting->minute_ms + ROLLOUT_MINUTE_MS;
}

void rollout_outline_make(const struct forecast_input *in, int64_t things,
                          struct rollout_outline *ret_outline)
{
    struct counting counting = { .outline = ret_outline };
    struct forecast forecast;
    struct forecast_batch batch;
    *ret_outline = (struct rollout_outline){ 0 };
    forecast_begin(&forecast, in);
    while (ret_outline->things < things && forecast_next(&forecast, &batch)) {
        int64_t left = things - ret_outline->things, n = batch.n < left ? batch.n : left;
        ret_outline->broken_off =
            batch.at_ms > in->from_ms + followed_ms || forecast.looks > OUTLINE_LOOKS_MAX;
        if (ret_outline->broken_off)
            break;
        find_minute(&counting, &ret_outline->last_ms, batch.at_ms);
        counting.things += n;
        ret_outline->things += n;
        ret_outline->last_ms = (struct opt_int){ true, batch.at_ms };
    }
    end_minute(&counting);
    end_segment(&counting);
}
