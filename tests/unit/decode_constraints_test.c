#include "support/decoding.h"

#include <stdio.h>
#include <string.h>

/* --- constraints, literally */

static void a_pattern_is_enforced(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(OP_DESCRIBE_JOB, "bad.id", NULL, STR_NONE), ERR_INVALID_REQUEST,
        "1 validation error detected: Value 'bad.id' at 'jobId' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9_-]+");
}

static void lengths_are_counted_in_characters(void **state)
{
    (void)state;
    char body[8192], message[8192], text[2 * 2029 + 1];
    for (int i = 0; i < 2029; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 3);
    snprintf(body, sizeof(body), "{\"comment\":\"%s\"}", text);
    snprintf(
        message, sizeof(message),
        "1 validation error detected: Value '%s' at 'comment' failed to satisfy constraint: Member must have "
        "length less than or equal to 2028",
        text);
    assert_not_decoded(decode(OP_CANCEL_JOB, "fw-7", NULL, str_from(body)), ERR_INVALID_REQUEST, message);
    snprintf(body, sizeof(body), "{\"comment\":\"%s\"}", text + 2);
    assert_non_null(decode(OP_CANCEL_JOB, "fw-7", NULL, str_from(body)));
}

static void an_empty_text_breaks_pattern_and_length(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(OP_DESCRIBE_JOB, "", NULL, STR_NONE), ERR_INVALID_REQUEST,
        "2 validation errors detected: Value '' at 'jobId' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [a-zA-Z0-9_-]+; Value '' at 'jobId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1");
}

static void ranges_of_whole_numbers_are_enforced(void **state)
{
    (void)state;
    assert_not_decoded(
        decode_query(OP_LIST_JOBS, "maxResults", "0"), ERR_INVALID_REQUEST,
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must "
        "have value greater than or equal to 1");
    assert_not_decoded(
        decode_query(OP_LIST_JOBS, "maxResults", "251"), ERR_INVALID_REQUEST,
        "1 validation error detected: Value '251' at 'maxResults' failed to satisfy constraint: Member must "
        "have value less than or equal to 250");
    assert_not_decoded(decode(OP_UPDATE_JOB, "j", NULL,
                              STR_LIT("{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1001}}")),
                       ERR_INVALID_REQUEST,
                       "1 validation error detected: Value '1001' at "
                       "'jobExecutionsRolloutConfig.maximumPerMinute' failed to "
                       "satisfy constraint: Member must have value less than or equal to 1000");
}

static void the_rate_of_a_rollout_may_be_allowed_another_maximum(void **state)
{
    (void)state;
    struct request request = { .labels = { 1, { STR_LIT("j") } }, .quota = 5000 };
    request.body = STR_LIT("{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":5000}}");
    assert_non_null(decode_request(OP_UPDATE_JOB, &request));
    request.body = STR_LIT("{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":5001,\"exponentialRate\":{"
                           "\"baseRatePerMinute\":1001,\"incrementFactor\":2,\"rateIncreaseCriteria\":{}}}}");
    assert_not_decoded(decode_request(OP_UPDATE_JOB, &request), ERR_INVALID_REQUEST,
                       "2 validation errors detected: Value '5001' at "
                       "'jobExecutionsRolloutConfig.maximumPerMinute' failed to satisfy constraint: Member "
                       "must have value less than or equal to 5000; Value '1001' at "
                       "'jobExecutionsRolloutConfig.exponentialRate.baseRatePerMinute' failed to satisfy "
                       "constraint: Member must have value less than or equal to 1000");
}

static void ranges_of_doubles_are_enforced_and_printed_with_a_fraction(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(
            OP_UPDATE_JOB, "j", NULL,
            STR_LIT("{\"jobExecutionsRolloutConfig\":{\"exponentialRate\":{\"baseRatePerMinute\":1,"
                    "\"incrementFactor\":1,\"rateIncreaseCriteria\":{}}},\"abortConfig\":{\"criteriaList\":[{"
                    "\"failureType\":\"ALL\",\"action\":\"CANCEL\",\"thresholdPercentage\":101,"
                    "\"minNumberOfExecutedThings\":1}]}}")),
        ERR_INVALID_REQUEST,
        "2 validation errors detected: Value '1.0' at "
        "'jobExecutionsRolloutConfig.exponentialRate.incrementFactor' "
        "failed to satisfy constraint: Member must have value greater than or equal to 1.1; Value '101.0' at "
        "'abortConfig.criteriaList.1.member.thresholdPercentage' failed to satisfy constraint: Member must "
        "have value "
        "less than or equal to 100");
}

