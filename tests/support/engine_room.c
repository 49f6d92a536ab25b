#include "support/engine_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/decode.h"
#include "store/registry/attribute_store.h"
#include "store/registry/thing_store.h"

enum { WAIT_S = 30 };

static const int64_t noon_ms = INT64_C(1893499200000); /* 2030-01-01T12:00Z */

/* ---- life ---- */

/* On the engine thread. */
static void hear_ring(void *context)
{
    struct room *room = context;
    pthread_mutex_lock(&room->lock);
    room->rings++;
    pthread_cond_broadcast(&room->changed);
    pthread_mutex_unlock(&room->lock);
}

static bool open_room(struct room *room)
{
    struct strbuf problem;
    struct store_options options = { .in_memory = true };
    strbuf_init(&problem, 1024);
    room->store = store_open(&options, &problem);
    if (!room->store)
        print_error("%s\n", problem.p);
    strbuf_release(&problem);
    room->reader = room->store ? store_open_reader(room->store) : NULL;
    room->outbox = outbox_new();
    struct engine_config config = { .db = room->store ? store_writer(room->store) : NULL,
                                    .clock = &room->clock,
                                    .settings = &room->settings,
                                    .outbox = room->outbox,
                                    .ring = hear_ring,
                                    .ring_context = room };
    room->engine = room->reader ? engine_new(&config) : NULL;
    return room->engine != NULL;
}

static int set_up(void **state, bool on_host_time)
{
    struct room *room = calloc(1, sizeof *room);
    if (!room)
        return -1;
    pthread_mutex_init(&room->lock, NULL);
    pthread_cond_init(&room->changed, NULL);
    settings_init(&room->settings);
    if (on_host_time) {
        clock_init_real(&room->clock);
    } else {
        clock_init_virtual(&room->clock, noon_ms);
        clock_freeze(&room->clock);
        clock_set(&room->clock, noon_ms);
    }
    *state = room;
    return open_room(room) ? 0 : -1;
}

int room_set_up(void **state)
{
    return set_up(state, false);
}

int room_set_up_on_host_time(void **state)
{
    return set_up(state, true);
}

int room_tear_down(void **state)
{
    struct room *room = *state;
    room_stop(room);
    engine_free(room->engine);
    for (size_t i = 0; i < room->answered; i++)
        call_free(room->answers[i]);
    outbox_free(room->outbox);
    db_close(room->reader);
    store_close(room->store);
    clock_release(&room->clock);
    settings_release(&room->settings);
    pthread_cond_destroy(&room->changed);
    pthread_mutex_destroy(&room->lock);
    free(room);
    return 0;
}

void room_start(struct room *room)
{
    assert_true(engine_start(room->engine));
    room->started = true;
}

void room_stop(struct room *room)
{
    if (room->started)
        engine_stop(room->engine);
    room->started = false;
}

/* ---- calls ---- */

/* On the engine thread. What the answer says must be committed by now: another connection sees it. */
static void answered(struct call *call)
{
    struct room *room = call->owner;
    bool written = call->ok && call->run == run_write;
    bool there = !written || store_thing_exists(room->reader, str_from(call->input));
    pthread_mutex_lock(&room->lock);
    room->uncommitted = room->uncommitted || !there;
    if (room->answered < ROOM_ANSWERS_MAX)
        room->answers[room->answered++] = call;
    pthread_cond_broadcast(&room->changed);
    pthread_mutex_unlock(&room->lock);
}

struct call *room_call(struct room *room, op_fn *run, const void *input)
{
    struct call *call = call_new();
    assert_non_null(call);
    call->run = run;
    call->input = input;
    call->owner = room;
    call->done = answered;
    return call;
}

struct call *room_request(struct room *room, const char *method, const char *path, const char *body)
{
    struct call *call = room_call(room, NULL, NULL);
    struct http_route route;
    if (!route_http(PLANE_CONTROL, str_from(method), str_from(path), &call->arena, &route, &call->err))
        fail_msg("no route for %s %s", method, path);
    struct request request = { .labels = route.labels, .body = str_from(body) };
    call->operation = route.operation;
    call->run = op_handler(route.operation).run;
    if (!api_decode(route.operation, &request, &call->arena, (void **)&call->input, NULL, &call->err))
        fail_msg("%s", call->err.message.p);
    return call;
}

void room_submit(struct room *room, struct call *call)
{
    assert_true(engine_submit(room->engine, call));
}

