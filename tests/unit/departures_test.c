#include "support/cmocka_all.h"

#include "plugin/departures.h"

/* Only their addresses count. */
static const char connections[2 + 4 * DEPARTURES_KEPT];

static int set_up(void **state)
{
    static struct departures departures;
    departures_init(&departures);
    *state = &departures;
    return 0;
}

static void who_has_not_left_is_there(void **state)
{
    struct departures *departures = *state;
    departures_note(departures, &connections[0]);
    assert_false(departures_since(departures, &connections[1], 0));
    assert_false(departures_since(departures, NULL, 0));
}

static void who_leaves_after_he_asked_has_left_and_who_asks_after_he_came_back_has_not(void **state)
{
    struct departures *departures = *state;
    uint64_t first = departures->now;
    departures_note(departures, &connections[1]);
    uint64_t second = departures->now;
    assert_true(departures_since(departures, &connections[1], first));
    assert_false(departures_since(departures, &connections[1], second));
    departures_note(departures, &connections[1]);
    assert_true(departures_since(departures, &connections[1], second));
}

static void nobody_is_taken_for_another_however_many_leave(void **state)
{
    struct departures *departures = *state;
    for (int i = 0; i < 4 * DEPARTURES_KEPT; i++) {
        departures_note(departures, &connections[2 + i]);
        assert_true(departures_since(departures, &connections[2 + i], 0));
    }
    assert_false(departures_since(departures, &connections[1], 0));
}

#define TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_not_left_is_there),
        TEST(who_leaves_after_he_asked_has_left_and_who_asks_after_he_came_back_has_not),
        TEST(nobody_is_taken_for_another_however_many_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
