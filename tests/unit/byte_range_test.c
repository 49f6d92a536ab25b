/* The Range header, as S3 reads it. */
#include "support/cmocka_all.h"

#include "rules/artifacts/byte_range.h"

static void assert_part(const char *header, int64_t size, int64_t first, int64_t last)
{
    int64_t ret_first = -1, ret_last = -1;
    if (byte_range_read(str_from(header), size, &ret_first, &ret_last) != RANGE_PART || ret_first != first ||
        ret_last != last)
        fail_msg("%s of %lld: %lld to %lld", header, (long long)size, (long long)ret_first,
                 (long long)ret_last);
}

static void assert_result(const char *header, int64_t size, enum byte_range_result expected)
{
    int64_t first = -7, last = -7;
    if (byte_range_read(str_from(header), size, &first, &last) != expected)
        fail_msg("%s of %lld", header, (long long)size);
    assert_true(first == -7 && last == -7);
}

static void a_range_has_its_ends_in_it(void **state)
{
    (void)state;
    assert_part("bytes=0-0", 10, 0, 0);
    assert_part("bytes=2-5", 10, 2, 5);
    assert_part("bytes=0-9", 10, 0, 9);
    assert_part("Bytes=2-5", 10, 2, 5);
}

static void an_end_beyond_the_object_is_cut(void **state)
{
    (void)state;
    assert_part("bytes=2-10", 10, 2, 9);
    assert_part("bytes=2-9223372036854775807", 10, 2, 9);
    assert_part("bytes=2-99999999999999999999", 10, 2, 9);
}

static void a_range_without_an_end_goes_to_the_last_byte(void **state)
{
    (void)state;
    assert_part("bytes=0-", 10, 0, 9);
    assert_part("bytes=9-", 10, 9, 9);
    assert_part("bytes=16777216-", 20971520, 16777216, 20971519);
}

static void a_range_without_a_beginning_is_the_last_bytes(void **state)
{
    (void)state;
    assert_part("bytes=-1", 10, 9, 9);
    assert_part("bytes=-10", 10, 0, 9);
    assert_part("bytes=-11", 10, 0, 9);
    assert_part("bytes=-99999999999999999999", 10, 0, 9);
}

static void what_begins_behind_the_object_is_not_satisfiable(void **state)
{
    (void)state;
    assert_result("bytes=10-", 10, RANGE_NOT_SATISFIABLE);
    assert_result("bytes=10-20", 10, RANGE_NOT_SATISFIABLE);
    assert_result("bytes=99999999999999999999-", 10, RANGE_NOT_SATISFIABLE);
    assert_result("bytes=-0", 10, RANGE_NOT_SATISFIABLE);
    assert_result("bytes=0-", 0, RANGE_NOT_SATISFIABLE);
    assert_result("bytes=-5", 0, RANGE_NOT_SATISFIABLE);
}

static void what_cannot_be_read_asks_for_everything(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "",          "bytes",         "bytes=",    "bytes=-",    "bytes=5",
        "bytes=5-2", "bytes=1-2,4-5", "bytes=a-b", "bytes=+1-2", "bytes=1- 2",
        "bytes=--5", "bytes=-5-",     "items=0-5", "0-5",        "bytes=1-2x",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_result(headers[i], 10, RANGE_WHOLE);
    assert_result(NULL, 10, RANGE_WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_has_its_ends_in_it),
        cmocka_unit_test(an_end_beyond_the_object_is_cut),
        cmocka_unit_test(a_range_without_an_end_goes_to_the_last_byte),
        cmocka_unit_test(a_range_without_a_beginning_is_the_last_bytes),
        cmocka_unit_test(what_begins_behind_the_object_is_not_satisfiable),
        cmocka_unit_test(what_cannot_be_read_asks_for_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
