/* What policies would say: GetEffectivePolicies and TestAuthorization. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/certificates.h"
#include "support/groups.h"
#include "support/policies.h"
#include "support/refusals.h"

#define ARN(rest)             "arn:aws:iot:us-east-1:000000000000:" rest
#define THING_NAME            "${iot:Connection.Thing.ThingName}"
#define INFO(type, resources) "{\"actionType\":\"" type "\",\"resources\":[" resources "]}"
#define UNKNOWN_CERTIFICATE   ARN("cert/0000000000000000000000000000000000000000000000000000000000000000")

enum { BODY_MAX = 4096 };

struct story {
    struct world *w;
    struct registered pump; /* the certificate of the thing "pump" */
};

static struct story story_of(void **state)
{
    struct story story = { .w = *state };
    story.pump = given_certificate(story.w, "pump", "ACTIVE");
    attach(story.w, "pump", story.pump.arn);
    return story;
}

/* ---- GetEffectivePolicies ---- */

static struct answer *effective(struct world *w, const char *query, const char *principal)
{
    char path[256], body[BODY_MAX] = "{}";
    snprintf(path, sizeof path, "/effective-policies%s", query);
    if (principal)
        snprintf(body, sizeof body, "{\"principal\":\"%s\"}", principal);
    return http(w, 200, "POST", path, body);
}

static void assert_effective(struct world *w, const char *query, const char *principal, const char *expected)
{
    assert_json_items(effective(w, query, principal)->body, "effectivePolicies", "policyName", expected);
}

static void the_document_in_force_is_shown(void **state)
{
    struct story s = story_of(state);
    char body[POLICY_BODY_MAX];
    given_policy(s.w, "a", ALLOW("iot:Connect", "*"));
    attach_policy(s.w, "a", s.pump.arn);
    http(s.w, 200, "POST", "/policies/a/version", policy_body(body, DENY("iot:Connect", "*")));
    static const char expected[] =
        "{\"effectivePolicies\":[{\"policyName\":\"a\",\"policyArn\":\"" POLICY_ARN(
            "a") "\",\"policyDocument\":"
                 "\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"%s\\\","
                 "\\\"Action\\\":"
                 "\\\"iot:Connect\\\",\\\"Resource\\\":\\\"*\\\"}]}\"}]}";
    snprintf(body, sizeof body, expected, "Allow");
    assert_json(effective(s.w, "", s.pump.arn)->body, "", body);
    http(s.w, 200, "PATCH", "/policies/a/version/2", NULL);
    snprintf(body, sizeof body, expected, "Deny");
    assert_json(effective(s.w, "", s.pump.arn)->body, "", body);
}

static void policies_of_the_principal_and_of_the_things_groups_are_one_list(void **state)
{
    struct story s = story_of(state);
    for (const char *name = "abcd"; *name; name++)
        given_policy(s.w, (char[]){ *name, '\0' }, ALLOW("*", "*"));
    join(s.w, "hall", "pump");
    attach_policy(s.w, "d", s.pump.arn);
    attach_policy(s.w, "c", s.pump.arn);
    attach_policy(s.w, "a", GROUP_ARN("site"));
    attach_policy(s.w, "c", GROUP_ARN("hall"));
    attach_policy(s.w, "b", GROUP_ARN("yard"));
    attach_policy(s.w, "b", IDENTITY);
    assert_effective(s.w, "", s.pump.arn, "c d");
    assert_effective(s.w, "?thingName=pump", NULL, "a c");
    assert_effective(s.w, "?thingName=pump", s.pump.arn, "c d a");
    assert_effective(s.w, "?thingName=fan", NULL, "");
    assert_effective(s.w, "", GROUP_ARN("hall"), "a c");
    assert_effective(s.w, "", GROUP_ARN("zone"), "");
    assert_effective(s.w, "", IDENTITY, "b");
    assert_json_items(
        http(s.w, 200, "POST", "/effective-policies", "{\"cognitoIdentityPoolId\":\"" IDENTITY "\"}")->body,
        "effectivePolicies", "policyName", "b");
    leave(s.w, "hall", "pump");
    assert_effective(s.w, "?thingName=pump", s.pump.arn, "c d");
}

