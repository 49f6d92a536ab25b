#include "support/decoding.h"

#include <stdio.h>
#include <string.h>

/* --- the path of a request */

static void a_whole_job_is_read(void **state)
{
    (void)state;
    const struct create_job_request *in = decode(
        OP_CREATE_JOB, "fw-7", NULL,
        STR_LIT("{\"targets\":[\"arn:a\",\"arn:b\"],\"document\":\"{}\",\"targetSelection\":\"CONTINUOUS\","
                "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":50,\"exponentialRate\":{"
                "\"baseRatePerMinute\":5,\"incrementFactor\":1.5,\"rateIncreaseCriteria\":{"
                "\"numberOfNotifiedThings\":10}}},"
                "\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\",\"action\":\"CANCEL\","
                "\"thresholdPercentage\":20,\"minNumberOfExecutedThings\":4}]},"
                "\"tags\":[{\"Key\":\"team\",\"Value\":\"\"}],"
                "\"documentParameters\":{\"a\":\"1\",\"b\":\"2\"}}"));
    assert_non_null(in);
    assert_true(str_eq_text(in->job_id, "fw-7"));
    assert_int_equal(in->targets.n, 2);
    assert_true(str_eq_text(in->targets.items[1], "arn:b"));
    assert_int_equal(in->target_selection, TARGET_SELECTION_CONTINUOUS);
    const struct job_executions_rollout_config *rollout = in->job_executions_rollout_config;
    assert_int_equal(rollout->maximum_per_minute.value, 50);
    assert_true(rollout->exponential_rate->increment_factor.value > 1.49);
    assert_int_equal(rollout->exponential_rate->rate_increase_criteria->number_of_notified_things.value, 10);
    assert_false(rollout->exponential_rate->rate_increase_criteria->number_of_succeeded_things.set);
    const struct abort_criteria *criteria = &in->abort_config->criteria_list.items[0];
    assert_int_equal(criteria->failure_type, JOB_EXECUTION_FAILURE_TYPE_ALL);
    assert_int_equal(criteria->min_number_of_executed_things.value, 4);
    assert_true(str_eq_text(in->tags.items[0].key, "team"));
    assert_true(in->tags.items[0].value.p && in->tags.items[0].value.n == 0);
    assert_int_equal(in->document_parameters.n, 2);
    assert_true(str_eq_text(in->document_parameters.items[1].key, "b"));
    assert_true(str_eq_text(in->document_parameters.items[1].value, "2"));
}

static void what_is_not_given_is_absent(void **state)
{
    (void)state;
    const struct create_job_request *in = decode(
        OP_CREATE_JOB, "fw-7", NULL, STR_LIT("{\"targets\":[\"a\"],\"comment\":1,\"description\":null}"));
    assert_non_null(in);
    assert_null(in->description.p);
    assert_null(in->abort_config);
    assert_int_equal(in->target_selection, TARGET_SELECTION_UNSET);
    assert_false(in->tags.set);
    assert_null(in->tags.items);
}

static void labels_are_matched_by_name_not_by_place(void **state)
{
    (void)state;
    const struct cancel_job_execution_request *in =
        decode(OP_CANCEL_JOB_EXECUTION, "pump-a", "fw-7", STR_NONE);
    assert_true(str_eq_text(in->thing_name, "pump-a"));
    assert_true(str_eq_text(in->job_id, "fw-7"));
}

static void an_empty_body_counts_as_an_empty_object(void **state)
{
    (void)state;
    assert_non_null(decode(OP_CANCEL_JOB, "fw-7", NULL, STR_NONE));
    assert_non_null(decode(OP_CANCEL_JOB, "fw-7", NULL, STR_LIT("")));
    assert_non_null(decode(OP_CANCEL_JOB, "fw-7", NULL, STR_LIT("{}")));
}

static void the_body_is_ignored_where_the_operation_has_none(void **state)
{
    (void)state;
    assert_non_null(decode(OP_DESCRIBE_JOB, "fw-7", NULL, STR_LIT("not json")));
}

