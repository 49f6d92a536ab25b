#include "rules/jobs/rollout_rate.h"

#include <math.h>

enum { TENTHS = 10 };

/* Rates grow in these units, so that no rounding gets into a whole number: where base · factor^k is whole, so
 * is every power before it. */
static const int64_t unit = 1000 * 1000 * 1000;

/* The times that the rate has gone up. */
static int64_t increases(const struct rate_increase_criteria *criteria, struct rollout_counts counts)
{
    if (criteria->number_of_notified_things.set)
        return counts.notified / criteria->number_of_notified_things.value;
    return counts.succeeded / criteria->number_of_succeeded_things.value;
}

static int64_t exponential_rate(const struct exponential_rollout_rate *config, int64_t maximum,
                                struct rollout_counts counts)
{
    int64_t factor = llround(config->increment_factor.value * TENTHS);
    int64_t rate = config->base_rate_per_minute.value * unit;
    for (int64_t k = increases(config->rate_increase_criteria, counts); k > 0 && rate < maximum * unit; k--)
        rate = rate * factor / TENTHS;
    return rate < maximum * unit ? rate / unit : maximum;
}

int64_t rollout_rate(const struct job_executions_rollout_config *config, int64_t default_per_minute,
                     struct rollout_counts counts)
{
    if (!config || !config->maximum_per_minute.set)
        return default_per_minute;
    if (!config->exponential_rate)
        return config->maximum_per_minute.value;
    return exponential_rate(config->exponential_rate, config->maximum_per_minute.value, counts);
}

bool rollout_rate_rises(const struct job_executions_rollout_config *config)
{
    return config && config->exponential_rate;
}

void rollout_slot_at(struct rollout_slot *slot, int64_t now_ms)
{
    int64_t age_ms = now_ms - slot->began_ms;
    bool clock_went_back = age_ms < 0;
    if (clock_went_back)
        slot->began_ms = now_ms;
    if (age_ms < ROLLOUT_SLOT_MS)
        return;
    int64_t number = slot->number + age_ms / ROLLOUT_SLOT_MS;
    *slot = (struct rollout_slot){
        .number = age_ms < ROLLOUT_MINUTE_MS ? number % ROLLOUT_SLOTS_PER_MINUTE : 0,
        .began_ms = now_ms,
    };
}

/* What a minute's first `slots` slots hold together. */
static int64_t held_by(int64_t slots, int64_t rate)
{
    return (slots * rate + ROLLOUT_SLOTS_PER_MINUTE - 1) / ROLLOUT_SLOTS_PER_MINUTE;
}

/* The whole of a slot. */
static int64_t slot_size(int64_t number, int64_t rate)
{
    return held_by(number + 1, rate) - held_by(number, rate);
}

int64_t rollout_slot_next_ms(const struct rollout_slot *slot, int64_t rate)
{
    int64_t n = 1;
    while (n < ROLLOUT_SLOTS_PER_MINUTE &&
           slot_size((slot->number + n) % ROLLOUT_SLOTS_PER_MINUTE, rate) == 0)
        n++;
    return slot->began_ms + n * ROLLOUT_SLOT_MS;
}

int64_t rollout_slot_room(const struct rollout_slot *slot, int64_t rate)
{
    if (rate == ROLLOUT_UNLIMITED)
        return INT64_MAX;
    int64_t room = slot_size(slot->number, rate) - slot->taken;
    return room > 0 ? room : 0;
}

int64_t rollout_slice_next_ms(const struct rollout_slot *slot, int64_t rate, bool rises, int64_t now_ms)
{
    if (rollout_slot_room(slot, rate) > 0)
        return now_ms;
    return rises ? slot->began_ms + ROLLOUT_SLOT_MS : rollout_slot_next_ms(slot, rate);
}
