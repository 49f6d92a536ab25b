#include "support/cmocka_all.h"

#include <stdio.h>

#include "plugin/departures.h"

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
    departures_note(departures, STR_LIT("other"));
    assert_false(departures_since(departures, STR_LIT("device"), 0));
    assert_false(departures_since(departures, STR_LIT(""), 0));
}

static void who_leaves_after_he_asked_has_left_and_who_asks_after_he_came_back_has_not(void **state)
{
    struct departures *departures = *state;
    uint64_t first = departures->now;
    departures_note(departures, STR_LIT("device"));
    uint64_t second = departures->now;
    assert_true(departures_since(departures, STR_LIT("device"), first));
    assert_false(departures_since(departures, STR_LIT("device"), second));
    departures_note(departures, STR_LIT("device"));
    assert_true(departures_since(departures, STR_LIT("device"), second));
}

static void nobody_is_taken_for_another_however_many_leave(void **state)
{
    struct departures *departures = *state;
    char id[32];
    for (int i = 0; i < 4 * DEPARTURES_KEPT; i++) {
        snprintf(id, sizeof id, "client-%d", i);
        departures_note(departures, str_from(id));
        assert_true(departures_since(departures, str_from(id), 0));
    }
    assert_false(departures_since(departures, STR_LIT("device"), 0));
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