static void who_is_asked_for_must_be_named_and_be_there(void **state)
{
    static const struct refusal refusals[] = {
        { "{}", INVALID, "One of principal, cognitoIdentityPoolId and thingName must be given." },
        { "{\"principal\":\"" PUMP_ARN "\"}", INVALID,
          "'" PUMP_ARN "' is neither the ARN of a certificate…" },
        { "{\"principal\":\"" UNKNOWN_CERTIFICATE "\"}", NOT_FOUND, UNKNOWN_CERTIFICATE " cannot be found." },
        { "{\"principal\":\"" GROUP_ARN("none") "\"}", NOT_FOUND, GROUP_ARN("none") " cannot be found." },
        { "{\"cognitoIdentityPoolId\":\"" GROUP_ARN("site") "\"}", INVALID,
          "'" GROUP_ARN("site") "' is not the id of an Amazon Cognito identity pool." },
    };
    ASSERT_ALL_REFUSED(*state, "POST", "/effective-policies", refusals);
    refused(*state, NOT_FOUND, "POST", "/effective-policies?thingName=none", "{}",
            "Thing none cannot be found.");
}

/* ---- TestAuthorization ---- */

/* `more`: further members of the body, each with a comma before it. */
static struct answer *test(struct story *s, const char *client, const char *info, const char *more)
{
    char path[256] = "/test-authorization", body[BODY_MAX];
    if (client)
        snprintf(path, sizeof path, "/test-authorization?clientId=%s", client);
    snprintf(body, sizeof body, "{\"principal\":\"%s\",\"authInfos\":[%s]%s}", s->pump.arn, info, more);
    return http(s->w, 200, "POST", path, body);
}

static void assert_decision(struct story *s, const char *client, const char *info, const char *more,
                            const char *expected)
{
    assert_json_string(test(s, client, info, more)->body, "authResults.0.authDecision", expected);
}

static void a_result_says_who_said_what(void **state)
{
    struct story s = story_of(state);
    given_policy(s.w, "other", ALLOW("iot:Connect", "*"));
    given_policy(s.w, "yes", ALLOW("iot:Publish", ARN("topic/*")));
    given_policy(s.w, "no", DENY("iot:Publish", ARN("topic/secret")));
    attach_policy(s.w, "other", s.pump.arn);
    attach_policy(s.w, "yes", s.pump.arn);
    attach_policy(s.w, "no", s.pump.arn);
#define NAMED(policy) "{\"policyName\":\"" policy "\",\"policyArn\":\"" POLICY_ARN(policy) "\"}"
    assert_json(
        test(&s, "pump", INFO("PUBLISH", "\"" ARN("topic/a") "\""), "")->body, "",
        "{\"authResults\":[{\"authInfo\":" INFO(
            "PUBLISH",
            "\"" ARN("topic/a") "\"") ","
                                      "\"allowed\":{\"policies\":[" NAMED(
                                          "yes") "]},\"denied\":{\"implicitDeny\":{\"policies\":"
                                                 "[" NAMED("other") "," NAMED("no") "]},"
                                                                                    "\"explicitDeny\":{"
                                                                                    "\"policies\":[]}},"
                                                                                    "\"authDecision\":"
                                                                                    "\"ALLOWED\","
                                                                                    "\"missingContextVa"
                                                                                    "lues\":[]}]}");
    assert_json(
        test(&s, "pump", INFO("PUBLISH", "\"" ARN("topic/secret") "\""), "")->body, "authResults.0",
        "{\"authInfo\":" INFO(
            "PUBLISH",
            "\"" ARN("topic/secret") "\"") ","
                                           "\"allowed\":{\"policies\":[" NAMED(
                                               "yes") "]},\"denied\":{\"implicitDeny\":{\"policies\":"
                                                      "[" NAMED("other") "]},\"explicitDeny\":{"
                                                                         "\"policies\":[" NAMED("no") "]}}"
                                                                                                      ","
                                                                                                      "\"a"
                                                                                                      "uth"
                                                                                                      "Dec"
                                                                                                      "isi"
                                                                                                      "on"
                                                                                                      "\":"
                                                                                                      "\"E"
                                                                                                      "XPL"
                                                                                                      "ICI"
                                                                                                      "T_"
                                                                                                      "DEN"
                                                                                                      "Y\""
                                                                                                      ",\""
                                                                                                      "mis"
                                                                                                      "sin"
                                                                                                      "gCo"
                                                                                                      "nte"
                                                                                                      "xtV"
                                                                                                      "alu"
                                                                                                      "es"
                                                                                                      "\":"
                                                                                                      "[]"
                                                                                                      "}");
#undef NAMED
}

