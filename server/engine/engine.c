#include "engine/engine.h"

#include <stdlib.h>

#include "base/thread.h"
#include "engine/internal.h"
#include "engine/throttle.h"
#include "ops/artifacts/artifacts.h"
#include "ops/artifacts/doomed_files.h"
#include "ops/executions/notify.h"
#include "ops/fleet/connectivity.h"
#include "ops/security/access_changes.h"
#include "settings.h"
#include "store/db.h"
#include "store/jobs/audience_store.h"
#include "store/store.h"

enum {
    BATCH_CALLS_MAX = 1000,
    INBOX_BYTES_MAX = 256 * 1024 * 1024, /* requests may be large, and many may wait */
    RETRY_US = 1000000, /* timers wait so long, in real time, after a commit or a look-up that failed */
    ROOM_US = 2000,     /* and so long for room in the outbox */
    RING_AGAIN_US = 500,
    RING_OFTEN_MAX = 400, /* so many times; whoever has not come by then is not listening */
    RING_SELDOM_US = 50000,
};

/* Who asks during a large rollout waits for one slice of it, and then for one more. */
static const struct batch_limits usual_limits = { .calls_us = 20000, .timers_us = 4000, .timers = 500 };

struct engine {
    struct engine_config config;
    pthread_t thread;
    struct timer_thread *timer;
    bool started;
    struct engine_stats running; /* the engine thread's own; published after each batch */
    struct throttle throttle;
    int64_t retry_us; /* the engine thread's own: no timers before that (clock_mono_us); 0: at once */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;
    struct call *first;
    struct call **end;
    size_t depth;
    size_t weight; /* of all calls there */
    bool timers_due;
    bool stopping;
    struct engine_stats stats;
};

/* One transaction: what it ran, in the order in which the answers leave. */
struct batch {
    struct call *calls;
    struct call **calls_end;
    struct message *timer_messages;
    struct message **timer_messages_end;
    uint64_t timers_fired;
    int64_t now_ms;
    struct unheard unheard;        /* notifications that were not built */
    struct message *late_messages; /* those of them that somebody listens to by now */
    struct doomed_files doomed;
};

/* ---- inbox ---- */

bool engine_admit(struct engine *engine, struct call *call, struct str thing)
{
    return throttle_admit(&engine->throttle, call->operation, &call->principal, thing) ||
           fail(&call->err, ERR_THROTTLING, "Rate exceeded");
}

bool engine_admit_principal(struct engine *engine, const struct principal *principal)
{
    return throttle_admit_principal(&engine->throttle, principal);
}

bool engine_submit(struct engine *engine, struct call *call)
{
    pthread_mutex_lock(&engine->lock);
    bool taken = !engine->stopping && engine->depth < (size_t)engine->config.settings->inbox_limit &&
                 (engine->depth == 0 || engine->weight + call->arena.used <= INBOX_BYTES_MAX);
    if (taken) {
        call->next = NULL;
        call->weight = call->arena.used;
        engine->weight += call->weight;
        call->submitted_us = clock_mono_us();
        *engine->end = call;
        engine->end = &call->next;
        if (engine->depth++ == 0)
            pthread_cond_signal(&engine->work);
    }
    pthread_mutex_unlock(&engine->lock);
    return taken;
}

/* As many as a batch can hold: the rest stays in the inbox, and counts. */
static struct call *take_calls(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct call *first = engine->first;
    struct call **end = &engine->first;
    size_t n = 0;
    for (; *end && n < BATCH_CALLS_MAX; n++) {
        engine->weight -= (*end)->weight;
        end = &(*end)->next;
    }
    engine->first = *end;
    *end = NULL;
    if (!engine->first)
        engine->end = &engine->first;
    engine->depth -= n;
    engine->timers_due = false;
    pthread_mutex_unlock(&engine->lock);
    return n ? first : NULL;
}

