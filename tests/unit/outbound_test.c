#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "plugin/outbound.h"

/* A call from MQTT, as plugin/inbound makes it, and the outbox that its answer goes to. */
struct world {
    struct outbox *outbox;
    struct call *call;
};

static void world_init(struct world *world, const char *topic, int qos)
{
    world->outbox = outbox_new();
    world->call = call_new();
    struct asker *asker = arena_alloc(&world->call->arena, sizeof *asker);
    *asker = (struct asker){
        .outbox = world->outbox, .client_id = STR_LIT("client-7"), .topic = str_from(topic), .qos = qos
    };
    world->call->owner = asker;
    world->call->answered_ms = 1790000000999;
}

/* Fails the call, and asserts what its rejection says. */
static void assert_rejection(struct str token, struct str extra, const char *expected)
{
    struct world world;
    struct strbuf out;
    world_init(&world, "t", 0);
    strbuf_init(&out, 4096);
    world.call->client_token = token;
    fail(&world.call->err, ERR_VERSION_CONFLICT, "Expected version %d but found version %d", 5, 2);
    world.call->err.extra = extra;
    outbound_write_rejection(world.call, &out);
    assert_string_equal(out.p, expected);
    strbuf_release(&out);
    call_free(world.call);
    outbox_free(world.outbox);
}

/* Answers the call; the one message that this makes. */
static struct message *answer(struct world *world)
{
    outbound_answer(world->call);
    struct message *message = outbox_take_all(world->outbox);
    assert_non_null(message);
    assert_null(message->next);
    return message;
}

static void assert_payload(const struct message *message, const char *expected)
{
    assert_int_equal(message->payload_n, strlen(expected));
    assert_memory_equal(message->payload, expected, message->payload_n);
}

static void a_rejection_has_whole_seconds_then_code_and_message(void **state)
{
    (void)state;
    assert_rejection(STR_NONE, STR_NONE,
                     "{\"timestamp\":1790000000,\"code\":\"VersionMismatch\","
                     "\"message\":\"Expected version 5 but found version 2\"}");
}

static void a_rejection_begins_with_the_token_of_the_request(void **state)
{
    (void)state;
    assert_rejection(STR_LIT("a\"b"), STR_NONE,
                     "{\"clientToken\":\"a\\\"b\",\"timestamp\":1790000000,\"code\":\"VersionMismatch\","
                     "\"message\":\"Expected version 5 but found version 2\"}");
}

static void an_empty_token_is_echoed_too(void **state)
{
    (void)state;
    assert_rejection(STR_LIT(""), STR_NONE,
                     "{\"clientToken\":\"\",\"timestamp\":1790000000,\"code\":\"VersionMismatch\","
                     "\"message\":\"Expected version 5 but found version 2\"}");
}

static void a_rejection_ends_with_what_the_error_carries(void **state)
{
    (void)state;
    assert_rejection(STR_NONE, STR_LIT("\"executionState\":{\"status\":\"QUEUED\",\"versionNumber\":2}"),
                     "{\"timestamp\":1790000000,\"code\":\"VersionMismatch\","
                     "\"message\":\"Expected version 5 but found version 2\","
                     "\"executionState\":{\"status\":\"QUEUED\",\"versionNumber\":2}}");
}

static void success_is_answered_on_accepted_with_the_reply_as_it_is(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, "$aws/things/a/jobs/$next/get", 0);
    world.call->ok = true;
    strbuf_add_text(&world.call->reply, "{\"timestamp\":1}");
    struct message *message = answer(&world);
    assert_string_equal(message->topic, "$aws/things/a/jobs/$next/get/accepted");
    assert_payload(message, "{\"timestamp\":1}");
    message_free(message);
    outbox_free(world.outbox);
}

static void failure_is_answered_on_rejected(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, "$aws/things/a/jobs/j/update", 0);
    fail(&world.call->err, ERR_RESOURCE_NOT_FOUND, "Job j cannot be found.");
    struct message *message = answer(&world);
    assert_string_equal(message->topic, "$aws/things/a/jobs/j/update/rejected");
    assert_payload(message, "{\"timestamp\":1790000000,\"code\":\"ResourceNotFound\","
                            "\"message\":\"Job j cannot be found.\"}");
    message_free(message);
    outbox_free(world.outbox);
}

static void an_answer_goes_to_the_one_who_asked(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, "t", 0);
    const struct asker *asker = world.call->owner;
    struct message *message = answer(&world);
    assert_string_equal(message->client_id, "client-7");
    assert_ptr_equal(outbound_asker(message), asker);
    message_free(message);
    outbox_free(world.outbox);
}

static void an_answer_has_the_qos_of_the_request_but_at_most_1(void **state)
{
    (void)state;
    const int expected[] = { 0, 1, 1 };
    for (int qos = 0; qos <= 2; qos++) {
        struct world world;
        world_init(&world, "t", qos);
        struct message *message = answer(&world);
        assert_int_equal(message->qos, expected[qos]);
        message_free(message);
        outbox_free(world.outbox);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rejection_has_whole_seconds_then_code_and_message),
        cmocka_unit_test(a_rejection_begins_with_the_token_of_the_request),
        cmocka_unit_test(an_empty_token_is_echoed_too),
        cmocka_unit_test(a_rejection_ends_with_what_the_error_carries),
        cmocka_unit_test(success_is_answered_on_accepted_with_the_reply_as_it_is),
        cmocka_unit_test(failure_is_answered_on_rejected),
        cmocka_unit_test(an_answer_goes_to_the_one_who_asked),
        cmocka_unit_test(an_answer_has_the_qos_of_the_request_but_at_most_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
