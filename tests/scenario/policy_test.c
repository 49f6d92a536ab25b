/* Policies and their versions. What they are attached to, and what they decide, is in the tests of their own.
 */
#include <stdio.h>
#include <string.h>

#include "support/certificates.h"
#include "support/policies.h"
#include "support/refusals.h"

#define OPEN_TEXT                                                                                            \
    " { \\\"Statement\\\" "                                                                                  \
    ":\\t{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}}\\n"
#define OPEN_BODY  "{\"policyDocument\":\"" OPEN_TEXT "\"}"
#define MALFORMED  400, "MalformedPolicyException"
#define TOO_MANY   409, "VersionsLimitExceededException"
#define FIRST_ONLY "[{\"versionId\":\"1\",\"isDefaultVersion\":true,\"createDate\":1893499200.000}]"

static void create_version(struct world *w, const char *query)
{
    char path[64];
    snprintf(path, sizeof path, "/policies/open/version%s", query);
    http(w, 200, "POST", path, OPEN_BODY);
}

static void assert_versions(struct world *w, const char *expected)
{
    const cJSON *item;
    char found[64] = "";
    cJSON_ArrayForEach(item,
                       json_at(http(w, 200, "GET", "/policies/open/version", NULL)->body, "policyVersions"))
    {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s%s", n ? " " : "", json_at(item, "versionId")->valuestring,
                 cJSON_IsTrue(json_at(item, "isDefaultVersion")) ? "*" : "");
    }
    assert_string_equal(found, expected);
}

static const char *generation(struct world *w)
{
    return json_at(http(w, 200, "GET", "/policies/open", NULL)->body, "generationId")->valuestring;
}

/* ---- create, get ---- */

static void a_policy_comes_back_as_it_was_sent(void **state)
{
    struct world *w = *state;
    char expected[1024];
    assert_json(http(w, 200, "POST", "/policies/open", OPEN_BODY)->body, "",
                "{\"policyName\":\"open\",\"policyArn\":\"" POLICY_ARN(
                    "open") "\",\"policyDocument\":\"" OPEN_TEXT "\",\"policyVersionId\":\"1\"}");
    advance(w, "PT1M");
    const cJSON *policy = http(w, 200, "GET", "/policies/open", NULL)->body;
    snprintf(expected, sizeof expected,
             "{\"policyName\":\"open\",\"policyArn\":\"" POLICY_ARN(
                 "open") "\",\"policyDocument\":\"" OPEN_TEXT "\",\"defaultVersionId\":\"1\","
                         "\"creationDate\":1893499200.000,\"lastModifiedDate\":1893499200.000,"
                         "\"generationId\":\"%s\"}",
             json_at(policy, "generationId")->valuestring);
    assert_json(policy, "", expected);
    assert_json(http(w, 200, "GET", "/policies/open/version", NULL)->body, "policyVersions", FIRST_ONLY);
}

static void a_version_comes_back_with_its_document(void **state)
{
    struct world *w = *state;
    char expected[1024];
    http(w, 200, "POST", "/policies/a+b=c,.@-", OPEN_BODY);
    const cJSON *version = http(w, 200, "GET", "/policies/a+b=c,.@-/version/1", NULL)->body;
    snprintf(expected, sizeof expected,
             "{\"policyArn\":\"" POLICY_ARN(
                 "a+b=c,.@-") "\",\"policyName\":\"a+b=c,.@-\",\"policyDocument\":\"" OPEN_TEXT "\","
                              "\"policyVersionId\":\"1\",\"isDefaultVersion\":true,\"creationDate\":"
                              "1893499200.000,"
                              "\"lastModifiedDate\":1893499200.000,\"generationId\":\"%s\"}",
             json_at(version, "generationId")->valuestring);
    assert_json(version, "", expected);
}

static void a_name_is_taken_once_even_for_the_same_document(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    struct answer *a = refused(w, ALREADY_EXISTS, "POST", "/policies/open", OPEN_BODY,
                               "Policy cannot be created - name already exists (name=open)");
    assert_json_string(a->body, "resourceId", "open");
    assert_json_string(a->body, "resourceArn", POLICY_ARN("open"));
}

