/* What clients of the broker may once they are connected: topics, what policies can ask of a connection, and
 * what is noted of a denial. */
#include <stdio.h>
#include <string.h>

#include "support/gate.h"
#include "support/policies.h"

#define CONNECT           ALLOW("iot:Connect", "*")
#define NAME              "${iot:Connection.Thing.ThingName}"
#define PUBLISH(topic)    ALLOW("iot:Publish", IOT_ARN("topic/" topic))
#define SUBSCRIBE(filter) ALLOW("iot:Subscribe", IOT_ARN("topicfilter/" filter))
#define RECEIVE(topic)    ALLOW("iot:Receive", IOT_ARN("topic/" topic))

/* The device of the thing "pump", with these statements, and the right to connect. */
static struct device given_pump(struct gate *gate, const char *statements)
{
    char all[2048];
    struct device pump = registered_device(gate->w, "pump");
    attach(gate->w, "pump", pump.registered.arn);
    snprintf(all, sizeof all, CONNECT ",%s", statements);
    given_policy(gate->w, "pumps", all);
    attach_policy(gate->w, "pumps", pump.registered.arn);
    return pump;
}

static struct device given_pump_here(struct gate *gate, const char *statements)
{
    struct device pump = given_pump(gate, statements);
    assert_comes(gate, &pump, "pump");
    return pump;
}

/* ---- topics ---- */

static void each_action_is_allowed_by_itself(void **state)
{
    static const struct action *const actions[] = { &action_publish, &action_subscribe, &action_receive,
                                                    &action_retain_publish };
    static const char *const topics[] = { "pump/up", "pump/+/all", "pump/down", "pump/state" };
    struct gate *gate = *state;
    struct device pump =
        given_pump_here(gate, JOINED(PUBLISH("pump/up"), SUBSCRIBE("pump/+/all"), RECEIVE("pump/down"),
                                     ALLOW("iot:RetainPublish", IOT_ARN("topic/pump/state"))));
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            assert_int_equal(client_may(gate, "pump", actions[i], topics[j]), i == j);
    device_release(&pump);
}

/* A filter is a text like any other: what it would match does not matter. */
static void wildcards_of_filters_are_ordinary_characters(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_pump_here(gate, JOINED(SUBSCRIBE("a/+"), SUBSCRIBE("b/*")));
    assert_may(gate, "pump", &action_subscribe, "a/+");
    assert_may_not(gate, "pump", &action_subscribe, "a/b");
    assert_may_not(gate, "pump", &action_subscribe, "a/#");
    assert_may(gate, "pump", &action_subscribe, "b/#");
    assert_may(gate, "pump", &action_subscribe, "b/c/d");
    device_release(&pump);
}

#define OWN_JOBS "$aws/things/" NAME "/jobs/*"

static void own_topics_are_those_of_its_thing(void **state)
{
    struct gate *gate = *state;
    struct device pump =
        given_pump_here(gate, JOINED(PUBLISH(OWN_JOBS), SUBSCRIBE(OWN_JOBS), RECEIVE(OWN_JOBS)));
    static const struct action *const actions[] = { &action_publish, &action_subscribe, &action_receive };
    for (size_t i = 0; i < 3; i++) {
        assert_may(gate, "pump", actions[i], "$aws/things/pump/jobs/get");
        assert_may_not(gate, "pump", actions[i], "$aws/things/pump2/jobs/get");
        assert_may_not(gate, "pump", actions[i], "$aws/things/fan/jobs/get");
        assert_may_not(gate, "pump", actions[i], "$aws/things/+/jobs/get");
    }
    device_release(&pump);
}

static void a_deny_is_stronger_than_any_allow(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_pump_here(gate, ALLOW("iot:Publish", "*"));
    given_policy(gate->w, "secrets", DENY("iot:Publish", IOT_ARN("topic/secret/*")));
    attach_policy(gate->w, "secrets", pump.registered.arn);
    assert_may(gate, "pump", &action_publish, "secrets");
    assert_may_not(gate, "pump", &action_publish, "secret/a");
    assert_json_string(newest_denial(gate), "reason", "a policy denies it");
    assert_json_string(newest_denial(gate), "policy", "secrets");
    device_release(&pump);
}