/* What a batch could not take goes back to the front. */
static void give_back(struct engine *engine, struct call *first)
{
    if (!first)
        return;
    size_t n = 1;
    size_t weight = first->weight;
    struct call *last = first;
    for (; last->next; last = last->next, n++)
        weight += last->next->weight;
    pthread_mutex_lock(&engine->lock);
    last->next = engine->first;
    if (!engine->first)
        engine->end = &last->next;
    engine->first = first;
    engine->depth += n;
    engine->weight += weight;
    pthread_mutex_unlock(&engine->lock);
}

/* ---- time ---- */

bool engine_earliest_due(struct engine *engine, int64_t *ret_due_ms)
{
    struct db *db = engine->config.db;
    struct arena arena;
    struct timer_row timer;
    arena_init(&arena, 64 * 1024);
    *ret_due_ms = store_timer_earliest(db, &arena, &timer) ? timer.due_ms : INT64_MAX;
    bool known = !db_failed(db) && !arena.failed;
    arena_release(&arena);
    db_clear_failure(db);
    return known;
}

/* After a failure what is due is due still, and would fail again at once: it waits a moment. So do timers
 * that the database would not tell of. */
static void look_ahead(struct engine *engine, bool committed)
{
    int64_t due_ms;
    bool known = engine_earliest_due(engine, &due_ms);
    engine->retry_us = committed && known ? 0 : clock_mono_us() + RETRY_US;
    engine->running.next_due_ms = known ? due_ms : INT64_MIN;
    engine->running.last_commit_failed = !committed;
    pthread_mutex_lock(&engine->lock);
    engine->stats = engine->running;
    pthread_mutex_unlock(&engine->lock);
    if (engine->timer)
        timer_thread_set(engine->timer, engine->retry_us ? INT64_MAX : due_ms);
}

static void timers_are_due(void *context)
{
    struct engine *engine = context;
    pthread_mutex_lock(&engine->lock);
    engine->timers_due = true;
    pthread_cond_signal(&engine->work);
    pthread_mutex_unlock(&engine->lock);
}

/* ---- a batch ---- */

static void batch_init(struct engine *engine, struct batch *batch, int64_t now_ms)
{
    *batch = (struct batch){ .now_ms = now_ms };
    unheard_init(&batch->unheard, engine->config.audience);
    batch->calls_end = &batch->calls;
    batch->timer_messages_end = &batch->timer_messages;
}

static struct call_world world_at(struct engine *engine, struct batch *batch, int64_t now_ms,
                                  struct message **messages)
{
    return (struct call_world){
        .db = engine->config.db,
        .settings = engine->config.settings,
        .window_zone = engine->config.window_zone,
        .log = engine->config.log,
        .now_ms = now_ms,
        .audience = engine->config.audience,
        .unheard = &batch->unheard,
        .connectivity = engine->config.connectivity,
        .access_changes = engine->config.access_changes,
        .artifacts = engine->config.artifacts,
        .messages = messages,
        .doomed = &batch->doomed,
    };
}

static enum timer_outcome run_one_timer(struct engine *engine, struct batch *batch, int64_t now_ms,
                                        struct arena *arena, struct timer_row *ret_timer)
{
    struct message *messages = NULL;
    struct call_world world = world_at(engine, batch, now_ms, &messages);
    enum timer_outcome outcome = timers_run_next(&world, arena, ret_timer);
    *batch->timer_messages_end = messages;
    while (*batch->timer_messages_end)
        batch->timer_messages_end = &(*batch->timer_messages_end)->next;
    batch->timers_fired += outcome == TIMER_FIRED;
    return outcome;
}

/* A bounded slice: what is left is still due, and the next batch takes it. */
static size_t run_timers(struct engine *engine, struct batch *batch, int64_t now_ms)
{
    const struct batch_limits *limits = engine->config.limits;
    int64_t until_us = clock_mono_us() + limits->timers_us;
    size_t n = 0;
    enum timer_outcome outcome = TIMER_FIRED;
    while ((outcome == TIMER_FIRED || outcome == TIMER_PUT_OFF) && n < limits->timers &&
           clock_mono_us() < until_us) {
        struct arena arena;
        struct timer_row timer;
        arena_init(&arena, CALL_ARENA_MAX);
        outcome = run_one_timer(engine, batch, now_ms, &arena, &timer);
        arena_release(&arena);
        n += outcome == TIMER_FIRED;
    }
    return n;
}

