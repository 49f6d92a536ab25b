/* Who may connect to the broker with auth = enforce: what is asked of a certificate, and of its policies. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/gate.h"
#include "support/policies.h"

#define NO_POLICY   "no policy allows it"
#define CLIENT_PUMP IOT_ARN("client/pump")

enum { HOUR_MS = 3600 * 1000 };

/* With a policy that allows it to connect as anybody. */
static struct device given_device(struct gate *gate, const char *common_name)
{
    struct device device = registered_device(gate->w, common_name);
    if (rows_in(gate->w, "policy") == 0)
        given_policy(gate->w, "connect", ALLOW("iot:Connect", "*"));
    attach_policy(gate->w, "connect", device.registered.arn);
    return device;
}

/* ---- certificates ---- */

static void who_shows_no_certificate_is_refused(void **state)
{
    struct gate *gate = *state;
    assert_not_accepted(gate, NULL, "pump", "it has shown no certificate");
    assert_json(newest_denial(gate), "",
                "{\"at\":\"2030-01-01T12:00:00.000Z\",\"principal\":\"anybody\",\"action\":\"iot:Connect\","
                "\"resource\":\"" CLIENT_PUMP "\",\"reason\":\"it has shown no certificate\","
                "\"clientId\":\"pump\",\"sourceIp\":\"192.0.2.7\"}");
}

static void a_certificate_that_nobody_knows_is_refused(void **state)
{
    struct gate *gate = *state;
    struct device self = device_new("pump");
    struct device ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    struct device signed_one =
        device_make(&(struct device_spec){ .issuer = &ca.pair, .common_name = "pump" });
    assert_not_accepted(gate, &self, "pump", "it is self-signed, by no CA that this server trusts");
    assert_not_accepted(gate, &signed_one, "pump", "no CA that this server trusts has signed it");
    assert_int_equal(rows_in(gate->w, "certificate"), 0);
    device_release(&signed_one);
    device_release(&ca);
    device_release(&self);
}

static void a_registered_certificate_counts_while_it_is_active(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    assert_comes(gate, &pump, "pump");
    leaves(gate, "pump");
    set_certificate_status(gate->w, &pump.registered, "INACTIVE");
    assert_not_accepted(gate, &pump, "pump", "its status is INACTIVE");
    set_certificate_status(gate->w, &pump.registered, "ACTIVE");
    assert_comes(gate, &pump, "pump");
    leaves(gate, "pump");
    set_certificate_status(gate->w, &pump.registered, "REVOKED");
    assert_not_accepted(gate, &pump, "pump", "its status is REVOKED");
    device_release(&pump);
}

