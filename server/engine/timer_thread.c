#include <stdlib.h>

#include "base/thread.h"
#include "engine/internal.h"

/* The longest sleep: the host's clock may be set while we wait for a time on it. */
enum { LOOK_AGAIN_MS = 1000 };

struct timer_thread {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct clock *clock;
    void (*fire)(void *context);
    void *context;
    int64_t due_ms;
    bool armed; /* `due_ms` has been set since it fired last */
    bool stop;
};

static void wait_at_most(struct timer_thread *t, int64_t ms)
{
    struct timespec until = clock_mono_after_us(ms * 1000);
    pthread_cond_timedwait(&t->changed, &t->lock, &until);
}

static void *body(void *context)
{
    struct timer_thread *t = context;
    pthread_mutex_lock(&t->lock);
    while (!t->stop) {
        if (!t->armed || t->due_ms == INT64_MAX) {
            pthread_cond_wait(&t->changed, &t->lock);
            continue;
        }
        int64_t delay_ms = clock_real_delay_ms(t->clock, t->due_ms);
        if (delay_ms > 0) {
            wait_at_most(t, delay_ms < LOOK_AGAIN_MS ? delay_ms : LOOK_AGAIN_MS);
            continue;
        }
        t->armed = false;
        t->fire(t->context);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct timer_thread *timer_thread_start(struct clock *clock, void (*fire)(void *context), void *context)
{
    struct timer_thread *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    *t = (struct timer_thread){ .clock = clock, .fire = fire, .context = context, .due_ms = INT64_MAX };
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&t->lock, NULL);
    if (start_thread(&t->thread, "iotjobs-timer", body, t))
        return t;
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->changed);
    free(t);
    return NULL;
}

void timer_thread_stop(struct timer_thread *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->changed);
    free(t);
}

void timer_thread_set(struct timer_thread *t, int64_t due_ms)
{
    pthread_mutex_lock(&t->lock);
    bool news = !t->armed || t->due_ms != due_ms;
    t->due_ms = due_ms;
    t->armed = true;
    if (news)
        pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

void timer_thread_look_again(struct timer_thread *t)
{
    pthread_mutex_lock(&t->lock);
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
}