static void a_document_that_is_none_is_refused_before_anything_else(void **state)
{
    struct world *w = *state;
    static const struct refusal refusals[] = {
        { "{\"policyDocument\":\"\"}", MALFORMED, "Policy document is malformed: it is not valid JSON." },
        { "{\"policyDocument\":\"{\\\"Statement\\\":{\\\"Principal\\\":\\\"*\\\"}}\"}", MALFORMED,
          "Policy document is malformed: statement 1 has the unknown element Principal." },
        { "{}", INVALID,
          "1 validation error detected: Value null at 'policyDocument' failed to satisfy constraint: Member "
          "must "
          "not be null" },
    };
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    ASSERT_ALL_REFUSED(w, "POST", "/policies/open", refusals);
    ASSERT_ALL_REFUSED(w, "POST", "/policies/none/version", refusals);
}

static void what_is_not_there_is_not_found(void **state)
{
    struct world *w = *state;
    static const char no_policy[] = "Policy none cannot be found.";
    refused(w, NOT_FOUND, "GET", "/policies/none", NULL, no_policy);
    refused(w, NOT_FOUND, "DELETE", "/policies/none", NULL, no_policy);
    refused(w, NOT_FOUND, "POST", "/policies/none/version", OPEN_BODY, no_policy);
    refused(w, NOT_FOUND, "GET", "/policies/none/version", NULL, no_policy);
    refused(w, NOT_FOUND, "GET", "/policies/none/version/1", NULL, no_policy);
    refused(w, NOT_FOUND, "PATCH", "/policies/none/version/1", NULL, no_policy);
    refused(w, NOT_FOUND, "DELETE", "/policies/none/version/1", NULL, no_policy);
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    refused(w, NOT_FOUND, "GET", "/policies/open/version/2", NULL,
            "Version 2 of policy open cannot be found.");
    refused(w, NOT_FOUND, "PATCH", "/policies/open/version/01", NULL,
            "Version 01 of policy open cannot be found.");
    refused(w, NOT_FOUND, "DELETE", "/policies/open/version/99999999999999999999", NULL,
            "Version 99999999999999999999 of policy open cannot be found.");
}

/* ---- versions ---- */

static void a_new_version_is_in_force_only_if_that_is_asked_for(void **state)
{
    struct world *w = *state;
    given_policy(w, "open", ALLOW("iot:Publish", "*"));
    advance(w, "PT1M");
    assert_json(
        http(w, 200, "POST", "/policies/open/version", OPEN_BODY)->body, "",
        "{\"policyArn\":\"" POLICY_ARN("open") "\",\"policyDocument\":\"" OPEN_TEXT
                                               "\",\"policyVersionId\":\"2\",\"isDefaultVersion\":false}");
    assert_versions(w, "2 1*");
    assert_json_string(http(w, 200, "GET", "/policies/open", NULL)->body, "defaultVersionId", "1");
    assert_json(http(w, 200, "POST", "/policies/open/version?setAsDefault=true", OPEN_BODY)->body,
                "isDefaultVersion", "true");
    assert_versions(w, "3* 2 1");
    const cJSON *policy = http(w, 200, "GET", "/policies/open", NULL)->body;
    assert_json(policy, "policyDocument", "\"" OPEN_TEXT "\"");
    assert_json_number(policy, "creationDate", NOON_S);
    assert_json_number(policy, "lastModifiedDate", NOON_S + 60);
}

static void the_version_in_force_can_be_changed(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    create_version(w, "");
    char before[64];
    snprintf(before, sizeof before, "%s", generation(w));
    advance(w, "PT1M");
    assert_string_equal(http(w, 200, "PATCH", "/policies/open/version/2", NULL)->text, "");
    assert_versions(w, "2* 1");
    assert_string_not_equal(generation(w), before);
    assert_json_number(http(w, 200, "GET", "/policies/open", NULL)->body, "lastModifiedDate", NOON_S + 60);
    uint64_t same = fingerprint(w);
    http(w, 200, "PATCH", "/policies/open/version/2", NULL);
    assert_true(fingerprint(w) == same);
}

