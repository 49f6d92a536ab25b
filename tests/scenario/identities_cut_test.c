/* Who may stay connected no longer is cut by the next reviews, and nobody else is. */
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "support/dynamic_groups.h"
#include "support/faults.h"
#include "support/gate.h"
#include "support/groups.h"
#include "support/policies.h"
#include "support/world_inside.h"

enum { HOUR_MS = 3600 * 1000, CROWD = 1000, REVIEWED_AT_ONCE = 20 };

struct story {
    struct gate *gate;
    struct world *w;
    struct device pump, fan; /* connected as "pump" and "fan", which they are attached to */
};

static struct device given_client(struct gate *gate, const char *name)
{
    struct device device = registered_device(gate->w, name);
    attach(gate->w, name, device.registered.arn);
    attach_policy(gate->w, "all", device.registered.arn);
    assert_comes(gate, &device, name);
    return device;
}

static int set_up(void **state)
{
    static struct story story;
    groups_set_up(state);
    story = (struct story){ .gate = gate_new(*state), .w = *state };
    given_policy(story.w, "all", ALLOW("iot:*", "*"));
    story.pump = given_client(story.gate, "pump");
    story.fan = given_client(story.gate, "fan");
    assert_cut(story.gate, "");
    *state = &story;
    return 0;
}

static int tear_down(void **state)
{
    struct story *story = *state;
    device_release(&story->fan);
    device_release(&story->pump);
    gate_free(story->gate);
    return 0;
}

static void set_status(struct story *story, const struct device *device, const char *status)
{
    set_certificate_status(story->w, &device->registered, status);
}

/* ---- its status ---- */

static void whose_certificate_is_active_no_more_is_cut(void **state)
{
    static const char *const statuses[] = { "INACTIVE", "REVOKED" };
    struct story *story = *state;
    for (size_t i = 0; i < 2; i++) {
        set_status(story, &story->pump, statuses[i]);
        assert_may(story->gate, "fan", &action_publish, "a");
        assert_cut(story->gate, "pump");
        assert_cut(story->gate, "");
        if (i > 0)
            break;
        set_status(story, &story->pump, "ACTIVE");
        assert_comes(story->gate, &story->pump, "pump");
        assert_cut(story->gate, "");
    }
}

/* Whether or not it does anything meanwhile. */
static void who_is_to_be_cut_may_nothing(void **state)
{
    struct story *story = *state;
    assert_may(story->gate, "pump", &action_publish, "a");
    set_status(story, &story->pump, "INACTIVE");
    assert_may_not(story->gate, "pump", &action_publish, "a");
    assert_json_string(newest_denial(story->gate), "reason", "its status is INACTIVE");
    set_status(story, &story->pump, "ACTIVE"); /* it has been found out, and has to come again */
    assert_may_not(story->gate, "pump", &action_receive, "a");
    assert_cut(story->gate, "pump");
    assert_comes(story->gate, &story->pump, "pump");
    assert_may(story->gate, "pump", &action_publish, "a");
}

