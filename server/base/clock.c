#include "base/clock.h"

#include <assert.h>
#include <time.h>

/* Past 2^53 ms (285,000 years) a double no longer tells one millisecond from the next. */
#define FAR_MS 9007199254740992.0

static int64_t host_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

int64_t clock_host_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t saturating_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

/* Virtual milliseconds that pass in `real_ms`, rounded down. */
static int64_t scaled_ms(double scale, int64_t real_ms)
{
    double virtual_ms = (double)real_ms * scale;
    return virtual_ms < FAR_MS ? (int64_t)virtual_ms : (int64_t)FAR_MS;
}

/* The rest of the statics are called with the lock held. */

static int64_t read_at(const struct clock *clock, int64_t mono_ms)
{
    if (clock->follows_host) {
        return clock_host_ms();
    }
    if (clock->frozen) {
        return clock->base_ms;
    }
    return saturating_add(clock->base_ms, scaled_ms(clock->scale, mono_ms - clock->base_mono_ms));
}

static void restart_at(struct clock *clock, int64_t now_ms, int64_t mono_ms)
{
    clock->follows_host = false;
    clock->base_ms = now_ms;
    clock->base_mono_ms = mono_ms;
}

void clock_init_real(struct clock *clock)
{
    *clock = (struct clock){ .follows_host = true, .scale = 1 };
    pthread_mutex_init(&clock->lock, NULL);
}

void clock_init_virtual(struct clock *clock, int64_t start_ms)
{
    *clock =
        (struct clock){ .movable = true, .scale = 1, .base_ms = start_ms, .base_mono_ms = host_mono_ms() };
    pthread_mutex_init(&clock->lock, NULL);
}

void clock_release(struct clock *clock)
{
    pthread_mutex_destroy(&clock->lock);
}

int64_t clock_now_ms(struct clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    int64_t now_ms = read_at(clock, host_mono_ms());
    pthread_mutex_unlock(&clock->lock);
    return now_ms;
}

struct clock_state clock_state(struct clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    struct clock_state state = {
        .movable = clock->movable,
        .follows_host = clock->follows_host,
        .frozen = clock->frozen,
        .scale = clock->scale,
        .now_ms = read_at(clock, host_mono_ms()),
    };
    pthread_mutex_unlock(&clock->lock);
    return state;
}

bool clock_freeze(struct clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    bool movable = clock->movable;
    if (movable) {
        int64_t mono_ms = host_mono_ms();
        restart_at(clock, read_at(clock, mono_ms), mono_ms);
        clock->frozen = true;
    }
    pthread_mutex_unlock(&clock->lock);
    return movable;
}

bool clock_set(struct clock *clock, int64_t now_ms)
{
    pthread_mutex_lock(&clock->lock);
    bool movable = clock->movable;
    if (movable) {
        restart_at(clock, now_ms, host_mono_ms());
    }
    pthread_mutex_unlock(&clock->lock);
    return movable;
}

bool clock_scale(struct clock *clock, double scale)
{
    assert(scale > 0);
    pthread_mutex_lock(&clock->lock);
    bool movable = clock->movable;
    if (movable) {
        int64_t mono_ms = host_mono_ms();
        restart_at(clock, read_at(clock, mono_ms), mono_ms);
        clock->frozen = false;
        clock->scale = scale;
    }
    pthread_mutex_unlock(&clock->lock);
    return movable;
}

bool clock_follow_host(struct clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    bool movable = clock->movable;
    if (movable) {
        clock->follows_host = true;
        clock->frozen = false;
        clock->scale = 1;
    }
    pthread_mutex_unlock(&clock->lock);
    return movable;
}

/* The least number of real milliseconds in which at least `virtual_ms` pass. */
static int64_t real_ms_for(double scale, int64_t virtual_ms)
{
    double real = (double)virtual_ms / scale;
    if (real >= FAR_MS || (double)virtual_ms >= FAR_MS) {
        return INT64_MAX;
    }
    int64_t real_ms = (int64_t)real;
    /* At most twice: the fraction just cut off, and the rounding of the division. */
    while (scaled_ms(scale, real_ms) < virtual_ms) {
        real_ms++;
    }
    return real_ms;
}

static int64_t real_delay_ms(const struct clock *clock, int64_t due_ms)
{
    int64_t mono_ms = host_mono_ms();
    int64_t now_ms = read_at(clock, mono_ms);
    if (now_ms >= due_ms) {
        return 0;
    }
    int64_t wait_ms; /* overflows only where the past end of int64_t waits for its future end */
    if (clock->follows_host) {
        return __builtin_sub_overflow(due_ms, now_ms, &wait_ms) ? INT64_MAX : wait_ms;
    }
    if (clock->frozen || __builtin_sub_overflow(due_ms, clock->base_ms, &wait_ms)) {
        return INT64_MAX;
    }
    int64_t needed_ms = real_ms_for(clock->scale, wait_ms);
    /* Counted from the start of this millisecond, so a whole delay from now never ends early. */
    return needed_ms == INT64_MAX ? INT64_MAX : needed_ms - (mono_ms - clock->base_mono_ms);
}

int64_t clock_real_delay_ms(struct clock *clock, int64_t due_ms)
{
    pthread_mutex_lock(&clock->lock);
    int64_t delay_ms = real_delay_ms(clock, due_ms);
    pthread_mutex_unlock(&clock->lock);
    return delay_ms;
}

struct timespec clock_mono_after_us(int64_t us)
{
    int64_t until_us = clock_mono_us() + us;
    return (struct timespec){ .tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000 };
}
