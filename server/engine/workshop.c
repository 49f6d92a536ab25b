#include "engine/workshop.h"

#include <stdlib.h>

#include "base/thread.h"
#include "engine/internal.h"

struct workshop {
    struct workshop_options options;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct call *first, **end; /* by `next`, which is the engine's once it has the call */
    size_t waiting;
    atomic_bool stop; /* changed with the lock held; what is under way looks at it without */
};

static void refuse(struct call *call)
{
    call_fail(call, ERR_THROTTLING, "Rate exceeded");
    call->done(call);
}

/* `ok` speaks of what this comes to, also where the edge has already run something else of the call. */
static void work(const struct workshop *workshop, struct call *call)
{
    call->ok = false;
    const struct preparation with = { .issuer = workshop->options.issuer,
                                      .settings = engine_settings(workshop->options.engine),
                                      .stop = &workshop->stop,
                                      .host_ms = clock_host_ms() };
    if (!call_prepare(call, &with) || call->edge_runs)
        call->done(call);
    else if (!engine_submit(workshop->options.engine, call))
        refuse(call);
}

static bool is_too_late(const struct workshop *workshop, const struct call *call)
{
    int64_t patience_ms = workshop->options.patience_ms;
    return patience_ms > 0 && clock_mono_us() - call->submitted_us > patience_ms * 1000;
}

static struct call *take(struct workshop *workshop)
{
    struct call *call = workshop->first;
    workshop->first = call->next;
    if (!workshop->first)
        workshop->end = &workshop->first;
    workshop->waiting--;
    return call;
}

static void *body(void *context)
{
    struct workshop *workshop = context;
    pthread_mutex_lock(&workshop->lock);
    while (!workshop->stop) {
        if (!workshop->first) {
            pthread_cond_wait(&workshop->changed, &workshop->lock);
            continue;
        }
        struct call *call = take(workshop);
        pthread_mutex_unlock(&workshop->lock);
        if (is_too_late(workshop, call))
            refuse(call);
        else
            work(workshop, call);
        pthread_mutex_lock(&workshop->lock);
    }
    while (workshop->first)
        refuse(take(workshop));
    pthread_mutex_unlock(&workshop->lock);
    return NULL;
}

struct workshop *workshop_start(const struct workshop_options *options)
{
    struct workshop *workshop = calloc(1, sizeof *workshop);
    if (!workshop)
        return NULL;
    *workshop = (struct workshop){ .options = *options, .end = &workshop->first };
    pthread_mutex_init(&workshop->lock, NULL);
    pthread_cond_init(&workshop->changed, NULL);
    if (start_thread(&workshop->thread, options->thread, body, workshop))
        return workshop;
    workshop->stop = true;
    workshop_free(workshop);
    return NULL;
}

bool workshop_submit(struct workshop *workshop, struct call *call)
{
    pthread_mutex_lock(&workshop->lock);
    bool taken = !workshop->stop && workshop->waiting < workshop->options.calls;
    if (taken) {
        call->next = NULL;
        call->submitted_us = clock_mono_us();
        *workshop->end = call;
        workshop->end = &call->next;
        workshop->waiting++;
        pthread_cond_signal(&workshop->changed);
    }
    pthread_mutex_unlock(&workshop->lock);
    return taken;
}

void workshop_stop(struct workshop *workshop)
{
    if (!workshop)
        return;
    pthread_mutex_lock(&workshop->lock);
    bool runs = !workshop->stop;
    workshop->stop = true;
    pthread_cond_signal(&workshop->changed);
    pthread_mutex_unlock(&workshop->lock);
    if (runs)
        pthread_join(workshop->thread, NULL);
}

void workshop_free(struct workshop *workshop)
{
    if (!workshop)
        return;
    pthread_mutex_destroy(&workshop->lock);
    pthread_cond_destroy(&workshop->changed);
    free(workshop);
}
