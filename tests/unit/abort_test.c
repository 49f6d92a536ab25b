#include "support/cmocka_all.h"

#include "rules/jobs/abort.h"

enum { COUNTS = 16, CRITERIA_MAX = 3 };

#define CRITERION(type, percentage, least)                                                                   \
    {                                                                                                        \
        .failure_type = JOB_EXECUTION_FAILURE_TYPE_##type, .action = ABORT_ACTION_CANCEL,                    \
        .threshold_percentage = { true, percentage }, .min_number_of_executed_things = {                     \
            true,                                                                                            \
            least                                                                                            \
        }                                                                                                    \
    }

struct counts {
    int64_t queued, in_progress, succeeded, failed, rejected, timed_out, removed, canceled;
};

/* The number of the criterion that is met, from 1; 0: none. */
static int judge(const struct abort_criteria *criteria, size_t n, struct counts c)
{
    struct abort_criteria_list list = { .set = true, .n = n, .items = criteria };
    int64_t counts[COUNTS] = {
        [JOB_EXECUTION_STATUS_QUEUED] = c.queued,       [JOB_EXECUTION_STATUS_IN_PROGRESS] = c.in_progress,
        [JOB_EXECUTION_STATUS_SUCCEEDED] = c.succeeded, [JOB_EXECUTION_STATUS_FAILED] = c.failed,
        [JOB_EXECUTION_STATUS_REJECTED] = c.rejected,   [JOB_EXECUTION_STATUS_TIMED_OUT] = c.timed_out,
        [JOB_EXECUTION_STATUS_REMOVED] = c.removed,     [JOB_EXECUTION_STATUS_CANCELED] = c.canceled,
    };
    struct abort_verdict verdict = abort_judge(&list, counts);
    return verdict.criterion ? (int)(verdict.criterion - criteria) + 1 : 0;
}

static void each_failure_counts_for_its_type(void **state)
{
    static const struct abort_criteria failed[] = { CRITERION(FAILED, 50, 1) },
                                       rejected[] = { CRITERION(REJECTED, 50, 1) },
                                       timed_out[] = { CRITERION(TIMED_OUT, 50, 1) },
                                       all[] = { CRITERION(ALL, 50, 1) };
    static const struct {
        struct counts counts;
        int failed, rejected, timed_out, all;
    } cases[] = {
        { { .failed = 1 }, 1, 0, 0, 1 },
        { { .rejected = 1 }, 0, 1, 0, 1 },
        { { .timed_out = 1 }, 0, 0, 1, 1 },
        { { .succeeded = 1 }, 0, 0, 0, 0 },
        { { .removed = 1 }, 0, 0, 0, 0 },
        { { .canceled = 1 }, 0, 0, 0, 0 },
        { { .failed = 1, .rejected = 1 }, 1, 1, 0, 1 },
        { { .failed = 1, .rejected = 1, .timed_out = 1 }, 0, 0, 0, 1 },
        { { .failed = 1, .rejected = 1, .timed_out = 1, .succeeded = 4 }, 0, 0, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(judge(failed, 1, cases[i].counts), cases[i].failed);
        assert_int_equal(judge(rejected, 1, cases[i].counts), cases[i].rejected);
        assert_int_equal(judge(timed_out, 1, cases[i].counts), cases[i].timed_out);
        assert_int_equal(judge(all, 1, cases[i].counts), cases[i].all);
    }
}

static void executed_is_what_has_ended_however_it_has(void **state)
{
    static const struct abort_criteria half_of_ten[] = { CRITERION(FAILED, 50, 10) };
    (void)state;
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9 }), 0);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .queued = 5, .in_progress = 5 }), 0);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 10 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .succeeded = 1 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .canceled = 1 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .removed = 1 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .rejected = 1 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 9, .timed_out = 1 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 5, .succeeded = 5 }), 1);
    assert_int_equal(judge(half_of_ten, 1, (struct counts){ .failed = 5, .succeeded = 6 }), 0);
}

