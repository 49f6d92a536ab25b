/* What policies are attached to: certificates, thing groups and identities of Cognito. */
#include <stdio.h>
#include <string.h>

#include "support/certificates.h"
#include "support/groups.h"
#include "support/policies.h"
#include "support/refusals.h"

#define TARGET(target) "{\"target\":\"" target "\"}"
#define UNKNOWN_CERTIFICATE                                                                                  \
    "arn:aws:iot:us-east-1:000000000000:cert/"                                                               \
    "0000000000000000000000000000000000000000000000000000000000000000"
#define NO_FORM                                                                                              \
    " is neither the ARN of a certificate or a thing group nor the id of an Amazon Cognito identity."

/* The policies a, b and c beside the groups and things. */
static int set_up(void **state)
{
    groups_set_up(state);
    given_policy(*state, "a", ALLOW("*", "*"));
    given_policy(*state, "b", ALLOW("*", "*"));
    given_policy(*state, "c", ALLOW("*", "*"));
    return 0;
}

static void given_policies(struct world *w, const char *first, int n)
{
    char name[32];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s%d", first, i);
        given_policy(w, name, ALLOW("*", "*"));
    }
}

static void assert_targets(struct world *w, const char *policy, const char *query, const char *expected)
{
    char path[POLICY_PATH_MAX];
    snprintf(path, sizeof path, "/policy-targets/%s%s", policy, query);
    assert_json(http(w, 200, "POST", path, "")->body, "targets", expected);
}

/* ---- attach, detach ---- */

static void a_policy_is_attached_to_all_kinds_of_targets(void **state)
{
    struct world *w = *state;
    char expected[512];
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    assert_targets(w, "a", "", "[]");
    attach_policy(w, "a", GROUP_ARN("site"));
    attach_policy(w, "a", pump.arn);
    attach_policy(w, "a", IDENTITY);
    snprintf(expected, sizeof expected, "[\"" GROUP_ARN("site") "\",\"%s\",\"" IDENTITY "\"]", pump.arn);
    assert_targets(w, "a", "", expected);
    attach_policy(w, "b", pump.arn);
    assert_attached(w, pump.arn, "", "a b");
    assert_attached(w, GROUP_ARN("site"), "", "a");
    assert_attached(w, IDENTITY, "", "a");
    assert_attached(w, GROUP_ARN("zone"), "", "");
}

static void lists_name_policies_with_their_arns(void **state)
{
    struct world *w = *state;
    char path[POLICY_PATH_MAX];
    attach_policy(w, "b", GROUP_ARN("site"));
    attach_policy(w, "a", GROUP_ARN("site"));
    assert_json(http(w, 200, "POST", attached_path(path, GROUP_ARN("site"), ""), NULL)->body, "",
                "{\"policies\":[{\"policyName\":\"a\",\"policyArn\":\"" POLICY_ARN(
                    "a") "\"},{\"policyName\":\"b\",\"policyArn\":\"" POLICY_ARN("b") "\"}]}");
}

static void attaching_and_detaching_twice_is_like_once(void **state)
{
    struct world *w = *state;
    attach_policy(w, "a", GROUP_ARN("site"));
    uint64_t attached = fingerprint(w);
    attach_policy(w, "a", GROUP_ARN("site"));
    assert_true(fingerprint(w) == attached);
    detach_policy(w, "a", GROUP_ARN("site"));
    assert_attached(w, GROUP_ARN("site"), "", "");
    uint64_t detached = fingerprint(w);
    detach_policy(w, "a", GROUP_ARN("site"));
    assert_true(fingerprint(w) == detached);
}

static void what_is_not_attached_may_be_detached(void **state)
{
    struct world *w = *state;
    attach_policy(w, "a", GROUP_ARN("site"));
    uint64_t before = fingerprint(w);
    detach_policy(w, "b", GROUP_ARN("site"));
    detach_policy(w, "none", GROUP_ARN("site"));
    detach_policy(w, "a", GROUP_ARN("none"));
    detach_policy(w, "a", UNKNOWN_CERTIFICATE);
    assert_true(fingerprint(w) == before);
}

static void digits_of_certificates_may_be_in_upper_case(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    char upper[sizeof pump.arn];
    snprintf(upper, sizeof upper, "%s", pump.arn);
    for (char *c = strstr(upper, "cert/") + strlen("cert/"); *c; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 'a' + 'A');
    attach_policy(w, "a", upper);
    assert_attached(w, pump.arn, "", "a");
    detach_policy(w, "a", upper);
    assert_attached(w, pump.arn, "", "");
}

