#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/inbound.h"
#include "plugin/outbound.h"
#include "settings.h"
#include "store/store.h"

enum { INBOX_LIMIT = 16, SHARE = 12 };

/* An engine on an empty store, whose batches run when the test says so. The clock stands at 1790000000 s. */
struct world {
    struct settings settings;
    struct clock clock;
    struct store *store;
    struct outbox *outbox;
    struct engine *engine;
    struct inbound inbound;
    struct departures departures;
    struct shares shares;
};

static int set_up(void **state)
{
    static struct world world;
    struct strbuf why;
    strbuf_init(&why, 1024);
    settings_init(&world.settings);
    world.settings.inbox_limit = INBOX_LIMIT;
    clock_init_virtual(&world.clock, 1790000000000);
    clock_freeze(&world.clock);
    const struct store_options options = { .in_memory = true, .durability = DURABILITY_MEMORY };
    world.store = store_open(&options, &why);
    if (world.store == NULL)
        return -1;
    world.outbox = outbox_new();
    const struct engine_config config = {
        .db = store_writer(world.store),
        .clock = &world.clock,
        .settings = &world.settings,
        .outbox = world.outbox,
    };
    world.engine = engine_new(&config);
    world.inbound =
        (struct inbound){ world.engine, world.outbox, &world.clock, &world.departures, &world.shares, SHARE };
    strbuf_release(&why);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    while (engine_run_batch(world->engine))
        continue;
    engine_free(world->engine);
    outbox_free(world->outbox);
    store_close(world->store);
    clock_release(&world->clock);
    settings_release(&world->settings);
    return 0;
}

static void publish_as(struct world *world, const char *client_id, const char *topic, struct str payload)
{
    const struct publication publication = {
        .client_id = str_from(client_id), .topic = str_from(topic), .payload = payload, .qos = 1
    };
    inbound_take(&world->inbound, &publication);
}

static void publish(struct world *world, const char *topic, struct str payload)
{
    publish_as(world, "tester", topic, payload);
}

static void get_times(struct world *world, const char *client_id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        publish_as(world, client_id, "$aws/things/pump/jobs/get", STR_LIT("{}"));
}

/* What is in the outbox must be exactly one message, with this topic and this in its payload. */
static void assert_answer(struct world *world, const char *topic, const char *part)
{
    struct message *message = outbox_take_all(world->outbox);
    assert_non_null(message);
    assert_null(message->next);
    assert_string_equal(message->client_id, "tester");
    assert_string_equal(message->topic, topic);
    if (memmem(message->payload, message->payload_n, part, strlen(part)) == NULL)
        fail_msg("%s is not in %.*s", part, (int)message->payload_n, message->payload);
    message_free(message);
}

static void a_request_is_answered_after_the_engine_has_run_it(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/get", STR_LIT("{\"clientToken\":\"t\"}"));
    assert_null(outbox_take_all(world->outbox));
    engine_run_batch(world->engine);
    assert_answer(world, "$aws/things/pump/jobs/get/rejected",
                  "{\"clientToken\":\"t\",\"timestamp\":1790000000,\"code\":\"ResourceNotFound\"");
}

static void an_empty_payload_counts_as_an_empty_object(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/$next/get", STR_NONE);
    engine_run_batch(world->engine);
    assert_answer(world, "$aws/things/pump/jobs/$next/get/rejected", "\"code\":\"ResourceNotFound\"");
}

static void what_does_not_decode_is_rejected_at_once(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/get", STR_LIT("not json"));
    assert_answer(world, "$aws/things/pump/jobs/get/rejected",
                  "{\"timestamp\":1790000000,\"code\":\"InvalidJson\"");
}

static void a_wrong_type_is_rejected_with_the_token_that_came_with_it(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/j/update", STR_LIT("{\"status\":7,\"clientToken\":\"t\"}"));
    assert_answer(world, "$aws/things/pump/jobs/j/update/rejected",
                  "{\"clientToken\":\"t\",\"timestamp\":1790000000,\"code\":\"InvalidRequest\"");
}

static void a_topic_that_means_nothing_is_rejected(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/bogus", STR_LIT("{}"));
    assert_answer(world, "$aws/things/pump/jobs/bogus/rejected",
                  "{\"timestamp\":1790000000,\"code\":\"InvalidTopic\"");
    publish(world, "$aws/things/pump/jobs/j/bogus", STR_LIT("{\"clientToken\":\"t\"}"));
    assert_answer(world, "$aws/things/pump/jobs/j/bogus/rejected",
                  "{\"clientToken\":\"t\",\"timestamp\":1790000000,\"code\":\"InvalidTopic\"");
    publish(world, "$aws/things/pump/jobs/bogus", STR_LIT("no JSON"));
    assert_answer(world, "$aws/things/pump/jobs/bogus/rejected",
                  "{\"timestamp\":1790000000,\"code\":\"InvalidTopic\"");
}