static void run_call(struct engine *engine, struct batch *batch, struct call *call, int64_t now_ms)
{
    struct db *db = engine->config.db;
    call->messages = NULL;
    struct call_world world = world_at(engine, batch, now_ms, &call->messages);
    size_t doomed = batch->doomed.n;
    call_run(call, &world);
    if (call->ok && db_keep(db))
        return;
    doomed_files_truncate(&batch->doomed, doomed);
    message_free_all(call->messages);
    call->messages = NULL;
    if (call->ok)
        call_fail(call, ERR_INTERNAL, "The change could not be stored.");
    db_undo(db);
}

/* Runs calls into the batch; returns those that it did not take. */
static struct call *run_calls(struct engine *engine, struct batch *batch, struct call *calls, int64_t now_ms)
{
    int64_t until_us = clock_mono_us() + engine->config.limits->calls_us;
    size_t n = 0;
    while (calls && !clock_change_is(calls) && !db_failed(engine->config.db)) {
        struct call *call = calls;
        calls = call->next;
        call->next = NULL;
        run_call(engine, batch, call, now_ms);
        *batch->calls_end = call;
        batch->calls_end = &call->next;
        n++;
        if (clock_mono_us() > until_us)
            break;
    }
    engine->running.calls += n;
    return calls;
}

/* Answers leave in the order in which the calls came, each followed by the notifications it caused. */
static void deliver(struct engine *engine, struct batch *batch)
{
    outbox_push(engine->config.outbox, batch->timer_messages);
    struct call *next;
    for (struct call *call = batch->calls; call; call = next) {
        struct message *messages = call->messages;
        next = call->next;
        call->done(call);
        outbox_push(engine->config.outbox, messages);
    }
    outbox_push(engine->config.outbox, batch->late_messages);
    if (engine->config.ring &&
        (!outbox_idle(engine->config.outbox) || access_changes_waiting(engine->config.access_changes)))
        engine->config.ring(engine->config.ring_context);
}

/* Nothing of the transaction is there: every call has failed, whatever it had answered. */
static void fail_batch(struct engine *engine, struct batch *batch)
{
    engine->running.commit_failures++;
    log_write(engine->config.log, LOG_ERROR, "commit_failed problem=\"%s\"", db_failure(engine->config.db));
    db_rollback(engine->config.db);
    message_free_all(batch->timer_messages);
    batch->timer_messages = NULL;
    for (struct call *call = batch->calls; call; call = call->next) {
        message_free_all(call->messages);
        call->messages = NULL;
        call_fail(call, ERR_SERVICE_UNAVAILABLE, "The change could not be committed.");
    }
}

/* Somebody who subscribed while the transaction ran hears what it has committed. */
static void catch_up(struct engine *engine, struct batch *batch)
{
    struct op op = {
        .db = engine->config.db,
        .now_ms = batch->now_ms,
        .settings = engine->config.settings,
        .window_zone = engine->config.window_zone,
        .audience = engine->config.audience,
        .unheard = &batch->unheard,
        .log = engine->config.log,
    };
    if (!notify_latecomers(&op, &batch->late_messages))
        log_write(engine->config.log, LOG_ERROR, "late_notifications_failed problem=\"%s\"",
                  db_failed(op.db) ? db_failure(op.db) : "out of memory");
    db_clear_failure(engine->config.db);
}

static void remove_files(struct engine *engine, const struct batch *batch)
{
    const struct artifacts *artifacts = engine->config.artifacts;
    doomed_files_remove(&batch->doomed, artifacts ? artifacts->folder : NULL, engine->config.db);
    db_clear_failure(engine->config.db);
}

