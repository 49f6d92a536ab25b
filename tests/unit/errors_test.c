#include "support/cmocka_all.h"

#include "api/errors.h"

static void fail_fills_the_error_and_returns_false(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    arena_init(&arena, 4096);
    err_init(&err, &arena);
    assert_false(fail(&err, ERR_RESOURCE_NOT_FOUND, "Job %.*s cannot be found.", STR(STR_LIT("fw-7"))));
    assert_int_equal(err.code, ERR_RESOURCE_NOT_FOUND);
    assert_true(str_eq_text(err.message, "Job fw-7 cannot be found."));
    assert_null(err.extra.p);
    arena_release(&arena);
}

static void the_first_failure_wins(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    arena_init(&arena, 4096);
    err_init(&err, &arena);
    fail(&err, ERR_CONFLICT, "first");
    assert_false(fail(&err, ERR_INTERNAL, "second"));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_true(str_eq_text(err.message, "first"));
    arena_release(&arena);
}

static void a_full_arena_still_leaves_a_message(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    err_init(&err, &arena);
    fail(&err, ERR_INVALID_REQUEST, "some text");
    assert_int_equal(err.code, ERR_INVALID_REQUEST);
    assert_true(err.message.n > 0);
    arena_release(&arena);
}

static void the_planes_name_errors_differently(void **state)
{
    (void)state;
    assert_string_equal(error_http(ERR_VERSION_CONFLICT, PLANE_CONTROL).exception,
                        "VersionConflictException");
    assert_string_equal(error_http(ERR_VERSION_CONFLICT, PLANE_DATA).exception,
                        "InvalidStateTransitionException");
    assert_string_equal(error_mqtt(ERR_VERSION_CONFLICT), "VersionMismatch");
    assert_int_equal(error_http(ERR_THROTTLING, PLANE_CONTROL).status, 400);
    assert_int_equal(error_http(ERR_THROTTLING, PLANE_DATA).status, 429);
    assert_int_equal(error_http(ERR_LIMIT_EXCEEDED, PLANE_CONTROL).status, 410);
    assert_int_equal(error_http(ERR_TERMINAL_STATE, PLANE_DATA).status, 410);
}

static void every_code_has_names_and_statuses(void **state)
{
    (void)state;
    for (int code = ERR_NONE + 1; code < ERROR_CODE_COUNT; code++) {
        for (int plane = PLANE_CONTROL; plane <= PLANE_DATA; plane++) {
            struct error_name name = error_http((enum error_code)code, (enum plane)plane);
            assert_non_null(name.exception);
            assert_in_range(name.status, 400, 599);
        }
        assert_non_null(error_mqtt((enum error_code)code));
    }
}

static void what_is_no_error_is_named_as_a_fault_of_the_server(void **state)
{
    (void)state;
    assert_int_equal(error_http(ERR_NONE, PLANE_CONTROL).status, 500);
    assert_string_equal(error_mqtt(ERROR_CODE_COUNT), "InternalError");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_fills_the_error_and_returns_false),
        cmocka_unit_test(the_first_failure_wins),
        cmocka_unit_test(a_full_arena_still_leaves_a_message),
        cmocka_unit_test(the_planes_name_errors_differently),
        cmocka_unit_test(every_code_has_names_and_statuses),
        cmocka_unit_test(what_is_no_error_is_named_as_a_fault_of_the_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