static void a_request_in_a_namespace_is_answered_on_its_own_topic(void **state)
{
    struct world *world = *state;
    publish(world, "$aws/things/pump/jobs/j/namespace-ns/get", STR_LIT("{\"clientToken\":\"t\"}"));
    engine_run_batch(world->engine);
    assert_answer(world, "$aws/things/pump/jobs/j/namespace-ns/get/rejected",
                  "{\"clientToken\":\"t\",\"timestamp\":1790000000,\"code\":\"ResourceNotFound\"");
}

static void topics_of_others_and_the_service_s_own_are_left_alone(void **state)
{
    struct world *world = *state;
    publish(world, "sensors/1", STR_LIT("{}"));
    publish(world, "$aws/things/pump/shadow/get", STR_LIT("{}"));
    publish(world, "$aws/things/pump/jobs/notify", STR_LIT("{}"));
    publish(world, "$aws/things/pump/jobs/get/accepted", STR_LIT("{}"));
    assert_false(engine_run_batch(world->engine));
    assert_null(outbox_take_all(world->outbox));
}

static void a_payload_may_be_128_kib_and_no_more(void **state)
{
    struct world *world = *state;
    size_t n = INBOUND_PAYLOAD_MAX + 1;
    char *payload = malloc(n);
    memset(payload, ' ', n);
    payload[0] = '{';
    payload[n - 1] = '}';
    publish(world, "$aws/things/pump/jobs/get", (struct str){ payload, n });
    assert_answer(world, "$aws/things/pump/jobs/get/rejected", "larger than 131072 bytes");
    payload[n - 2] = '}';
    publish(world, "$aws/things/pump/jobs/get", (struct str){ payload, n - 1 });
    engine_run_batch(world->engine);
    assert_answer(world, "$aws/things/pump/jobs/get/rejected", "\"code\":\"ResourceNotFound\"");
    free(payload);
}

static void a_full_inbox_throttles(void **state)
{
    struct world *world = *state;
    get_times(world, "other", INBOX_LIMIT - SHARE);
    get_times(world, "tester", SHARE - 1);
    get_times(world, "another", 1);
    assert_null(outbox_take_all(world->outbox));
    publish(world, "$aws/things/pump/jobs/get", STR_LIT("{\"clientToken\":\"late\"}"));
    assert_answer(world, "$aws/things/pump/jobs/get/rejected",
                  "{\"clientToken\":\"late\",\"timestamp\":1790000000,\"code\":\"RequestThrottled\"");
}

static void one_client_may_fill_his_share_of_the_inbox_and_no_more(void **state)
{
    struct world *world = *state;
    get_times(world, "tester", SHARE);
    assert_null(outbox_take_all(world->outbox));
    publish(world, "$aws/things/pump/jobs/get", STR_LIT("{\"clientToken\":\"late\"}"));
    assert_answer(world, "$aws/things/pump/jobs/get/rejected", "Too many requests of this client");
    get_times(world, "other", INBOX_LIMIT - SHARE);
    assert_null(outbox_take_all(world->outbox));
}

static void answers_make_room_for_more(void **state)
{
    struct world *world = *state;
    for (int round = 0; round < 3; round++) {
        get_times(world, "tester", SHARE);
        assert_null(outbox_take_all(world->outbox));
        get_times(world, "tester", 1); /* refused, and not counted */
        while (engine_run_batch(world->engine))
            continue;
        struct message *answers = outbox_take_all(world->outbox);
        size_t n = 0;
        for (const struct message *message = answers; message != NULL; message = message->next)
            n++;
        assert_int_equal(n, SHARE + 1);
        message_free_all(answers);
    }
}

static void a_share_is_a_part_of_the_inbox(void **state)
{
    (void)state;
    assert_int_equal(shares_each(20000), 1000);
    assert_int_equal(shares_each(16), 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_answered_after_the_engine_has_run_it),
        TEST(an_empty_payload_counts_as_an_empty_object),
        TEST(what_does_not_decode_is_rejected_at_once),
        TEST(a_wrong_type_is_rejected_with_the_token_that_came_with_it),
        TEST(a_topic_that_means_nothing_is_rejected),
        TEST(a_request_in_a_namespace_is_answered_on_its_own_topic),
        TEST(topics_of_others_and_the_service_s_own_are_left_alone),
        TEST(a_payload_may_be_128_kib_and_no_more),
        TEST(a_full_inbox_throttles),
        TEST(one_client_may_fill_his_share_of_the_inbox_and_no_more),
        TEST(answers_make_room_for_more),
        TEST(a_share_is_a_part_of_the_inbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