/* A topic may have 64 KiB; policies have to do with what an ARN can be. */
static void a_long_topic_is_asked_about_in_full_or_denied(void **state)
{
    enum { LONG = RESOURCE_BYTES_MAX - (sizeof IOT_ARN("topic/") - 1) };
    static char topic[LONG + 2];
    struct gate *gate = *state;
    struct device pump = given_pump_here(gate, PUBLISH("*z"));
    memset(topic, 'a', LONG);
    assert_may_not(gate, "pump", &action_publish, topic);
    topic[LONG - 1] = 'z';
    assert_may(gate, "pump", &action_publish, topic);
    topic[LONG] = 'z';
    assert_may_not(gate, "pump", &action_publish, topic);
    assert_json_string(newest_denial(gate), "reason", denial_text(DENIED_TOO_LONG));
    assert_may_not(gate, "pump", &action_publish, "a");
    assert_may(gate, "pump", &action_publish, "z");
    device_release(&pump);
}

/* ---- what policies can ask of the connection ---- */

#define IS_PERSISTENT "\"ForAnyValue:StringEquals\":{\"iot:ConnectAttributes\":\"PersistentConnect\"}"

static void a_session_that_lasts_can_be_forbidden(void **state)
{
    struct gate *gate = *state;
    struct device pump =
        given_pump(gate, "{\"Effect\":\"Deny\",\"Action\":\"iot:Connect\",\"Resource\":\"*\","
                         "\"Condition\":{" IS_PERSISTENT "}}");
    gate->as.persistent = true;
    assert_connect_denied(gate, &pump, "pump", "a policy denies it");
    gate->as.persistent = false;
    assert_comes(gate, &pump, "pump");
    device_release(&pump);
}

static void what_a_client_asks_for_counts_while_it_connects_alone(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "pump");
    given_policy(gate->w, "lasting",
                 JOINED(ALLOW_IF("iot:Connect", IS_PERSISTENT), ALLOW_IF("iot:Publish", IS_PERSISTENT),
                        ALLOW_IF("iot:Subscribe", "\"Null\":{\"iot:ConnectAttributes\":\"true\"}")));
    attach_policy(gate->w, "lasting", pump.registered.arn);
    assert_connect_denied(gate, &pump, "pump", "no policy allows it");
    gate->as.persistent = true;
    assert_comes(gate, &pump, "pump");
    assert_may_not(gate, "pump", &action_publish, "a");
    assert_may(gate, "pump", &action_subscribe, "a");
    device_release(&pump);
}