static void query_values_are_converted(void **state)
{
    (void)state;
    const struct list_jobs_request *list = decode_query(OP_LIST_JOBS, "maxResults", "25");
    assert_int_equal(list->max_results.value, 25);
    list = decode_query(OP_LIST_JOBS, "status", "SCHEDULED");
    assert_int_equal(list->status, JOB_STATUS_SCHEDULED);
    const struct cancel_job_request *cancel = decode_query(OP_CANCEL_JOB, "force", "true");
    assert_true(cancel->force.set && cancel->force.value);
    cancel = decode_query(OP_CANCEL_JOB, "force", "false");
    assert_true(cancel->force.set && !cancel->force.value);
    const struct list_certificates_request *certificates =
        decode_query(OP_LIST_CERTIFICATES, "isAscendingOrder", "true");
    assert_true(certificates->ascending_order.value);
}

static void query_values_of_the_wrong_form_are_refused(void **state)
{
    (void)state;
    assert_not_decoded(decode_query(OP_LIST_JOBS, "maxResults", "ten"), ERR_INVALID_REQUEST,
                       "Value at 'maxResults' must be a whole number.");
    assert_not_decoded(decode_query(OP_LIST_JOBS, "maxResults", "4294967297"), ERR_INVALID_REQUEST,
                       "Value at 'maxResults' must be a whole number of at most 32 bits.");
    assert_not_decoded(decode_query(OP_CANCEL_JOB, "force", "yes"), ERR_INVALID_REQUEST,
                       "Value at 'force' must be true or false.");
    assert_not_decoded(decode_query(OP_LIST_JOBS, "nextToken", "\xff"), ERR_INVALID_REQUEST,
                       "Value at 'nextToken' must be UTF-8 without NUL characters.");
    assert_not_decoded(
        decode_query(OP_LIST_JOBS, "status", "DONE"), ERR_INVALID_REQUEST,
        "1 validation error detected: Value 'DONE' at 'status' failed to satisfy constraint: Member must "
        "satisfy enum value set: [IN_PROGRESS, CANCELED, COMPLETED, DELETION_IN_PROGRESS, SCHEDULED]");
}

static void header_names_have_no_case(void **state)
{
    (void)state;
    struct field header = { STR_LIT("X-Amzn-Principal"), STR_LIT("arn:cert") };
    struct request request = { .labels = { 1, { STR_LIT("pump-a") } },
                               .headers = &header,
                               .header_count = 1 };
    const struct attach_thing_principal_request *in = decode_request(OP_ATTACH_THING_PRINCIPAL, &request);
    assert_true(str_eq_text(in->principal, "arn:cert"));
    request.header_count = 0;
    assert_not_decoded(decode_request(OP_ATTACH_THING_PRINCIPAL, &request), ERR_INVALID_REQUEST,
                       "1 validation error detected: Value null at 'principal' failed to satisfy constraint: "
                       "Member must not be null");
}

/* --- MQTT */

static void the_client_token_is_read_even_when_the_rest_is_refused(void **state)
{
    (void)state;
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"clientToken\":\"t-1\"}"), ERR_INVALID_REQUEST,
        "1 validation error detected: Value null at 'status' failed to satisfy constraint: Member must not "
        "be null");
    assert_true(str_eq_text(decoding.client_token, "t-1"));
    assert_non_null(decode_mqtt(OP_DATA_GET_PENDING_JOB_EXECUTIONS, "{\"clientToken\":\"t-2\"}"));
    assert_true(str_eq_text(decoding.client_token, "t-2"));
    assert_non_null(decode_mqtt(OP_DATA_GET_PENDING_JOB_EXECUTIONS, "{\"clientToken\":null}"));
    assert_null(decoding.client_token.p);
    assert_not_decoded(decode_mqtt(OP_DATA_GET_PENDING_JOB_EXECUTIONS, "{\"clientToken\":7}"),
                       ERR_INVALID_REQUEST, "Value at 'clientToken' must be a string.");
    char payload[1100];
    snprintf(payload, sizeof payload, "{\"clientToken\":\"%01024d\"}", 0);
    assert_non_null(decode_mqtt(OP_DATA_GET_PENDING_JOB_EXECUTIONS, payload));
    snprintf(payload, sizeof payload, "{\"clientToken\":\"%01025d\"}", 0);
    assert_not_decoded(decode_mqtt(OP_DATA_GET_PENDING_JOB_EXECUTIONS, payload), ERR_INVALID_REQUEST,
                       "Value at 'clientToken' must have at most 1024 bytes.");
}

