/* What takes long is done one at a time, before the engine has the call. */
#include "support/engine_room.h"

#include <semaphore.h>
#include <string.h>

#include "engine/workshop.h"

enum { CALLS_MAX = 4 };

/* What a preparation waits for. */
struct gate {
    sem_t entered, open;
    bool refuses;
};

static const void *pass(const struct preparation *preparation, const void *input)
{
    struct gate *gate = (struct gate *)input;
    sem_post(&gate->entered);
    while (sem_wait(&gate->open) != 0)
        ;
    if (!gate->refuses)
        return "made";
    fail(preparation->err, ERR_INVALID_REQUEST, "It cannot be made.");
    return NULL;
}

static bool run_show(struct op *op, const void *input)
{
    (void)input;
    json_member_string(op->json, "prepared", str_from(op->prepared));
    return true;
}

static void gate_init(struct gate *gate, unsigned open)
{
    *gate = (struct gate){ .refuses = false };
    sem_init(&gate->entered, 0, 0);
    sem_init(&gate->open, 0, open);
}

static void wait_entered(struct gate *gate)
{
    while (sem_wait(&gate->entered) != 0)
        ;
}

static struct call *call_through(struct room *room, struct gate *gate)
{
    struct call *call = room_call(room, run_show, gate);
    call->prepare = pass;
    return call;
}

static struct workshop *open_workshop(struct room *room)
{
    const struct workshop_options options = { .engine = room->engine,
                                              .thread = "iotjobs-test",
                                              .calls = CALLS_MAX };
    struct workshop *workshop = workshop_start(&options);
    assert_non_null(workshop);
    return workshop;
}

static void close_workshop(struct workshop *workshop)
{
    workshop_stop(workshop);
    workshop_free(workshop);
}

static void a_call_runs_once_it_is_prepared(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 0);
    struct workshop *workshop = open_workshop(room);
    struct call *call = call_through(room, &gate);
    room_start(room);
    assert_true(workshop_submit(workshop, call));
    wait_entered(&gate);
    assert_string_equal(room_ask(room, room_call(room, run_exists, "pump")), "{\"exists\":false}");
    sem_post(&gate.open);
    room_wait(room, 2);
    assert_string_equal(call->reply.p, "{\"prepared\":\"made\"}");
    close_workshop(workshop);
}

static void what_cannot_be_prepared_does_not_run(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 1);
    gate.refuses = true;
    struct workshop *workshop = open_workshop(room);
    struct call *call = call_through(room, &gate);
    call->ok = true; /* its edge has run something else of it */
    room_start(room);
    assert_true(workshop_submit(workshop, call));
    room_wait(room, 1);
    assert_false(call->ok);
    assert_failed(call, ERR_INVALID_REQUEST, "It cannot be made.");
    close_workshop(workshop);
}

static void only_so_many_wait_and_they_are_served_in_order(void **state)
{
    struct room *room = *state;
    struct call *calls[CALLS_MAX + 1];
    struct gate gate;
    gate_init(&gate, 0);
    struct workshop *workshop = open_workshop(room);
    room_start(room);
    for (size_t i = 0; i <= CALLS_MAX; i++) {
        calls[i] = call_through(room, &gate);
        assert_true(workshop_submit(workshop, calls[i]));
        if (i == 0)
            wait_entered(&gate);
    }
    struct call *one_more = call_through(room, &gate);
    assert_false(workshop_submit(workshop, one_more));
    call_free(one_more);
    for (size_t i = 0; i <= CALLS_MAX; i++)
        sem_post(&gate.open);
    room_wait(room, CALLS_MAX + 1);
    for (size_t i = 0; i <= CALLS_MAX; i++)
        assert_ptr_equal(room->answers[i], calls[i]);
    close_workshop(workshop);
}

static void at_the_end_who_waits_is_told_so(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 0);
    struct workshop *workshop = open_workshop(room);
    struct call *at_work = call_through(room, &gate);
    struct call *waits = call_through(room, &gate);
    room_start(room);
    assert_true(workshop_submit(workshop, at_work));
    wait_entered(&gate);
    assert_true(workshop_submit(workshop, waits));
    room_stop(room); /* the engine is gone: what was being prepared comes too late */
    sem_post(&gate.open);
    sem_post(&gate.open);
    close_workshop(workshop);
    room_wait(room, 2);
    assert_failed(at_work, ERR_THROTTLING, "Rate exceeded");
    assert_failed(waits, ERR_THROTTLING, "Rate exceeded");
}

/* Waits for the end of the workshop. */
static const void *wait_for_stop(const struct preparation *preparation, const void *input)
{
    struct gate *gate = (struct gate *)input;
    sem_post(&gate->entered);
    while (!atomic_load(preparation->stop))
        sched_yield();
    return "made";
}

static void what_is_under_way_is_told_of_the_end(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 0);
    struct workshop *workshop = open_workshop(room);
    struct call *call = call_through(room, &gate);
    call->prepare = wait_for_stop;
    room_start(room);
    assert_true(workshop_submit(workshop, call));
    wait_entered(&gate);
    close_workshop(workshop);
    room_wait(room, 1);
    assert_string_equal(call->reply.p, "{\"prepared\":\"made\"}");
}

static void a_call_that_its_edge_runs_comes_back_prepared(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 2);
    struct workshop *workshop = open_workshop(room);
    struct call *calls[] = { call_through(room, &gate), call_through(room, &gate) };
    room_start(room);
    for (size_t i = 0; i < 2; i++) {
        calls[i]->edge_runs = true;
        gate.refuses = i == 1;
        assert_true(workshop_submit(workshop, calls[i]));
        room_wait(room, i + 1);
    }
    assert_false(calls[0]->ok);
    assert_int_equal(calls[0]->err.code, ERR_NONE);
    assert_string_equal(calls[0]->prepared, "made");
    assert_int_equal(calls[0]->reply.n, 0);
    assert_failed(calls[1], ERR_INVALID_REQUEST, "It cannot be made.");
    close_workshop(workshop);
}

static void who_has_waited_too_long_is_refused(void **state)
{
    struct room *room = *state;
    struct gate gate;
    gate_init(&gate, 0);
    const struct workshop_options options = {
        .engine = room->engine, .thread = "iotjobs-test", .calls = CALLS_MAX, .patience_ms = 600000
    };
    struct workshop *workshop = workshop_start(&options);
    struct call *at_work = call_through(room, &gate), *waits = call_through(room, &gate);
    room_start(room);
    assert_true(workshop_submit(workshop, at_work));
    wait_entered(&gate);
    assert_true(workshop_submit(workshop, waits));
    waits->submitted_us -= INT64_C(601) * 1000 * 1000;
    sem_post(&gate.open);
    room_wait(room, 2);
    assert_failed(waits, ERR_THROTTLING, "Rate exceeded");
    assert_true(at_work->ok);
    close_workshop(workshop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_call_runs_once_it_is_prepared),
        TEST(what_cannot_be_prepared_does_not_run),
        TEST(only_so_many_wait_and_they_are_served_in_order),
        TEST(at_the_end_who_waits_is_told_so),
        TEST(what_is_under_way_is_told_of_the_end),
        TEST(a_call_that_its_edge_runs_comes_back_prepared),
        TEST(who_has_waited_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