static void a_policy_asks_where_a_client_comes_from(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_pump(
        gate, JOINED(ALLOW_IF("iot:Publish", "\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}"),
                     ALLOW_IF("iot:Subscribe", "\"StringEquals\":{\"iot:DomainName\":\"iot.example\"}"),
                     ALLOW_IF("iot:Receive", "\"Null\":{\"iot:DomainName\":\"true\"}")));
    static const struct {
        struct str ip, name;
        bool publish, subscribe, receive;
    } cases[] = {
        { STR_LIT("192.0.2.7"), STR_LIT("iot.example"), true, true, false },
        { STR_LIT("192.0.3.7"), STR_LIT("iot.example.org"), false, false, false },
        { STR_LIT("2001:db8::1"), { 0 }, false, false, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gate->as.source_ip = cases[i].ip;
        gate->as.server_name = cases[i].name;
        assert_comes(gate, &pump, "pump");
        assert_int_equal(client_may(gate, "pump", &action_publish, "a"), cases[i].publish);
        assert_int_equal(client_may(gate, "pump", &action_subscribe, "a"), cases[i].subscribe);
        assert_int_equal(client_may(gate, "pump", &action_receive, "a"), cases[i].receive);
        leaves(gate, "pump");
    }
    device_release(&pump);
}

static void a_policy_names_parts_of_the_certificate(void **state)
{
    char own[256];
    struct gate *gate = *state;
    struct device pump = given_pump_here(
        gate,
        JOINED(PUBLISH("${iot:CertificateId}/up"), PUBLISH("cn/${iot:Certificate.Subject.CommonName}"),
               PUBLISH("o/${iot:Certificate.Subject.Organization}"),
               PUBLISH("ou/${iot:Certificate.Subject.OrganizationalUnit}"), PUBLISH("by/${iot:ClientId}")));
    snprintf(own, sizeof own, "%s/up", pump.registered.id);
    assert_may(gate, "pump", &action_publish, own);
    own[0] = own[0] == '0' ? '1' : '0';
    assert_may_not(gate, "pump", &action_publish, own);
    assert_may(gate, "pump", &action_publish, "cn/pump");
    assert_may(gate, "pump", &action_publish, "o/a factory");
    assert_may(gate, "pump", &action_publish, "by/pump");
    assert_may_not(gate, "pump", &action_publish, "ou/");
    assert_may_not(gate, "pump", &action_publish, "ou/${iot:Certificate.Subject.OrganizationalUnit}");
    device_release(&pump);
}

/* A certificate with another signature than the one that is registered has that one's id all the same. */
static void the_certificates_id_is_that_of_the_registry(void **state)
{
    char own[128];
    struct gate *gate = *state;
    struct device pump = given_pump(gate, ALLOW("iot:Publish", IOT_ARN("topic/${iot:CertificateId}")));
    struct device twin = device_of(device_cert_twin(&pump.pair));
    snprintf(own, sizeof own, "%s", pump.registered.id);
    assert_comes(gate, &twin, "pump");
    assert_may(gate, "pump", &action_publish, own);
    assert_may_not(gate, "pump", &action_publish, twin.id);
    assert_json_string(newest_denial(gate), "clientId", "pump");
    device_release(&twin);
    device_release(&pump);
}

static void attributes_and_types_of_the_thing_have_values(void **state)
{
    struct gate *gate = *state;
    http(gate->w, 200, "POST", "/thing-types/motor", "{}");
    http(gate->w, 200, "PATCH", "/things/pump",
         "{\"thingTypeName\":\"motor\",\"attributePayload\":{\"attributes\":{\"site\":\"bonn\"}}}");
    struct device pump =
        given_pump_here(gate, JOINED(PUBLISH("type/${iot:Connection.Thing.ThingTypeName}"),
                                     PUBLISH("site/${iot:Connection.Thing.Attributes[site]}"),
                                     PUBLISH("Site/${iot:Connection.Thing.Attributes[Site]}")));
    assert_may(gate, "pump", &action_publish, "type/motor");
    assert_may(gate, "pump", &action_publish, "site/bonn");
    assert_may_not(gate, "pump", &action_publish, "Site/bonn");
    device_release(&pump);
}

#define BEFORE_ONE "\"DateLessThan\":{\"aws:CurrentTime\":\"2030-01-01T13:00:00Z\"}"

static void the_time_is_the_clocks_at_each_question(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_pump_here(
        gate,
        JOINED(ALLOW_IF("iot:Publish", BEFORE_ONE),
               ALLOW_IF("iot:Subscribe", "\"NumericGreaterThanEquals\":{\"aws:EpochTime\":\"1893502800\"}")));
    assert_may(gate, "pump", &action_publish, "a");
    assert_may_not(gate, "pump", &action_subscribe, "a");
    advance(gate->w, "PT59M59S");
    assert_may(gate, "pump", &action_publish, "a");
    assert_may_not(gate, "pump", &action_subscribe, "a");
    advance(gate->w, "PT1S");
    assert_may_not(gate, "pump", &action_publish, "a");
    assert_may(gate, "pump", &action_subscribe, "a");
    set_clock(gate->w, NOON);
    assert_may(gate, "pump", &action_publish, "a");
    device_release(&pump);
}

/* What is found anew when something changes knows the time as well. */
static void the_time_goes_on_after_a_change(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_pump_here(gate, ALLOW_IF("iot:Publish", BEFORE_ONE));
    assert_may(gate, "pump", &action_publish, "a");
    http(gate->w, 200, "PATCH", "/things/pump", "{\"attributePayload\":{\"attributes\":{\"a\":\"b\"}}}");
    assert_may(gate, "pump", &action_publish, "a");
    advance(gate->w, "PT1H");
    assert_may_not(gate, "pump", &action_publish, "a");
    device_release(&pump);
}

/* ---- denials ---- */

#define DENIED_TO(action, resource)                                                                          \
    "\"action\":\"" action "\",\"resource\":\"" IOT_ARN(resource) "\",\"reason\":"

static void a_denial_says_who_what_where_and_why(void **state)
{
    char expected[1024];
    struct gate *gate = *state;
    struct device pump = given_pump(gate, DENY("iot:Subscribe", IOT_ARN("topicfilter/#")));
    static const struct {
        const struct action *action;
        const char *topic, *members;
    } cases[] = {
        { &action_publish, "a\\\"b/c",
          DENIED_TO("iot:Publish", "topic/a\\\\\\\"b/c") "\"no policy allows it\"" },
        { &action_retain_publish, "a", DENIED_TO("iot:RetainPublish", "topic/a") "\"no policy allows it\"" },
        { &action_subscribe, "#",
          DENIED_TO("iot:Subscribe", "topicfilter/#") "\"a policy denies it\",\"policy\":\"pumps\"" },
        { &action_receive, "a", DENIED_TO("iot:Receive", "topic/a") "\"no policy allows it\"" },
    };
    gate->as.source_ip = STR_LIT("2001:db8::7");
    assert_comes(gate, &pump, "pump");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t before = denials_total(gate);
        advance(gate->w, "PT1S");
        assert_may_not(gate, "pump", cases[i].action, cases[i].topic);
        assert_int_equal(denials_total(gate), before + 1);
        snprintf(expected, sizeof expected,
                 "{\"at\":\"2030-01-01T12:00:%02zu.000Z\",\"principal\":\"cert/%s\",%s,\"clientId\":\"pump\","
                 "\"sourceIp\":\"2001:db8::7\"}",
                 i + 1, pump.registered.id, cases[i].members);
        assert_json(newest_denial(gate), "", expected);
    }
    device_release(&pump);
}

