/* The inside of the engine, shared by its own files only. */
#ifndef IOTJOBS_ENGINE_INTERNAL_H
#define IOTJOBS_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "engine/timers.h"

/* The thread that waits for the earliest timer. It owns nothing but that wait. */
struct timer_thread;

/* `fire` is called on the timer thread each time the clock reaches the due time that was set last. */
struct timer_thread *timer_thread_start(struct clock *clock, void (*fire)(void *context), void *context);
void timer_thread_stop(struct timer_thread *thread);
/* Sets the due time (INT64_MAX: none). Any thread. */
void timer_thread_set(struct timer_thread *thread, int64_t due_ms);
/* The clock was moved: what was far away may be due. Any thread. */
void timer_thread_look_again(struct timer_thread *thread);

/* The due time of the earliest timer (INT64_MAX: none). False: the database did not tell. */
bool engine_earliest_due(struct engine *engine, int64_t *ret_due_ms);

/* Runs, commits and delivers the earliest timer that is due at `now_ms`, in a transaction of its own. */
enum timer_outcome engine_run_timer_alone(struct engine *engine, int64_t now_ms, struct arena *arena,
                                          struct timer_row *ret_timer);

const struct settings *engine_settings(const struct engine *engine);

/* Whether the engine is to end: whatever takes long stops where it is. */
bool engine_is_stopping(struct engine *engine);

/* Moves the clock on the engine thread, running what falls due on the way, and writes the answer into the
 * call. False: not all of that could be committed. */
bool clock_change_run(struct engine *engine, struct clock *clock, struct call *call);

/* Whether the call moves the clock, and so cannot share a transaction. */
bool clock_change_is(const struct call *call);

#endif