static void over_mqtt_the_payload_holds_what_http_has_in_the_query(void **state)
{
    (void)state;
    const struct data_describe_job_execution_request *in =
        decode_mqtt(OP_DATA_DESCRIBE_JOB_EXECUTION, "{\"includeJobDocument\":false,\"executionNumber\":\"3\","
                                                    "\"jobId\":\"other\"}");
    assert_true(in->include_job_document.set && !in->include_job_document.value);
    assert_int_equal(in->execution_number.value, 3);
    assert_true(str_eq_text(in->job_id, "fw-7"));
    assert_non_null(decode_mqtt(OP_DATA_DESCRIBE_JOB_EXECUTION, ""));
}

static void an_update_is_read(void **state)
{
    (void)state;
    const struct data_update_job_execution_request *in =
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION,
                    "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":\"2\",\"executionNumber\":1,"
                    "\"stepTimeoutInMinutes\":-1,\"statusDetails\":{\"out\":\"a\\n\\tb\"}}");
    assert_int_equal(in->status, DATA_JOB_EXECUTION_STATUS_IN_PROGRESS);
    assert_int_equal(in->expected_version.value, 2);
    assert_int_equal(in->execution_number.value, 1);
    assert_int_equal(in->step_timeout_in_minutes.value, -1);
    assert_true(str_eq_text(in->status_details.items[0].value, "a\n\tb"));
}

static void next_cannot_be_updated(void **state)
{
    (void)state;
    struct request request = { .query_in_body = true, .body = STR_LIT("{\"status\":\"FAILED\"}") };
    request.labels = (struct labels){ 2, { STR_LIT("pump-a"), STR_LIT("$next") } };
    assert_not_decoded(
        decode_request(OP_DATA_UPDATE_JOB_EXECUTION, &request), ERR_INVALID_REQUEST,
        "1 validation error detected: Value '$next' at 'jobId' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9_-]+");
    request.body = STR_NONE;
    assert_non_null(decode_request(OP_DATA_DESCRIBE_JOB_EXECUTION, &request));
}

static void scalars_in_status_details_are_taken_as_text(void **state)
{
    (void)state;
    const struct data_update_job_execution_request *in =
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION,
                    "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":40,\"b\":true,\"c\":-1.5,\"d\":false}}");
    const char *const texts[] = { "40", "true", "-1.5", "false" };
    assert_int_equal(in->status_details.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(str_eq_text(in->status_details.items[i].value, texts[i]));
}

/* 2^53 itself is what a parser makes of the number after it. */
static void whole_numbers_that_doubles_cannot_tell_apart_are_refused(void **state)
{
    (void)state;
    static const char *const numbers[] = { "9007199254740992", "9007199254740993", "-9007199254740993",
                                           "1e18", "1e999" };
    char body[128];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        snprintf(body, sizeof body, "{\"status\":\"FAILED\",\"expectedVersion\":%s}", numbers[i]);
        assert_not_decoded(decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, body), ERR_INVALID_REQUEST,
                           "Value at 'expectedVersion' must be a whole number of at most 53 bits.");
        snprintf(body, sizeof body, "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":%s}}", numbers[i]);
        assert_not_decoded(decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, body), ERR_INVALID_REQUEST,
                           "Value at 'statusDetails.a.member' must be a string, a boolean or a number of at "
                           "most 53 bits.");
    }
}

static void whole_numbers_are_exact_below_that_and_as_text(void **state)
{
    (void)state;
    const struct data_update_job_execution_request *in = decode_mqtt(
        OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"expectedVersion\":9007199254740991,"
                                      "\"statusDetails\":{\"a\":-9007199254740991}}");
    assert_int_equal(in->expected_version.value, INT64_C(9007199254740991));
    assert_true(str_eq_text(in->status_details.items[0].value, "-9007199254740991"));
    in = decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION,
                     "{\"status\":\"FAILED\",\"expectedVersion\":\"9007199254740993\"}");
    assert_int_equal(in->expected_version.value, INT64_C(9007199254740993));
}

