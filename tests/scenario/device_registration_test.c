/* Just-in-time registration: devices that connect with a certificate of a CA whose devices register
 * themselves. */
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "support/gate.h"
#include "support/policies.h"
#include "support/world_inside.h"

#define REGISTERED "it is registered from now on, and waits to be activated"
#define PENDING    "its status is PENDING_ACTIVATION"
#define UNKNOWN    "no CA that this server trusts has signed it"

struct story {
    struct gate *gate;
    struct world *w;
    struct device ca, pump;
    struct registered registered_ca;
    struct registered pump_as; /* as the registry will know it */
    char topic[128];           /* of its events */
};

static struct registered name_certificate(const char *id)
{
    struct registered names;
    snprintf(names.id, sizeof names.id, "%s", id);
    snprintf(names.arn, sizeof names.arn, IOT_ARN("cert/%s"), id);
    snprintf(names.path, sizeof names.path, "/certificates/%s", id);
    return names;
}

static struct registered register_ca(struct world *w, const struct device *ca)
{
    struct pem_json pem = pem_json(&ca->pair);
    return registered_ca_as(
        http(w, 200, "POST", "/cacertificate?setAsActive=true&allowAutoRegistration=true",
             pem_body("{\"certificateMode\":\"SNI_ONLY\",\"caCertificate\":\"%s\"}", pem.text)));
}

static int set_up(void **state)
{
    static struct story story;
    struct gate *gate = gate_new(world_with_pump(NOON));
    story = (struct story){ .gate = gate, .w = gate->w };
    story.ca = device_make(&(struct device_spec){ .common_name = "a factory", .is_ca = true });
    story.pump = device_make(&(struct device_spec){ .issuer = &story.ca.pair, .common_name = "pump" });
    story.registered_ca = register_ca(story.w, &story.ca);
    story.pump_as = name_certificate(story.pump.id);
    snprintf(story.topic, sizeof story.topic, "$aws/events/certificates/registered/%s",
             story.registered_ca.id);
    *state = &story;
    return 0;
}

static int tear_down(void **state)
{
    struct story *story = *state;
    device_release(&story->pump);
    device_release(&story->ca);
    gate_free(story->gate);
    return 0;
}

static void update_ca(struct story *story, const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "%s?%s", story->registered_ca.path, query);
    http(story->w, 200, "PUT", path, NULL);
}

static void assert_event(struct story *story, int64_t now_s, int64_t registered_s)
{
    char expected[512];
    snprintf(expected, sizeof expected,
             "{\"certificateId\":\"%s\",\"caCertificateId\":\"%s\",\"timestamp\":%lld000,"
             "\"certificateStatus\":\"PENDING_ACTIVATION\",\"awsAccountId\":\"000000000000\","
             "\"certificateRegistrationTimestamp\":\"%lld000\"}",
             story->pump.id, story->registered_ca.id, (long long)now_s, (long long)registered_s);
    assert_json(take_notification(story->w, story->topic), "", expected);
    assert_silence(story->w);
}

/* ---- the first time ---- */

static void who_comes_first_is_registered_and_refused(void **state)
{
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    assert_event(story, NOON_S, NOON_S);
    const cJSON *body = http(story->w, 200, "GET", story->pump_as.path, NULL)->body;
    assert_json_string(body, "certificateDescription.status", "PENDING_ACTIVATION");
    assert_json_string(body, "certificateDescription.caCertificateId", story->registered_ca.id);
    assert_json_string(body, "certificateDescription.certificateMode", "SNI_ONLY");
    assert_json_number(body, "certificateDescription.creationDate", NOON_S);
    assert_json_items(http(story->w, 200, "GET", "/certificates", NULL)->body, "certificates",
                      "certificateId", story->pump.id);
}

/* As AWS has it: a number, and a text. */
static void an_events_members_are_in_aws_order_and_kinds(void **state)
{
    struct story *story = *state;
    char expected[512];
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    const struct message *event = story->w->heard;
    snprintf(expected, sizeof expected,
             "{\"certificateId\":\"%s\",\"caCertificateId\":\"%s\",\"timestamp\":1893499200000,"
             "\"certificateStatus\":\"PENDING_ACTIVATION\",\"awsAccountId\":\"000000000000\","
             "\"certificateRegistrationTimestamp\":\"1893499200000\"}",
             story->pump.id, story->registered_ca.id);
    assert_true(str_eq_text((struct str){ event->payload, event->payload_n }, expected));
}

