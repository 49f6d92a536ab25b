/*
 * The engine: the one consumer of calls, the one writer of the database.
 *
 * Calls queue up in the inbox; the engine thread takes all that are there (bounded), runs them in one
 * transaction with a savepoint each, commits, and only then answers: for each call in order its `done`,
 * then the notifications it caused. A failed COMMIT fails every call of the batch.
 *
 * Without engine_start nothing runs by itself: tests call engine_run_batch on their own thread.
 */
#ifndef IOTJOBS_ENGINE_ENGINE_H
#define IOTJOBS_ENGINE_ENGINE_H

#include "base/clock.h"
#include "engine/call.h"
#include "engine/outbox.h"

struct engine;

/* When a batch takes nothing more; times are the host's. Tests give numbers alone: what shares a batch must
 * not depend on how fast the host is. */
struct batch_limits {
    int64_t calls_us;
    int64_t timers_us; /* all timers of a batch together */
    size_t timers;
};

struct engine_config {
    struct db *db; /* the writer connection; the engine uses it, the caller closes it after engine_free */
    struct clock *clock;
    const struct settings *settings;
    const struct time_zone *window_zone; /* of maintenance windows; NULL: UTC */
    struct log *log;
    struct outbox *outbox;
    struct audience *audience;               /* who listens to notifications; NULL: anybody may */
    struct connectivity_watch *connectivity; /* who wants to know who is connected; NULL: nobody */
    struct access_changes *access_changes;   /* NULL: nobody wants to hear of them */
    const struct artifacts *artifacts;       /* NULL: there is no artefact store */
    /* Wakes the thread that drains the outbox; engine thread, called again every 0.5 ms until the outbox
     * is idle. NULL: nobody needs waking. */
    void (*ring)(void *context);
    void *ring_context;
    const struct batch_limits *limits; /* NULL: what is good for devices that wait. Borrowed */
};

/* NULL when memory is out. */
struct engine *engine_new(const struct engine_config *config);
void engine_free(struct engine *engine); /* after engine_stop, if it was started */

/* Starts the engine thread and the timer thread, signals blocked in both. */
bool engine_start(struct engine *engine);
/* Answers everything submitted so far, then ends both threads. Later submits are refused. */
void engine_stop(struct engine *engine);

/* Any thread. Takes the call and returns true; or returns false, at once, when the inbox is full or
 * the engine stops: the caller keeps the call and answers ERR_THROTTLING. */
bool engine_submit(struct engine *engine, struct call *call);

/* Any thread; before an edge decodes a request, and once it knows who asks: whether the call's operation, its
 * principal, and the thing that it is about (absent: none) are within their rates (engine/throttle). False
 * after fail(): ERR_THROTTLING. */
bool engine_admit(struct engine *engine, struct call *call, struct str thing);
/* The same of a request that is no operation of the API: its principal alone counts. */
bool engine_admit_principal(struct engine *engine, const struct principal *principal);

/*
 * Moves the clock (any thread; answered through `done` like every call). `change` was checked by
 * clock_change_parse. An advance runs everything that falls due on the way, each at its own time, and the
 * answer lists what fired.
 */
enum clock_verb { CLOCK_FREEZE, CLOCK_SET, CLOCK_ADVANCE, CLOCK_SCALE, CLOCK_REAL };
struct clock_change {
    enum clock_verb verb;
    int64_t ms;   /* SET: the time; ADVANCE: the distance */
    double scale; /* SCALE */
};
/* Writes {"mode":…,"frozen":…,"scale":…,"now":…}'s members into an open object. */
void clock_state_write(struct json *json, const struct clock_state *state);

/* Sets call->input and what else is needed to submit it. `change` lives in the call's arena. */
void engine_prepare_clock_change(struct call *call, const struct clock_change *change);
/* Empties the database. */
void engine_prepare_reset(struct call *call);

/* Stores the thing ("": every one) whose notifications a persistent session may listen to; see
 * ops/executions/audience. `thing` lives in the call's arena. */
void engine_prepare_audience(struct call *call, const struct str *thing);

/* Runs one batch in the calling thread: timers that are due, then the calls that wait. True when there was
 * anything to do. */
bool engine_run_batch(struct engine *engine);

/* Figures for /_iotjobs/info and for tests. Any thread. */
struct engine_stats {
    uint64_t turns; /* times that the engine thread found something to do, or thought so */
    uint64_t calls, batches, timers_fired, commit_failures;
    bool last_commit_failed;
    size_t inbox_depth;
    int64_t oldest_call_ms; /* how long the first in the inbox has waited, in real time; 0: nobody waits */
    int64_t next_due_ms;    /* of the earliest timer; INT64_MAX: none, INT64_MIN: not known */
};
struct engine_stats engine_stats(struct engine *engine);

#endif