static void what_is_no_target_or_is_not_there_is_refused(void **state)
{
    struct world *w = *state;
    char path[POLICY_PATH_MAX];
    static const struct refusal attach_refusals[] = {
        { TARGET("site"), INVALID, "'site'" NO_FORM },
        { TARGET(""), INVALID, "''" NO_FORM },
        { TARGET(PUMP_ARN), INVALID, "'" PUMP_ARN "'" NO_FORM },
        { TARGET("us-east-1:0a1b2c3d_0123"), INVALID, "'us-east-1:0a1b2c3d_0123'" NO_FORM },
        { TARGET(GROUP_ARN("none")), NOT_FOUND, GROUP_ARN("none") " cannot be found." },
        { TARGET(UNKNOWN_CERTIFICATE), NOT_FOUND, UNKNOWN_CERTIFICATE " cannot be found." },
        { "{}", INVALID,
          "1 validation error detected: Value null at 'target' failed to satisfy constraint: Member must not "
          "be "
          "null" },
    };
    ASSERT_ALL_REFUSED(w, "PUT", "/target-policies/a", attach_refusals);
    refused(w, NOT_FOUND, "PUT", "/target-policies/none", TARGET(GROUP_ARN("site")),
            "Policy none cannot be found.");
    refused(w, INVALID, "PUT", "/target-policies/none", TARGET("site"), "'site'" NO_FORM);
    refused(w, INVALID, "POST", "/target-policies/none", TARGET("site"), "'site'" NO_FORM);
    refused(w, NOT_FOUND, "POST", "/policy-targets/none", NULL, "Policy none cannot be found.");
    refused(w, INVALID, "POST", "/attached-policies/site", NULL, "'site'" NO_FORM);
    refused(w, NOT_FOUND, "POST", attached_path(path, GROUP_ARN("none"), ""), NULL,
            GROUP_ARN("none") " cannot be found.");
}

static void where_arns_are_taken_strictly_those_of_others_are_not_found(void **state)
{
#define FOREIGN "arn:aws:iot:us-east-1:999999999999:thinggroup/site"
    struct world *w = *state;
    attach_policy(w, "a", FOREIGN);
    assert_attached(w, GROUP_ARN("site"), "", "a");
    world_settings(w)->strict = true;
    refused(w, NOT_FOUND, "PUT", "/target-policies/b", TARGET(FOREIGN), FOREIGN " cannot be found.");
    detach_policy(w, "a", FOREIGN);
    assert_attached(w, GROUP_ARN("site"), "", "a");
#undef FOREIGN
}

static void targets_have_room_for_so_many_policies(void **state)
{
    struct world *w = *state;
    char message[256], body[256];
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    attach_policy(w, "a", GROUP_ARN("site"));
    attach_policy(w, "b", GROUP_ARN("site"));
    attach_policy(w, "b", GROUP_ARN("site"));
    refused(w, LIMIT_EXCEEDED, "PUT", "/target-policies/c", TARGET(GROUP_ARN("site")),
            GROUP_ARN("site") " has 2 policies, and can have no more.");
    given_policies(w, "p", 10);
    for (int i = 0; i < 10; i++) {
        snprintf(body, sizeof body, "p%d", i);
        attach_policy(w, body, pump.arn);
        attach_policy(w, body, IDENTITY);
    }
    snprintf(message, sizeof message, "%s has 10 policies, and can have no more.", pump.arn);
    snprintf(body, sizeof body, TARGET("%s"), pump.arn);
    refused(w, LIMIT_EXCEEDED, "PUT", "/target-policies/a", body, message);
    refused(w, LIMIT_EXCEEDED, "PUT", "/target-policies/a", TARGET(IDENTITY),
            IDENTITY " has 10 policies, and can have no more.");
    detach_policy(w, "p3", pump.arn);
    attach_policy(w, "a", pump.arn);
}

/* ---- lists ---- */

static void recursion_adds_what_the_groups_above_have(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    attach(w, "pump", pump.arn);
    join(w, "hall", "pump");
    attach_policy(w, "c", GROUP_ARN("site"));
    attach_policy(w, "b", GROUP_ARN("hall"));
    attach_policy(w, "c", GROUP_ARN("hall"));
    attach_policy(w, "a", GROUP_ARN("yard"));
    attach_policy(w, "a", pump.arn);
    assert_attached(w, GROUP_ARN("hall"), "", "b c");
    assert_attached(w, GROUP_ARN("hall"), "?recursive=true", "b c");
    assert_attached(w, GROUP_ARN("yard"), "?recursive=false", "a");
    assert_attached(w, GROUP_ARN("yard"), "?recursive=true", "a c");
    assert_attached(w, GROUP_ARN("site"), "?recursive=true", "c");
    assert_attached(w, pump.arn, "?recursive=true", "a");
}

