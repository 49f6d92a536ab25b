/* A rate for each of many, in bounded memory. */
#include "support/cmocka_all.h"

#include <stdio.h>

#include "engine/throttle.h"

enum { MAX = 4, NOW_MS = 1000000 };

static int set_up(void **state)
{
    static struct buckets buckets;
    *state = &buckets;
    return buckets_init(&buckets, MAX) ? 0 : -1;
}

static int tear_down(void **state)
{
    buckets_release(*state);
    return 0;
}

static struct str name_of(int i)
{
    static char name[16];
    snprintf(name, sizeof name, "device-%d", i);
    return str_from(name);
}

static bool one_a_second(struct buckets *buckets, int i, int64_t now_ms)
{
    return buckets_take(buckets, name_of(i), 1, now_ms);
}

static void each_has_a_bucket_of_his_own(void **state)
{
    struct buckets *buckets = *state;
    for (int i = 0; i < MAX; i++)
        assert_true(one_a_second(buckets, i, NOW_MS));
    for (int i = 0; i < MAX; i++)
        assert_false(one_a_second(buckets, i, NOW_MS + 999));
    for (int i = 0; i < MAX; i++)
        assert_true(one_a_second(buckets, i, NOW_MS + 1999));
}

static void who_has_not_asked_for_the_longest_time_is_forgotten(void **state)
{
    struct buckets *buckets = *state;
    for (int i = 0; i < MAX; i++)
        assert_true(one_a_second(buckets, i, NOW_MS));
    assert_false(one_a_second(buckets, 0, NOW_MS));
    assert_true(one_a_second(buckets, MAX, NOW_MS)); /* instead of 1 */
    assert_false(one_a_second(buckets, 0, NOW_MS));
    assert_false(one_a_second(buckets, 2, NOW_MS));
    assert_false(one_a_second(buckets, 3, NOW_MS));
    assert_false(one_a_second(buckets, MAX, NOW_MS));
    assert_true(one_a_second(buckets, 1, NOW_MS)); /* instead of 0 */
    assert_true(one_a_second(buckets, 0, NOW_MS));
}

/* Against a list that is searched from its end. */
static void however_they_come_the_latest_ones_are_known(void **state)
{
    enum { ROUNDS = 20000, NAMES = 9 };
    struct buckets *buckets = *state;
    int latest[MAX] = { -1, -1, -1, -1 };
    uint32_t random = 1;
    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525 + 1013904223;
        int i = (int)(random >> 16) % NAMES;
        int place = 0;
        while (place < MAX && latest[place] != i)
            place++;
        assert_int_equal(one_a_second(buckets, i, NOW_MS), place == MAX);
        for (int k = place < MAX ? place : MAX - 1; k > 0; k--)
            latest[k] = latest[k - 1];
        latest[0] = i;
    }
}

/* ---- whose bucket it is ---- */

struct desk {
    struct settings settings;
    struct clock clock;
    struct throttle throttle;
};

static int open_desk(void **state)
{
    static struct desk desk;
    settings_init(&desk.settings);
    desk.settings.key_rate_limit = 2;
    desk.settings.device_rate_limit = 1;
    clock_init_virtual(&desk.clock, NOW_MS);
    clock_freeze(&desk.clock);
    *state = &desk;
    return throttle_init(&desk.throttle, &desk.settings, &desk.clock) ? 0 : -1;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    throttle_release(&desk->throttle);
    clock_release(&desk->clock);
    settings_release(&desk->settings);
    return 0;
}

static bool asks(struct desk *desk, const struct principal *who, const char *thing)
{
    return throttle_admit(&desk->throttle, OP_DATA_DESCRIBE_JOB_EXECUTION, who, str_from(thing));
}

static void a_key_counts_whatever_it_asks(void **state)
{
    struct desk *desk = *state;
    const struct principal key = { .kind = PRINCIPAL_KEY, .access_key = STR_LIT("AKIA1") };
    const struct principal other = { .kind = PRINCIPAL_KEY, .access_key = STR_LIT("AKIA2") };
    assert_true(throttle_admit(&desk->throttle, OP_LIST_THINGS, &key, STR_NONE));
    assert_true(throttle_admit_principal(&desk->throttle, &key));
    assert_false(asks(desk, &key, "pump"));
    assert_false(throttle_admit_principal(&desk->throttle, &key));
    assert_true(asks(desk, &other, "pump"));
}

static void a_certificate_counts_whatever_it_asks(void **state)
{
    struct desk *desk = *state;
    const struct principal device = { .kind = PRINCIPAL_CERTIFICATE, .certificate_id = STR_LIT("c0ffee") };
    const struct principal other = { .kind = PRINCIPAL_THING, .certificate_id = STR_LIT("c0ffef") };
    assert_true(asks(desk, &device, "pump"));
    assert_false(asks(desk, &device, "fan"));
    assert_true(asks(desk, &other, "pump"));
    assert_false(throttle_admit_principal(&desk->throttle, &other));
}

static void without_either_the_thing_counts(void **state)
{
    struct desk *desk = *state;
    const struct principal anybody = { 0 };
    const struct principal key = { .kind = PRINCIPAL_KEY, .access_key = STR_LIT("AKIA1") };
    assert_true(asks(desk, &key, "pump"));
    assert_true(asks(desk, &anybody, "pump"));
    assert_false(asks(desk, &anybody, "pump"));
    assert_true(asks(desk, &anybody, "fan"));
    assert_true(throttle_admit_principal(&desk->throttle, &anybody));
}

int main(void)
{
#define TEST(name)     cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define THROTTLE(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(each_has_a_bucket_of_his_own),
        TEST(who_has_not_asked_for_the_longest_time_is_forgotten),
        TEST(however_they_come_the_latest_ones_are_known),
        THROTTLE(a_key_counts_whatever_it_asks),
        THROTTLE(a_certificate_counts_whatever_it_asks),
        THROTTLE(without_either_the_thing_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