static void every_client_of_the_certificate_is_cut(void **state)
{
    struct story *story = *state;
    assert_comes(story->gate, &story->pump, "one");
    assert_comes(story->gate, &story->fan, "other");
    assert_comes(story->gate, &story->pump, "two");
    leaves(story->gate, "one");
    set_status(story, &story->pump, "REVOKED");
    reviews(story->gate);
    assert_int_equal(story->gate->cut_n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(strcmp(story->gate->cut[i]->client_id, "pump") == 0 ||
                    strcmp(story->gate->cut[i]->client_id, "two") == 0);
    forget_cut(story->gate);
    assert_may(story->gate, "other", &action_publish, "a");
    assert_may(story->gate, "fan", &action_publish, "a");
}

static void who_leaves_before_the_review_is_not_cut(void **state)
{
    struct story *story = *state;
    assert_comes(story->gate, &story->pump, "one");
    assert_comes(story->gate, &story->pump, "two");
    set_status(story, &story->pump, "INACTIVE");
    assert_may_not(story->gate, "two", &action_publish, "a"); /* all of them are known to be reviewed */
    leaves(story->gate, "two");
    leaves(story->gate, "pump");
    assert_cut(story->gate, "one");
}

static void a_change_that_is_rolled_back_cuts_nobody(void **state)
{
    struct story *story = *state;
    char path[256];
    snprintf(path, sizeof path, "%s?newStatus=REVOKED", story->pump.registered.path);
    fail_from_change(story->w, 1);
    world_stop_after(story->w, 3);
    http(story->w, 500, "PUT", path, NULL);
    fail_from_change(story->w, 0);
    world_stop_after(story->w, 0);
    advance(story->w, "PT1S");
    assert_may(story->gate, "pump", &action_publish, "a");
    assert_cut(story->gate, "");
}

/* ---- its thing ---- */

static void who_stands_no_more_for_its_thing_is_cut(void **state)
{
    struct story *story = *state;
    attach(story->w, "valve", story->pump.registered.arn);
    detach(story->w, "valve", story->pump.registered.arn);
    assert_cut(story->gate, "");
    detach(story->w, "pump", story->pump.registered.arn);
    assert_cut(story->gate, "pump");
}

static void who_has_never_stood_for_the_thing_is_not_cut(void **state)
{
    struct story *story = *state;
    assert_comes(story->gate, &story->pump, "anybody");
    detach(story->w, "pump", story->pump.registered.arn);
    assert_cut(story->gate, "pump");
    assert_may(story->gate, "anybody", &action_publish, "a");
}

static void whose_own_thing_is_another_one_is_cut(void **state)
{
    struct story *story = *state;
    struct device any = registered_device(story->w, "any");
    attach_policy(story->w, "all", any.registered.arn);
    attach_exclusively(story->w, "valve", any.registered.arn);
    assert_comes(story->gate, &any, "any");
    detach(story->w, "valve", any.registered.arn);
    attach_exclusively(story->w, "fan", any.registered.arn);
    assert_cut(story->gate, "any");
    assert_comes(story->gate, &any, "any");
    detach(story->w, "fan", any.registered.arn);
    assert_may_not(story->gate, "any", &action_publish, "a");
    assert_cut(story->gate, "any");
    device_release(&any);
}

/* ---- time, and CAs ---- */

/* A certificate does not end while a test waits for it: its row says that it has. */
static void end_certificate(struct story *story, const struct device *device)
{
    assert_true(db_exec(world_db(story->w),
                        "UPDATE certificate SET not_after_ms = 1 WHERE certificate_id = ?1", "s",
                        str_from(device->registered.id)));
}

static void whose_certificate_has_expired_is_cut_within_the_hour(void **state)
{
    struct story *story = *state;
    end_certificate(story, &story->pump);
    assert_cut(story->gate, "");
    story->gate->identities.reviewed_ms -= HOUR_MS - 60 * 1000;
    assert_cut(story->gate, "");
    story->gate->identities.reviewed_ms -= 60 * 1000;
    assert_cut(story->gate, "pump");
    assert_cut(story->gate, "");
    assert_may(story->gate, "fan", &action_publish, "a");
}

static void whose_ca_is_trusted_no_more_is_cut(void **state)
{
    struct story *story = *state;
    struct gate *gate = story->gate;
    struct device ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    struct device other = device_make(&(struct device_spec){ .common_name = "another", .is_ca = true });
    struct device valve = device_make(&(struct device_spec){ .issuer = &ca.pair, .common_name = "valve" });
    assert_true(settings_set(world_settings(story->w), STR_LIT("tls_client_policy"), STR_LIT("all"), NULL));
    gate_trust(gate, (const struct device *const[]){ &ca, &other }, 2);
    assert_comes(gate, &valve, "valve");
    assert_cut(gate, "");
    gate_trust(gate, (const struct device *const[]){ &ca }, 1);
    assert_cut(gate, "");
    gate_trust(gate, (const struct device *const[]){ &other }, 1);
    assert_cut(gate, "valve");
    assert_may(gate, "fan", &action_publish, "a");
    assert_may(gate, "pump", &action_publish, "a");
    device_release(&valve);
    device_release(&other);
    device_release(&ca);
}

/* One that is registered as well, though nobody asks otherwise who has signed it. */
static void whose_ca_has_revoked_him_is_cut(void **state)
{
    static const char *const names[] = { "valve", "lamp", "outsider", "other" };
    struct story *story = *state;
    struct gate *gate = story->gate;
    struct device ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true }), device[4];
    assert_true(settings_set(world_settings(story->w), STR_LIT("tls_client_policy"), STR_LIT("all"), NULL));
    gate_trust(gate, (const struct device *const[]){ &ca }, 1);
    for (size_t i = 0; i < 4; i++) {
        device[i] = device_make(&(struct device_spec){ .issuer = &ca.pair, .common_name = names[i] });
        if (i < 2) {
            register_device(story->w, &device[i], "ACTIVE");
            attach_policy(story->w, "all", device[i].registered.arn);
        }
        assert_comes(gate, &device[i], names[i]);
    }
    assert_cut(gate, "");
    gate_revoke(gate, &ca, &device[2]);
    assert_cut(gate, "outsider");
    assert_not_accepted(gate, &device[2], "outsider", "its CA has revoked it");
    gate_revoke(gate, &ca, &device[1]);
    assert_cut(gate, "lamp");
    assert_not_accepted(gate, &device[1], "lamp", "its CA has revoked it");
    assert_comes(gate, &device[2], "outsider"); /* the new list does not name it */
    assert_cut(gate, "");
    for (size_t i = 0; i < 4; i++)
        device_release(&device[i]);
    device_release(&ca);
}