static void a_registered_certificate_counts_from_its_first_to_its_last_day(void **state)
{
    struct gate *gate = *state;
    int64_t now_ms = clock_host_ms();
    const struct {
        int64_t begin_ms, end_ms;
        const char *reason;
    } cases[] = { { now_ms - 2 * HOUR_MS, now_ms - HOUR_MS, "it has expired" },
                  { now_ms + HOUR_MS, now_ms + 2 * HOUR_MS, "it is not valid yet" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct device device = device_make(&(struct device_spec){
            .common_name = "pump", .begin_ms = cases[i].begin_ms, .end_ms = cases[i].end_ms });
        register_device(gate->w, &device, "ACTIVE");
        assert_not_accepted(gate, &device, "pump", cases[i].reason);
        device_release(&device);
    }
}

/* Devices' certificates end by the host's time, which is TLS's: a test that moves its clock cuts nobody. */
static void a_virtual_clock_lets_no_certificate_expire(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    advance(gate->w, "P10000D");
    assert_comes(gate, &pump, "pump");
    device_release(&pump);
}

static void a_deleted_certificate_counts_no_more(void **state)
{
    struct gate *gate = *state;
    struct device ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    struct device pump = device_make(&(struct device_spec){ .issuer = &ca.pair, .common_name = "pump" });
    gate_trust(gate, (const struct device *const[]){ &ca }, 1);
    register_device(gate->w, &pump, "INACTIVE");
    assert_not_accepted(gate, &pump, "pump", "its status is INACTIVE");
    http(gate->w, 200, "DELETE", pump.registered.path, NULL);
    assert_not_accepted(gate, &pump, "pump", "it was deleted");
    register_device(gate->w, &pump, "ACTIVE");
    given_policy(gate->w, "connect", ALLOW("iot:Connect", "*"));
    attach_policy(gate->w, "connect", pump.registered.arn);
    assert_comes(gate, &pump, "pump");
    device_release(&pump);
    device_release(&ca);
}

/* Whoever had it made chose its subject; the database that knew it is gone. */
static void a_certificate_that_another_database_has_made_is_refused(void **state)
{
    struct gate *gate = *state;
    struct device ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    struct device model = device_new("pump");
    struct issuer pair = { issue_client(&ca.pair, model.pair.key,
                                        X509_get_subject_name(model.pair.certificate), clock_host_ms()),
                           model.pair.key };
    EVP_PKEY_up_ref(pair.key);
    struct device made = device_of(pair);
    gate_trust(gate, (const struct device *const[]){ &ca }, 1);
    assert_not_accepted(gate, &made, "pump", "it is not registered");
    register_device(gate->w, &made, "ACTIVE");
    assert_connect_denied(gate, &made, "pump", NO_POLICY);
    device_release(&made);
    device_release(&model);
    device_release(&ca);
}

/* Its signature is as good as the first one's. */
static void a_certificate_with_another_signature_is_the_same_one(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    struct device twin = device_of(device_cert_twin(&pump.pair));
    assert_string_not_equal(twin.id, pump.id);
    assert_comes(gate, &twin, "pump");
    assert_true(str_eq_text(identities_certificate(&gate->identities, gate->visits), pump.id));
    set_certificate_status(gate->w, &pump.registered, "REVOKED");
    assert_not_accepted(gate, &twin, "fan", "its status is REVOKED");
    assert_cut(gate, "pump");
    device_release(&twin);
    device_release(&pump);
}

/* ---- chains ---- */

static void a_chain_that_is_malformed_or_too_long_is_refused(void **state)
{
    static const char malformed[] = "it is malformed, or has too many others behind it";
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    struct device other = device_new("other");
    struct device longer = given_device(gate, "fan"), garbled = given_device(gate, "valve");
    struct device none = { .chain = { STR_LIT("no certificate") }, .chain_n = 1 };
    struct device empty = { .chain = { STR_LIT("") }, .chain_n = 1 };
    for (size_t i = 1; i < CLIENT_CHAIN_MAX; i++)
        device_show_also(&longer, &other);
    assert_comes(gate, &longer, "fan");
    leaves(gate, "fan");
    device_show_also(&longer, &other);
    assert_not_accepted(gate, &longer, "fan", malformed);
    garbled.chain[garbled.chain_n++] = none.chain[0];
    assert_not_accepted(gate, &garbled, "valve", malformed);
    assert_not_accepted(gate, &none, "pump", malformed);
    assert_not_accepted(gate, &empty, "pump", malformed);
    for (size_t cut = 1; cut < pump.der.n; cut += 7) { /* wherever it ends too early */
        struct device part = { .chain = { { pump.der.p, pump.der.n - cut } }, .chain_n = 1 };
        assert_not_accepted(gate, &part, "pump", malformed);
    }
    device_release(&garbled);
    device_release(&longer);
    device_release(&other);
    device_release(&pump);
}

/* ---- policies ---- */

static void who_has_no_policy_may_not_connect(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "pump");
    assert_connect_denied(gate, &pump, "pump", NO_POLICY);
    given_policy(gate->w, "publish", ALLOW("iot:Publish", "*"));
    attach_policy(gate->w, "publish", pump.registered.arn);
    assert_connect_denied(gate, &pump, "pump", NO_POLICY);
    assert_json_string(newest_denial(gate), "resource", IOT_ARN("client/pump"));
    assert_json_absent(newest_denial(gate), "policy");
    device_release(&pump);
}

static void a_policy_says_as_which_client(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "pump");
    given_policy(gate->w, "line", ALLOW("iot:Connect", IOT_ARN("client/line7-*")));
    given_policy(gate->w, "not-pump", DENY("iot:Connect", IOT_ARN("client/line7-pump")));
    attach_policy(gate->w, "line", pump.registered.arn);
    attach_policy(gate->w, "not-pump", pump.registered.arn);
    assert_comes(gate, &pump, "line7-fan");
    assert_connect_denied(gate, &pump, "line8-fan", NO_POLICY);
    assert_connect_denied(gate, &pump, "line7-pump", "a policy denies it");
    assert_json_string(newest_denial(gate), "policy", "not-pump");
    device_release(&pump);
}