static void numbers_of_versions_are_never_given_again(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    create_version(w, "");
    assert_string_equal(http(w, 200, "DELETE", "/policies/open/version/2", NULL)->text, "");
    create_version(w, "?setAsDefault=false");
    assert_versions(w, "3 1*");
    refused(w, NOT_FOUND, "GET", "/policies/open/version/2", NULL,
            "Version 2 of policy open cannot be found.");
}

static void a_policy_has_at_most_five_versions(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    for (int i = 2; i <= 5; i++)
        create_version(w, "");
    refused(w, TOO_MANY, "POST", "/policies/open/version?setAsDefault=true", OPEN_BODY,
            "The policy open already has the maximum number of versions (5)");
    http(w, 200, "DELETE", "/policies/open/version/4", NULL);
    create_version(w, "?setAsDefault=true");
    assert_versions(w, "6* 5 3 2 1");
}

static void the_version_in_force_cannot_be_deleted(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    create_version(w, "?setAsDefault=true");
    refused(w, DELETE_CONFLICT, "DELETE", "/policies/open/version/2", NULL,
            "Cannot delete the default version of a policy");
    http(w, 200, "DELETE", "/policies/open/version/1", NULL);
    assert_versions(w, "2*");
}

/* ---- delete ---- */

static void a_policy_is_deleted_once_its_other_versions_are(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    create_version(w, "");
    refused(w, DELETE_CONFLICT, "DELETE", "/policies/open", NULL,
            "Cannot delete the policy because it has one or more policy versions attached to it (name=open)");
    http(w, 200, "DELETE", "/policies/open/version/2", NULL);
    assert_string_equal(http(w, 200, "DELETE", "/policies/open", NULL)->text, "");
    assert_int_equal(rows_in(w, "policy_version"), 0);
    refused(w, NOT_FOUND, "GET", "/policies/open", NULL, "Policy open cannot be found.");
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    assert_versions(w, "1*");
}

static void tags_come_and_go_with_the_policy(void **state)
{
    struct world *w = *state;
    static const struct refusal refusals[] = {
        { "{\"policyDocument\":\"" OPEN_TEXT "\",\"tags\":[{\"Key\":\"a\"},{\"Key\":\"a\"}]}", INVALID,
          "Tag key a is given twice." },
    };
    ASSERT_ALL_REFUSED(w, "POST", "/policies/open", refusals);
    http(w, 200, "POST", "/policies/open",
         "{\"policyDocument\":\"" OPEN_TEXT "\",\"tags\":[{\"Key\":\"team\",\"Value\":\"pumps\"}]}");
    http(w, 200, "POST", "/tags",
         "{\"resourceArn\":\"" POLICY_ARN("open") "\",\"tags\":[{\"Key\":\"b\",\"Value\":\"\"}]}");
    assert_json(http(w, 200, "GET", "/tags?resourceArn=" POLICY_ARN("open"), NULL)->body, "tags",
                "[{\"Key\":\"team\",\"Value\":\"pumps\"},{\"Key\":\"b\",\"Value\":\"\"}]");
    http(w, 200, "DELETE", "/policies/open", NULL);
    assert_int_equal(rows_in(w, "tag"), 0);
}

/* ---- list ---- */

static void policies_are_listed_newest_first_or_oldest_first(void **state)
{
    struct world *w = *state;
    assert_json(http(w, 200, "GET", "/policies", NULL)->body, "", "{\"policies\":[]}");
    given_policy(w, "b", ALLOW("*", "*"));
    given_policy(w, "a", ALLOW("*", "*"));
    given_policy(w, "c", ALLOW("*", "*"));
    assert_json(
        http(w, 200, "GET", "/policies", NULL)->body, "",
        "{\"policies\":[{\"policyName\":\"c\",\"policyArn\":\"" POLICY_ARN(
            "c") "\"},{\"policyName\":\"a\",\"policyArn\":\"" POLICY_ARN("a") "\"},{\"policyName\":"
                                                                              "\"b\",\"policyArn\":"
                                                                              "\"" POLICY_ARN("b") "\"}]}");
    assert_json_items(http(w, 200, "GET", "/policies?isAscendingOrder=true", NULL)->body, "policies",
                      "policyName", "b a c");
    assert_json_items(http(w, 200, "GET", "/policies?isAscendingOrder=false", NULL)->body, "policies",
                      "policyName", "c a b");
}

