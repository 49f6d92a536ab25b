/* Clients whose certificates a CA of tls_client_ca has signed, and that are not registered: each stands for
 * the thing that its common name names, and the policy tls_client_policy is in force for it. */
#include <stdio.h>
#include <string.h>

#include "support/gate.h"
#include "support/groups.h"
#include "support/policies.h"

#define NO_POLICY "no policy allows it"
#define CONNECT   ALLOW("iot:Connect", "*")
#define NAME      "${iot:Connection.Thing.ThingName}"

struct story {
    struct gate *gate;
    struct world *w;
    struct device ca, pump; /* its common name is "pump" */
};

static int set_up(void **state)
{
    static struct story story;
    groups_set_up(state);
    story = (struct story){ .gate = gate_new(*state), .w = *state };
    story.ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    story.pump = device_make(&(struct device_spec){ .issuer = &story.ca.pair, .common_name = "pump" });
    gate_trust(story.gate, (const struct device *const[]){ &story.ca }, 1);
    assert_cut(story.gate, "");
    assert_true(
        settings_set(world_settings(story.w), STR_LIT("tls_client_policy"), STR_LIT("clients"), NULL));
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

static void given_clients(struct story *story, const char *statements)
{
    given_policy(story->w, "clients", statements);
}

static void assert_up(struct story *story, bool expected)
{
    if (client_may(story->gate, "pump", &action_publish, "up") != expected)
        fail_msg("pump may %spublish to up", expected ? "not " : "");
}

/* ---- what it may ---- */

static void a_common_name_is_the_name_of_its_thing(void **state)
{
    struct story *story = *state;
    struct device none =
        device_make(&(struct device_spec){ .issuer = &story->ca.pair, .common_name = "none" });
    struct device two = device_make(&(struct device_spec){
        .issuer = &story->ca.pair, .common_name = "pump", .second_common_name = "fan" });
    given_clients(story,
                  JOINED(CONNECT, ALLOW("iot:Publish", IOT_ARN("topic/" NAME "/up")),
                         ALLOW("iot:Subscribe", IOT_ARN("topicfilter/${iot:Connection.Thing.IsAttached}"))));
    assert_comes(story->gate, &story->pump, "any");
    assert_may(story->gate, "any", &action_publish, "pump/up");
    assert_may_not(story->gate, "any", &action_publish, "fan/up");
    assert_may_not(story->gate, "any", &action_publish, "any/up");
    assert_may(story->gate, "any", &action_subscribe, "true");
    assert_comes(story->gate, &none, "fan"); /* nothing is attached to it, whatever it calls itself */
    assert_may_not(story->gate, "fan", &action_publish, "none/up");
    assert_may_not(story->gate, "fan", &action_publish, "fan/up");
    assert_may(story->gate, "fan", &action_subscribe, "false");
    assert_comes(story->gate, &two, "pump");
    assert_may_not(story->gate, "pump", &action_publish, "pump/up");
    assert_may(story->gate, "pump", &action_subscribe, "false");
    device_release(&two);
    device_release(&none);
}

static void policies_of_its_things_groups_are_in_force(void **state)
{
    struct story *story = *state;
    given_clients(story, CONNECT);
    given_policy(story->w, "up", ALLOW("iot:Publish", IOT_ARN("topic/up")));
    attach_policy(story->w, "up", GROUP_ARN("site"));
    assert_comes(story->gate, &story->pump, "pump");
    assert_up(story, false);
    join(story->w, "hall", "pump");
    assert_up(story, true);
    leave(story->w, "hall", "pump");
    assert_up(story, false);
}

static void a_denial_names_what_it_has_shown(void **state)
{
    char principal[128];
    struct story *story = *state;
    snprintf(principal, sizeof principal, "cert/%s", story->pump.id);
    given_clients(story, CONNECT "," DENY("iot:Publish", IOT_ARN("topic/up")));
    assert_comes(story->gate, &story->pump, "pump");
    assert_up(story, false);
    assert_json_string(newest_denial(story->gate), "principal", principal);
    assert_json_string(newest_denial(story->gate), "policy", "clients");
}

/* ---- the policy ---- */

static void without_the_policy_nothing_is_allowed(void **state)
{
    struct story *story = *state;
    assert_connect_denied(story->gate, &story->pump, "pump", NO_POLICY);
    given_policy(story->w, "others", ALLOW("iot:*", "*"));
    assert_connect_denied(story->gate, &story->pump, "pump", NO_POLICY);
    given_clients(story, CONNECT);
    assert_comes(story->gate, &story->pump, "pump");
}

static void where_no_policy_is_named_those_of_groups_decide(void **state)
{
    struct story *story = *state;
    assert_true(settings_set(world_settings(story->w), STR_LIT("tls_client_policy"), STR_LIT(""), NULL));
    given_policy(story->w, "all", ALLOW("iot:*", "*"));
    assert_connect_denied(story->gate, &story->pump, "pump", NO_POLICY);
    attach_policy(story->w, "all", GROUP_ARN("hall"));
    join(story->w, "hall", "pump");
    assert_comes(story->gate, &story->pump, "pump");
}

static void a_change_of_the_policy_counts_at_once(void **state)
{
    char body[POLICY_BODY_MAX];
    struct story *story = *state;
    given_clients(story, CONNECT);
    given_policy(story->w, "groups", CONNECT);
    attach_policy(story->w, "groups", GROUP_ARN("site"));
    join(story->w, "hall", "pump");
    assert_comes(story->gate, &story->pump, "pump");
    assert_up(story, false);
    http(story->w, 200, "POST", "/policies/clients/version?setAsDefault=true",
         policy_body(body, CONNECT "," ALLOW("iot:Publish", "*")));
    assert_up(story, true);
    http(story->w, 200, "DELETE", "/policies/clients/version/1", NULL);
    http(story->w, 200, "DELETE", "/policies/clients", NULL);
    assert_up(story, false);
    given_clients(story, ALLOW("iot:Publish", "*"));
    assert_up(story, true);
    assert_cut(story->gate, "");
}

/* ---- the thing ---- */

static void a_thing_that_is_made_later_is_its_thing(void **state)
{
    struct story *story = *state;
    struct device lamp =
        device_make(&(struct device_spec){ .issuer = &story->ca.pair, .common_name = "lamp" });
    given_clients(story, CONNECT "," ALLOW("iot:Publish", IOT_ARN("topic/" NAME "/up")));
    assert_comes(story->gate, &lamp, "lamp");
    assert_may_not(story->gate, "lamp", &action_publish, "lamp/up");
    given_thing(story->w, "lamp");
    assert_may(story->gate, "lamp", &action_publish, "lamp/up");
    assert_cut(story->gate, "");
    device_release(&lamp);
}

static void whose_thing_is_deleted_is_cut(void **state)
{
    struct story *story = *state;
    given_clients(story, ALLOW("iot:*", "*"));
    assert_comes(story->gate, &story->pump, "pump");
    http(story->w, 200, "DELETE", "/things/fan", NULL);
    assert_cut(story->gate, "");
    http(story->w, 200, "DELETE", "/things/pump", NULL);
    assert_cut(story->gate, "pump");
    assert_comes(story->gate, &story->pump, "pump"); /* as one without a thing */
}

/* ---- the registry is stronger ---- */

static void who_is_registered_is_what_the_registry_says_from_then_on(void **state)
{
    struct story *story = *state;
    struct device twin = device_of(device_cert_twin(&story->pump.pair));
    given_clients(story, ALLOW("iot:*", "*"));
    assert_comes(story->gate, &story->pump, "pump");
    assert_comes(story->gate, &twin, "twin");
    register_device(story->w, &story->pump, "INACTIVE");
    reviews(story->gate);
    assert_int_equal(story->gate->cut_n, 2);
    forget_cut(story->gate);
    assert_not_accepted(story->gate, &story->pump, "pump", "its status is INACTIVE");
    assert_not_accepted(story->gate, &twin, "twin", "its status is INACTIVE");
    set_certificate_status(story->w, &story->pump.registered, "ACTIVE");
    assert_connect_denied(story->gate, &story->pump, "pump", NO_POLICY);
    device_release(&twin);
}

/* It is active, but the thing that its common name names is not attached to it. */
static void who_is_registered_as_active_stands_for_what_is_attached(void **state)
{
    struct story *story = *state;
    given_clients(story, ALLOW("iot:*", "*"));
    assert_comes(story->gate, &story->pump, "pump");
    register_device(story->w, &story->pump, "ACTIVE");
    assert_cut(story->gate, "pump");
    attach_policy(story->w, "clients", story->pump.registered.arn);
    assert_comes(story->gate, &story->pump, "pump");
}

static void a_deleted_certificate_is_cut_and_stays_out(void **state)
{
    struct story *story = *state;
    given_clients(story, ALLOW("iot:*", "*"));
    register_device(story->w, &story->pump, "INACTIVE");
    http(story->w, 200, "DELETE", story->pump.registered.path, NULL);
    assert_not_accepted(story->gate, &story->pump, "pump", "it was deleted");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_common_name_is_the_name_of_its_thing),
        TEST(policies_of_its_things_groups_are_in_force),
        TEST(a_denial_names_what_it_has_shown),
        TEST(without_the_policy_nothing_is_allowed),
        TEST(where_no_policy_is_named_those_of_groups_decide),
        TEST(a_change_of_the_policy_counts_at_once),
        TEST(a_thing_that_is_made_later_is_its_thing),
        TEST(whose_thing_is_deleted_is_cut),
        TEST(who_is_registered_is_what_the_registry_says_from_then_on),
        TEST(who_is_registered_as_active_stands_for_what_is_attached),
        TEST(a_deleted_certificate_is_cut_and_stays_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
