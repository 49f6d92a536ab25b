#include <stdlib.h>

#include "base/time_text.h"
#include "engine/internal.h"
#include "store/db.h"

enum { FIRED_LISTED_MAX = 1000 }; /* the answer lists so many; all are counted */

void clock_state_write(struct json *json, const struct clock_state *state)
{
    char now[TIME_TEXT_MAX];
    time_format_iso(state->now_ms, now);
    json_member_string(json, "mode", str_from(state->follows_host ? "real" : "virtual"));
    json_member_bool(json, "frozen", state->frozen);
    json_key(json, "scale");
    json_double(json, state->scale);
    json_member_string(json, "now", str_from(now));
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
    char at[TIME_TEXT_MAX];
    time_format_iso(at_ms, at);
    json_object_begin(json);
    json_member_string(json, "at", str_from(at));
    json_member_string(json, "timer", str_from(timer_kind_name(timer->kind)));
    json_member_string(json, "jobId", timer->job_id);
    if (timer->thing_name.n) {
        json_member_string(json, "thingName", timer->thing_name);
        json_member_int(json, "executionNumber", timer->execution_number);
    }
    json_object_end(json);
}

/* Runs all that falls due up to `target_ms`, in order, each at its own time. Returns how many. */
static int64_t walk_to(const struct clock_walk *walk, int64_t target_ms, struct json *json)
{
    int64_t fired = 0;
    for (;;) {
        int64_t due_ms = walk->earliest(walk->engine);
        if (due_ms > target_ms)
            break;
        int64_t now_ms = clock_now_ms(walk->clock);
        if (due_ms > now_ms) {
            clock_set(walk->clock, due_ms);
            now_ms = due_ms;
        }
        struct arena arena;
        struct timer_row timer;
        arena_init(&arena, CALL_ARENA_MAX);
        bool ran = walk->run_one(walk->engine, now_ms, &arena, &timer);
        if (ran && fired++ < FIRED_LISTED_MAX)
            write_fired(json, &timer, now_ms);
        arena_release(&arena);
        if (!ran)
            break;
    }
    if (clock_now_ms(walk->clock) < target_ms)
        clock_set(walk->clock, target_ms);
    return fired;
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

/* How far the change goes: everything that is due up to there fires before it is answered. */
static int64_t target_of(struct clock *clock, const struct clock_change *change)
{
    int64_t now_ms = clock_now_ms(clock);
    switch (change->verb) {
    case CLOCK_SET: return change->ms;
    case CLOCK_ADVANCE: return now_ms + change->ms;
    default: return now_ms;
    }
}

void clock_change_run(const struct clock_walk *walk, struct call *call)
{
    const struct clock_change *change = call->input;
    if (!clock_state(walk->clock).movable || !apply(walk->clock, change)) {
        call_fail(call, ERR_STATE_REFUSED,
                  "The clock of this server follows the host's. Start it with --virtual-clock to move it.");
        return;
    }
    struct strbuf list;
    strbuf_init(&list, CALL_REPLY_MAX / 2);
    struct json fired = json_to(&list);
    json_array_begin(&fired);
    int64_t target_ms = target_of(walk->clock, change);
    int64_t count = walk_to(walk, target_ms, &fired);
    json_array_end(&fired);

    struct clock_state state = clock_state(walk->clock);
    struct json json = json_to(&call->reply);
    json_object_begin(&json);
    clock_state_write(&json, &state);
    json_key(&json, "fired");
    json_raw(&json, strbuf_str(&list));
    json_member_int(&json, "firedCount", count);
    json_object_end(&json);
    call->answered_ms = state.now_ms;
    call->ok = true;
    if (list.failed || call->reply.failed)
        call_fail(call, ERR_INTERNAL,
                  "The clock has moved, but the answer needs more memory than a request may use.");
    else if (walk->earliest(walk->engine) <= target_ms)
        call_fail(call, ERR_SERVICE_UNAVAILABLE,
                  "The clock has moved, but not all that fell due on the way could be committed.");
    strbuf_release(&list);
}