/* False: nothing was committed, and everybody was told so. */
static bool finish(struct engine *engine, struct batch *batch)
{
    bool committed = !db_failed(engine->config.db) && db_commit(engine->config.db);
    if (committed) {
        connectivity_watch_look(engine->config.connectivity, engine->config.db);
        access_changes_publish(engine->config.access_changes);
        catch_up(engine, batch);
        remove_files(engine, batch);
    } else
        fail_batch(engine, batch);
    unheard_release(&batch->unheard);
    doomed_files_release(&batch->doomed);
    engine->running.batches++;
    engine->running.timers_fired += committed ? batch->timers_fired : 0;
    deliver(engine, batch);
    return committed;
}

/* Timers can wait for the broker to catch up; who asks cannot. */
static bool timers_may_run(struct engine *engine, int64_t now_ms)
{
    if (engine->running.next_due_ms > now_ms || clock_mono_us() < engine->retry_us)
        return false;
    bool room = !outbox_full(engine->config.outbox);
    if (!room)
        engine->retry_us = clock_mono_us() + ROOM_US;
    return room;
}

/* Timers come first: who asks now finds what is due done. */
static bool run_transaction(struct engine *engine, struct call **calls)
{
    int64_t now_ms = clock_now_ms(engine->config.clock);
    bool timers = timers_may_run(engine, now_ms);
    bool any_call = *calls && !clock_change_is(*calls);
    if (!timers && !any_call) {
        if (clock_mono_us() < engine->retry_us)
            return false;
        engine->retry_us = 0; /* the wait is over, and nothing is due */
        if (engine->timer)    /* it has fired, or the clock went back: it waits again */
            timer_thread_set(engine->timer, engine->running.next_due_ms);
        return false;
    }
    size_t fired = 0;
    struct batch batch;
    batch_init(engine, &batch, now_ms);
    if (db_begin(engine->config.db)) {
        if (timers)
            fired = run_timers(engine, &batch, now_ms);
        *calls = run_calls(engine, &batch, *calls, now_ms);
    } else {
        /* Without a transaction nothing runs: the waiting calls are told so. */
        for (batch.calls = *calls; *calls; *calls = (*calls)->next)
            ;
    }
    look_ahead(engine, finish(engine, &batch));
    return fired > 0 || any_call;
}

/* ---- moving the clock: each timer in a transaction of its own ---- */

enum timer_outcome engine_run_timer_alone(struct engine *engine, int64_t now_ms, struct arena *arena,
                                          struct timer_row *ret_timer)
{
    struct batch batch;
    batch_init(engine, &batch, now_ms);
    enum timer_outcome outcome = TIMER_UNKNOWN;
    if (db_begin(engine->config.db))
        outcome = run_one_timer(engine, &batch, now_ms, arena, ret_timer);
    return finish(engine, &batch) ? outcome : TIMER_UNKNOWN;
}

const struct settings *engine_settings(const struct engine *engine)
{
    return engine->config.settings;
}

bool engine_is_stopping(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    bool stopping = engine->stopping;
    pthread_mutex_unlock(&engine->lock);
    return stopping;
}

static void move_clock(struct engine *engine, struct call *call)
{
    engine->running.calls++;
    look_ahead(engine, clock_change_run(engine, engine->config.clock, call));
    if (engine->timer)
        timer_thread_look_again(engine->timer);
    call->done(call);
}

bool engine_run_batch(struct engine *engine)
{
    struct call *calls = take_calls(engine);
    bool did = run_transaction(engine, &calls);
    if (calls && clock_change_is(calls)) {
        struct call *call = calls;
        calls = call->next;
        call->next = NULL;
        move_clock(engine, call);
        did = true;
    }
    give_back(engine, calls);
    return did;
}

/* ---- the thread ---- */

/* How long to sleep at most: to the next ring of the doorbell while somebody should drain the outbox and has
 * not, because a single signal can come just before the broker goes to sleep, and would be lost; or to the
 * next try. -1: no limit. */
static int64_t longest_wait_us(const struct engine *engine, bool ringing, int rings)
{
    int64_t ring_us = rings < RING_OFTEN_MAX ? RING_AGAIN_US : RING_SELDOM_US;
    if (!engine->retry_us)
        return ringing ? ring_us : -1;
    int64_t retry_us = engine->retry_us - clock_mono_us();
    if (retry_us < 0)
        retry_us = 0;
    return ringing && ring_us < retry_us ? ring_us : retry_us;
}

