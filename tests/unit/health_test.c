#include "support/cmocka_all.h"

#include "http/health.h"

static const int64_t day_ms = INT64_C(86400000);

static void assert_engine(struct engine_stats stats, bool good, const char *text)
{
    struct health health = health_of_engine(&stats);
    assert_int_equal(health.good, good);
    assert_string_equal(health.text, text);
}

static void an_engine_is_bad_while_commits_fail_or_calls_wait_too_long(void **state)
{
    (void)state;
    assert_engine((struct engine_stats){ .oldest_call_ms = 0 }, true, "ok");
    assert_engine((struct engine_stats){ .commit_failures = 7, .oldest_call_ms = 10000 }, true, "ok");
    assert_engine((struct engine_stats){ .commit_failures = 7, .last_commit_failed = true }, false,
                  "commits fail");
    assert_engine((struct engine_stats){ .oldest_call_ms = 10001 }, false, "stuck");
    assert_engine((struct engine_stats){ .oldest_call_ms = 10001, .last_commit_failed = true }, false,
                  "stuck");
}

static void assert_certificate(int64_t left_ms, bool good, const char *text)
{
    const int64_t now_ms = INT64_C(1893456000000);
    struct health health = health_of_certificate(now_ms + left_ms, now_ms);
    assert_int_equal(health.good, good);
    assert_string_equal(health.text, text);
}

static void a_certificate_tells_thirty_days_ahead_and_is_bad_when_it_has_expired(void **state)
{
    (void)state;
    assert_certificate(365 * day_ms, true, "ok");
    assert_certificate(30 * day_ms, true, "ok");
    assert_certificate(30 * day_ms - 1, true, "expires in 29 days");
    assert_certificate(day_ms, true, "expires in 1 days");
    assert_certificate(1, true, "expires in 0 days");
    assert_certificate(0, false, "expired");
    assert_certificate(-400 * day_ms, false, "expired");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_is_bad_while_commits_fail_or_calls_wait_too_long),
        cmocka_unit_test(a_certificate_tells_thirty_days_ahead_and_is_bad_when_it_has_expired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
