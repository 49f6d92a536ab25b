/* A whole server with its threads, and the one who keeps what clients may on a thread of his own, as the
 * plugin does: whoever was told that something has changed can rely on it. */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "plugin/identities.h"
#include "support/gate.h"
#include "support/operator.h"
#include "support/policies.h"

enum { ROUNDS = 40 };

struct story {
    struct settings settings;
    struct server *server;
    struct identities identities;
    struct device pump;
    struct newcomer newcomer;
    atomic_bool stop;
};

static void change(struct story *story, const char *method, const char *target, const char *principal,
                   const char *body)
{
    operate(story->server, &story->settings, method, target, principal, body);
}

static void set(struct story *story, const char *key, const char *value)
{
    assert_true(settings_set(&story->settings, str_from(key), str_from(value), NULL));
}

static void start(struct story *story)
{
    const struct server_config config = { .settings = &story->settings };
    struct strbuf why;
    strbuf_init(&why, 1024);
    settings_init(&story->settings);
    set(story, "in_memory", "true");
    set(story, "auth", "enforce");
    set(story, "http_port", "0");
    set(story, "https_port", "0");
    story->server = server_start(&config, &why);
    if (!story->server)
        fail_msg("%s", why.p);
    strbuf_release(&why);
    const struct identities_config of = {
        .engine = server_engine(story->server),
        .store = server_store(story->server),
        .ca = server_client_ca(story->server),
        .cache = server_policy_cache(story->server),
        .changes = server_access_changes(story->server),
        .denials = server_denials(story->server),
        .clock = server_clock(story->server),
        .settings = &story->settings,
    };
    assert_true(identities_init(&story->identities, &of));
}

static void register_pump(struct story *story)
{
    char body[POLICY_BODY_MAX];
    struct pem_json pem = pem_json(&story->pump.pair);
    change(story, "POST", "/things/pump", NULL, "{}");
    change(story, "POST", "/certificate/register-no-ca", NULL,
           pem_body("{\"certificatePem\":\"%s\",\"status\":\"ACTIVE\"}", pem.text));
    snprintf(story->pump.registered.arn, sizeof story->pump.registered.arn, IOT_ARN("cert/%s"),
             story->pump.id);
    change(story, "PUT", "/things/pump/principals", story->pump.registered.arn, NULL);
    change(story, "POST", "/policies/connect", NULL, policy_body(body, ALLOW("iot:Connect", "*")));
    change(story, "POST", "/policies/up", NULL, policy_body(body, ALLOW("iot:Publish", IOT_ARN("topic/up"))));
}

static void change_target(struct story *story, const char *method, const char *policy)
{
    char target[64], body[192];
    snprintf(target, sizeof target, "/target-policies/%s", policy);
    snprintf(body, sizeof body, "{\"target\":\"%s\"}", story->pump.registered.arn);
    change(story, method, target, NULL, body);
}

static void set_status(struct story *story, const char *status)
{
    char target[192];
    snprintf(target, sizeof target, "/certificates/%s?newStatus=%s", story->pump.id, status);
    change(story, "PUT", target, NULL, NULL);
}

static int set_up(void **state)
{
    static struct story story;
    story = (struct story){ .pump = device_new("pump") };
    start(&story);
    register_pump(&story);
    change_target(&story, "PUT", "connect");
    story.newcomer = (struct newcomer){ .connection = &story,
                                        .client_id = STR_LIT("pump"),
                                        .chain_n = 1,
                                        .chain = story.pump.chain,
                                        .source_ip = STR_LIT("192.0.2.7") };
    *state = &story;
    return 0;
}

static int tear_down(void **state)
{
    struct story *story = *state;
    identities_release(&story->identities);
    server_stop(story->server);
    settings_release(&story->settings);
    device_release(&story->pump);
    return 0;
}

static bool may_publish(struct story *story)
{
    return identities_may(&story->identities, story, &action_publish, "topic", STR_LIT("up"));
}

static void count_cut(void *context, const void *connection, const char *client_id)
{
    (void)connection;
    assert_string_equal(client_id, "pump");
    ++*(int *)context;
}

static int count_cuts(struct story *story)
{
    int n = 0;
    while (identities_review(&story->identities, count_cut, &n))
        ;
    return n;
}

/* The pump and what is in force for it change all the time, and it comes to the same. */
static void *make_noise(void *context)
{
    struct story *story = context;
    while (!atomic_load(&story->stop)) {
        change(story, "PATCH", "/things/pump", NULL, "{\"attributePayload\":{\"attributes\":{\"a\":\"b\"}}}");
        change(story, "PATCH", "/policies/up/version/1", NULL, NULL);
    }
    return NULL;
}

static void play(struct story *story)
{
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(identities_admit(&story->identities, &story->newcomer), ADMITTED);
        assert_false(may_publish(story));
        change_target(story, "PUT", "up");
        assert_true(may_publish(story));
        change_target(story, "POST", "up");
        assert_false(may_publish(story));
        assert_int_equal(count_cuts(story), 0);
        set_status(story, "INACTIVE");
        assert_int_equal(count_cuts(story), 1);
        assert_false(may_publish(story));
        assert_int_equal(identities_admit(&story->identities, &story->newcomer), CERTIFICATE_REFUSED);
        set_status(story, "ACTIVE");
    }
}

static void who_was_told_of_a_change_can_rely_on_it(void **state)
{
    play(*state);
}

static void whatever_else_changes_meanwhile(void **state)
{
    struct story *story = *state;
    pthread_t noise;
    assert_int_equal(pthread_create(&noise, NULL, make_noise, story), 0);
    play(story);
    atomic_store(&story->stop, true);
    pthread_join(noise, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_was_told_of_a_change_can_rely_on_it),
        TEST(whatever_else_changes_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