static void each_action_is_asked_for_by_itself(void **state)
{
    struct story s = story_of(state);
    given_policy(
        s.w, "p",
        ALLOW("iot:Publish", "*") "," DENY("iot:Subscribe", "*") "," ALLOW("iot:Receive", ARN("topic/a")));
    attach_policy(s.w, "p", s.pump.arn);
    const cJSON *body = test(&s, "pump",
                             INFO("PUBLISH", "\"x\"") "," INFO("SUBSCRIBE", "\"x\"") "," INFO(
                                 "RECEIVE", "\"" ARN("topic/a") "\"") "," INFO("CONNECT", "\"x\""),
                             "")
                            ->body;
    assert_json_items(body, "authResults", "authDecision", "ALLOWED EXPLICIT_DENY ALLOWED IMPLICIT_DENY");
}

static void all_resources_must_be_allowed_and_none_denied(void **state)
{
#define TWO(a, b) INFO("PUBLISH", "\"" ARN("topic/" a) "\",\"" ARN("topic/" b) "\"")
    struct story s = story_of(state);
    given_policy(s.w, "p", ALLOW("iot:Publish", ARN("topic/a*")) "," DENY("iot:Publish", ARN("topic/no")));
    attach_policy(s.w, "p", s.pump.arn);
    assert_decision(&s, "pump", TWO("a1", "a2"), "", "ALLOWED");
    assert_decision(&s, "pump", TWO("a1", "b"), "", "IMPLICIT_DENY");
    assert_decision(&s, "pump", TWO("b", "no"), "", "EXPLICIT_DENY");
    assert_decision(&s, "pump", TWO("no", "b"), "", "EXPLICIT_DENY");
#undef TWO
}

static void policies_can_be_tried_that_are_not_attached(void **state)
{
    static const char info[] = INFO("PUBLISH", "\"" ARN("topic/a") "\"");
    struct story s = story_of(state);
    given_policy(s.w, "yes", ALLOW("iot:Publish", "*"));
    given_policy(s.w, "no", DENY("iot:Publish", "*"));
    attach_policy(s.w, "no", s.pump.arn);
    uint64_t before = fingerprint(s.w);
    assert_decision(&s, "pump", info, "", "EXPLICIT_DENY");
    assert_decision(&s, "pump", info, ",\"policyNamesToSkip\":[\"no\",\"none\"]", "IMPLICIT_DENY");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"yes\"],\"policyNamesToSkip\":[\"no\"]",
                    "ALLOWED");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"yes\",\"yes\"]", "EXPLICIT_DENY");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"no\"],\"policyNamesToSkip\":[\"no\"]",
                    "EXPLICIT_DENY");
    assert_true(fingerprint(s.w) == before);
}

static void a_client_stands_for_the_thing_of_its_name_if_that_is_attached(void **state)
{
    struct story s = story_of(state);
    given_policy(s.w, "p", ALLOW("iot:Connect", ARN("client/" THING_NAME)));
    given_policy(s.w, "site", ALLOW("iot:Publish", ARN("topic/${iot:Connection.Thing.Attributes[site]}/t")));
    given_policy(s.w, "type", ALLOW("iot:Publish", ARN("topic/${iot:Connection.Thing.ThingTypeName}/t")));
    http(s.w, 200, "POST", "/thing-types/Pump", "{}");
    http(s.w, 200, "PATCH", "/things/pump",
         "{\"thingTypeName\":\"Pump\",\"attributePayload\":{\"attributes\":{\"site\":\"hall3\"}}}");
    join(s.w, "hall", "pump");
    attach_policy(s.w, "p", s.pump.arn);
    attach_policy(s.w, "site", GROUP_ARN("site"));
    assert_decision(&s, "pump", INFO("CONNECT", "\"" ARN("client/pump") "\""), "", "ALLOWED");
    assert_decision(&s, "pump", INFO("PUBLISH", "\"" ARN("topic/hall3/t") "\""), "", "ALLOWED");
    assert_decision(&s, "pump", INFO("PUBLISH", "\"" ARN("topic/Pump/t") "\""),
                    ",\"policyNamesToAdd\":[\"type\"]", "ALLOWED");
    assert_decision(&s, "fan", INFO("CONNECT", "\"" ARN("client/fan") "\""), "", "IMPLICIT_DENY");
    assert_decision(&s, "fan", INFO("PUBLISH", "\"" ARN("topic/hall3/t") "\""), "", "IMPLICIT_DENY");
    const cJSON *result =
        json_at(test(&s, NULL, INFO("CONNECT", "\"" ARN("client/pump") "\""), "")->body, "authResults.0");
    assert_json_string(result, "authDecision", "IMPLICIT_DENY");
    assert_json(result, "missingContextValues", "[\"iot:Connection.Thing.ThingName\"]");
}

