#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "api/uri_text.h"

struct fixture {
    struct arena arena;
    struct err err;
    struct http_route route;
};

static int setup(void **state)
{
    static struct fixture fixture;
    arena_init(&fixture.arena, 64 * 1024);
    err_init(&fixture.err, &fixture.arena);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    return 0;
}

static bool route(struct fixture *f, enum plane plane, const char *method, const char *path)
{
    err_init(&f->err, &f->arena);
    return route_http(plane, str_from(method), str_from(path), &f->arena, &f->route, &f->err);
}

static void assert_route(struct fixture *f, enum plane plane, const char *method, const char *path,
                         enum operation operation)
{
    assert_true(route(f, plane, method, path));
    assert_int_equal(f->route.operation, operation);
}

/* "/things/{thingName}/jobs" with every label replaced by "x" finds its own operation. */
static void every_operation_is_found_by_its_own_uri(void **state)
{
    struct fixture *f = *state;
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++) {
        const struct operation_model *model = operation_model((enum operation)i);
        char path[128];
        size_t n = 0, labels = 0;
        bool inside = false;
        for (const char *p = model->uri; *p; p++) {
            inside = inside || *p == '{';
            if (!inside)
                path[n++] = *p;
            if (*p == '}') {
                path[n++] = 'x';
                labels++;
                inside = false;
            }
        }
        path[n] = '\0';
        assert_route(f, model->plane, model->method, path, (enum operation)i);
        assert_int_equal(f->route.labels.n, labels);
    }
}

static void labels_come_in_the_order_of_the_uri(void **state)
{
    struct fixture *f = *state;
    assert_route(f, PLANE_CONTROL, "DELETE", "/things/pump-a/jobs/fw-7/executionNumber/3",
                 OP_DELETE_JOB_EXECUTION);
    assert_int_equal(f->route.labels.n, 3);
    assert_true(str_eq_text(f->route.labels.value[0], "pump-a"));
    assert_true(str_eq_text(f->route.labels.value[1], "fw-7"));
    assert_true(str_eq_text(f->route.labels.value[2], "3"));
}

static void the_plane_decides_between_equal_paths(void **state)
{
    struct fixture *f = *state;
    assert_route(f, PLANE_CONTROL, "GET", "/things/t/jobs", OP_LIST_JOB_EXECUTIONS_FOR_THING);
    assert_route(f, PLANE_DATA, "GET", "/things/t/jobs", OP_DATA_GET_PENDING_JOB_EXECUTIONS);
    assert_route(f, PLANE_CONTROL, "GET", "/things/t/jobs/j", OP_DESCRIBE_JOB_EXECUTION);
    assert_route(f, PLANE_DATA, "GET", "/things/t/jobs/j", OP_DATA_DESCRIBE_JOB_EXECUTION);
    assert_false(route(f, PLANE_DATA, "GET", "/jobs/j"));
}

static void next_is_a_literal_for_put_and_a_job_for_get_in_either_spelling(void **state)
{
    struct fixture *f = *state;
    assert_route(f, PLANE_DATA, "PUT", "/things/t/jobs/$next", OP_DATA_START_NEXT_PENDING_JOB_EXECUTION);
    assert_int_equal(f->route.labels.n, 1);
    assert_route(f, PLANE_DATA, "PUT", "/things/t/jobs/%24next", OP_DATA_START_NEXT_PENDING_JOB_EXECUTION);
    assert_route(f, PLANE_DATA, "GET", "/things/t/jobs/%24next", OP_DATA_DESCRIBE_JOB_EXECUTION);
    assert_true(str_eq_text(f->route.labels.value[1], "$next"));
    assert_false(route(f, PLANE_DATA, "PUT", "/things/t/jobs/j"));
}

static void words_of_the_api_are_legal_names(void **state)
{
    struct fixture *f = *state;
    assert_route(f, PLANE_CONTROL, "GET", "/things/jobs", OP_DESCRIBE_THING);
    assert_route(f, PLANE_CONTROL, "GET", "/things/jobs/jobs", OP_LIST_JOB_EXECUTIONS_FOR_THING);
    assert_route(f, PLANE_CONTROL, "GET", "/jobs/cancel", OP_DESCRIBE_JOB);
    assert_route(f, PLANE_CONTROL, "PUT", "/jobs/cancel/cancel", OP_CANCEL_JOB);
    assert_route(f, PLANE_CONTROL, "GET", "/jobs/things/things", OP_LIST_JOB_EXECUTIONS_FOR_JOB);
    assert_route(f, PLANE_CONTROL, "POST", "/thing-groups/addThingToThingGroup", OP_CREATE_THING_GROUP);
    assert_route(f, PLANE_CONTROL, "PUT", "/thing-groups/addThingToThingGroup", OP_ADD_THING_TO_THING_GROUP);
    assert_route(f, PLANE_CONTROL, "GET", "/indices/search", OP_DESCRIBE_INDEX);
    assert_route(f, PLANE_CONTROL, "POST", "/indices/search", OP_SEARCH_INDEX);
}

