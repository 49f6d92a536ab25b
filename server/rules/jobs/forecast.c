#include "rules/jobs/forecast.h"

/* To ask a window takes as long as so many slices. */
enum { WINDOW_LOOKS = 20 };

void forecast_begin(struct forecast *forecast, const struct forecast_input *in)
{
    bool windowed = in->windows && in->windows->n > 0;
    *forecast = (struct forecast){
        .in = *in,
        .next_ms = in->from_ms,
        .open_until_ms = windowed ? INT64_MIN : INT64_MAX, /* the first slice finds out */
    };
}

/* Where the windows close before the next slice, it comes when the next one opens. False: none does. */
static bool find_window(struct forecast *forecast)
{
    const struct windows *windows = forecast->in.windows;
    bool begins = forecast->open_until_ms == INT64_MIN;
    int64_t closed_ms = begins ? forecast->next_ms : forecast->open_until_ms;
    forecast->looks += WINDOW_LOOKS * (int64_t)windows->n;
    if (windows_open_at(windows, closed_ms, &forecast->open_until_ms)) {
        /* A slice for the very moment in which it is looked whether they close does nothing but wait. */
        if (!begins && forecast->next_ms == closed_ms)
            forecast->next_ms += ROLLOUT_SLOT_MS;
        return true;
    }
    return windows_next(windows, closed_ms, &forecast->next_ms) &&
           windows_open_at(windows, forecast->next_ms, &forecast->open_until_ms);
}

/* Whether there is a next slice; it is put off until it may be. */
static bool await_slice(struct forecast *forecast)
{
    const struct opt_int *end_ms = &forecast->in.end_ms;
    while (forecast->next_ms >= forecast->open_until_ms)
        if (!find_window(forecast))
            return false;
    return !end_ms->set || forecast->next_ms < end_ms->value;
}

/* What the slice queues. */
static int64_t take_slice(struct forecast *forecast)
{
    struct forecast_input *in = &forecast->in;
    int64_t at_ms = forecast->next_ms;
    forecast->looks++;
    int64_t rate = rollout_rate(in->rollout, in->default_per_minute, in->counts);
    if (rate == ROLLOUT_UNLIMITED)
        return INT64_MAX;
    rollout_slot_at(&in->slot, at_ms);
    int64_t room = rollout_slot_room(&in->slot, rate);
    int64_t n = room < ROLLOUT_SLICE_MAX ? room : ROLLOUT_SLICE_MAX;
    in->slot.taken += n;
    in->counts.notified += n;
    in->counts.succeeded += in->all_succeed ? n : 0;
    forecast->next_ms = rollout_slice_next_ms(&in->slot, rate, rollout_rate_rises(in->rollout), at_ms);
    return n;
}

bool forecast_next(struct forecast *forecast, struct forecast_batch *ret_batch)
{
    struct forecast_batch batch = { 0 };
    while (batch.n == 0) {
        if (!await_slice(forecast))
            return false;
        batch.at_ms = forecast->next_ms;
        while (batch.n < INT64_MAX && forecast->next_ms == batch.at_ms) {
            int64_t n = take_slice(forecast);
            batch.n = n == INT64_MAX ? n : batch.n + n;
        }
    }
    *ret_batch = batch;
    return true;
}