static void attached_policies_come_in_pages(void **state)
{
    struct world *w = *state;
    char path[POLICY_PATH_MAX];
    attach_policy(w, "a", IDENTITY);
    attach_policy(w, "b", IDENTITY);
    attach_policy(w, "c", IDENTITY);
    struct answer *a = http(w, 200, "POST", attached_path(path, IDENTITY, "?pageSize=1"), NULL);
    assert_json_items(a->body, "policies", "policyName", "a");
    detach_policy(w, "a", IDENTITY);
    snprintf(path + strlen(path), sizeof path - strlen(path), "&marker=%s",
             json_at(a->body, "nextMarker")->valuestring);
    a = http(w, 200, "POST", path, NULL);
    assert_json_items(a->body, "policies", "policyName", "b");
    snprintf(path, sizeof path, "?pageSize=5&marker=%s", json_at(a->body, "nextMarker")->valuestring);
    assert_attached(w, IDENTITY, path, "c");
}

static void a_marker_is_good_for_its_own_list_alone(void **state)
{
    struct world *w = *state;
    char query[POLICY_PATH_MAX], path[2 * POLICY_PATH_MAX];
    attach_policy(w, "a", GROUP_ARN("site"));
    attach_policy(w, "b", GROUP_ARN("site"));
    struct answer *a = http(w, 200, "POST", attached_path(path, GROUP_ARN("site"), "?pageSize=1"), NULL);
    snprintf(query, sizeof query, "?marker=%s", json_at(a->body, "nextMarker")->valuestring);
    refused(w, INVALID, "POST", attached_path(path, GROUP_ARN("hall"), query), NULL,
            "Next token is invalid.");
    snprintf(query, sizeof query, "?recursive=true&marker=%s", json_at(a->body, "nextMarker")->valuestring);
    refused(w, INVALID, "POST", attached_path(path, GROUP_ARN("site"), query), NULL,
            "Next token is invalid.");
    snprintf(path, sizeof path, "/policy-targets/a?marker=%s", json_at(a->body, "nextMarker")->valuestring);
    refused(w, INVALID, "POST", path, NULL, "Next token is invalid.");
}

static void targets_come_in_pages_in_the_order_of_attaching(void **state)
{
    struct world *w = *state;
    char query[POLICY_PATH_MAX];
    attach_policy(w, "a", GROUP_ARN("zone"));
    attach_policy(w, "a", IDENTITY);
    attach_policy(w, "a", GROUP_ARN("hall"));
    struct answer *a = http(w, 200, "POST", "/policy-targets/a?pageSize=2", NULL);
    assert_json(a->body, "targets", "[\"" GROUP_ARN("zone") "\",\"" IDENTITY "\"]");
    detach_policy(w, "a", IDENTITY);
    attach_policy(w, "a", GROUP_ARN("yard"));
    snprintf(query, sizeof query, "?pageSize=2&marker=%s", json_at(a->body, "nextMarker")->valuestring);
    assert_targets(w, "a", query, "[\"" GROUP_ARN("hall") "\",\"" GROUP_ARN("yard") "\"]");
}

/* ---- what goes ---- */

static void a_policy_that_is_attached_is_not_deleted(void **state)
{
    struct world *w = *state;
    attach_policy(w, "a", GROUP_ARN("site"));
    refused(w, DELETE_CONFLICT, "DELETE", "/policies/a", NULL,
            "The policy cannot be deleted as the policy is attached to one or more principals (name=a)");
    detach_policy(w, "a", GROUP_ARN("site"));
    http(w, 200, "DELETE", "/policies/a", NULL);
}

static void a_group_that_is_deleted_leaves_its_policies(void **state)
{
    struct world *w = *state;
    attach_policy(w, "a", GROUP_ARN("hall"));
    attach_policy(w, "a", GROUP_ARN("site"));
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_targets(w, "a", "", "[\"" GROUP_ARN("site") "\"]");
    given_group(w, "hall", "site");
    assert_attached(w, GROUP_ARN("hall"), "", "");
}

static void a_certificate_that_is_deleted_by_force_leaves_its_policies(void **state)
{
    struct world *w = *state;
    char path[256];
    struct registered pump = given_certificate(w, "pump", "INACTIVE");
    attach_policy(w, "a", pump.arn);
    http(w, 409, "DELETE", pump.path, NULL);
    snprintf(path, sizeof path, "%s?forceDelete=true", pump.path);
    http(w, 200, "DELETE", path, NULL);
    assert_targets(w, "a", "", "[]");
    http(w, 200, "DELETE", "/policies/a", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_policy_is_attached_to_all_kinds_of_targets, set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(lists_name_policies_with_their_arns, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(attaching_and_detaching_twice_is_like_once, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_attached_may_be_detached, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(digits_of_certificates_may_be_in_upper_case, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_target_or_is_not_there_is_refused, set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(where_arns_are_taken_strictly_those_of_others_are_not_found, set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(targets_have_room_for_so_many_policies, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(recursion_adds_what_the_groups_above_have, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(attached_policies_come_in_pages, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_marker_is_good_for_its_own_list_alone, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(targets_come_in_pages_in_the_order_of_attaching, set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_policy_that_is_attached_is_not_deleted, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_group_that_is_deleted_leaves_its_policies, set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_certificate_that_is_deleted_by_force_leaves_its_policies, set_up,
                                        world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
