/*
 * What happens by itself. Each timer is a row (schema: timer); its kind says which operation acts on it. It
 * runs in a savepoint of its own at the time it is due, or as soon after as the server can.
 */
#ifndef IOTJOBS_ENGINE_TIMERS_H
#define IOTJOBS_ENGINE_TIMERS_H

#include "engine/call.h"
#include "store/timer_store.h"

enum timer_outcome {
    TIMER_NONE, /* nothing is due */
    TIMER_FIRED,
    TIMER_PUT_OFF, /* it failed, was logged, and tries again in a minute: it can neither be lost nor stop the
                      others */
    TIMER_UNKNOWN, /* the database failed; nothing of this transaction will stay */
};

/*
 * Takes the earliest timer that is due at world->now_ms and runs it, inside the engine's transaction. Where
 * one was due, *ret_timer is it, its texts in `arena`; *world->messages gets its notifications.
 */
enum timer_outcome timers_run_next(const struct call_world *world, struct arena *arena,
                                   struct timer_row *ret_timer);

#endif