static void pages_go_on_where_they_ended_in_either_order(void **state)
{
    struct world *w = *state;
    for (const char *name = "abcde"; *name; name++)
        given_policy(w, (char[]){ *name, '\0' }, ALLOW("*", "*"));
    struct answer *a = http(w, 200, "GET", "/policies?pageSize=2", NULL);
    assert_json_items(a->body, "policies", "policyName", "e d");
    given_policy(w, "f", ALLOW("*", "*"));
    http(w, 200, "DELETE", "/policies/d", NULL);
    a = next_marked_page(w, a, "/policies?pageSize=2");
    assert_json_items(a->body, "policies", "policyName", "c b");
    a = next_marked_page(w, a, "/policies?pageSize=2");
    assert_json_items(a->body, "policies", "policyName", "a");
    assert_json_absent(a->body, "nextMarker");
    a = http(w, 200, "GET", "/policies?pageSize=3&isAscendingOrder=true", NULL);
    assert_json_items(a->body, "policies", "policyName", "a b c");
    a = next_marked_page(w, a, "/policies?pageSize=3&isAscendingOrder=true");
    assert_json_items(a->body, "policies", "policyName", "e f");
    assert_json_absent(a->body, "nextMarker");
}

static void markers_of_one_list_are_none_of_another(void **state)
{
    struct world *w = *state;
    char path[256];
    given_policy(w, "a", ALLOW("*", "*"));
    given_policy(w, "b", ALLOW("*", "*"));
    const cJSON *body = http(w, 200, "GET", "/policies?pageSize=1", NULL)->body;
    snprintf(path, sizeof path, "/policies?isAscendingOrder=true&marker=%s",
             json_at(body, "nextMarker")->valuestring);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/policies?marker=AAAA", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/policies?pageSize=251", NULL,
            "1 validation error detected: Value '251' at 'pageSize' failed to satisfy constraint: Member "
            "must have "
            "value less than or equal to 250");
}

static void a_page_has_25_policies_where_nothing_is_said(void **state)
{
    struct world *w = *state;
    char name[16];
    for (int i = 0; i < 26; i++) {
        snprintf(name, sizeof name, "p%d", i);
        given_policy(w, name, ALLOW("*", "*"));
    }
    const cJSON *body = http(w, 200, "GET", "/policies", NULL)->body;
    assert_int_equal(cJSON_GetArraySize(json_at(body, "policies")), 25);
    assert_non_null(json_at(body, "nextMarker"));
}

static void policies_outlive_a_restart_and_not_a_reset(void **state)
{
    struct world *w = world_new_durable(NOON);
    http(w, 200, "POST", "/policies/open", OPEN_BODY);
    create_version(w, "?setAsDefault=true");
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_versions(w, "2* 1");
    reset(w);
    assert_int_equal(rows_in(w, "policy") + rows_in(w, "policy_version"), 0);
    world_free(w);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_policy_comes_back_as_it_was_sent, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_version_comes_back_with_its_document, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_taken_once_even_for_the_same_document, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_document_that_is_none_is_refused_before_anything_else, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_new_version_is_in_force_only_if_that_is_asked_for, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(the_version_in_force_can_be_changed, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(numbers_of_versions_are_never_given_again, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_policy_has_at_most_five_versions, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_version_in_force_cannot_be_deleted, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_policy_is_deleted_once_its_other_versions_are, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(tags_come_and_go_with_the_policy, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(policies_are_listed_newest_first_or_oldest_first, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(pages_go_on_where_they_ended_in_either_order, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(markers_of_one_list_are_none_of_another, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_page_has_25_policies_where_nothing_is_said, world_set_up,
                                        world_tear_down),
        cmocka_unit_test(policies_outlive_a_restart_and_not_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
