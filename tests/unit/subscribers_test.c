#include "support/engine_room.h"

#include "ops/executions/audience.h"
#include "plugin/subscribers.h"
#include "store/jobs/audience_store.h"

#define NOTIFY(thing) "$aws/things/" thing "/jobs/notify"

struct fixture {
    struct room *room;
    struct audience *audience;
    struct subscribers subscribers;
};

static int set_up(void **state)
{
    static struct fixture f;
    void *room;
    if (room_set_up(&room) != 0)
        return -1;
    f.room = room;
    f.audience = audience_new(false);
    f.subscribers = (struct subscribers){ f.room->engine, f.audience, NULL };
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    void *room = f->room;
    audience_free(f->audience);
    return room_tear_down(&room);
}

static void run_all(struct fixture *f)
{
    while (engine_run_batch(f->room->engine))
        ;
}

static void count(void *context, struct str thing)
{
    struct str *only = context;
    assert_null(only->p); /* one row at most */
    only->p = thing.n ? "a thing" : "everything";
}

/* NULL: no row. */
static void assert_row(struct fixture *f, const char *expected)
{
    struct str only = STR_NONE;
    assert_true(store_audience_each(f->room->reader, count, &only));
    if (expected)
        assert_string_equal(only.p, expected);
    else
        assert_null(only.p);
}

static bool run_nothing(struct op *op, const void *input)
{
    (void)op;
    (void)input;
    return true;
}

static void the_row_of_a_session_that_lasts_is_stored_once(void **state)
{
    struct fixture *f = *state;
    assert_true(subscribers_note(&f->subscribers, STR_LIT(NOTIFY("pump")), true));
    assert_true(subscribers_note(&f->subscribers, STR_LIT("$aws/things/pump/jobs/#"), true));
    run_all(f);
    assert_row(f, "a thing");
    assert_false(audience_hears(f->audience, STR_LIT("valve")));
}

static void whoever_cannot_be_stored_now_is_refused_and_the_next_row_stands_for_all(void **state)
{
    struct fixture *f = *state;
    f->room->settings.inbox_limit = 1;
    room_submit(f->room, room_call(f->room, run_nothing, NULL));
    assert_false(subscribers_note(&f->subscribers, STR_LIT(NOTIFY("pump")), true));
    assert_true(subscribers_note(&f->subscribers, STR_LIT(NOTIFY("valve")), false)); /* needs no row */
    assert_true(audience_owes_row(f->audience));
    run_all(f);
    assert_row(f, NULL);
    assert_true(subscribers_note(&f->subscribers, STR_LIT(NOTIFY("gate")), true));
    assert_false(audience_owes_row(f->audience));
    run_all(f);
    assert_row(f, "everything");
}

static void a_row_that_is_not_committed_is_owed(void **state)
{
    struct fixture *f = *state;
    assert_true(subscribers_note(&f->subscribers, STR_LIT(NOTIFY("pump")), true));
    room_submit(f->room, room_call(f->room, run_break_commit, "pump"));
    run_all(f);
    assert_row(f, NULL);
    assert_true(audience_owes_row(f->audience));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_row_of_a_session_that_lasts_is_stored_once),
        TEST(whoever_cannot_be_stored_now_is_refused_and_the_next_row_stands_for_all),
        TEST(a_row_that_is_not_committed_is_owed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
