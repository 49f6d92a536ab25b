#include "support/cmocka_all.h"

#include "rules/jobs/rollout_rate.h"

static const int64_t noon_ms = INT64_C(1893499200000); /* 2030-01-01T12:00Z */

/* ---- rates ---- */

/* A configuration with an exponential rate; tenths of the factor, and one of the two criteria. */
struct exponential {
    struct rate_increase_criteria criteria;
    struct exponential_rollout_rate rate;
    struct job_executions_rollout_config config;
};

static const struct job_executions_rollout_config *exponential(struct exponential *e, int64_t base,
                                                               int64_t tenths, int64_t maximum)
{
    e->rate = (struct exponential_rollout_rate){ .base_rate_per_minute = { true, base },
                                                 .increment_factor = { true, (double)tenths / 10 },
                                                 .rate_increase_criteria = &e->criteria };
    e->config = (struct job_executions_rollout_config){ .maximum_per_minute = { true, maximum },
                                                        .exponential_rate = &e->rate };
    return &e->config;
}

static void without_a_rate_of_its_own_a_job_has_the_default(void **state)
{
    struct job_executions_rollout_config none = { 0 };
    struct rollout_counts many = { 5000, 5000 };
    (void)state;
    assert_int_equal(rollout_rate(NULL, 1000, many), 1000);
    assert_int_equal(rollout_rate(&none, 7, many), 7);
    assert_int_equal(rollout_rate(NULL, ROLLOUT_UNLIMITED, many), ROLLOUT_UNLIMITED);
}

static void a_constant_rate_stays_whatever_happens(void **state)
{
    struct job_executions_rollout_config config = { .maximum_per_minute = { true, 50 } };
    (void)state;
    assert_int_equal(rollout_rate(&config, 1000, (struct rollout_counts){ 0, 0 }), 50);
    assert_int_equal(rollout_rate(&config, ROLLOUT_UNLIMITED, (struct rollout_counts){ 0, 0 }), 50);
    assert_int_equal(rollout_rate(&config, 1000, (struct rollout_counts){ 100000, 100000 }), 50);
}

/* AWS's example: base 50, factor 2, every 1000 things. Thresholds lie as far apart as before, each time. */
static void an_exponential_rate_goes_up_at_each_multiple_of_its_criterion(void **state)
{
    static const struct {
        int64_t count, rate;
    } steps[] = {
        { 0, 50 },     { 999, 50 },   { 1000, 100 }, { 1999, 100 }, { 2000, 200 },       { 2999, 200 },
        { 3000, 400 }, { 3999, 400 }, { 4000, 800 }, { 5000, 900 }, { 1000000000, 900 },
    };
    struct exponential by_notified = { .criteria.number_of_notified_things = { true, 1000 } };
    struct exponential by_succeeded = { .criteria.number_of_succeeded_things = { true, 1000 } };
    const struct job_executions_rollout_config *notified = exponential(&by_notified, 50, 20, 900);
    const struct job_executions_rollout_config *succeeded = exponential(&by_succeeded, 50, 20, 900);
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct rollout_counts only_notified = { steps[i].count, 0 }, only_succeeded = { 0, steps[i].count };
        assert_int_equal(rollout_rate(notified, 1, only_notified), steps[i].rate);
        assert_int_equal(rollout_rate(succeeded, 1, only_succeeded), steps[i].rate);
        assert_int_equal(rollout_rate(notified, 1, only_succeeded), 50);
        assert_int_equal(rollout_rate(succeeded, 1, only_notified), 50);
    }
}

/* base · (tenths / 10)^k, rounded down, in long division: digits behind the point one for each power. */
static int64_t exact_rate(int64_t base, int64_t tenths, int64_t k, int64_t maximum)
{
    enum { LIMBS = 40 };
    static const uint64_t limb = 1000 * 1000 * 1000;
    uint64_t number[LIMBS] = { (uint64_t)base };
    for (int64_t i = 0; i < k; i++)
        for (uint64_t carry = 0, n = 0; n < LIMBS; n++) {
            carry += number[n] * (uint64_t)tenths;
            number[n] = carry % limb;
            carry /= limb;
        }
    for (int64_t i = 0; i < k; i++)
        for (uint64_t rest = 0, n = LIMBS; n-- > 0;) {
            rest = rest * limb + number[n];
            number[n] = rest / 10;
            rest %= 10;
        }
    for (int n = 1; n < LIMBS; n++)
        if (number[n])
            return maximum;
    return number[0] < (uint64_t)maximum ? (int64_t)number[0] : maximum;
}

