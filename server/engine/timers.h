/*
 * What happens by itself. Each timer is a row (schema: timer); its kind says which operation acts on it. It
 * runs in a savepoint of its own at the time it is due, or as soon after as the server can.
 */
#ifndef IOTJOBS_ENGINE_TIMERS_H
#define IOTJOBS_ENGINE_TIMERS_H

#include "engine/call.h"
#include "store/timer_store.h"

/*
 * Takes the earliest timer that is due at world->now_ms and runs it, inside the engine's transaction. False:
 * none is due. *ret_timer is what fired, its texts in `arena`; *world->messages gets its notifications. A
 * timer that fails is logged and put off by a minute, so that it can neither be lost nor stop the others;
 * when even that fails, the database has, and db_failed says so.
 */
bool timers_run_next(const struct call_world *world, struct arena *arena, struct timer_row *ret_timer);

#endif
