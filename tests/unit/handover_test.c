#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/handover.h"
#include "settings.h"
#include "store/store.h"
#include "store/timer_store.h"

enum { MINUTE_MS = 60 * 1000, NOW_MS = 1000 * MINUTE_MS };

struct fixture {
    struct log *log;
    struct store *store;
    struct outbox *outbox;
    struct handover handover;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct strbuf problem;
    if (!f)
        return -1;
    strbuf_init(&problem, 1024);
    f->log = log_new(log_sink_stderr, NULL, LOG_WARNING, 0);
    struct store_options options = { .in_memory = true, .durability = DURABILITY_MEMORY, .log = f->log };
    f->store = store_open(&options, &problem);
    f->outbox = outbox_new();
    assert_non_null(f->store);
    strbuf_release(&problem);
    f->handover = (struct handover){
        .db = store_writer(f->store), .outbox = f->outbox, .log = f->log, .window_time_zone = STR_LIT("UTC")
    };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    outbox_free(f->outbox);
    store_close(f->store);
    log_free(f->log);
    free(f);
    return 0;
}

static void push(struct fixture *f, const char *client_id, const char *topic, const char *payload, int qos)
{
    outbox_push(f->outbox,
                message_new(str_from(client_id), str_from(topic), strdup(payload), strlen(payload), qos));
}

/* Everything in the outbox, "topic payload qos, …". */
static void assert_outbox(struct fixture *f, const char *expected)
{
    char found[512] = "";
    int n = 0;
    struct message *first = outbox_take_all(f->outbox);
    for (struct message *m = first; m; m = m->next)
        n += snprintf(found + n, sizeof found - (size_t)n, "%s%s %.*s %d", n ? ", " : "", m->topic,
                      (int)m->payload_n, m->payload, m->qos);
    assert_string_equal(found, expected);
    message_free_all(first);
}

static void run(struct fixture *f, const char *sql)
{
    assert_true(db_script(f->handover.db, sql));
}

/* An execution of the thing that changed so many minutes before NOW. */
static void given_execution(struct fixture *f, const char *thing, int minutes_ago)
{
    char sql[1024];
    int64_t ms = NOW_MS - (int64_t)minutes_ago * MINUTE_MS;
    snprintf(
        sql, sizeof sql,
        "INSERT OR IGNORE INTO job (job_id, status, target_selection, created_at_ms, updated_at_ms) "
        "VALUES ('fw', 'IN_PROGRESS', 'SNAPSHOT', 0, 0);"
        "INSERT INTO execution (thing_name, job_id, execution_number, status, queued_at_ms, updated_at_ms) "
        "VALUES ('%s', 'fw', 1, 'QUEUED', %lld, %lld);",
        thing, (long long)ms, (long long)ms);
    run(f, sql);
}

/* The things that are to be told again, "a b c", in order of their names. */
static void assert_told_again(struct fixture *f, const char *expected)
{
    char found[256] = "";
    int n = 0;
    struct stmt *q = db_query(
        f->handover.db, "SELECT thing_name, due_ms FROM timer WHERE kind = 'NOTIFY_AGAIN' ORDER BY 1", "");
    while (stmt_row(q)) {
        struct str thing = stmt_borrow(q);
        n += snprintf(found + n, sizeof found - (size_t)n, "%s%.*s", n ? " " : "", STR(thing));
        assert_int_equal(stmt_int(q), NOW_MS);
    }
    assert_string_equal(found, expected);
}

static void a_first_run_has_nothing_to_take_over(void **state)
{
    struct fixture *f = *state;
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_outbox(f, "");
    assert_told_again(f, "");
}

static void what_nobody_took_leaves_with_the_next_start_once_and_in_order(void **state)
{
    struct fixture *f = *state;
    assert_true(handover_begin(&f->handover, NOW_MS));
    push(f, NULL, "notify", "{\"n\":1}", 1);
    push(f, NULL, "notify-next", "{}", 1);
    push(f, NULL, "event", "é", 0);
    handover_end(&f->handover);
    assert_outbox(f, "");
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_outbox(f, "notify {\"n\":1} 1, notify-next {} 1, event é 0");
    handover_end(&f->handover);
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_outbox(f, "");
}

static void answers_are_left_out(void **state)
{
    struct fixture *f = *state;
    assert_true(handover_begin(&f->handover, NOW_MS));
    push(f, "device", "get/accepted", "{}", 1);
    push(f, NULL, "notify", "{}", 1);
    handover_end(&f->handover);
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_outbox(f, "notify {} 1");
}

static void after_a_clean_stop_nothing_is_told_again(void **state)
{
    struct fixture *f = *state;
    assert_true(handover_begin(&f->handover, NOW_MS));
    given_execution(f, "pump", 1);
    run(f, "INSERT INTO audience VALUES ('pump')");
    handover_end(&f->handover);
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_told_again(f, "");
}

/* A run that began and did not end. */
static void given_crash(struct fixture *f)
{
    assert_true(handover_begin(&f->handover, NOW_MS));
    given_execution(f, "latest", 1000); /* long ago, and yet the last thing that happened */
    given_execution(f, "recent", 1029);
    given_execution(f, "early", 1031);
    given_execution(f, "unheard", 1000);
}

static void after_a_crash_what_changed_last_is_told_again_to_the_audience(void **state)
{
    struct fixture *f = *state;
    given_crash(f);
    run(f, "INSERT INTO audience VALUES ('latest'), ('recent'), ('early'), ('stranger')");
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_told_again(f, "latest recent");
}

static void after_a_crash_everything_recent_is_told_again_where_anybody_may_listen(void **state)
{
    struct fixture *f = *state;
    given_crash(f);
    f->handover.everyone_listens = true;
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_told_again(f, "latest recent unheard");
}

static void after_a_crash_a_listener_to_all_counts_for_all(void **state)
{
    struct fixture *f = *state;
    given_crash(f);
    run(f, "INSERT INTO audience VALUES ('')");
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_told_again(f, "latest recent unheard");
}

static void after_a_crash_what_a_window_hid_or_showed_is_told_again(void **state)
{
    struct fixture *f = *state;
    char sql[256];
    given_crash(f);
    snprintf(sql, sizeof sql, "UPDATE job SET updated_at_ms = %lld; UPDATE execution SET windowed = 1",
             (long long)(NOW_MS - 1000 * MINUTE_MS));
    run(f, sql);
    f->handover.everyone_listens = true;
    assert_true(handover_begin(&f->handover, NOW_MS));
    assert_told_again(f, "early latest recent unheard");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_first_run_has_nothing_to_take_over),
        TEST(what_nobody_took_leaves_with_the_next_start_once_and_in_order),
        TEST(answers_are_left_out),
        TEST(after_a_clean_stop_nothing_is_told_again),
        TEST(after_a_crash_what_changed_last_is_told_again_to_the_audience),
        TEST(after_a_crash_everything_recent_is_told_again_where_anybody_may_listen),
        TEST(after_a_crash_a_listener_to_all_counts_for_all),
        TEST(after_a_crash_what_a_window_hid_or_showed_is_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