/* ---- much at once ---- */

static void what_comes_after_a_status_does_not_hide_it(void **state)
{
    struct story *story = *state;
    set_status(story, &story->pump, "REVOKED");
    given_policy(story->w, "other", ALLOW("iot:Connect", "*"));
    attach_policy(story->w, "other", GROUP_ARN("site"));
    assert_cut(story->gate, "pump");
}

static void what_comes_before_a_status_does_not_hide_it(void **state)
{
    struct story *story = *state;
    given_policy(story->w, "other", ALLOW("iot:Connect", "*"));
    attach_policy(story->w, "other", GROUP_ARN("site"));
    set_status(story, &story->pump, "REVOKED");
    assert_cut(story->gate, "pump");
}

/* As when everybody is registered anew while the broker stands still. */
static void note_many(struct story *story)
{
    for (int i = 0; i < ACCESS_CHANGES_MAX; i++)
        access_changes_note(story->w->access_changes, ACCESS_CHANGED_FOR_THING, STR_LIT("lamp"));
    given_attribute(story->w, "valve", "a", "b");
}

static void so_many_changes_that_they_are_not_kept_hide_none(void **state)
{
    struct story *story = *state;
    note_many(story);
    set_status(story, &story->pump, "REVOKED");
    assert_cut(story->gate, "pump");
    set_status(story, &story->fan, "REVOKED");
    note_many(story);
    assert_cut(story->gate, "fan");
    assert_cut(story->gate, "");
}

static void a_reset_cuts_everybody(void **state)
{
    struct story *story = *state;
    reset(story->w);
    reviews(story->gate);
    assert_int_equal(story->gate->cut_n, 2);
    forget_cut(story->gate);
}

static void given_crowd(struct story *story)
{
    char client[32];
    for (int i = 0; i < CROWD; i++) {
        snprintf(client, sizeof client, "crowd-%d", i);
        assert_comes(story->gate, &story->pump, client);
    }
}

static void a_thousand_clients_of_one_certificate_are_cut_some_at_a_time(void **state)
{
    struct story *story = *state;
    given_crowd(story);
    set_status(story, &story->pump, "REVOKED");
    for (size_t cut = 0; cut < CROWD + 1; cut = story->gate->cut_n) {
        review_once(story->gate);
        assert_in_range(story->gate->cut_n, cut, cut + REVIEWED_AT_ONCE);
    }
    reviews(story->gate);
    assert_int_equal(story->gate->cut_n, CROWD + 1);
    forget_cut(story->gate);
    assert_may(story->gate, "fan", &action_publish, "a");
}

/* Those who wait for their turn may nothing already. */
static void those_who_wait_for_the_review_may_nothing(void **state)
{
    struct story *story = *state;
    char client[32];
    given_crowd(story);
    set_status(story, &story->pump, "REVOKED");
    for (int i = 0; i < CROWD; i++) {
        snprintf(client, sizeof client, "crowd-%d", i);
        assert_may_not(story->gate, client, &action_publish, "a");
    }
    for (int i = 0; i < CROWD; i += 2) {
        snprintf(client, sizeof client, "crowd-%d", i);
        leaves(story->gate, client);
    }
    reviews(story->gate);
    assert_int_equal(story->gate->cut_n, CROWD / 2 + 1);
    forget_cut(story->gate);
}

