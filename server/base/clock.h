/*
 * The only place that reads the time.
 *
 * Everything else gets `now_ms` as a parameter: milliseconds since 1970-01-01 UTC.
 * A virtual clock can be frozen, set, advanced and scaled; a real one follows the host.
 * All functions may be called from any thread.
 */
#ifndef IOTJOBS_BASE_CLOCK_H
#define IOTJOBS_BASE_CLOCK_H

#include <pthread.h>
#include <time.h>

#include "base/str.h"

struct clock {
    pthread_mutex_t lock;
    bool movable;      /* made virtual; a real clock refuses to be moved */
    bool follows_host; /* real time right now */
    bool frozen;
    double scale;    /* virtual seconds per real second while not frozen */
    int64_t base_ms; /* virtual time at base_mono_ms */
    int64_t base_mono_ms;
};

struct clock_state {
    bool movable, follows_host, frozen;
    double scale;
    int64_t now_ms;
};

void clock_init_real(struct clock *clock);
/* Starts at `start_ms` and runs at the host's pace until told otherwise. */
void clock_init_virtual(struct clock *clock, int64_t start_ms);
void clock_release(struct clock *clock);

int64_t clock_now_ms(struct clock *clock);
struct clock_state clock_state(struct clock *clock);

/* These return false, and change nothing, on a clock that is not movable. */
bool clock_freeze(struct clock *clock);
bool clock_set(struct clock *clock, int64_t now_ms); /* keeps frozen and scale */
bool clock_scale(struct clock *clock, double scale); /* unfreezes; scale > 0 */
bool clock_follow_host(struct clock *clock);         /* unfreezes; scale 1 */

/* Real milliseconds until the clock reads `due_ms`: 0 when it already does,
 * INT64_MAX when it never will by itself (frozen). */
int64_t clock_real_delay_ms(struct clock *clock, int64_t due_ms);

/* The host's wall clock, for log lines and certificates only. */
int64_t clock_host_ms(void);
/* Microseconds on a clock that never jumps, for measuring durations. */
int64_t clock_mono_us(void);
/* That clock's time (CLOCK_MONOTONIC) so many microseconds from now, for pthread_cond_timedwait. */
struct timespec clock_mono_after_us(int64_t us);

#endif