static void the_event_is_repeated_each_time_while_it_waits(void **state)
{
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    assert_event(story, NOON_S, NOON_S);
    for (int i = 1; i <= 3; i++) {
        advance(story->w, "PT1M");
        assert_not_accepted(story->gate, &story->pump, "pump", PENDING);
        assert_event(story, NOON_S + 60 * i, NOON_S);
    }
    assert_int_equal(rows_in(story->w, "certificate"), 1);
}

/* ---- and then ---- */

static void who_is_activated_and_has_a_policy_comes_in(void **state)
{
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    forget_notifications(story->w);
    set_certificate_status(story->w, &story->pump_as, "ACTIVE");
    assert_connect_denied(story->gate, &story->pump, "pump", "no policy allows it");
    given_policy(story->w, "own",
                 JOINED(ALLOW("iot:Connect", "*"),
                        ALLOW("iot:Publish", IOT_ARN("topic/${iot:Connection.Thing.ThingName}"))));
    attach_policy(story->w, "own", story->pump_as.arn);
    assert_comes(story->gate, &story->pump, "pump");
    assert_may_not(story->gate, "pump", &action_publish, "pump");
    attach(story->w, "pump", story->pump_as.arn);
    assert_may(story->gate, "pump", &action_publish, "pump");
    assert_silence(story->w);
}

static void who_is_not_activated_but_refused_is_told_of_no_more(void **state)
{
    static const char *const statuses[] = { "INACTIVE", "REVOKED" };
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    forget_notifications(story->w);
    for (size_t i = 0; i < 2; i++) {
        char reason[64];
        set_certificate_status(story->w, &story->pump_as, statuses[i]);
        snprintf(reason, sizeof reason, "its status is %s", statuses[i]);
        assert_not_accepted(story->gate, &story->pump, "pump", reason);
    }
    assert_silence(story->w);
}

static void who_was_deleted_registers_itself_again(void **state)
{
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    forget_notifications(story->w);
    set_certificate_status(story->w, &story->pump_as, "INACTIVE");
    http(story->w, 200, "DELETE", story->pump_as.path, NULL);
    update_ca(story, "newAutoRegistrationStatus=DISABLE");
    assert_not_accepted(story->gate, &story->pump, "pump", "it was deleted");
    assert_silence(story->w);
    update_ca(story, "newAutoRegistrationStatus=ENABLE");
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    assert_event(story, NOON_S, NOON_S);
}

/* ---- CAs ---- */

static void a_ca_that_is_inactive_or_says_so_registers_nobody(void **state)
{
    struct story *story = *state;
    update_ca(story, "newStatus=INACTIVE");
    assert_not_accepted(story->gate, &story->pump, "pump", UNKNOWN);
    update_ca(story, "newStatus=ACTIVE&newAutoRegistrationStatus=DISABLE");
    assert_not_accepted(story->gate, &story->pump, "pump", UNKNOWN);
    assert_int_equal(rows_in(story->w, "certificate"), 0);
    assert_silence(story->w);
    update_ca(story, "newAutoRegistrationStatus=ENABLE");
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
}

/* Who waits goes on waiting, and is told of, whatever becomes of the CA. */
static void who_waits_is_told_of_though_the_ca_is_inactive(void **state)
{
    struct story *story = *state;
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    forget_notifications(story->w);
    update_ca(story, "newStatus=INACTIVE");
    assert_not_accepted(story->gate, &story->pump, "pump", PENDING);
    assert_event(story, NOON_S, NOON_S);
}

static void a_ca_above_the_one_that_signed_is_not_enough(void **state)
{
    struct story *story = *state;
    struct device line = device_make(
        &(struct device_spec){ .issuer = &story->ca.pair, .common_name = "line 7", .is_ca = true });
    struct device fan = device_make(&(struct device_spec){ .issuer = &line.pair, .common_name = "fan" });
    device_show_also(&fan, &line);
    device_show_also(&fan, &story->ca);
    assert_int_not_equal(comes_to(story->gate, &fan, "fan"), ADMITTED);
    assert_int_equal(rows_in(story->w, "certificate"), 0);
    device_release(&fan);
    device_release(&line);
}