/* Every percentage there is, of ten thousand things: met at its figure, not one thing below it. */
static void each_percentage_of_two_decimals_is_exact(void **state)
{
    (void)state;
    for (int hundredths = 1; hundredths <= 10000; hundredths++) {
        struct abort_criteria criteria[] = { CRITERION(FAILED, 0, 1) };
        criteria[0].threshold_percentage.value = (double)hundredths / 100;
        struct counts at = { .failed = hundredths, .succeeded = 10000 - hundredths };
        struct counts below = { .failed = hundredths - 1, .succeeded = 10001 - hundredths };
        if (judge(criteria, 1, at) != 1 || judge(criteria, 1, below) != 0)
            fail_msg("%d hundredths of a percent", hundredths);
    }
}

/* A third of three is less than 33.34 percent and more than 33.33. */
static void a_percentage_is_not_rounded(void **state)
{
    static const struct abort_criteria less[] = { CRITERION(FAILED, 33.33, 1) },
                                       more[] = { CRITERION(FAILED, 33.34, 1) };
    struct counts third = { .failed = 1, .succeeded = 2 };
    struct counts of_a_billion = { .failed = 333300000, .succeeded = 666700000 };
    (void)state;
    assert_int_equal(judge(less, 1, third), 1);
    assert_int_equal(judge(more, 1, third), 0);
    assert_int_equal(judge(less, 1, of_a_billion), 1);
    of_a_billion.failed--;
    of_a_billion.succeeded++;
    assert_int_equal(judge(less, 1, of_a_billion), 0);
}

static void a_threshold_of_nothing_is_crossed_by_the_first_failure(void **state)
{
    static const struct abort_criteria nothing[] = { CRITERION(FAILED, 0, 1) };
    (void)state;
    assert_int_equal(judge(nothing, 1, (struct counts){ .succeeded = 100 }), 0);
    assert_int_equal(judge(nothing, 1, (struct counts){ .succeeded = 100, .rejected = 1 }), 0);
    assert_int_equal(judge(nothing, 1, (struct counts){ .succeeded = 100000, .failed = 1 }), 1);
}

static void the_first_criterion_that_is_met_counts(void **state)
{
    static const struct abort_criteria criteria[CRITERIA_MAX] = { CRITERION(REJECTED, 20, 10),
                                                                  CRITERION(FAILED, 50, 2),
                                                                  CRITERION(ALL, 10, 2) };
    (void)state;
    assert_int_equal(judge(criteria, 0, (struct counts){ .failed = 9 }), 0);
    assert_int_equal(judge(criteria, 3, (struct counts){ .failed = 1 }), 0);
    assert_int_equal(judge(criteria, 3, (struct counts){ .failed = 1, .succeeded = 1 }), 2);
    assert_int_equal(judge(criteria, 3, (struct counts){ .failed = 1, .succeeded = 2 }), 3);
    assert_int_equal(judge(criteria, 3, (struct counts){ .rejected = 2, .failed = 8 }), 1);
    assert_int_equal(judge(criteria, 3, (struct counts){ .rejected = 2, .failed = 7 }), 2);
}

static void a_verdict_says_what_it_is_about(void **state)
{
    static const struct abort_criteria criteria[] = { CRITERION(ALL, 30, 10) };
    struct abort_criteria_list list = { .set = true, .n = 1, .items = criteria };
    int64_t counts[COUNTS] = { [JOB_EXECUTION_STATUS_SUCCEEDED] = 7,
                               [JOB_EXECUTION_STATUS_FAILED] = 2,
                               [JOB_EXECUTION_STATUS_TIMED_OUT] = 1,
                               [JOB_EXECUTION_STATUS_QUEUED] = 90 };
    struct abort_verdict verdict = abort_judge(&list, counts);
    (void)state;
    assert_ptr_equal(verdict.criterion, &criteria[0]);
    assert_int_equal(verdict.failed, 3);
    assert_int_equal(verdict.executed, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_counts_for_its_type),
        cmocka_unit_test(executed_is_what_has_ended_however_it_has),
        cmocka_unit_test(each_percentage_of_two_decimals_is_exact),
        cmocka_unit_test(a_percentage_is_not_rounded),
        cmocka_unit_test(a_threshold_of_nothing_is_crossed_by_the_first_failure),
        cmocka_unit_test(the_first_criterion_that_is_met_counts),
        cmocka_unit_test(a_verdict_says_what_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