static void nested_values_in_status_details_are_refused(void **state)
{
    (void)state;
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":{}}}"),
        ERR_INVALID_REQUEST,
        "Value at 'statusDetails.a.member' must be a string, a boolean or a number of at most 53 bits.");
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":[]}}"),
        ERR_INVALID_REQUEST,
        "Value at 'statusDetails.a.member' must be a string, a boolean or a number of at most 53 bits.");
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":null}}"),
        ERR_INVALID_REQUEST,
        "1 validation error detected: Value null at 'statusDetails.a.member' failed to satisfy constraint: "
        "Member must not be null");
}

static void numbers_as_text_are_taken_only_where_the_rules_say_so(void **state)
{
    (void)state;
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"expectedVersion\":\"2x\"}"),
        ERR_INVALID_REQUEST, "Value at 'expectedVersion' must be a whole number.");
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"stepTimeoutInMinutes\":\"2\"}"),
        ERR_INVALID_REQUEST, "Value at 'stepTimeoutInMinutes' must be a whole number.");
}

/* --- types */

static void wrong_types_name_the_member_and_what_is_expected(void **state)
{
    (void)state;
    static const struct {
        const char *body, *message;
    } cases[] = {
        { "{\"targets\":\"a\"}", "Value at 'targets' must be a list." },
        { "{\"targets\":[1]}", "Value at 'targets.1.member' must be a string." },
        { "{\"targets\":[\"a\"],\"document\":{}}", "Value at 'document' must be a string." },
        { "{\"targets\":[\"a\"],\"targetSelection\":1}", "Value at 'targetSelection' must be a string." },
        { "{\"targets\":[\"a\"],\"abortConfig\":[]}", "Value at 'abortConfig' must be an object." },
        { "{\"targets\":[\"a\"],\"documentParameters\":[]}",
          "Value at 'documentParameters' must be an object." },
        { "{\"targets\":[\"a\"],\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":1.5}}",
          "Value at 'timeoutConfig.inProgressTimeoutInMinutes' must be a whole number." },
        { "{\"targets\":[\"a\"],\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":1e19}}",
          "Value at 'timeoutConfig.inProgressTimeoutInMinutes' must be a whole number of at most 53 bits." },
        { "{\"targets\":[\"a\"],\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":2147483648}}",
          "Value at 'jobExecutionsRolloutConfig.maximumPerMinute' must be a whole number of at most 32 "
          "bits." },
        { "{\"targets\":[\"a\"],\"abortConfig\":{\"criteriaList\":[{\"thresholdPercentage\":\"5\"}]}}",
          "Value at 'abortConfig.criteriaList.1.member.thresholdPercentage' must be a number." },
        { "{\"targets\":[\"a\"],\"abortConfig\":{\"criteriaList\":[{\"thresholdPercentage\":1e999}]}}",
          "Value at 'abortConfig.criteriaList.1.member.thresholdPercentage' must be a number." },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_not_decoded(decode(OP_CREATE_JOB, "j", NULL, str_from(cases[i].body)), ERR_INVALID_REQUEST,
                           cases[i].message);
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"includeJobDocument\":\"true\"}"),
        ERR_INVALID_REQUEST, "Value at 'includeJobDocument' must be true or false.");
}

static void whole_numbers_may_be_written_with_a_fraction_of_zero(void **state)
{
    (void)state;
    const struct data_update_job_execution_request *in =
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"expectedVersion\":2.0}");
    assert_int_equal(in->expected_version.value, 2);
}

/* --- JSON */