/* All bases and factors that AWS takes, up to the maximum. Dividing power by power rounds as dividing at once
 * does, for tenths: n / 10 / 10 = n / 100. */
static void every_exponential_rate_is_exact(void **state)
{
    (void)state;
    for (int64_t base = 1; base < 1000; base++) {
        for (int64_t tenths = 11; tenths <= 50; tenths++) {
            struct exponential e = { .criteria.number_of_notified_things = { true, 1 } };
            const struct job_executions_rollout_config *config = exponential(&e, base, tenths, 1000);
            int64_t rate = 0;
            int step = base > 20 ? 7 : 1; /* the slow ones are few */
            for (int64_t k = 0; rate < 1000; k += step) {
                rate = rollout_rate(config, 1, (struct rollout_counts){ .notified = k });
                int64_t exact = exact_rate(base, tenths, k, 1000);
                if (rate != exact)
                    fail_msg("%d * (%d/10)^%d: %d instead of %d", (int)base, (int)tenths, (int)k, (int)rate,
                             (int)exact);
            }
        }
    }
}

/* ---- slots ---- */

/* Takes all that each slot has room for, coming every six seconds; what the minute number `minute` got. */
static void take_minutes(int64_t rate, int minutes, int64_t taken[])
{
    struct rollout_slot slot = { 0 };
    for (int i = 0; i < minutes * ROLLOUT_SLOTS_PER_MINUTE; i++) {
        rollout_slot_at(&slot, noon_ms + (int64_t)i * ROLLOUT_SLOT_MS);
        int64_t room = rollout_slot_room(&slot, rate);
        slot.taken += room;
        taken[i] = room;
        assert_int_equal(rollout_slot_room(&slot, rate), 0);
    }
}

static void any_ten_slots_in_a_row_hold_exactly_the_rate(void **state)
{
    enum { MINUTES = 5, SLOTS = MINUTES * ROLLOUT_SLOTS_PER_MINUTE };
    (void)state;
    for (int64_t rate = 1; rate <= 2000; rate++) {
        int64_t taken[SLOTS];
        take_minutes(rate, MINUTES, taken);
        for (int first = 0; first + ROLLOUT_SLOTS_PER_MINUTE <= SLOTS; first++) {
            int64_t sum = 0;
            for (int i = first; i < first + ROLLOUT_SLOTS_PER_MINUTE; i++)
                sum += taken[i];
            if (sum != rate)
                fail_msg("rate %d: the minute from slot %d has %d", (int)rate, first, (int)sum);
        }
    }
}

static void a_minute_is_spread_evenly_and_its_first_slot_is_not_empty(void **state)
{
    (void)state;
    for (int64_t rate = 1; rate <= 2000; rate++) {
        int64_t taken[ROLLOUT_SLOTS_PER_MINUTE];
        take_minutes(rate, 1, taken);
        assert_int_equal(taken[0], (rate + 9) / 10);
        for (int i = 0; i < ROLLOUT_SLOTS_PER_MINUTE; i++)
            assert_in_range(taken[i], rate / 10, (rate + 9) / 10);
    }
}

static void a_slot_lasts_six_seconds(void **state)
{
    struct rollout_slot slot = { 0 };
    (void)state;
    rollout_slot_at(&slot, noon_ms);
    assert_int_equal(rollout_slot_room(&slot, 1000), 100);
    slot.taken = 60;
    rollout_slot_at(&slot, noon_ms + ROLLOUT_SLOT_MS - 1);
    assert_int_equal(rollout_slot_room(&slot, 1000), 40);
    rollout_slot_at(&slot, noon_ms + ROLLOUT_SLOT_MS);
    assert_int_equal(rollout_slot_room(&slot, 1000), 100);
    assert_int_equal(slot.number, 1);
}

/* Coming only when there is something to do is the same. */
static void empty_slots_can_be_left_out(void **state)
{
    enum { MINUTES = 5 };
    (void)state;
    for (int64_t rate = 1; rate <= 25; rate++) {
        int64_t taken[MINUTES * ROLLOUT_SLOTS_PER_MINUTE], end_ms = noon_ms + MINUTES * ROLLOUT_MINUTE_MS;
        struct rollout_slot slot = { 0 };
        take_minutes(rate, MINUTES, taken);
        for (int64_t now_ms = noon_ms; now_ms < end_ms; now_ms = rollout_slot_next_ms(&slot, rate)) {
            rollout_slot_at(&slot, now_ms);
            slot.taken = rollout_slot_room(&slot, rate);
            assert_true(slot.taken > 0);
            taken[(now_ms - noon_ms) / ROLLOUT_SLOT_MS] -= slot.taken;
        }
        for (int i = 0; i < MINUTES * ROLLOUT_SLOTS_PER_MINUTE; i++)
            assert_int_equal(taken[i], 0);
    }
}