static void violations_come_in_the_service_s_order_whatever_the_request_s(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(OP_UPDATE_JOB, "j", NULL,
               STR_LIT("{\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"NONE\",\"action\":\"STOP\"}]},"
                       "\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"REJECTED\","
                       "\"numberOfRetries\":11}]},"
                       "\"presignedUrlConfig\":{\"expiresInSec\":59},"
                       "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":0}}")),
        ERR_INVALID_REQUEST,
        "8 validation errors detected: "
        "Value '0' at 'jobExecutionsRolloutConfig.maximumPerMinute' failed to satisfy constraint: Member "
        "must have "
        "value greater than or equal to 1; "
        "Value '59' at 'presignedUrlConfig.expiresInSec' failed to satisfy constraint: Member must have "
        "value greater "
        "than or equal to 60; "
        "Value 'REJECTED' at 'jobExecutionsRetryConfig.criteriaList.1.member.failureType' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ALL, TIMED_OUT, FAILED]; "
        "Value '11' at 'jobExecutionsRetryConfig.criteriaList.1.member.numberOfRetries' failed to satisfy "
        "constraint: "
        "Member must have value less than or equal to 10; "
        "Value null at 'abortConfig.criteriaList.1.member.minNumberOfExecutedThings' failed to satisfy "
        "constraint: "
        "Member must not be null; "
        "Value 'NONE' at 'abortConfig.criteriaList.1.member.failureType' failed to satisfy constraint: "
        "Member must "
        "satisfy enum value set: [ALL, TIMED_OUT, FAILED, REJECTED]; "
        "Value 'STOP' at 'abortConfig.criteriaList.1.member.action' failed to satisfy constraint: Member "
        "must satisfy "
        "enum value set: [CANCEL]; "
        "Value null at 'abortConfig.criteriaList.1.member.thresholdPercentage' failed to satisfy constraint: "
        "Member "
        "must not be null");
}

static void lists_have_least_and_most_lengths(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(OP_UPDATE_JOB, "j", NULL, STR_LIT("{\"abortConfig\":{\"criteriaList\":[]}}")),
        ERR_INVALID_REQUEST,
        "1 validation error detected: Value '[]' at 'abortConfig.criteriaList' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1");
    assert_not_decoded(
        decode(OP_UPDATE_JOB, "j", NULL,
               STR_LIT("{\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\","
                       "\"numberOfRetries\":1},{\"failureType\":\"ALL\",\"numberOfRetries\":2},{}]}}")),
        ERR_INVALID_REQUEST,
        "1 validation error detected: Value '[RetryCriteria(failureType=FAILED, numberOfRetries=1), "
        "RetryCriteria(failureType=ALL, numberOfRetries=2), RetryCriteria(failureType=null, "
        "numberOfRetries=null)]' at "
        "'jobExecutionsRetryConfig.criteriaList' failed to satisfy constraint: Member must have length less "
        "than or "
        "equal to 2");
}

static void nulls_in_lists_are_refused(void **state)
{
    (void)state;
    assert_not_decoded(
        decode(OP_CREATE_JOB, "j", NULL, STR_LIT("{\"targets\":[\"a\",null]}")), ERR_INVALID_REQUEST,
        "1 validation error detected: Value null at 'targets.2.member' failed to satisfy constraint: Member "
        "must not be null");
}

