#include "support/cmocka_all.h"

#include "rules/jobs/retry.h"

enum { CRITERIA_MAX = 2 };

#define CRITERION(type, n)                                                                                   \
    {                                                                                                        \
        RETRYABLE_FAILURE_TYPE_##type,                                                                       \
        {                                                                                                    \
            true, n                                                                                          \
        }                                                                                                    \
    }
#define FAILED(n)    CRITERION(FAILED, n)
#define TIMED_OUT(n) CRITERION(TIMED_OUT, n)
#define ALL(n)       CRITERION(ALL, n)

/* As many as there are. */
static struct retry_criteria_list list_of(const struct retry_criteria criteria[CRITERIA_MAX])
{
    struct retry_criteria_list list = { .set = true, .items = criteria };
    while (list.n < CRITERIA_MAX && criteria[list.n].failure_type != RETRYABLE_FAILURE_TYPE_UNSET)
        list.n++;
    return list;
}

static void each_list_of_criteria_is_checked(void **state)
{
    (void)state;
    static const char alone[] = "A retryCriteria with failure type ALL must be used by itself.";
    static const char ten[] = "The numbers of retries of all failure types together cannot be more than 10; "
                              "they are 11.";
    static const struct {
        struct retry_criteria criteria[CRITERIA_MAX];
        const char *message; /* NULL: accepted */
    } cases[] = {
        { { FAILED(0) }, NULL },
        { { FAILED(10) }, NULL },
        { { TIMED_OUT(1), FAILED(1) }, NULL },
        { { FAILED(4), TIMED_OUT(6) }, NULL },
        { { FAILED(5), TIMED_OUT(6) }, ten },
        { { TIMED_OUT(10), FAILED(1) }, ten },
        { { ALL(10) }, NULL },
        { { ALL(1), FAILED(1) }, alone },
        { { TIMED_OUT(1), ALL(1) }, alone },
        { { ALL(0), ALL(0) }, alone },
        { { ALL(10), FAILED(10) }, alone },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct retry_criteria_list list = list_of(cases[i].criteria);
        struct arena arena;
        struct err err;
        arena_init(&arena, 4096);
        err_init(&err, &arena);
        if (retry_check(&list, &err) != (cases[i].message == NULL))
            fail_msg("case %zu: %.*s", i, STR(err.message));
        assert_int_equal(err.code, cases[i].message ? ERR_INVALID_REQUEST : ERR_NONE);
        assert_true(!cases[i].message || str_eq_text(err.message, cases[i].message));
        arena_release(&arena);
    }
}

static void only_failures_and_time_outs_are_tried_again(void **state)
{
    (void)state;
    const struct retry_criteria criteria[CRITERIA_MAX] = { ALL(10) };
    struct retry_criteria_list all = list_of(criteria);
    struct retry_count none = { 0 };
    for (int status = JOB_EXECUTION_STATUS_UNSET; status <= JOB_EXECUTION_STATUS_CANCELED; status++) {
        bool failure = status == JOB_EXECUTION_STATUS_FAILED || status == JOB_EXECUTION_STATUS_TIMED_OUT;
        assert_int_equal(retry_possible((enum job_execution_status)status), failure);
        assert_int_equal(retry_due(&all, none, (enum job_execution_status)status), failure);
    }
}

static void each_criterion_counts_for_itself(void **state)
{
    (void)state;
    static const struct {
        struct retry_criteria criteria[CRITERIA_MAX];
        struct retry_count so_far;
        bool after_failed, after_timed_out;
    } cases[] = {
        { { { 0 } }, { 0, 0 }, false, false },
        { { FAILED(0) }, { 0, 0 }, false, false },
        { { FAILED(1) }, { 0, 0 }, true, false },
        { { FAILED(1) }, { 1, 0 }, false, false },
        { { FAILED(10) }, { 9, 0 }, true, false },
        { { TIMED_OUT(3) }, { 0, 2 }, false, true },
        { { TIMED_OUT(3) }, { 0, 3 }, false, false },
        { { FAILED(2), TIMED_OUT(1) }, { 1, 0 }, true, true },
        { { FAILED(2), TIMED_OUT(1) }, { 1, 1 }, true, false },
        { { FAILED(2), TIMED_OUT(1) }, { 2, 0 }, false, true },
        { { TIMED_OUT(1), FAILED(2) }, { 2, 1 }, false, false },
        { { ALL(0) }, { 0, 0 }, false, false },
        { { ALL(3) }, { 0, 0 }, true, true },
        { { ALL(3) }, { 2, 0 }, true, true },
        { { ALL(3) }, { 1, 2 }, false, false },
        { { ALL(10) }, { 0, 10 }, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct retry_criteria_list list = list_of(cases[i].criteria);
        bool after_failed = retry_due(&list, cases[i].so_far, JOB_EXECUTION_STATUS_FAILED);
        bool after_timed_out = retry_due(&list, cases[i].so_far, JOB_EXECUTION_STATUS_TIMED_OUT);
        if (after_failed != cases[i].after_failed || after_timed_out != cases[i].after_timed_out)
            fail_msg("case %zu: after FAILED %d, after TIMED_OUT %d", i, after_failed, after_timed_out);
    }
}

static void assert_message(bool ok, const struct err *err, const char *message, size_t number)
{
    if (ok != (message == NULL) || (message && !str_eq_text(err->message, message)))
        fail_msg("case %zu: %.*s", number, STR(err->message));
}

static void an_update_can_only_take_retries_back(void **state)
{
    (void)state;
    static const char number[] = "The number of retries cannot be updated to any number other than 0.";
    static const char types[] = "FailureTypes must match existing FailureTypes defined in RetryConfig.";
    static const struct {
        struct retry_criteria stored[CRITERIA_MAX], wanted[CRITERIA_MAX];
        const char *taken_back, *same_types; /* messages; NULL: accepted */
    } cases[] = {
        { { FAILED(3) }, { FAILED(0) }, NULL, NULL },
        { { FAILED(3), TIMED_OUT(2) }, { TIMED_OUT(0), FAILED(0) }, NULL, NULL },
        { { ALL(3) }, { ALL(0) }, NULL, NULL },
        { { FAILED(3) }, { FAILED(3) }, number, NULL },
        { { FAILED(3), TIMED_OUT(1) }, { FAILED(0), TIMED_OUT(1) }, number, NULL },
        { { FAILED(3) }, { TIMED_OUT(0) }, NULL, types },
        { { FAILED(3) }, { ALL(0) }, NULL, types },
        { { FAILED(3), TIMED_OUT(1) }, { FAILED(0) }, NULL, types },
        { { FAILED(3) }, { FAILED(0), TIMED_OUT(0) }, NULL, types },
        { { FAILED(3), TIMED_OUT(1) }, { FAILED(0), FAILED(0) }, NULL, types },
        { { { 0 } },
          { FAILED(0) },
          NULL,
          "RetryConfig cannot be updated if the job has no RetryConfig defined during creation." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct retry_criteria_list stored = list_of(cases[i].stored), wanted = list_of(cases[i].wanted);
        struct arena arena;
        struct err err;
        arena_init(&arena, 4096);
        err_init(&err, &arena);
        assert_message(retry_check_taken_back(&wanted, &err), &err, cases[i].taken_back, i);
        err_init(&err, &arena);
        assert_message(retry_check_same_types(&wanted, &stored, &err), &err, cases[i].same_types, i);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_list_of_criteria_is_checked),
        cmocka_unit_test(only_failures_and_time_outs_are_tried_again),
        cmocka_unit_test(each_criterion_counts_for_itself),
        cmocka_unit_test(an_update_can_only_take_retries_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