/* Who is registered no more, or never was, is named by what it has shown. */
static void a_denial_names_a_certificate_that_is_not_registered(void **state)
{
    char principal[128];
    struct gate *gate = *state;
    struct device self = device_new("pump");
    snprintf(principal, sizeof principal, "cert/%s", self.id);
    assert_not_accepted(gate, &self, "pump", "it is self-signed, by no CA that this server trusts");
    assert_json_string(newest_denial(gate), "principal", principal);
    device_release(&self);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gate_set_up, gate_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(each_action_is_allowed_by_itself),
        TEST(wildcards_of_filters_are_ordinary_characters),
        TEST(own_topics_are_those_of_its_thing),
        TEST(a_deny_is_stronger_than_any_allow),
        TEST(a_long_topic_is_asked_about_in_full_or_denied),
        TEST(a_session_that_lasts_can_be_forbidden),
        TEST(what_a_client_asks_for_counts_while_it_connects_alone),
        TEST(a_policy_asks_where_a_client_comes_from),
        TEST(a_policy_names_parts_of_the_certificate),
        TEST(the_certificates_id_is_that_of_the_registry),
        TEST(attributes_and_types_of_the_thing_have_values),
        TEST(the_time_is_the_clocks_at_each_question),
        TEST(the_time_goes_on_after_a_change),
        TEST(a_denial_says_who_what_where_and_why),
        TEST(a_denial_names_a_certificate_that_is_not_registered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
