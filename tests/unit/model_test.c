#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/model.h"

/* The tests run in the root of the source tree. */
static cJSON *read_model(const char *path)
{
    static char text[1024 * 1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    assert_true(n < sizeof(text) - 1);
    text[n] = '\0';
    cJSON *model = cJSON_Parse(text);
    assert_non_null(model);
    return model;
}

static const struct {
    const char *path;
    enum plane plane;
} services[] = {
    { "api/model/iot.json", PLANE_CONTROL },
    { "api/model/iot-jobs-data.json", PLANE_DATA },
};
enum { SERVICE_COUNT = sizeof(services) / sizeof(services[0]) };

static const struct operation_model *find_operation(enum plane plane, const char *name)
{
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++) {
        const struct operation_model *model = operation_model((enum operation)i);
        if (model->plane == plane && strcmp(model->name, name) == 0)
            return model;
    }
    return NULL;
}

static void check_operation(enum plane plane, const cJSON *facts, const cJSON *shapes)
{
    const struct operation_model *model = find_operation(plane, facts->string);
    assert_non_null(model);
    char http[256];
    snprintf(http, sizeof(http), "%s %s", model->method, model->uri);
    assert_string_equal(http, cJSON_GetObjectItem(facts, "http")->valuestring);
    assert_string_equal(model->input->name, cJSON_GetObjectItem(facts, "input")->valuestring);
    size_t n = 0;
    const cJSON *error;
    cJSON_ArrayForEach(error, cJSON_GetObjectItem(facts, "errors"))
    {
        struct error_name name = error_http(model->errors[n++], plane);
        assert_string_equal(name.exception, error->valuestring);
        const cJSON *shape = cJSON_GetObjectItemCaseSensitive(shapes, error->valuestring);
        assert_int_equal(name.status, cJSON_GetObjectItem(shape, "httpStatus")->valueint);
    }
    assert_int_equal(model->errors[n], ERR_NONE);
}

static void every_operation_has_its_place_and_its_errors(void **state)
{
    (void)state;
    int count = 0;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        cJSON *model = read_model(services[i].path);
        const cJSON *facts;
        cJSON_ArrayForEach(facts, cJSON_GetObjectItem(model, "operations"))
        {
            check_operation(services[i].plane, facts, cJSON_GetObjectItem(model, "shapes"));
            count++;
        }
        cJSON_Delete(model);
    }
    assert_int_equal(count, OPERATION_COUNT - 1);
}

static void check_exception(const cJSON *shape, enum plane plane)
{
    const cJSON *status = cJSON_GetObjectItem(shape, "httpStatus");
    for (int code = ERR_NONE + 1; code < ERROR_CODE_COUNT; code++) {
        struct error_name name = error_http((enum error_code)code, plane);
        if (strcmp(name.exception, shape->string) == 0 && name.status == status->valueint)
            return;
    }
    fail_msg("no row of errors.def for %s", shape->string);
}

static void every_exception_of_the_model_is_in_the_error_table(void **state)
{
    (void)state;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        cJSON *model = read_model(services[i].path);
        const cJSON *shape;
        cJSON_ArrayForEach(shape, cJSON_GetObjectItem(model, "shapes"))
        {
            if (cJSON_GetObjectItem(shape, "httpStatus"))
                check_exception(shape, services[i].plane);
        }
        cJSON_Delete(model);
    }
}

/* Rows above the model's end must use names that the model of their plane has. */
static void the_error_table_names_only_what_the_model_knows(void **state)
{
    (void)state;
    const char *const not_modelled[] = { "AccessDeniedException" };
    for (int i = 0; i < SERVICE_COUNT; i++) {
        cJSON *model = read_model(services[i].path);
        for (int code = ERR_NONE + 1; code < ERR_UNKNOWN_OPERATION; code++) {
            struct error_name name = error_http((enum error_code)code, services[i].plane);
            const cJSON *shape =
                cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(model, "shapes"), name.exception);
            if (shape)
                assert_int_equal(name.status, cJSON_GetObjectItem(shape, "httpStatus")->valueint);
            else
                assert_string_equal(name.exception, not_modelled[0]);
        }
        cJSON_Delete(model);
    }
}

static void no_operation_has_no_model(void **state)
{
    (void)state;
    assert_null(operation_model(OP_NONE));
    assert_null(operation_model(OPERATION_COUNT));
}

static void operations_of_both_planes_are_told_apart(void **state)
{
    (void)state;
    const struct operation_model *control = operation_model(OP_DESCRIBE_JOB_EXECUTION);
    const struct operation_model *data = operation_model(OP_DATA_DESCRIBE_JOB_EXECUTION);
    assert_string_equal(control->name, data->name);
    assert_int_equal(control->plane, PLANE_CONTROL);
    assert_int_equal(data->plane, PLANE_DATA);
    assert_null(operation_model(OP_DELETE_JOB)->output);
    assert_non_null(control->output);
}

static void enum_names_and_values_are_each_others_inverse(void **state)
{
    (void)state;
    assert_string_equal(api_enum_name(&shape_job_status, JOB_STATUS_SCHEDULED), "SCHEDULED");
    assert_int_equal(api_enum_value(&shape_job_status, STR_LIT("SCHEDULED")), JOB_STATUS_SCHEDULED);
    for (int value = 1; value <= (int)shape_event_type.value_count; value++)
        assert_int_equal(api_enum_value(&shape_event_type, str_from(api_enum_name(&shape_event_type, value))),
                         value);
}

static void a_name_or_value_outside_the_enum_is_nothing(void **state)
{
    (void)state;
    assert_string_equal(api_enum_name(&shape_job_status, JOB_STATUS_UNSET), "");
    assert_string_equal(api_enum_name(&shape_job_status, 99), "");
    assert_string_equal(api_enum_name(&shape_job_status, -1), "");
    assert_int_equal(api_enum_value(&shape_job_status, STR_LIT("scheduled")), 0);
    assert_int_equal(api_enum_value(&shape_job_status, STR_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_its_place_and_its_errors),
        cmocka_unit_test(every_exception_of_the_model_is_in_the_error_table),
        cmocka_unit_test(the_error_table_names_only_what_the_model_knows),
        cmocka_unit_test(no_operation_has_no_model),
        cmocka_unit_test(operations_of_both_planes_are_told_apart),
        cmocka_unit_test(enum_names_and_values_are_each_others_inverse),
        cmocka_unit_test(a_name_or_value_outside_the_enum_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