/* ---- who did what he may not ---- */

static void who_is_expelled_is_cut_and_may_nothing_until_then(void **state)
{
    struct story *story = *state;
    const struct visit *pump = &story->gate->visits[0];
    assert_string_equal(pump->client_id, "pump");
    identities_expel(&story->gate->identities, pump);
    identities_expel(&story->gate->identities, pump);
    assert_may_not(story->gate, "pump", &action_publish, "a");
    assert_may_not(story->gate, "pump", &action_receive, "a");
    assert_json_string(newest_denial(story->gate), "reason", "it is about to be disconnected");
    assert_cut(story->gate, "pump");
    assert_comes(story->gate, &story->pump, "pump");
    assert_may(story->gate, "pump", &action_publish, "a");
}

static void who_is_expelled_stays_so_when_something_changes(void **state)
{
    struct story *story = *state;
    identities_expel(&story->gate->identities, &story->gate->visits[0]);
    given_attribute(story->w, "pump", "a", "b");
    attach_policy(story->w, "all", GROUP_ARN("site"));
    assert_may_not(story->gate, "pump", &action_publish, "a");
    assert_cut(story->gate, "pump");
}

/* ---- a database that does not answer ---- */

static void while_the_database_does_not_answer_nothing_is_allowed(void **state)
{
    struct story *story = *state;
    struct gate *gate = story->gate;
    attach_policy(story->w, "all", GROUP_ARN("site")); /* everybody has to be looked up */
    lose_certificates(gate);
    assert_may_not(gate, "pump", &action_publish, "a");
    assert_may_not(gate, "fan", &action_publish, "a");
    assert_json_string(newest_denial(gate), "reason", "the database does not answer");
    assert_json_string(newest_denial(gate), "clientId", "fan");
    assert_not_accepted(gate, &story->pump, "another", "the database does not answer");
    assert_cut(gate, "");
    find_certificates_again(gate);
    assert_may(gate, "pump", &action_publish, "a");
    assert_may(gate, "fan", &action_publish, "a");
    assert_comes(gate, &story->pump, "another");
}

/* Nobody is cut because the database does not answer, and nobody is forgotten. */
static void who_could_not_be_reviewed_is_reviewed_later(void **state)
{
    struct story *story = *state;
    struct gate *gate = story->gate;
    set_status(story, &story->pump, "REVOKED");
    lose_certificates(gate);
    for (int i = 0; i < 3; i++) {
        identities_review(&gate->identities, NULL, NULL);
        assert_may_not(gate, "pump", &action_publish, "a");
    }
    find_certificates_again(gate);
    assert_cut(gate, "pump");
    assert_may(gate, "fan", &action_publish, "a");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(whose_certificate_is_active_no_more_is_cut),
        TEST(who_is_to_be_cut_may_nothing),
        TEST(every_client_of_the_certificate_is_cut),
        TEST(who_leaves_before_the_review_is_not_cut),
        TEST(a_change_that_is_rolled_back_cuts_nobody),
        TEST(who_stands_no_more_for_its_thing_is_cut),
        TEST(who_has_never_stood_for_the_thing_is_not_cut),
        TEST(whose_own_thing_is_another_one_is_cut),
        TEST(whose_certificate_has_expired_is_cut_within_the_hour),
        TEST(whose_ca_is_trusted_no_more_is_cut),
        TEST(whose_ca_has_revoked_him_is_cut),
        TEST(what_comes_after_a_status_does_not_hide_it),
        TEST(what_comes_before_a_status_does_not_hide_it),
        TEST(so_many_changes_that_they_are_not_kept_hide_none),
        TEST(a_reset_cuts_everybody),
        TEST(a_thousand_clients_of_one_certificate_are_cut_some_at_a_time),
        TEST(those_who_wait_for_the_review_may_nothing),
        TEST(who_is_expelled_is_cut_and_may_nothing_until_then),
        TEST(who_is_expelled_stays_so_when_something_changes),
        TEST(while_the_database_does_not_answer_nothing_is_allowed),
        TEST(who_could_not_be_reviewed_is_reviewed_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
