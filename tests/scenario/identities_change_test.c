/* What changes of policies, groups and things means for who is connected: it counts from the next question
 * on, and nobody is cut for it. */
#include <stdio.h>
#include <string.h>

#include "support/dynamic_groups.h"
#include "support/gate.h"
#include "support/policies.h"

#define UP   ALLOW("iot:Publish", IOT_ARN("topic/up"))
#define DOWN ALLOW("iot:Publish", IOT_ARN("topic/down"))

struct story {
    struct gate *gate;
    struct world *w;
    struct device pump; /* connected as "pump", which it is attached to */
    struct device fan;  /* the same of "fan"; nothing happens to it */
};

static struct device given_client(struct gate *gate, const char *name)
{
    struct device device = registered_device(gate->w, name);
    attach(gate->w, name, device.registered.arn);
    attach_policy(gate->w, "connect", device.registered.arn);
    assert_comes(gate, &device, name);
    return device;
}

static int story_set_up(void **state)
{
    static struct story story;
    groups_set_up(state);
    story = (struct story){ .gate = gate_new(*state), .w = *state };
    given_policy(story.w, "connect",
                 ALLOW("iot:Connect", "*") "," ALLOW("iot:Publish", IOT_ARN("topic/all")));
    given_policy(story.w, "up", UP);
    story.pump = given_client(story.gate, "pump");
    story.fan = given_client(story.gate, "fan");
    *state = &story;
    return 0;
}

/* Whatever has happened, nobody was cut for it, and everybody may what he could before. */
static int story_tear_down(void **state)
{
    struct story *story = *state;
    assert_may(story->gate, "pump", &action_publish, "all");
    assert_may(story->gate, "fan", &action_publish, "all");
    assert_may_not(story->gate, "fan", &action_publish, "up");
    assert_cut(story->gate, "");
    device_release(&story->fan);
    device_release(&story->pump);
    gate_free(story->gate);
    return 0;
}

static void assert_up(struct story *story, bool expected)
{
    if (client_may(story->gate, "pump", &action_publish, "up") != expected)
        fail_msg("pump may %spublish to up", expected ? "not " : "");
}

/* ---- policies ---- */

static void a_policy_counts_while_it_is_attached(void **state)
{
    struct story *story = *state;
    assert_up(story, false);
    attach_policy(story->w, "up", story->pump.registered.arn);
    assert_up(story, true);
    detach_policy(story->w, "up", story->pump.registered.arn);
    assert_up(story, false);
}

static void a_policy_that_denies_counts_while_it_is_attached(void **state)
{
    struct story *story = *state;
    attach_policy(story->w, "up", story->pump.registered.arn);
    given_policy(story->w, "never", DENY("iot:*", IOT_ARN("topic/up")));
    attach_policy(story->w, "never", GROUP_ARN("site"));
    assert_up(story, true);
    join(story->w, "hall", "pump");
    assert_up(story, false);
    detach_policy(story->w, "never", GROUP_ARN("site"));
    assert_up(story, true);
}

static void the_version_in_force_counts(void **state)
{
    struct story *story = *state;
    char body[POLICY_BODY_MAX];
    attach_policy(story->w, "up", story->pump.registered.arn);
    assert_up(story, true);
    http(story->w, 200, "POST", "/policies/up/version", policy_body(body, DOWN));
    assert_up(story, true);
    http(story->w, 200, "PATCH", "/policies/up/version/2", NULL);
    assert_up(story, false);
    assert_may(story->gate, "pump", &action_publish, "down");
    http(story->w, 200, "POST", "/policies/up/version?setAsDefault=true", policy_body(body, UP "," DOWN));
    assert_up(story, true);
    http(story->w, 200, "DELETE", "/policies/up/version/2", NULL);
    assert_up(story, true);
    http(story->w, 200, "PATCH", "/policies/up/version/1", NULL);
    assert_up(story, true);
    assert_may_not(story->gate, "pump", &action_publish, "down");
}

static void a_policy_that_is_made_anew_is_another_one(void **state)
{
    struct story *story = *state;
    attach_policy(story->w, "up", story->pump.registered.arn);
    assert_up(story, true);
    detach_policy(story->w, "up", story->pump.registered.arn);
    http(story->w, 200, "DELETE", "/policies/up", NULL);
    given_policy(story->w, "up", DOWN);
    attach_policy(story->w, "up", story->pump.registered.arn);
    assert_up(story, false);
    assert_may(story->gate, "pump", &action_publish, "down");
}

/* ---- groups ---- */

static void policies_of_a_group_and_of_those_above_it_count(void **state)
{
    struct story *story = *state;
    join(story->w, "hall", "pump");
    static const char *const groups[] = { GROUP_ARN("hall"), GROUP_ARN("site") };
    for (size_t i = 0; i < 2; i++) {
        assert_up(story, false);
        attach_policy(story->w, "up", groups[i]);
        assert_up(story, true);
        detach_policy(story->w, "up", groups[i]);
    }
    attach_policy(story->w, "up", GROUP_ARN("yard"));
    attach_policy(story->w, "up", GROUP_ARN("zone"));
    assert_up(story, false);
}

