#include <stdlib.h>

#include "engine/internal.h"
#include "store/db.h"

enum { FIRED_LISTED_MAX = 1000 }; /* the answer lists so many; all are counted */

void clock_state_write(struct json *json, const struct clock_state *state)
{
    json_member_string(json, "mode", str_from(state->follows_host ? "real" : "virtual"));
    json_member_bool(json, "frozen", state->frozen);
    json_key(json, "scale");
    json_double(json, state->scale);
    json_member_iso(json, "now", state->now_ms);
}

/* Never called: its address marks the calls that move the clock. */
static bool marker(struct op *op, const void *input)
{
    (void)input;
    return fail(op->err, ERR_INTERNAL, "The clock is moved outside of transactions.");
}

void engine_prepare_clock_change(struct call *call, const struct clock_change *change)
{
    call->run = marker;
    call->input = change;
}

bool clock_change_is(const struct call *call)
{
    return call->run == marker;
}

static void write_fired(struct json *json, const struct timer_row *timer, int64_t at_ms)
{
    json_object_begin(json);
    json_member_iso(json, "at", at_ms);
    json_member_string(json, "timer", str_from(timer_kind_name(timer->kind)));
    json_member_string(json, "jobId", timer->job_id);
    if (timer->thing_name.n) {
        json_member_string(json, "thingName", timer->thing_name);
        json_member_int(json, "executionNumber", timer->execution_number);
    }
    json_object_end(json);
}

/* Runs the next of what falls due up to `target_ms`, at its own time. False when nothing is left, or when it
 * cannot be told or committed: *ret_failed then, and the clock stays where that was. */
static bool step(struct engine *engine, struct clock *clock, int64_t target_ms, struct json *json,
                 int64_t *fired, bool *ret_failed)
{
    int64_t due_ms;
    if (engine_is_stopping(engine) || !engine_earliest_due(engine, &due_ms)) {
        *ret_failed = true;
        return false;
    }
    if (due_ms > target_ms)
        return false;
    if (due_ms > clock_now_ms(clock))
        clock_set(clock, due_ms);
    int64_t now_ms = clock_now_ms(clock);
    struct arena arena;
    struct timer_row timer;
    arena_init(&arena, CALL_ARENA_MAX);
    enum timer_outcome outcome = engine_run_timer_alone(engine, now_ms, &arena, &timer);
    if (outcome == TIMER_FIRED && (*fired)++ < FIRED_LISTED_MAX)
        write_fired(json, &timer, now_ms);
    arena_release(&arena);
    *ret_failed = outcome == TIMER_UNKNOWN;
    return !*ret_failed;
}

static bool apply(struct clock *clock, const struct clock_change *change)
{
    switch (change->verb) {
    case CLOCK_FREEZE: return clock_freeze(clock);
    case CLOCK_SCALE: return clock_scale(clock, change->scale);
    case CLOCK_REAL: return clock_follow_host(clock);
    case CLOCK_SET: return clock_now_ms(clock) <= change->ms || clock_set(clock, change->ms);
    case CLOCK_ADVANCE: return true;
    }
    return false;
}

/* How far the change goes. */
static int64_t target_of(struct clock *clock, const struct clock_change *change)
{
    int64_t now_ms = clock_now_ms(clock);
    switch (change->verb) {
    case CLOCK_SET: return change->ms;
    case CLOCK_ADVANCE: return now_ms + change->ms;
    default: return now_ms;
    }
}

/* Everything that is due up to the target fires before the change is answered. False: not all of it could. */
static bool walk(struct engine *engine, struct clock *clock, int64_t target_ms, struct json *json,
                 int64_t *ret_fired)
{
    bool failed = false;
    while (step(engine, clock, target_ms, json, ret_fired, &failed))
        ;
    if (!failed && clock_now_ms(clock) < target_ms)
        clock_set(clock, target_ms);
    return !failed;
}

static void answer(struct call *call, struct clock *clock, struct str fired, int64_t count)
{
    struct clock_state state = clock_state(clock);
    struct json json = json_to(&call->reply);
    json_object_begin(&json);
    clock_state_write(&json, &state);
    json_key(&json, "fired");
    json_raw(&json, fired);
    json_member_int(&json, "firedCount", count);
    json_object_end(&json);
    call->answered_ms = state.now_ms;
    call->ok = true;
}

bool clock_change_run(struct engine *engine, struct clock *clock, struct call *call)
{
    const struct clock_change *change = call->input;
    if (!clock_state(clock).movable || !apply(clock, change)) {
        call_fail(call, ERR_STATE_REFUSED,
                  "The clock of this server follows the host's. Start it with --virtual-clock to move it.");
        return true;
    }
    struct strbuf list;
    strbuf_init(&list, CALL_REPLY_MAX / 2);
    struct json fired = json_to(&list);
    int64_t count = 0;
    json_array_begin(&fired);
    bool all = walk(engine, clock, target_of(clock, change), &fired, &count);
    json_array_end(&fired);
    answer(call, clock, strbuf_str(&list), count);
    if (list.failed || call->reply.failed)
        call_fail(call, ERR_INTERNAL,
                  "The clock has moved, but the answer needs more memory than a request may use.");
    if (!all)
        call_fail(call, ERR_SERVICE_UNAVAILABLE,
                  "The clock has stopped on the way: what fell due there could not be committed. Try again.");
    strbuf_release(&list);
    return all;
}
