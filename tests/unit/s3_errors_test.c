/* What S3 refuses with, and refusals as values. */
#include "support/scratch.h"

#include "api/s3_errors.h"

static void every_code_has_a_status_and_a_message(void **state)
{
    (void)state;
    for (int error = S3_OK + 1; error < S3_ERROR_COUNT; error++) {
        assert_true(str_from(s3_error_code((enum s3_error)error)).n > 0);
        assert_true(str_from(s3_error_message((enum s3_error)error)).n > 0);
        assert_in_range(s3_error_status((enum s3_error)error), 304, 503);
    }
}

static void no_code_is_there_twice(void **state)
{
    (void)state;
    for (int a = S3_OK + 1; a < S3_ERROR_COUNT; a++)
        for (int b = a + 1; b < S3_ERROR_COUNT; b++)
            assert_string_not_equal(s3_error_code((enum s3_error)a), s3_error_code((enum s3_error)b));
}

static void codes_have_the_status_that_clients_expect(void **state)
{
    (void)state;
    assert_string_equal(s3_error_code(S3_NO_SUCH_KEY), "NoSuchKey");
    assert_int_equal(s3_error_status(S3_NO_SUCH_KEY), 404);
    assert_string_equal(s3_error_message(S3_NO_SUCH_KEY), "The specified key does not exist.");
    assert_int_equal(s3_error_status(S3_SIGNATURE_DOES_NOT_MATCH), 403);
    assert_int_equal(s3_error_status(S3_BUCKET_NOT_EMPTY), 409);
    assert_int_equal(s3_error_status(S3_MISSING_CONTENT_LENGTH), 411);
    assert_int_equal(s3_error_status(S3_PRECONDITION_FAILED), 412);
    assert_int_equal(s3_error_status(S3_INVALID_RANGE), 416);
    assert_int_equal(s3_error_status(S3_NOT_IMPLEMENTED), 501);
}

static void what_is_no_error_is_named_as_a_fault_of_the_server(void **state)
{
    (void)state;
    assert_string_equal(s3_error_code(S3_OK), "InternalError");
    assert_int_equal(s3_error_status(S3_ERROR_COUNT), 500);
}

static void the_first_refusal_wins(void **state)
{
    struct scratch *f = *state;
    struct s3_refusal refusal = { 0 };
    assert_false(s3_refuse_with(&refusal, &f->arena, S3_INVALID_ARGUMENT, "Part %d", 7));
    assert_false(s3_refuse(&refusal, S3_NO_SUCH_KEY));
    assert_false(s3_refuse_with(&refusal, &f->arena, S3_NO_SUCH_KEY, "other"));
    assert_int_equal(refusal.error, S3_INVALID_ARGUMENT);
    assert_true(str_eq_text(refusal.message, "Part 7"));
}

static void a_refusal_carries_elements_in_their_order(void **state)
{
    (void)state;
    struct s3_refusal refusal = { 0 };
    s3_refuse(&refusal, S3_NO_SUCH_VERSION);
    s3_refusal_add(&refusal, "Key", STR_LIT("fw.bin"));
    s3_refusal_add(&refusal, "None", STR_NONE);
    s3_refusal_add(&refusal, "VersionId", STR_LIT(""));
    assert_int_equal(refusal.n, 2);
    assert_string_equal(refusal.members[0].name, "Key");
    assert_true(str_eq_text(refusal.members[0].value, "fw.bin"));
    assert_string_equal(refusal.members[1].name, "VersionId");
    assert_null(refusal.message.p);
}

static void a_full_arena_leaves_the_message_of_the_table(void **state)
{
    (void)state;
    struct arena arena;
    struct s3_refusal refusal = { 0 };
    arena_init(&arena, 0);
    s3_refuse_with(&refusal, &arena, S3_INVALID_REQUEST, "some text");
    assert_int_equal(refusal.error, S3_INVALID_REQUEST);
    assert_null(refusal.message.p);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_status_and_a_message),
        cmocka_unit_test(no_code_is_there_twice),
        cmocka_unit_test(codes_have_the_status_that_clients_expect),
        cmocka_unit_test(what_is_no_error_is_named_as_a_fault_of_the_server),
        cmocka_unit_test_setup_teardown(the_first_refusal_wins, scratch_set_up, scratch_tear_down),
        cmocka_unit_test(a_refusal_carries_elements_in_their_order),
        cmocka_unit_test(a_full_arena_leaves_the_message_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