/* Who comes late is not given more: the next slot begins when he comes. */
static void what_was_not_used_is_not_made_up_for(void **state)
{
    struct rollout_slot slot = { 0 };
    (void)state;
    rollout_slot_at(&slot, noon_ms);
    slot.taken = 2;
    rollout_slot_at(&slot, noon_ms + ROLLOUT_MINUTE_MS - 1);
    assert_int_equal(slot.number, 9);
    assert_int_equal(slot.began_ms, noon_ms + ROLLOUT_MINUTE_MS - 1);
    assert_int_equal(rollout_slot_room(&slot, 15), 1);
    rollout_slot_at(&slot, noon_ms + 100 * ROLLOUT_MINUTE_MS);
    assert_int_equal(slot.number, 0);
    assert_int_equal(rollout_slot_room(&slot, 15), 2);
}

/* Somebody who comes at all kinds of times, and takes what there is. */
static void late_comers_get_no_more_than_the_rate_in_any_minute(void **state)
{
    enum { VISITS = 4000 };
    static int64_t at_ms[VISITS], taken[VISITS];
    (void)state;
    for (int64_t rate = 1; rate < 60; rate += 7) {
        struct rollout_slot slot = { 0 };
        int64_t sum = 0;
        unsigned random = (unsigned)rate;
        for (int i = 0, first = 0; i < VISITS; i++) {
            random = random * 1103515245U + 12345U;
            at_ms[i] = (i ? at_ms[i - 1] : noon_ms) + (random >> 16) % (i % 10 ? 9000 : 90000);
            rollout_slot_at(&slot, at_ms[i]);
            taken[i] = rollout_slot_room(&slot, rate);
            slot.taken += taken[i];
            for (sum += taken[i]; at_ms[first] <= at_ms[i] - ROLLOUT_MINUTE_MS; first++)
                sum -= taken[first];
            if (sum > rate)
                fail_msg("rate %d: %d in the minute before visit %d", (int)rate, (int)sum, i);
        }
    }
}

static void a_rate_that_changes_within_a_slot_counts_what_the_slot_has_had(void **state)
{
    struct rollout_slot slot = { 0 };
    (void)state;
    rollout_slot_at(&slot, noon_ms);
    slot.taken = 100;
    assert_int_equal(rollout_slot_room(&slot, 10), 0);
    assert_int_equal(rollout_slot_room(&slot, 1500), 50);
    assert_true(rollout_slot_room(&slot, ROLLOUT_UNLIMITED) == INT64_MAX);
}

static void a_clock_that_is_set_back_does_not_stop_a_rollout(void **state)
{
    struct rollout_slot slot = { .number = 3, .began_ms = noon_ms, .taken = 5 };
    (void)state;
    rollout_slot_at(&slot, noon_ms - 3600 * 1000);
    assert_int_equal(slot.number, 3);
    assert_int_equal(slot.taken, 5);
    rollout_slot_at(&slot, noon_ms - 3600 * 1000 + ROLLOUT_SLOT_MS);
    assert_int_equal(slot.number, 4);
    assert_int_equal(slot.taken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_of_its_own_a_job_has_the_default),
        cmocka_unit_test(a_constant_rate_stays_whatever_happens),
        cmocka_unit_test(an_exponential_rate_goes_up_at_each_multiple_of_its_criterion),
        cmocka_unit_test(every_exponential_rate_is_exact),
        cmocka_unit_test(any_ten_slots_in_a_row_hold_exactly_the_rate),
        cmocka_unit_test(a_minute_is_spread_evenly_and_its_first_slot_is_not_empty),
        cmocka_unit_test(a_slot_lasts_six_seconds),
        cmocka_unit_test(empty_slots_can_be_left_out),
        cmocka_unit_test(late_comers_get_no_more_than_the_rate_in_any_minute),
        cmocka_unit_test(what_was_not_used_is_not_made_up_for),
        cmocka_unit_test(a_rate_that_changes_within_a_slot_counts_what_the_slot_has_had),
        cmocka_unit_test(a_clock_that_is_set_back_does_not_stop_a_rollout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