/* ---- waiting ---- */

/* With the lock held. */
static void wait_for_change(struct room *room, const struct timespec *until)
{
    if (pthread_cond_timedwait(&room->changed, &room->lock, until) != 0) {
        pthread_mutex_unlock(&room->lock);
        fail_msg("nothing happened for %d seconds", WAIT_S);
    }
}

static struct timespec deadline(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    return until;
}

void room_wait(struct room *room, size_t n)
{
    struct timespec until = deadline();
    pthread_mutex_lock(&room->lock);
    while (room->answered < n)
        wait_for_change(room, &until);
    pthread_mutex_unlock(&room->lock);
}

/* The engine rings for as long as something lies in the outbox. */
struct message *room_wait_message(struct room *room)
{
    struct timespec until = deadline();
    struct message *message;
    pthread_mutex_lock(&room->lock);
    while (!(message = outbox_take_all(room->outbox)))
        wait_for_change(room, &until);
    pthread_mutex_unlock(&room->lock);
    message_free_all(message->next);
    message->next = NULL;
    return message;
}

static bool is_answered(struct room *room, const struct call *call)
{
    for (size_t i = 0; i < room->answered; i++)
        if (room->answers[i] == call)
            return true;
    return false;
}

const char *room_ask(struct room *room, struct call *call)
{
    struct timespec until = deadline();
    room_submit(room, call);
    pthread_mutex_lock(&room->lock);
    while (!is_answered(room, call))
        wait_for_change(room, &until);
    pthread_mutex_unlock(&room->lock);
    return call->ok ? call->reply.p : call->err.message.p;
}

/* ---- runs ---- */

static bool make_thing(struct op *op, const char *name)
{
    struct thing_row thing = { .name = str_from(name), .thing_id = STR_LIT("id"), .version = 1 };
    return store_thing_insert(op->db, &thing);
}

bool run_write(struct op *op, const void *input)
{
    json_member_string(op->json, "made", str_from(input));
    return make_thing(op, input) || fail(op->err, ERR_INTERNAL, "not made");
}

bool run_write_then_fail(struct op *op, const void *input)
{
    make_thing(op, input);
    json_member_string(op->json, "made", str_from(input));
    return fail(op->err, ERR_INVALID_REQUEST, "changed my mind");
}

bool run_write_twice(struct op *op, const void *input)
{
    make_thing(op, input);
    make_thing(op, input);
    return true;
}

bool run_break_commit(struct op *op, const void *input)
{
    const int64_t nothing = 1 << 30;
    struct attribute attribute = { STR_LIT("name"), STR_LIT("value") };
    struct attribute_rows attributes = { 1, &attribute };
    return make_thing(op, input) && db_exec(op->db, "PRAGMA defer_foreign_keys = ON", "") &&
           store_attributes_insert(op->db, ATTRIBUTES_OF_THING, nothing, &attributes);
}

bool run_exists(struct op *op, const void *input)
{
    json_member_bool(op->json, "exists", store_thing_exists(op->db, str_from(input)));
    return true;
}

int64_t room_things(struct room *room)
{
    struct db *db = store_open_reader(room->store);
    assert_non_null(db);
    struct stmt *q = db_query(db, "SELECT count(*) FROM thing /*scan*/", "");
    assert_true(stmt_row(q));
    int64_t n = stmt_int(q);
    stmt_done(q);
    db_close(db);
    return n;
}

void given_scheduled_job(struct room *room, const char *more)
{
    room_ask(room, room_request(room, "POST", "/things/pump", "{}"));
    struct call *create = room_request(room, "PUT", FW, more);
    room_ask(room, create);
    assert_true(create->ok);
}

void assert_job(struct room *room, const char *status)
{
    char expected[64];
    snprintf(expected, sizeof expected, "\"status\":\"%s\"", status);
    const char *text = room_ask(room, room_request(room, "GET", FW, NULL));
    if (!strstr(text, expected))
        fail_msg("not %s: %s", status, text);
}

void assert_answer(struct room *room, struct call *call, const char *expected)
{
    assert_string_equal(room_ask(room, call), expected);
}

void assert_failed(const struct call *call, enum error_code code, const char *message)
{
    assert_false(call->ok);
    assert_int_equal(call->err.code, code);
    assert_string_equal(call->err.message.p, message);
    assert_int_equal(call->reply.n, 0);
    assert_null(call->messages);
}