static void maps_have_keys_values_and_a_most_length(void **state)
{
    (void)state;
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION,
                    "{\"status\":\"FAILED\",\"statusDetails\":{\"a b\":\"x\",\"ok\":\"\\u0001\"}}"),
        ERR_INVALID_REQUEST,
        "2 validation errors detected: Value 'a b' at 'statusDetails.a b.key' failed to satisfy constraint: "
        "Member "
        "must satisfy regular expression pattern: [a-zA-Z0-9:_-]+; Value '\x01' at 'statusDetails.ok.member' "
        "failed to "
        "satisfy constraint: Member must satisfy regular expression pattern: [^\\p{C}]+");
    assert_not_decoded(
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION,
                    "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":\"1\",\"b\":2,\"c\":true,\"d\":\"4\","
                    "\"e\":\"5\","
                    "\"f\":\"6\",\"g\":\"7\",\"h\":\"8\",\"i\":\"9\",\"j\":\"10\",\"k\":\"11\"}}"),
        ERR_INVALID_REQUEST,
        "1 validation error detected: Value '{a=1, b=2, c=true, d=4, e=5, f=6, g=7, h=8, i=9, j=10, k=11}' "
        "at "
        "'statusDetails' failed to satisfy constraint: Member must have length less than or equal to 10");
    assert_not_decoded(
        decode(OP_UPDATE_EVENT_CONFIGURATIONS, NULL, NULL,
               STR_LIT("{\"eventConfigurations\":{\"BOGUS\":{\"Enabled\":true}}}")),
        ERR_INVALID_REQUEST,
        "1 validation error detected: Value 'BOGUS' at 'eventConfigurations.BOGUS.key' failed to satisfy "
        "constraint: Member must satisfy enum value set: [THING, THING_GROUP, THING_TYPE, "
        "THING_GROUP_MEMBERSHIP, THING_GROUP_HIERARCHY, THING_TYPE_ASSOCIATION, JOB, JOB_EXECUTION, POLICY, "
        "CERTIFICATE, CA_CERTIFICATE]");
}

static void a_map_of_structures_is_read(void **state)
{
    (void)state;
    const struct update_event_configurations_request *in =
        decode(OP_UPDATE_EVENT_CONFIGURATIONS, NULL, NULL,
               STR_LIT("{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true},\"THING\":{}}}"));
    assert_int_equal(in->event_configurations.n, 2);
    assert_true(str_eq_text(in->event_configurations.items[0].key, "JOB"));
    assert_true(in->event_configurations.items[0].value.enabled.value);
    assert_false(in->event_configurations.items[1].value.enabled.set);
}

static void of_a_name_that_stands_twice_the_last_counts(void **state)
{
    (void)state;
    const struct data_update_job_execution_request *in =
        decode_mqtt(OP_DATA_UPDATE_JOB_EXECUTION, "{\"status\":\"FAILED\",\"status\":\"SUCCEEDED\","
                                                  "\"statusDetails\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"}}");
    assert_int_equal(in->status, DATA_JOB_EXECUTION_STATUS_SUCCEEDED);
    assert_int_equal(in->status_details.n, 2);
    assert_true(str_eq_text(in->status_details.items[1].key, "a"));
    assert_true(str_eq_text(in->status_details.items[1].value, "3"));
}

static void a_flood_of_violations_is_counted_but_cut_short(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct strbuf body;
    strbuf_init(&body, 1024 * 1024);
    strbuf_add_text(&body, "{\"thingGroupsToAdd\":[\"\"");
    for (int i = 1; i < COUNT; i++)
        strbuf_add_text(&body, ",\"\"");
    strbuf_add_text(&body, "]}");
    assert_null(decode(OP_UPDATE_THING_GROUPS_FOR_THING, NULL, NULL, strbuf_str(&body)));
    assert_true(str_starts_with(decoding.err.message, STR_LIT("10000 validation errors detected: Value ")));
    assert_true(decoding.err.message.n < 64 * 1024);
    strbuf_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_enforced),
        cmocka_unit_test(lengths_are_counted_in_characters),
        cmocka_unit_test(an_empty_text_breaks_pattern_and_length),
        cmocka_unit_test(ranges_of_whole_numbers_are_enforced),
        cmocka_unit_test(the_rate_of_a_rollout_may_be_allowed_another_maximum),
        cmocka_unit_test(ranges_of_doubles_are_enforced_and_printed_with_a_fraction),
        cmocka_unit_test(violations_come_in_the_service_s_order_whatever_the_request_s),
        cmocka_unit_test(lists_have_least_and_most_lengths),
        cmocka_unit_test(nulls_in_lists_are_refused),
        cmocka_unit_test(maps_have_keys_values_and_a_most_length),
        cmocka_unit_test(a_map_of_structures_is_read),
        cmocka_unit_test(of_a_name_that_stands_twice_the_last_counts),
        cmocka_unit_test(a_flood_of_violations_is_counted_but_cut_short),
    };
    return cmocka_run_group_tests(tests, decoding_setup, decoding_teardown);
}