static void escapes_are_decoded_after_splitting(void **state)
{
    struct fixture *f = *state;
    assert_route(f, PLANE_CONTROL, "GET", "/things/a%3Ab", OP_DESCRIBE_THING);
    assert_true(str_eq_text(f->route.labels.value[0], "a:b"));
    assert_route(f, PLANE_CONTROL, "POST", "/attached-policies/arn%3aaws:iot:r:0:cert%2Fab",
                 OP_LIST_ATTACHED_POLICIES);
    assert_true(str_eq_text(f->route.labels.value[0], "arn:aws:iot:r:0:cert/ab"));
    assert_route(f, PLANE_CONTROL, "GET", "/jobs/a+b", OP_DESCRIBE_JOB);
    assert_true(str_eq_text(f->route.labels.value[0], "a+b"));
}

static void broken_escapes_are_an_invalid_request(void **state)
{
    struct fixture *f = *state;
    const char *const paths[] = { "/jobs/%",     "/jobs/%4",  "/jobs/%zz",
                                  "/jobs/a%00b", "/jobs/%ff", "/jobs/%c0%80" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_false(route(f, PLANE_CONTROL, "GET", paths[i]));
        assert_int_equal(f->err.code, ERR_INVALID_REQUEST);
    }
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    struct fixture *f = *state;
    assert_false(route(f, PLANE_CONTROL, "POST", "/jobs/fw-7"));
    assert_int_equal(f->err.code, ERR_UNKNOWN_OPERATION);
    assert_true(str_eq_text(f->err.message, "There is no POST /jobs/fw-7; the methods of this path are: "
                                            "PUT, DELETE, GET, PATCH."));
}

static void unknown_paths_are_no_operation(void **state)
{
    struct fixture *f = *state;
    const char *const paths[] = { "",
                                  "/",
                                  "jobs",
                                  "//jobs",
                                  "/jobs/",
                                  "/jobs//cancel",
                                  "/nowhere",
                                  "/jobs/a/b/c",
                                  "/a/b/c/d/e/f/g/h/i/j/k",
                                  "/things/t/jobs/j/executionNumber" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_false(route(f, PLANE_CONTROL, "GET", paths[i]));
        assert_int_equal(f->err.code, ERR_UNKNOWN_OPERATION);
    }
    assert_false(route(f, PLANE_CONTROL, "GET", "/nowhere"));
    assert_true(str_eq_text(f->err.message, "There is no GET /nowhere."));
    assert_false(route(f, PLANE_CONTROL, "GET", "no slash \xff"));
    assert_true(str_eq_text(f->err.message, "There is no GET no slash ?."));
}

static void long_and_unprintable_paths_are_shown_in_part(void **state)
{
    struct fixture *f = *state;
    char path[2 * URI_TEXT_SHOWN_MAX] = "/\x01\x7f\xc3\xa9\"";
    char expected[sizeof path + 64];
    memset(path + strlen(path), 'x', sizeof path - 1 - strlen(path));
    assert_false(route(f, PLANE_CONTROL, "G\nT", path));
    memcpy(path, "/????", 5);
    snprintf(expected, sizeof expected, "There is no G?T %.*s....", URI_TEXT_SHOWN_MAX, path);
    assert_true(str_eq_text(f->err.message, expected));
}

static void assert_scope(const char *text, const char *region, const char *service)
{
    struct credential_scope scope;
    assert_true(credential_scope_of(str_from(text), &scope));
    assert_true(str_eq_text(scope.region, region));
    assert_true(str_eq_text(scope.service, service));
}

static void the_credential_scope_is_read_from_header_and_query(void **state)
{
    (void)state;
    assert_scope("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/iot-jobs-data/aws4_request, "
                 "SignedHeaders=host;x-amz-date, Signature=00",
                 "us-east-1", "iot-jobs-data");
    assert_scope("AWS4-HMAC-SHA256 SignedHeaders=host,Credential=AKID/20260101/eu-west-1/iot/aws4_request",
                 "eu-west-1", "iot");
    assert_scope("AKID/20260101/eu-test-1/iot/aws4_request", "eu-test-1", "iot");
    assert_scope("AWS4-HMAC-SHA256 XCredential=AKID/20260101/us-east-1/iot-jobs-data/aws4_request, "
                 "Credential=AKID/20260101/eu-west-1/iot/aws4_request",
                 "eu-west-1", "iot");
}

static void other_texts_have_no_credential_scope(void **state)
{
    (void)state;
    const char *const texts[] = {
        NULL,
        "",
        "Bearer abc",
        "AWS4-HMAC-SHA256 Signature=00",
        "AWS4-HMAC-SHA256 Credential=",
        "AKID/20260101/us-east-1/iot",
        "AKID/20260101/us-east-1/iot/aws4_request/more",
        "AKID/20260101//iot/aws4_request",
        "AKID/20260101/us-east-1//aws4_request",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct credential_scope scope;
        assert_false(credential_scope_of(str_from(texts[i]), &scope));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_found_by_its_own_uri),
        cmocka_unit_test(labels_come_in_the_order_of_the_uri),
        cmocka_unit_test(the_plane_decides_between_equal_paths),
        cmocka_unit_test(next_is_a_literal_for_put_and_a_job_for_get_in_either_spelling),
        cmocka_unit_test(words_of_the_api_are_legal_names),
        cmocka_unit_test(escapes_are_decoded_after_splitting),
        cmocka_unit_test(broken_escapes_are_an_invalid_request),
        cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
        cmocka_unit_test(unknown_paths_are_no_operation),
        cmocka_unit_test(long_and_unprintable_paths_are_shown_in_part),
        cmocka_unit_test(the_credential_scope_is_read_from_header_and_query),
        cmocka_unit_test(other_texts_have_no_credential_scope),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