static void bodies_that_are_no_json_object_in_utf8_are_invalid_json(void **state)
{
    (void)state;
    static const struct {
        struct str body;
        const char *message;
    } cases[] = {
#define NOT_JSON                                                                                             \
    "The request body is not valid JSON, is nested more than 32 levels deep, or has more than 10000 values."
        { { "{", 1 }, NOT_JSON },
        { { "{}x", 3 }, NOT_JSON },
        { { "{}\0", 3 }, NOT_JSON },
        { { "  ", 2 }, NOT_JSON },
        { { "{\"a\":\"\\u0000\"}", 14 }, NOT_JSON },
        { { "\xef\xbb\xbf{}", 5 }, NOT_JSON },
        { { "{\"a\":\"\xff\"}", 9 }, "The request body is not valid UTF-8." },
        { { "[]", 2 }, "The request body must be a JSON object." },
        { { "null", 4 }, "The request body must be a JSON object." },
        { { "\"text\"", 6 }, "The request body must be a JSON object." },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_not_decoded(decode(OP_CANCEL_JOB, "j", NULL, cases[i].body), ERR_INVALID_JSON,
                           cases[i].message);
    assert_non_null(decode(OP_CANCEL_JOB, "j", NULL, STR_LIT(" \r\n\t{ } \n")));
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    char text[2 * (API_JSON_DEPTH_MAX + 1) + 1];
    for (int depth = API_JSON_DEPTH_MAX; depth <= API_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_true(api_json_valid((struct str){ text, (size_t)depth * 2 }) == (depth <= API_JSON_DEPTH_MAX));
    }
}

/* A document, which is a text in the body, may have more. */
static void a_body_has_a_limit_of_values(void **state)
{
    (void)state;
    static char text[2 * (API_JSON_VALUES_MAX + 1) + 1];
    for (int values = API_JSON_VALUES_MAX; values <= API_JSON_VALUES_MAX + 1; values++) {
        size_t n = 0;
        text[n++] = '[';
        for (int i = 1; i < values; i++) {
            text[n++] = i % 2 ? '1' : '2';
            text[n++] = i + 1 < values ? ',' : ']';
        }
        assert_true(api_json_valid((struct str){ text, n }));
        assert_true(api_json_acceptable((struct str){ text, n }) == (values <= API_JSON_VALUES_MAX));
    }
}

static void a_map_that_the_model_does_not_limit_has_a_limit(void **state)
{
    (void)state;
    enum { ENTRIES = 1000 };
    static char body[64 * 1024];
    for (int entries = ENTRIES; entries <= ENTRIES + 1; entries++) {
        size_t n = (size_t)snprintf(body, sizeof body, "{\"attributePayload\":{\"attributes\":{");
        for (int i = 0; i < entries; i++)
            n += (size_t)snprintf(body + n, sizeof body - n, "%s\"a%d\":\"\"", i > 0 ? "," : "", i);
        n += (size_t)snprintf(body + n, sizeof body - n, "}}}");
        const void *in = decode(OP_CREATE_THING, "pump", NULL, (struct str){ body, n });
        if (entries <= ENTRIES)
            assert_non_null(in);
        else
            assert_not_decoded(
                in, ERR_INVALID_REQUEST,
                "Value at 'attributePayload.attributes' must be an object with at most 1000 entries.");
    }
}

static void a_token_is_looked_for_in_small_bodies_alone(void **state)
{
    (void)state;
    static char body[API_TOKEN_BODY_MAX + 1];
    struct arena arena;
    arena_init(&arena, sizeof body * 4);
    memset(body, ' ', sizeof body);
    memcpy(body, "{\"clientToken\":\"t\"}", 19);
    assert_true(str_eq_text(api_client_token((struct str){ body, sizeof body - 1 }, &arena), "t"));
    assert_null(api_client_token((struct str){ body, sizeof body }, &arena).p);
    arena_release(&arena);
}

/* Quadratic time would be minutes, and past the time-out of the test. */
static void a_mebibyte_of_anything_is_read_or_refused_at_once(void **state)
{
    (void)state;
    enum { BODY = 1024 * 1024 };
    static const char *const units[] = { "1,",      "[",        "{\"a\":",         "\"a\":1,", "[],",
                                         "\\u0041", "1",        "\"a\":[1],",      " ",        "\"",
                                         "{},",     "\xc3\xa9", "{\"Key\":\"a\"}," };
    static const char *const starts[] = { "",  "{\"targets\":[", "{\"document\":\"",
                                          "{", "{\"tags\":[",    "{\"documentParameters\":{" };
    static char body[BODY];
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++)
        for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
            size_t n = strlen(starts[s]), unit_n = strlen(units[u]);
            memcpy(body, starts[s], n);
            for (; n + unit_n <= BODY; n += unit_n)
                memcpy(body + n, units[u], unit_n);
            assert_null(decode(OP_CREATE_JOB, "j", NULL, (struct str){ body, n }));
            assert_int_equal(decoding.err.code, ERR_INVALID_JSON);
        }
}