#define THING_NAME "${iot:Connection.Thing.ThingName}"

/* The documents of AWS: whoever connects as its thing, and is attached to it. */
static void given_policy_of_things(struct gate *gate, const struct device *device)
{
    given_policy(gate->w, "things",
                 JOINED(ALLOW("iot:Connect", IOT_ARN("client/*")),
                        ALLOW("iot:Publish", IOT_ARN("topic/" THING_NAME "/up"))));
    attach_policy(gate->w, "things", device->registered.arn);
}

static void a_thing_of_its_own_stands_behind_any_client_id(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "any");
    given_thing(gate->w, "fan");
    given_policy_of_things(gate, &pump);
    attach_exclusively(gate->w, "pump", pump.registered.arn);
    static const char *const clients[] = { "pump", "fan", "nobody" };
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        assert_comes(gate, &pump, clients[i]);
        assert_may(gate, clients[i], &action_publish, "pump/up");
        assert_may_not(gate, clients[i], &action_publish, "fan/up");
    }
    device_release(&pump);
}

static void of_several_things_the_client_id_says_which(void **state)
{
    struct gate *gate = *state;
    struct device both = registered_device(gate->w, "any");
    given_policy_of_things(gate, &both);
    given_thing(gate->w, "fan");
    given_thing(gate->w, "valve");
    attach(gate->w, "pump", both.registered.arn);
    attach(gate->w, "fan", both.registered.arn);
    static const char *const clients[] = { "pump", "fan", "valve", "nobody" };
    static const char *const topics[] = { "pump/up", "fan/up", "valve/up", "nobody/up", "/up" };
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        assert_comes(gate, &both, clients[i]);
        for (size_t j = 0; j < sizeof topics / sizeof topics[0]; j++)
            assert_int_equal(client_may(gate, clients[i], &action_publish, topics[j]), i == j && i < 2);
    }
    device_release(&both);
}

#define CLIENT_OF_THING IOT_ARN("client/" THING_NAME)

static void a_policy_may_ask_for_an_attached_thing(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "any");
    given_policy(gate->w, "attached",
                 "{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"" CLIENT_OF_THING "\","
                 "\"Condition\":{\"Bool\":{\"iot:Connection.Thing.IsAttached\":\"true\"}}}");
    attach_policy(gate->w, "attached", pump.registered.arn);
    assert_connect_denied(gate, &pump, "pump", NO_POLICY);
    attach(gate->w, "pump", pump.registered.arn);
    assert_comes(gate, &pump, "pump");
    assert_connect_denied(gate, &pump, "fan", NO_POLICY);
    device_release(&pump);
}

static void a_policy_of_the_things_group_lets_it_connect(void **state)
{
    struct gate *gate = *state;
    struct device pump = registered_device(gate->w, "any");
    given_policy(gate->w, "connect", ALLOW("iot:Connect", "*"));
    http(gate->w, 200, "POST", "/thing-groups/site", "{}");
    http(gate->w, 200, "POST", "/thing-groups/hall", "{\"parentGroupName\":\"site\"}");
    attach_policy(gate->w, "connect", GROUP_ARN("site"));
    http(gate->w, 200, "PUT", "/thing-groups/addThingToThingGroup",
         "{\"thingGroupName\":\"hall\",\"thingName\":\"pump\"}");
    assert_connect_denied(gate, &pump, "pump", NO_POLICY);
    attach(gate->w, "pump", pump.registered.arn);
    assert_comes(gate, &pump, "pump");
    assert_connect_denied(gate, &pump, "fan", NO_POLICY);
    device_release(&pump);
}

/* A document that cannot be read may be the one that denies. */
static void a_policy_that_cannot_be_read_lets_nobody_in(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    given_policy(gate->w, "broken", ALLOW("iot:Publish", "*"));
    attach_policy(gate->w, "broken", pump.registered.arn);
    assert_true(db_script(world_db(gate->w), "UPDATE policy_version SET document = '{' WHERE policy = "
                                             "(SELECT id FROM policy WHERE name = 'broken')"));
    assert_not_accepted(gate, &pump, "pump", "the database does not answer");
    detach_policy(gate->w, "broken", pump.registered.arn);
    assert_comes(gate, &pump, "pump");
    device_release(&pump);
}

