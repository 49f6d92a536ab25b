/* Conditional reads and writes. */
#include "support/cmocka_all.h"

#include "rules/artifacts/preconditions.h"

#define ETAG   "9bb58f26192e4ba00f01e2e7b136bbd8"
#define BEFORE "Mon, 31 Dec 2029 23:59:59 GMT"
#define SAME   "Tue, 01 Jan 2030 00:00:00 GMT"
#define AFTER  "Tue, 01 Jan 2030 00:00:01 GMT"

/* 2030-01-01T00:00:00.900Z */
static const int64_t modified_ms = INT64_C(1893456000900);

struct read_case {
    const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since;
    enum precondition_result result;
    const char *decisive;
};

static struct preconditions conditions_of(const struct read_case *c)
{
    return (struct preconditions){ str_from(c->if_match), str_from(c->if_none_match),
                                   str_from(c->if_modified_since), str_from(c->if_unmodified_since) };
}

static void assert_reads(const struct read_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *decisive = "none";
        struct preconditions conditions = conditions_of(&cases[i]);
        assert_int_equal(preconditions_of_read(&conditions, STR_LIT(ETAG), modified_ms, &decisive),
                         cases[i].result);
        assert_string_equal(decisive, cases[i].decisive ? cases[i].decisive : "none");
    }
}

#define ASSERT_READS(cases) assert_reads(cases, sizeof(cases) / sizeof *(cases))

static void a_read_without_conditions_goes_through(void **state)
{
    (void)state;
    static const struct read_case cases[] = { { .result = PRECONDITION_HOLDS } };
    ASSERT_READS(cases);
}

static void etags_match_with_and_without_quotes(void **state)
{
    (void)state;
    static const struct read_case cases[] = {
        { "\"" ETAG "\"", NULL, NULL, NULL, PRECONDITION_HOLDS, NULL },
        { ETAG, NULL, NULL, NULL, PRECONDITION_HOLDS, NULL },
        { "*", NULL, NULL, NULL, PRECONDITION_HOLDS, NULL },
        { "\"a\", \"" ETAG "\"", NULL, NULL, NULL, PRECONDITION_HOLDS, NULL },
        { "\"a\"", NULL, NULL, NULL, PRECONDITION_FAILED, "If-Match" },
        { "", NULL, NULL, NULL, PRECONDITION_FAILED, "If-Match" },
        { "\"" ETAG, NULL, NULL, NULL, PRECONDITION_FAILED, "If-Match" },
        { NULL, "\"" ETAG "\"", NULL, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
        { NULL, ETAG, NULL, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
        { NULL, "W/\"" ETAG "\"", NULL, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
        { NULL, "*", NULL, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
        { NULL, "\"a\",\"b\"", NULL, NULL, PRECONDITION_HOLDS, NULL },
    };
    ASSERT_READS(cases);
}

static void times_count_in_whole_seconds(void **state)
{
    (void)state;
    static const struct read_case cases[] = {
        { NULL, NULL, BEFORE, NULL, PRECONDITION_HOLDS, NULL },
        { NULL, NULL, SAME, NULL, PRECONDITION_NOT_MODIFIED, "If-Modified-Since" },
        { NULL, NULL, AFTER, NULL, PRECONDITION_NOT_MODIFIED, "If-Modified-Since" },
        { NULL, NULL, NULL, BEFORE, PRECONDITION_FAILED, "If-Unmodified-Since" },
        { NULL, NULL, NULL, SAME, PRECONDITION_HOLDS, NULL },
        { NULL, NULL, NULL, AFTER, PRECONDITION_HOLDS, NULL },
    };
    ASSERT_READS(cases);
}

static void a_time_that_cannot_be_read_does_not_count(void **state)
{
    (void)state;
    static const struct read_case cases[] = {
        { NULL, NULL, "yesterday", NULL, PRECONDITION_HOLDS, NULL },
        { NULL, NULL, NULL, "1893456000", PRECONDITION_HOLDS, NULL },
    };
    ASSERT_READS(cases);
}

static void an_etag_goes_before_a_time(void **state)
{
    (void)state;
    static const struct read_case cases[] = {
        { ETAG, NULL, NULL, BEFORE, PRECONDITION_HOLDS, NULL },
        { "a", NULL, NULL, AFTER, PRECONDITION_FAILED, "If-Match" },
        { NULL, "a", SAME, NULL, PRECONDITION_HOLDS, NULL },
        { NULL, ETAG, BEFORE, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
    };
    ASSERT_READS(cases);
}

static void a_failed_condition_goes_before_one_that_saves_the_body(void **state)
{
    (void)state;
    static const struct read_case cases[] = {
        { "a", ETAG, NULL, NULL, PRECONDITION_FAILED, "If-Match" },
        { ETAG, ETAG, NULL, NULL, PRECONDITION_NOT_MODIFIED, "If-None-Match" },
        { NULL, NULL, SAME, BEFORE, PRECONDITION_FAILED, "If-Unmodified-Since" },
    };
    ASSERT_READS(cases);
}

static enum precondition_result write_over(const char *if_match, const char *if_none_match, const char *etag,
                                           const char **ret_decisive)
{
    struct preconditions conditions = { .if_match = str_from(if_match),
                                        .if_none_match = str_from(if_none_match) };
    *ret_decisive = "none";
    return preconditions_of_write(&conditions, str_from(etag), ret_decisive);
}

static void a_write_may_ask_that_nothing_is_there(void **state)
{
    (void)state;
    const char *decisive;
    assert_int_equal(write_over(NULL, "*", NULL, &decisive), PRECONDITION_HOLDS);
    assert_int_equal(write_over(NULL, "*", ETAG, &decisive), PRECONDITION_FAILED);
    assert_string_equal(decisive, "If-None-Match");
    assert_int_equal(write_over(NULL, "\"a\"", ETAG, &decisive), PRECONDITION_HOLDS);
}

static void a_write_may_ask_for_what_it_replaces(void **state)
{
    (void)state;
    const char *decisive;
    assert_int_equal(write_over(NULL, NULL, NULL, &decisive), PRECONDITION_HOLDS);
    assert_int_equal(write_over(NULL, NULL, ETAG, &decisive), PRECONDITION_HOLDS);
    assert_int_equal(write_over("\"" ETAG "\"", NULL, ETAG, &decisive), PRECONDITION_HOLDS);
    assert_string_equal(decisive, "none");
    assert_int_equal(write_over("\"a\"", NULL, ETAG, &decisive), PRECONDITION_FAILED);
    assert_string_equal(decisive, "If-Match");
    assert_int_equal(write_over("*", NULL, NULL, &decisive), PRECONDITION_FAILED);
    assert_int_equal(write_over("*", NULL, ETAG, &decisive), PRECONDITION_HOLDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_without_conditions_goes_through),
        cmocka_unit_test(etags_match_with_and_without_quotes),
        cmocka_unit_test(times_count_in_whole_seconds),
        cmocka_unit_test(a_time_that_cannot_be_read_does_not_count),
        cmocka_unit_test(an_etag_goes_before_a_time),
        cmocka_unit_test(a_failed_condition_goes_before_one_that_saves_the_body),
        cmocka_unit_test(a_write_may_ask_that_nothing_is_there),
        cmocka_unit_test(a_write_may_ask_for_what_it_replaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