/* A name proves nothing. */
static void a_ca_of_the_same_name_is_another_one(void **state)
{
    struct story *story = *state;
    struct device other = device_make(&(struct device_spec){ .common_name = "a factory", .is_ca = true });
    struct device fan = device_make(&(struct device_spec){ .issuer = &other.pair, .common_name = "fan" });
    assert_not_accepted(story->gate, &fan, "fan", UNKNOWN);
    assert_int_equal(rows_in(story->w, "certificate"), 0);
    device_release(&fan);
    device_release(&other);
}

/* The registry is stronger than tls_client_ca. */
static void a_ca_that_is_trusted_besides_lets_nobody_in_unregistered(void **state)
{
    struct story *story = *state;
    gate_trust(story->gate, (const struct device *const[]){ &story->ca }, 1);
    given_policy(story->w, "all", ALLOW("iot:*", "*"));
    assert_true(settings_set(world_settings(story->w), STR_LIT("tls_client_policy"), STR_LIT("all"), NULL));
    update_ca(story, "newAutoRegistrationStatus=DISABLE");
    assert_comes(story->gate, &story->pump, "pump");
    update_ca(story, "newAutoRegistrationStatus=ENABLE");
    assert_cut(story->gate, "pump");
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    assert_event(story, NOON_S, NOON_S);
}

/* ---- what can go wrong ---- */

/* Two of them come before the engine has registered the first. */
static void who_comes_twice_at_once_is_registered_once(void **state)
{
    struct story *story = *state;
    int connections[2];
    struct newcomer newcomer = { .client_id = STR_LIT("pump"),
                                 .chain_n = 1,
                                 .chain = story->pump.chain,
                                 .source_ip = STR_LIT("192.0.2.7") };
    for (size_t i = 0; i < 2; i++) {
        newcomer.connection = &connections[i];
        assert_int_equal(identities_admit(&story->gate->identities, &newcomer), CERTIFICATE_REFUSED);
    }
    world_run_engine(story->w);
    world_hear(story->w);
    assert_int_equal(rows_in(story->w, "certificate"), 1);
    assert_int_equal(heard_on(story->w, story->topic), 2);
}

/* Its turn comes after somebody has made up his mind. */
static void assert_left_alone(struct story *story, const char *meanwhile, int64_t certificates)
{
    int connection;
    const struct newcomer newcomer = {
        .connection = &connection, .client_id = STR_LIT("pump"), .chain_n = 1, .chain = story->pump.chain
    };
    assert_int_equal(identities_admit(&story->gate->identities, &newcomer), CERTIFICATE_REFUSED);
    assert_true(db_script(world_db(story->w), meanwhile));
    world_run_engine(story->w);
    world_hear(story->w);
    assert_int_equal(rows_in(story->w, "certificate"), certificates);
    assert_silence(story->w);
}

static void who_is_decided_about_meanwhile_is_left_alone(void **state)
{
    struct story *story = *state;
    assert_left_alone(story, "UPDATE ca_certificate SET status = 'INACTIVE'", 0);
    assert_true(db_script(world_db(story->w), "UPDATE ca_certificate SET status = 'ACTIVE'"));
    assert_not_accepted(story->gate, &story->pump, "pump", REGISTERED);
    forget_notifications(story->w);
    assert_left_alone(story, "UPDATE certificate SET status = 'ACTIVE'", 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_comes_first_is_registered_and_refused),
        TEST(an_events_members_are_in_aws_order_and_kinds),
        TEST(the_event_is_repeated_each_time_while_it_waits),
        TEST(who_is_activated_and_has_a_policy_comes_in),
        TEST(who_is_not_activated_but_refused_is_told_of_no_more),
        TEST(who_was_deleted_registers_itself_again),
        TEST(a_ca_that_is_inactive_or_says_so_registers_nobody),
        TEST(who_waits_is_told_of_though_the_ca_is_inactive),
        TEST(a_ca_above_the_one_that_signed_is_not_enough),
        TEST(a_ca_of_the_same_name_is_another_one),
        TEST(a_ca_that_is_trusted_besides_lets_nobody_in_unregistered),
        TEST(who_comes_twice_at_once_is_registered_once),
        TEST(who_is_decided_about_meanwhile_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