/* ---- connections ---- */

static void a_connection_that_is_not_known_may_nothing(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    int connection;
    assert_false(identities_knows(&gate->identities, &connection));
    assert_false(identities_may(&gate->identities, &connection, &action_publish, "topic", STR_LIT("a")));
    assert_null(identities_certificate(&gate->identities, &connection).p);
    identities_left(&gate->identities, &connection);
    identities_expel(&gate->identities, &connection);
    assert_comes(gate, &pump, "pump");
    leaves(gate, "pump");
    reviews(gate);
    assert_false(identities_knows(&gate->identities, gate->visits));
    assert_false(identities_may(&gate->identities, gate->visits, &action_publish, "topic", STR_LIT("a")));
    assert_cut(gate, "");
    device_release(&pump);
}

/* The broker gives the memory of one who has gone to the next one. */
static void a_connection_that_comes_again_is_somebody_else(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump"), fan = given_device(gate, "fan");
    given_policy(gate->w, "up", ALLOW("iot:Publish", IOT_ARN("topic/up")));
    attach_policy(gate->w, "up", pump.registered.arn);
    assert_comes(gate, &pump, "pump");
    assert_may(gate, "pump", &action_publish, "up");
    struct newcomer newcomer = gate->visits[0].newcomer;
    newcomer.client_id = STR_LIT("fan");
    newcomer.chain = fan.chain;
    assert_int_equal(identities_admit(&gate->identities, &newcomer), ADMITTED);
    assert_true(str_eq_text(identities_certificate(&gate->identities, newcomer.connection), fan.id));
    assert_may_not(gate, "pump", &action_publish, "up");
    newcomer.chain_n = 0;
    assert_int_equal(identities_admit(&gate->identities, &newcomer), CERTIFICATE_REFUSED);
    assert_false(identities_knows(&gate->identities, newcomer.connection));
    device_release(&fan);
    device_release(&pump);
}

static void a_thousand_clients_are_told_apart(void **state)
{
    struct gate *gate = *state;
    struct device pump = given_device(gate, "pump");
    char client[32], topic[64];
    given_policy(gate->w, "own", ALLOW("iot:Publish", IOT_ARN("topic/${iot:ClientId}/up")));
    attach_policy(gate->w, "own", pump.registered.arn);
    for (int i = 0; i < 1000; i++) {
        snprintf(client, sizeof client, "client-%d", i);
        assert_comes(gate, &pump, client);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(client, sizeof client, "client-%d", i);
        snprintf(topic, sizeof topic, "client-%d/up", i);
        assert_may(gate, client, &action_publish, topic);
        assert_may_not(gate, client, &action_publish, "client-1000/up");
        if (i % 2)
            leaves(gate, client);
    }
    assert_may(gate, "client-998", &action_publish, "client-998/up");
    device_release(&pump);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gate_set_up, gate_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_shows_no_certificate_is_refused),
        TEST(a_certificate_that_nobody_knows_is_refused),
        TEST(a_registered_certificate_counts_while_it_is_active),
        TEST(a_registered_certificate_counts_from_its_first_to_its_last_day),
        TEST(a_virtual_clock_lets_no_certificate_expire),
        TEST(a_deleted_certificate_counts_no_more),
        TEST(a_certificate_that_another_database_has_made_is_refused),
        TEST(a_certificate_with_another_signature_is_the_same_one),
        TEST(a_chain_that_is_malformed_or_too_long_is_refused),
        TEST(who_has_no_policy_may_not_connect),
        TEST(a_policy_says_as_which_client),
        TEST(a_thing_of_its_own_stands_behind_any_client_id),
        TEST(of_several_things_the_client_id_says_which),
        TEST(a_policy_may_ask_for_an_attached_thing),
        TEST(a_policy_of_the_things_group_lets_it_connect),
        TEST(a_policy_that_cannot_be_read_lets_nobody_in),
        TEST(a_connection_that_is_not_known_may_nothing),
        TEST(a_connection_that_comes_again_is_somebody_else),
        TEST(a_thousand_clients_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
