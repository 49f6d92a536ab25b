/*
 * What a rollout will do if things stay as they are: how many executions it queues, and when. It asks the
 * rules that the rollout itself obeys (rollout_rate, window), slice by slice, so that the two cannot differ.
 * There is one exception: where an exponential rate rises within a slot, and a thing is reached through
 * several targets. The rollout looks at it more than once, so that its slices end elsewhere.
 *
 *     forecast_begin(&forecast, &input);
 *     while (left > 0 && forecast_next(&forecast, &batch))
 *         left -= batch.n < left ? batch.n : left;
 */
#ifndef IOTJOBS_RULES_FORECAST_H
#define IOTJOBS_RULES_FORECAST_H

#include "rules/jobs/rollout_rate.h"
#include "rules/jobs/window.h"

struct forecast_input {
    const struct job_executions_rollout_config *rollout; /* NULL: the default */
    int64_t default_per_minute;
    const struct windows *windows; /* NULL, or none in it: always open */
    int64_t from_ms;               /* the rollout begins, or its timer is due; not before a window opens */
    struct opt_int end_ms;         /* nothing is rolled out from then on */
    struct rollout_slot slot;      /* where the rollout stands; all zero: it has not begun */
    struct rollout_counts counts;  /* so far */
    bool all_succeed;              /* each thing at once; else none does from here on */
};

struct forecast {
    struct forecast_input in; /* its slot and counts move on */
    int64_t next_ms;          /* the next slice */
    int64_t open_until_ms;    /* the windows; INT64_MAX: always */
    int64_t looks;            /* how much was looked at so far; ten million take a second at most */
};

/* What is queued at one time. */
struct forecast_batch {
    int64_t at_ms;
    int64_t n; /* at least 1; INT64_MAX: all that is left */
};

/* What the pointers of `in` point to has to outlive the forecast. */
void forecast_begin(struct forecast *forecast, const struct forecast_input *in);

/* One batch after the other, without an end of its own: how many things there are, and how much may be looked
 * at, is the caller's to know. False: the end time has come, or no window opens any more. */
bool forecast_next(struct forecast *forecast, struct forecast_batch *ret_batch);

#endif