static void a_thing_that_a_certificate_is_exclusive_to_counts_whatever_the_client_is_called(void **state)
{
    struct story s = { .w = *state };
    s.pump = given_certificate(s.w, "pump", "ACTIVE");
    given_policy(s.w, "p", ALLOW("iot:Publish", ARN("topic/" THING_NAME "/${iot:ClientId}")));
    attach_policy(s.w, "p", s.pump.arn);
    attach_exclusively(s.w, "pump", s.pump.arn);
    assert_decision(&s, "x", INFO("PUBLISH", "\"" ARN("topic/pump/x") "\""), "", "ALLOWED");
    const cJSON *result =
        json_at(test(&s, NULL, INFO("PUBLISH", "\"" ARN("topic/pump/x") "\""), "")->body, "authResults.0");
    assert_json(result, "missingContextValues", "[\"iot:ClientId\"]");
}

static void conditions_know_the_certificate_and_the_time_and_not_the_connection(void **state)
{
#define WHERE(conditions)                                                                                    \
    "{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"*\",\"Condition\":{" conditions "}}"
    static const char info[] = INFO("PUBLISH", "\"" ARN("topic/a") "\"");
    struct story s = story_of(state);
    given_policy(s.w, "name", WHERE("\"StringEquals\":{\"iot:Certificate.Subject.CommonName\":\"pump\"}"));
    given_policy(s.w, "keys",
                 WHERE("\"ForAnyValue:StringEquals\":{\"iot:Certificate.AvailableKeys\":"
                       "\"iot:Certificate.Subject.CommonName\"}"));
    given_policy(s.w, "id", WHERE("\"StringLike\":{\"iot:CertificateId\":\"????????*\"}"));
    given_policy(s.w, "attached", WHERE("\"Bool\":{\"iot:Connection.Thing.IsAttached\":\"true\"}"));
    given_policy(s.w, "soon", WHERE("\"DateLessThan\":{\"aws:CurrentTime\":\"2030-01-01T12:30:00Z\"}"));
    given_policy(s.w, "later", WHERE("\"NumericGreaterThan\":{\"aws:EpochTime\":\"1893499200\"}"));
    given_policy(
        s.w, "address",
        WHERE("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"},\"StringEquals\":{\"iot:DomainName\":\"d\"}"));
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"name\"]", "ALLOWED");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"keys\"]", "ALLOWED");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"id\"]", "ALLOWED");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"attached\"]", "ALLOWED");
    assert_decision(&s, "fan", info, ",\"policyNamesToAdd\":[\"attached\"]", "IMPLICIT_DENY");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"soon\"]", "ALLOWED");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"later\"]", "IMPLICIT_DENY");
    advance(s.w, "PT31M");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"soon\"]", "IMPLICIT_DENY");
    assert_decision(&s, "pump", info, ",\"policyNamesToAdd\":[\"later\"]", "ALLOWED");
    const cJSON *result =
        json_at(test(&s, "pump", info, ",\"policyNamesToAdd\":[\"address\"]")->body, "authResults.0");
    assert_json_string(result, "authDecision", "IMPLICIT_DENY");
    assert_json(result, "missingContextValues", "[\"aws:SourceIp\",\"iot:DomainName\"]");
#undef WHERE
}

static void groups_and_identities_can_be_asked_for_too(void **state)
{
    struct world *w = *state;
    given_policy(w, "p", ALLOW("iot:Publish", ARN("topic/a")));
    attach_policy(w, "p", GROUP_ARN("site"));
    attach_policy(w, "p", IDENTITY);
    static const char *const who[] = { "\"principal\":\"" GROUP_ARN("hall") "\"",
                                       "\"principal\":\"" IDENTITY "\"",
                                       "\"cognitoIdentityPoolId\":\"" IDENTITY "\"" };
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        char body[BODY_MAX];
        snprintf(body, sizeof body, "{%s,\"authInfos\":[" INFO("PUBLISH", "\"" ARN("topic/a") "\"") "]}",
                 who[i]);
        assert_json_string(http(w, 200, "POST", "/test-authorization", body)->body,
                           "authResults.0.authDecision", "ALLOWED");
    }
}

