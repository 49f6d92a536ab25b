/* Who is late loses his connection, and nobody else. */
#include "support/cmocka_all.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/deadline.h"
#include "http/listen.h"
#include "support/http_client.h"

enum { HEADERS_MS = 20000, BODY_MS = 60000, FLOW_MS = 30000, IDLE_MS = 10000 };

struct room {
    struct deadlines *deadlines;
    struct deadline deadline;
    int ours, theirs; /* the two ends of the connection */
    int64_t begun_us;
};

static int setup(void **state)
{
    static struct room room;
    static const struct deadline_rules rules = { HEADERS_MS, BODY_MS, FLOW_MS, IDLE_MS };
    struct strbuf problem;
    int port = free_port();
    strbuf_init(&problem, 4096);
    int listener = listen_on("127.0.0.1", port, "http_port", &problem);
    assert_true(listener >= 0);
    strbuf_release(&problem);
    room.theirs = http_connect(port);
    room.ours = accept(listener, NULL, NULL);
    close(listener);
    assert_true(room.theirs >= 0 && room.ours >= 0);
    room.deadlines = deadlines_start(&rules, NULL);
    assert_non_null(room.deadlines);
    deadlines_add(room.deadlines, &room.deadline, room.ours);
    room.begun_us = clock_mono_us();
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    deadlines_remove(room->deadlines, &room->deadline);
    assert_int_equal(deadlines_stats(room->deadlines).connections, 0);
    deadlines_stop(room->deadlines);
    close(room->ours);
    close(room->theirs);
    return 0;
}

static void look_after(struct room *room, int64_t ms)
{
    deadlines_look(room->deadlines, room->begun_us + ms * 1000);
}

static void wait_for(struct room *room, enum deadline_wait wait)
{
    deadlines_wait(room->deadlines, &room->deadline, wait);
    room->begun_us = clock_mono_us();
}

static void assert_open(const struct room *room)
{
    assert_int_equal(deadlines_stats(room->deadlines).late, 0);
    assert_int_equal(recv(room->theirs, &(char){ 0 }, 1, MSG_DONTWAIT | MSG_PEEK), -1);
}

static void assert_closed(const struct room *room)
{
    assert_int_equal(deadlines_stats(room->deadlines).late, 1);
    assert_true(http_is_closed(room->theirs));
}

/* The kernel counts what is acknowledged, which it would put off for a while. */
static void send_bytes(int from, int to, size_t n)
{
    char bytes[1024] = { 0 };
    while (n > 0) {
        size_t some = n < sizeof bytes ? n : sizeof bytes;
        assert_int_equal(send(from, bytes, some, 0), (ssize_t)some);
        assert_int_equal(recv(to, bytes, some, MSG_WAITALL), (ssize_t)some);
        assert_int_equal(setsockopt(to, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int)), 0);
        n -= some;
    }
}

static void headers_are_awaited_so_long_however_steadily_they_come(void **state)
{
    struct room *room = *state;
    send_bytes(room->theirs, room->ours, 100000);
    look_after(room, HEADERS_MS - 1);
    assert_open(room);
    deadlines_request(room->deadlines, &room->deadline); /* the request line: they have begun before */
    look_after(room, HEADERS_MS);
    assert_closed(room);
}

static void a_body_has_a_time_of_its_own(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_BODY);
    look_after(room, BODY_MS - 1);
    assert_open(room);
    look_after(room, BODY_MS + 1);
    assert_closed(room);
}

static void nobody_is_late_while_the_server_works(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_SERVER);
    look_after(room, 1000 * BODY_MS);
    assert_open(room);
}

static void the_next_request_may_be_late_by_the_librarys_own_time_out(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_REQUEST);
    look_after(room, IDLE_MS + HEADERS_MS - 1);
    assert_open(room);
    look_after(room, IDLE_MS + HEADERS_MS + 1);
    assert_closed(room);
}

static void a_request_that_has_begun_has_the_time_for_headers(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_REQUEST);
    deadlines_request(room->deadlines, &room->deadline);
    look_after(room, HEADERS_MS - 1);
    assert_open(room);
    look_after(room, HEADERS_MS + 1);
    assert_closed(room);
}

static void what_flows_fast_enough_may_take_for_ever(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_FLOW);
    look_after(room, 0);
    for (int64_t window = 1; window <= 4; window++) {
        /* by turns an upload and an answer */
        if (window % 2 == 0)
            send_bytes(room->theirs, room->ours, FLOW_LEAST * FLOW_MS / 1000);
        else
            send_bytes(room->ours, room->theirs, FLOW_LEAST * FLOW_MS / 1000);
        look_after(room, window * FLOW_MS);
        assert_open(room);
    }
}

static void what_dribbles_ends_with_its_window(void **state)
{
    struct room *room = *state;
    wait_for(room, WAIT_FLOW);
    look_after(room, 0);
    send_bytes(room->theirs, room->ours, FLOW_LEAST * FLOW_MS / 1000);
    look_after(room, FLOW_MS);
    send_bytes(room->theirs, room->ours, FLOW_LEAST * FLOW_MS / 1000 - 1);
    look_after(room, 2 * FLOW_MS - 1);
    assert_open(room);
    look_after(room, 2 * FLOW_MS);
    assert_closed(room);
}

static void who_was_closed_is_counted_once(void **state)
{
    struct room *room = *state;
    look_after(room, HEADERS_MS);
    look_after(room, 2 * HEADERS_MS);
    assert_closed(room);
}

static void any_connection_may_be_the_next_to_go(void **state)
{
    struct room *room = *state;
    struct deadline others[3];
    for (size_t i = 0; i < 3; i++)
        deadlines_add(room->deadlines, &others[i], -1);
    assert_int_equal(deadlines_stats(room->deadlines).connections, 4);
    deadlines_remove(room->deadlines, &others[1]);
    deadlines_remove(room->deadlines, &others[2]);
    deadlines_remove(room->deadlines, &others[0]);
    look_after(room, HEADERS_MS + 1);
    assert_closed(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headers_are_awaited_so_long_however_steadily_they_come, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_body_has_a_time_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_late_while_the_server_works, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_request_may_be_late_by_the_librarys_own_time_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_request_that_has_begun_has_the_time_for_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(what_flows_fast_enough_may_take_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(what_dribbles_ends_with_its_window, setup, teardown),
        cmocka_unit_test_setup_teardown(who_was_closed_is_counted_once, setup, teardown),
        cmocka_unit_test_setup_teardown(any_connection_may_be_the_next_to_go, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