static void json_is_checked_strictly(void **state)
{
    (void)state;
    const char *const good[] = {
        "0",
        "-0",
        "-1.5e+3",
        "1E5",
        "true",
        " null ",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83d\\ude80\"",
        "[]",
        "[1,[2]]",
        "{}",
        "{\"a\":{\"b\":[]}}",
        "{\"a\" : 1 , \"b\":2}",
        "\"\xc3\xa9\"",
    };
    const char *const bad[] = {
        "",
        " ",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\u0000\"",
        "\"a\nb\"",
        "\"\t\"",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{1:2}",
        "'a'",
        "1 2",
        "[}",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(api_json_valid(str_from(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(api_json_valid(str_from(bad[i])));
}

static void an_arena_that_is_full_is_an_internal_error(void **state)
{
    (void)state;
    struct arena small;
    struct err err;
    void *input = NULL;
    struct request request = { .labels = { 1, { STR_LIT("j") } },
                               .body = STR_LIT("{\"targets\":[\"a\",\"b\"]}") };
    bool ok = false;
    for (size_t ceiling = 0; !ok; ceiling += 16) {
        arena_init(&small, ceiling);
        err_init(&err, &small);
        ok = api_decode(OP_CREATE_JOB, &request, &small, &input, NULL, &err);
        assert_int_equal(err.code, ok ? ERR_NONE : ERR_INTERNAL);
        arena_release(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_job_is_read),
        cmocka_unit_test(what_is_not_given_is_absent),
        cmocka_unit_test(labels_are_matched_by_name_not_by_place),
        cmocka_unit_test(an_empty_body_counts_as_an_empty_object),
        cmocka_unit_test(the_body_is_ignored_where_the_operation_has_none),
        cmocka_unit_test(query_values_are_converted),
        cmocka_unit_test(query_values_of_the_wrong_form_are_refused),
        cmocka_unit_test(header_names_have_no_case),
        cmocka_unit_test(the_client_token_is_read_even_when_the_rest_is_refused),
        cmocka_unit_test(over_mqtt_the_payload_holds_what_http_has_in_the_query),
        cmocka_unit_test(an_update_is_read),
        cmocka_unit_test(next_cannot_be_updated),
        cmocka_unit_test(scalars_in_status_details_are_taken_as_text),
        cmocka_unit_test(whole_numbers_that_doubles_cannot_tell_apart_are_refused),
        cmocka_unit_test(whole_numbers_are_exact_below_that_and_as_text),
        cmocka_unit_test(nested_values_in_status_details_are_refused),
        cmocka_unit_test(numbers_as_text_are_taken_only_where_the_rules_say_so),
        cmocka_unit_test(wrong_types_name_the_member_and_what_is_expected),
        cmocka_unit_test(whole_numbers_may_be_written_with_a_fraction_of_zero),
        cmocka_unit_test(bodies_that_are_no_json_object_in_utf8_are_invalid_json),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_body_has_a_limit_of_values),
        cmocka_unit_test(a_map_that_the_model_does_not_limit_has_a_limit),
        cmocka_unit_test(a_token_is_looked_for_in_small_bodies_alone),
        cmocka_unit_test(a_mebibyte_of_anything_is_read_or_refused_at_once),
        cmocka_unit_test(json_is_checked_strictly),
        cmocka_unit_test(an_arena_that_is_full_is_an_internal_error),
    };
    return cmocka_run_group_tests(tests, decoding_setup, decoding_teardown);
}