static void a_thing_brings_its_groups_policies_with_it(void **state)
{
    struct story *story = *state;
    attach_policy(story->w, "up", GROUP_ARN("site"));
    assert_up(story, false);
    join(story->w, "yard", "pump");
    assert_up(story, true);
    move(story->w, "pump", "\"yard\"", "\"zone\"");
    assert_up(story, false);
    move(story->w, "pump", "\"zone\"", "\"hall\"");
    assert_up(story, true);
    leave(story->w, "hall", "pump");
    assert_up(story, false);
}

static void a_group_that_is_deleted_takes_its_policies_along(void **state)
{
    struct story *story = *state;
    attach_policy(story->w, "up", GROUP_ARN("hall"));
    join(story->w, "hall", "pump");
    assert_up(story, true);
    http(story->w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_up(story, false);
}

/* Its members are let go of bit by bit; what it allows ends at once. */
static void a_large_group_that_is_deleted_counts_no_more_from_then_on(void **state)
{
    struct story *story = *state;
    given_members(story->w, "hall", "lamp", 1000);
    attach_policy(story->w, "up", GROUP_ARN("site"));
    attach_policy(story->w, "up", GROUP_ARN("hall"));
    join(story->w, "hall", "pump");
    assert_up(story, true);
    world_stop_after(story->w, 1);
    http(story->w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_true(rows_in(story->w, "thing_group_member") > 0);
    assert_up(story, false);
    world_stop_after(story->w, 0);
    advance(story->w, "PT1M");
    assert_int_equal(rows_in(story->w, "thing_group_member"), 0);
    assert_up(story, false);
}

/* ---- things ---- */

#define ATTRIBUTE "${iot:Connection.Thing.Attributes[topic]}"

static void an_attribute_has_the_value_that_it_has_now(void **state)
{
    struct story *story = *state;
    given_policy(story->w, "attribute", ALLOW("iot:Publish", IOT_ARN("topic/" ATTRIBUTE)));
    attach_policy(story->w, "attribute", story->pump.registered.arn);
    assert_up(story, false);
    given_attribute(story->w, "pump", "topic", "up");
    assert_up(story, true);
    given_attribute(story->w, "pump", "topic", "down");
    assert_up(story, false);
    given_attribute(story->w, "pump", "topic", "up");
    assert_up(story, true);
    given_attribute(story->w, "pump", "other", "up");
    assert_up(story, false);
}

static void a_thing_has_the_type_that_it_has_now(void **state)
{
    struct story *story = *state;
    http(story->w, 200, "POST", "/thing-types/up", "{}");
    given_policy(story->w, "type",
                 ALLOW("iot:Publish", IOT_ARN("topic/${iot:Connection.Thing.ThingTypeName}")));
    attach_policy(story->w, "type", story->pump.registered.arn);
    assert_up(story, false);
    http(story->w, 200, "PATCH", "/things/pump", "{\"thingTypeName\":\"up\"}");
    assert_up(story, true);
    http(story->w, 200, "PATCH", "/things/pump", "{\"removeThingType\":true}");
    assert_up(story, false);
}

/* A client that stands for nothing stands for its thing from the moment on at which it is attached. */
static void a_client_that_is_attached_later_has_its_things_policies(void **state)
{
    struct story *story = *state;
    struct device valve = registered_device(story->w, "valve");
    attach_policy(story->w, "connect", valve.registered.arn);
    attach_policy(story->w, "up", GROUP_ARN("site"));
    join(story->w, "hall", "valve");
    assert_comes(story->gate, &valve, "valve");
    assert_may_not(story->gate, "valve", &action_publish, "up");
    attach(story->w, "valve", valve.registered.arn);
    assert_may(story->gate, "valve", &action_publish, "up");
    leave(story->w, "hall", "valve");
    assert_may_not(story->gate, "valve", &action_publish, "up");
    assert_cut(story->gate, "");
    device_release(&valve);
}

/* ---- what is not told ---- */

/* Who keeps what it has found asks the database no more. */
static void nobody_is_looked_up_for_what_does_not_concern_him(void **state)
{
    struct story *story = *state;
    assert_up(story, false);
    lose_certificates(story->gate);
    assert_may(story->gate, "fan", &action_publish, "all");
    find_certificates_again(story->gate);
    given_thing(story->w, "lamp");
    given_attribute(story->w, "valve", "a", "b");
    join(story->w, "hall", "valve");
    attach_policy(story->w, "up", story->pump.registered.arn);
    lose_certificates(story->gate);
    assert_may(story->gate, "fan", &action_publish, "all");
    assert_up(story, false); /* it has to be looked up, and cannot be */
    find_certificates_again(story->gate);
    assert_up(story, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, story_set_up, story_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_policy_counts_while_it_is_attached),
        TEST(a_policy_that_denies_counts_while_it_is_attached),
        TEST(the_version_in_force_counts),
        TEST(a_policy_that_is_made_anew_is_another_one),
        TEST(policies_of_a_group_and_of_those_above_it_count),
        TEST(a_thing_brings_its_groups_policies_with_it),
        TEST(a_group_that_is_deleted_takes_its_policies_along),
        TEST(a_large_group_that_is_deleted_counts_no_more_from_then_on),
        TEST(an_attribute_has_the_value_that_it_has_now),
        TEST(a_thing_has_the_type_that_it_has_now),
        TEST(a_client_that_is_attached_later_has_its_things_policies),
        TEST(nobody_is_looked_up_for_what_does_not_concern_him),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
