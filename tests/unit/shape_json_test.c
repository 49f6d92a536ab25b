#include "support/cmocka_all.h"

#include <string.h>

#include "api/shape_json.h"

struct fixture {
    struct arena arena;
    struct err err;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    arena_init(&fixture.arena, 1024 * 1024);
    err_init(&fixture.err, &fixture.arena);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    return 0;
}

static void assert_text(struct fixture *f, const struct shape *shape, const void *value, const char *expected)
{
    struct str text = shape_to_text(&f->arena, shape, value);
    assert_non_null(text.p);
    assert_string_equal(text.p, expected);
}

/* Reads the text, and writes it again. */
static void assert_round_trip(struct fixture *f, const struct shape *shape, const char *text)
{
    void *value = arena_alloc(&f->arena, shape->size);
    assert_non_null(value);
    assert_true(shape_from_json(&f->arena, shape, str_from(text), value, &f->err));
    assert_text(f, shape, value, text);
}

static void assert_unreadable(struct fixture *f, const struct shape *shape, const char *text)
{
    void *value = arena_alloc(&f->arena, shape->size);
    assert_false(shape_from_json(&f->arena, shape, str_from(text), value, &f->err));
    assert_int_not_equal(f->err.code, ERR_NONE);
}

static void a_value_of_every_type_of_shape_comes_back_as_it_went(void **state)
{
    static const struct shape timestamp = { .name = "Time", /* no input of the model has one */
                                            .type = SHAPE_TIMESTAMP,
                                            .size = sizeof(struct opt_double) };
    static const struct {
        const struct shape *shape;
        const char *text;
    } cases[] = {
        { &shape_job_description, "\"two \\\"words\\\"\"" },
        { &shape_job_description, "\"\xc3\xa9t\xc3\xa9\"" },
        { &shape_target_selection, "\"CONTINUOUS\"" },
        { &shape_force_flag, "true" },
        { &shape_force_flag, "false" },
        { &shape_rollout_rate_per_minute, "1000" },
        { &shape_expires_in_sec, "60" },
        { &shape_increment_factor, "1.5" },
        { &timestamp, "1790000000.125" },
        { &shape_job_targets, "[\"arn:1\",\"arn:2\"]" },
        { &shape_parameter_map, "{\"a\":\"1\",\"b\":\"2\"}" },
        { &shape_event_configurations, "{\"JOB\":{\"Enabled\":true},\"THING\":{}}" },
        { &shape_retry_criteria_list,
          "[{\"failureType\":\"FAILED\",\"numberOfRetries\":2},{\"failureType\":\"TIMED_OUT\","
          "\"numberOfRetries\":0}]" },
        { &shape_job_executions_rollout_config,
          "{\"maximumPerMinute\":50,\"exponentialRate\":{\"baseRatePerMinute\":5,\"incrementFactor\":2.0,"
          "\"rateIncreaseCriteria\":{\"numberOfNotifiedThings\":10}}}" },
        { &shape_scheduling_config,
          "{\"endBehavior\":\"FORCE_CANCEL\",\"maintenanceWindows\":[{\"startTime\":\"cron(0 2 * * ? *)\","
          "\"durationInMinutes\":60}]}" },
        { &shape_presigned_url_config, "{}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_round_trip(*state, cases[i].shape, cases[i].text);
}

static void doubles_are_written_with_a_fraction_and_integers_without(void **state)
{
    struct fixture *f = *state;
    struct opt_double factor = { true, 2 };
    struct opt_int minutes = { true, 2 };
    assert_text(f, &shape_increment_factor, &factor, "2.0");
    assert_text(f, &shape_expires_in_sec, &minutes, "2");
}

static void what_is_not_set_is_left_out_of_a_structure_and_null_by_itself(void **state)
{
    struct fixture *f = *state;
    struct timeout_config timeout = { 0 };
    struct job_targets targets = { 0 };
    enum target_selection selection = TARGET_SELECTION_UNSET;
    assert_text(f, &shape_timeout_config, &timeout, "{}");
    assert_text(f, &shape_job_targets, &targets, "null");
    assert_text(f, &shape_target_selection, &selection, "null");
    targets.set = true;
    assert_text(f, &shape_job_targets, &targets, "[]");
}

static void whether_a_value_is_set_depends_on_its_type(void **state)
{
    (void)state;
    struct str text = STR_NONE, empty = STR_LIT("");
    struct opt_bool no = { true, false }, unset = { 0 };
    enum target_selection snapshot = TARGET_SELECTION_SNAPSHOT, none = TARGET_SELECTION_UNSET;
    struct job_targets targets = { 0 };
    assert_false(shape_is_set(&shape_job_description, &text));
    assert_true(shape_is_set(&shape_job_description, &empty));
    assert_true(shape_is_set(&shape_force_flag, &no));
    assert_false(shape_is_set(&shape_force_flag, &unset));
    assert_true(shape_is_set(&shape_target_selection, &snapshot));
    assert_false(shape_is_set(&shape_target_selection, &none));
    assert_false(shape_is_set(&shape_job_targets, &targets));
}

static void a_text_that_is_no_value_of_the_shape_is_not_read(void **state)
{
    struct fixture *f = *state;
    assert_unreadable(f, &shape_timeout_config, "");
    assert_unreadable(f, &shape_timeout_config, "{");
    err_init(&f->err, &f->arena);
    assert_unreadable(f, &shape_timeout_config, "[]");
    err_init(&f->err, &f->arena);
    assert_unreadable(f, &shape_target_selection, "\"SOMETIMES\"");
}

static void running_out_of_memory_is_no_value(void **state)
{
    struct fixture *f = *state;
    struct arena small;
    arena_init(&small, 16);
    struct str text = STR_LIT("a description that is longer than the arena");
    struct str read = STR_NONE;
    assert_null(shape_to_text(&small, &shape_job_description, &text).p);
    assert_false(shape_from_json(&small, &shape_job_description,
                                 STR_LIT("\"a description that is longer than the arena\""), &read, &f->err));
    assert_int_equal(f->err.code, ERR_INTERNAL);
    arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_value_of_every_type_of_shape_comes_back_as_it_went, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(doubles_are_written_with_a_fraction_and_integers_without, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_set_is_left_out_of_a_structure_and_null_by_itself, set_up,
                                        tear_down),
        cmocka_unit_test(whether_a_value_is_set_depends_on_its_type),
        cmocka_unit_test_setup_teardown(a_text_that_is_no_value_of_the_shape_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(running_out_of_memory_is_no_value, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