/* False when the engine is to end and nothing is left to do. */
static bool wait_for_work(struct engine *engine)
{
    int rings = 0;
    pthread_mutex_lock(&engine->lock);
    while (!engine->first && !engine->timers_due && !engine->stopping) {
        bool ringing = engine->config.ring && !outbox_idle(engine->config.outbox);
        int64_t wait_us = longest_wait_us(engine, ringing, rings);
        if (wait_us < 0) {
            pthread_cond_wait(&engine->work, &engine->lock);
            continue;
        }
        struct timespec until = clock_mono_after_us(wait_us);
        pthread_cond_timedwait(&engine->work, &engine->lock, &until);
        if (ringing) {
            rings++;
            engine->config.ring(engine->config.ring_context);
        }
        if (engine->retry_us && clock_mono_us() >= engine->retry_us)
            engine->timers_due = true;
    }
    bool more = engine->first || !engine->stopping;
    pthread_mutex_unlock(&engine->lock);
    return more;
}

static void *body(void *context)
{
    struct engine *engine = context;
    while (wait_for_work(engine)) {
        engine->running.turns++;
        engine_run_batch(engine);
    }
    return NULL;
}

/* ---- audience ---- */

static bool run_audience(struct op *op, const void *input)
{
    const struct str *thing = input;
    return store_audience_add(op->db, *thing) ||
           fail(op->err, ERR_INTERNAL, "The audience could not be stored.");
}

void engine_prepare_audience(struct call *call, const struct str *thing)
{
    call->input = thing;
    call->run = run_audience;
}

/* ---- reset ---- */

static bool run_reset(struct op *op, const void *input)
{
    (void)input;
    json_member_string(op->json, "status", STR_LIT("reset"));
    access_changes_note(op->access_changes, ACCESS_CHANGED_ANYHOW, STR_NONE);
    connectivity_reset(op);
    doom_all_files(op);
    return store_reset(op->db) || fail(op->err, ERR_INTERNAL, "The database could not be emptied.");
}

void engine_prepare_reset(struct call *call)
{
    call->run = run_reset;
}

/* ---- life ---- */

struct engine *engine_new(const struct engine_config *config)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine || !throttle_init(&engine->throttle, config->settings, config->clock)) {
        free(engine);
        return NULL;
    }
    engine->config = *config;
    if (!config->limits)
        engine->config.limits = &usual_limits;
    engine->end = &engine->first;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&engine->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&engine->lock, NULL);
    connectivity_watch_look(config->connectivity, config->db);
    look_ahead(engine, true);
    return engine;
}

bool engine_start(struct engine *engine)
{
    engine->timer = timer_thread_start(engine->config.clock, timers_are_due, engine);
    if (!engine->timer)
        return false;
    /* Before the engine thread runs, which may know of an earlier one at once. */
    timer_thread_set(engine->timer, engine->running.next_due_ms);
    if (!start_thread(&engine->thread, "iotjobs-engine", body, engine)) {
        timer_thread_stop(engine->timer);
        engine->timer = NULL;
        return false;
    }
    engine->started = true;
    return true;
}

void engine_stop(struct engine *engine)
{
    if (!engine->started)
        return;
    pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    pthread_cond_signal(&engine->work);
    pthread_mutex_unlock(&engine->lock);
    pthread_join(engine->thread, NULL);
    timer_thread_stop(engine->timer);
    engine->timer = NULL;
    engine->started = false;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    pthread_mutex_destroy(&engine->lock);
    pthread_cond_destroy(&engine->work);
    throttle_release(&engine->throttle);
    free(engine);
}

struct engine_stats engine_stats(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct engine_stats stats = engine->stats;
    stats.inbox_depth = engine->depth;
    stats.oldest_call_ms = engine->first ? (clock_mono_us() - engine->first->submitted_us) / 1000 : 0;
    pthread_mutex_unlock(&engine->lock);
    return stats;
}