static void what_is_not_asked_properly_is_refused(void **state)
{
#define ASK(info)   "{\"principal\":\"" IDENTITY "\",\"authInfos\":[" info "]}"
#define NO_RESOURCE "authInfos.1.member must have an actionType, and resources that are not empty."
    static const struct refusal refusals[] = {
        { "{\"authInfos\":[" INFO("PUBLISH", "\"a\"") "]}", INVALID,
          "One of principal and cognitoIdentityPoolId must be given." },
        { ASK(""), INVALID,
          "1 validation error detected: Value '[]' at 'authInfos' failed to satisfy constraint: Member must "
          "have "
          "length greater than or equal to 1" },
        { ASK("{\"resources\":[\"a\"]}"), INVALID, NO_RESOURCE },
        { ASK("{\"actionType\":\"PUBLISH\",\"resources\":[]}"), INVALID, NO_RESOURCE },
        { ASK("{\"actionType\":\"PUBLISH\"}"), INVALID,
          "1 validation error detected: Value null at 'authInfos.1.member.resources' failed to satisfy "
          "constraint: Member must not be null" },
        { ASK("{\"actionType\":\"FLY\",\"resources\":[\"a\"]}"), INVALID, "1 validation error detected: …" },
        { "{\"principal\":\"x\",\"authInfos\":[" INFO("PUBLISH", "\"a\"") "]}", INVALID,
          "'x' is neither the ARN of a certificate…" },
        { "{\"principal\":\"" UNKNOWN_CERTIFICATE "\",\"authInfos\":[" INFO("PUBLISH", "\"a\"") "]}",
          NOT_FOUND, UNKNOWN_CERTIFICATE " cannot be found." },
        { "{\"principal\":\"" IDENTITY
          "\",\"policyNamesToAdd\":[\"none\"],\"authInfos\":[" INFO("PUBLISH", "\"a\"") "]}",
          NOT_FOUND, "Policy none cannot be found." },
    };
    ASSERT_ALL_REFUSED(*state, "POST", "/test-authorization", refusals);
#undef ASK
#undef NO_RESOURCE
}

/* A request about `n` resources of 2000 bytes, which the caller frees. */
static char *ask_about_many(size_t n)
{
    struct strbuf body;
    strbuf_init(&body, 1 << 20);
    strbuf_add_text(&body, "{\"principal\":\"" IDENTITY "\",\"policyNamesToAdd\":[\"wide\"],\"authInfos\":["
                           "{\"actionType\":\"PUBLISH\",\"resources\":[");
    for (size_t i = 0; i < n; i++)
        strbuf_printf(&body, "%s\"%02000zu\"", i ? "," : "", i);
    strbuf_add_text(&body, "]}]}");
    return strbuf_detach(&body, NULL);
}

/* Else one request keeps a thread of the pool busy for minutes. */
static void only_so_much_is_tested_in_one_request(void **state)
{
    char statements[6000];
    snprintf(statements, sizeof statements, "%-5000s", ALLOW("*", "*"));
    given_policy(*state, "wide", statements);
    char *some = ask_about_many(20), *many = ask_about_many(40);
    assert_json_string(http(*state, 200, "POST", "/test-authorization", some)->body,
                       "authResults.0.authDecision", "ALLOWED");
    refused(*state, LIMIT_EXCEEDED, "POST", "/test-authorization", many,
            "The policies and the resources are too long to be tested in one request.");
    free(some);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_document_in_force_is_shown, groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(policies_of_the_principal_and_of_the_things_groups_are_one_list,
                                        groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(who_is_asked_for_must_be_named_and_be_there, groups_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_result_says_who_said_what, groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(each_action_is_asked_for_by_itself, groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(all_resources_must_be_allowed_and_none_denied, groups_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(policies_can_be_tried_that_are_not_attached, groups_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_client_stands_for_the_thing_of_its_name_if_that_is_attached,
                                        groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(
            a_thing_that_a_certificate_is_exclusive_to_counts_whatever_the_client_is_called, groups_set_up,
            world_tear_down),
        cmocka_unit_test_setup_teardown(conditions_know_the_certificate_and_the_time_and_not_the_connection,
                                        groups_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(groups_and_identities_can_be_asked_for_too, groups_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(only_so_much_is_tested_in_one_request, groups_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_asked_properly_is_refused, groups_set_up,
                                        world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
