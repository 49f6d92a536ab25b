/*
 * How fast a job is rolled out: jobExecutionsRolloutConfig (control plane, section 4.1).
 *
 * A rate is so many executions a minute. A minute has ten slots of six seconds, and what a rate allows is
 * spread over them, the first slot not empty: 1000 a minute are 100 in each, 15 are 2, 1, 2, 1, …, and 1 is
 * one in the first alone. Any ten slots in a row hold exactly the rate, so no sixty seconds see more,
 * wherever they begin. What a slot did not use is not made up for: neither after a pause nor after a restart
 * is there a burst.
 *
 * An exponential rate begins with the base rate and is multiplied by the factor each time as many things more
 * were notified, or have succeeded, as its criterion says: base · factor^k with k = count / criterion, whole
 * numbers, up to the maximum.
 */
#ifndef IOTJOBS_RULES_ROLLOUT_RATE_H
#define IOTJOBS_RULES_ROLLOUT_RATE_H

#include "api/model.h"

enum {
    ROLLOUT_UNLIMITED = 0, /* as a rate */
    ROLLOUT_SLOTS_PER_MINUTE = 10,
    ROLLOUT_MINUTE_MS = 60 * 1000,
    ROLLOUT_SLOT_MS = ROLLOUT_MINUTE_MS / ROLLOUT_SLOTS_PER_MINUTE,
    ROLLOUT_SLICE_MAX = 100, /* things of one slice, for each of which the rate is asked anew */
};

/* What an exponential rate grows with. */
struct rollout_counts {
    int64_t notified;  /* executions that the rollout has queued */
    int64_t succeeded; /* executions of the job that have SUCCEEDED */
};

/* A minute. `config` may be NULL, which gives the default; else it keeps the rules of CreateJob. */
int64_t rollout_rate(const struct job_executions_rollout_config *config, int64_t default_per_minute,
                     struct rollout_counts counts);

/* Whether the next slot may have another rate: the things of this one raise it, or those that succeed
 * meanwhile. */
bool rollout_rate_rises(const struct job_executions_rollout_config *config);

/* The slot that a rollout was in last. All zero: it has not begun. */
struct rollout_slot {
    int64_t number; /* in its minute, from 0 */
    int64_t began_ms;
    int64_t taken; /* executions queued in it */
};

/* Moves it on to the slot of `now_ms`. A slot begins when somebody comes for it, not before the ones between
 * it and the last one would be over; after a minute without any the next minute begins. */
void rollout_slot_at(struct rollout_slot *slot, int64_t now_ms);

/* When the next slot can begin that is not empty. `rate` is limited. */
int64_t rollout_slot_next_ms(const struct rollout_slot *slot, int64_t rate);

/* How many executions more may be queued in it; INT64_MAX: any number. */
int64_t rollout_slot_room(const struct rollout_slot *slot, int64_t rate);

/* When the next slice may come, behind one at `now_ms`: now while the slot has room, else with the next one;
 * an empty one as well where the rate `rises` meanwhile. */
int64_t rollout_slice_next_ms(const struct rollout_slot *slot, int64_t rate, bool rises, int64_t now_ms);

#endif
