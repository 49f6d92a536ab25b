#include "support/cmocka_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/outbox.h"

static struct message *answer_with(const char *payload)
{
    struct message *message =
        message_new(STR_LIT("device"), STR_LIT("topic"), strdup(payload), strlen(payload), 1);
    assert_non_null(message);
    return message;
}

static struct message *message_with(const char *payload)
{
    struct message *message = message_new(STR_NONE, STR_LIT("topic"), strdup(payload), strlen(payload), 1);
    assert_non_null(message);
    return message;
}

/* Frees the messages, whose payloads are "a b c". */
static void assert_payloads(struct message *first, const char *expected)
{
    char found[256] = "";
    int n = 0;
    for (struct message *m = first; m; m = m->next)
        n += snprintf(found + n, sizeof found - (size_t)n, "%s%.*s", n ? " " : "", (int)m->payload_n,
                      m->payload);
    assert_string_equal(found, expected);
    message_free_all(first);
}

static void assert_taken(struct outbox *outbox, const char *expected)
{
    assert_payloads(outbox_take_all(outbox), expected);
}

static int set_up(void **state)
{
    *state = outbox_new();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    outbox_free(*state);
    return 0;
}

static void a_message_copies_its_texts_and_takes_its_payload(void **state)
{
    (void)state;
    char client_id[] = "client-7", topic[] = "$aws/things/pump/jobs/get/accepted";
    char *payload = strdup("{}");
    struct message *message = message_new((struct str){ client_id, 8 }, str_from(topic), payload, 2, 1);
    memset(client_id, 'x', sizeof client_id - 1);
    memset(topic, 'x', sizeof topic - 1);
    assert_string_equal(message->client_id, "client-7");
    assert_string_equal(message->topic, "$aws/things/pump/jobs/get/accepted");
    assert_ptr_equal(message->payload, payload);
    assert_int_equal(message->payload_n, 2);
    assert_int_equal(message->qos, 1);
    assert_null(message->next);
    message_free(message);
}

static void the_texts_of_a_message_need_not_end_with_nul(void **state)
{
    (void)state;
    struct message *message =
        message_new((struct str){ "client-77", 8 }, (struct str){ "a/bc", 3 }, NULL, 0, 0);
    assert_string_equal(message->client_id, "client-7");
    assert_string_equal(message->topic, "a/b");
    message_free(message);
}

static void a_message_without_a_client_is_for_whoever_has_subscribed(void **state)
{
    (void)state;
    struct message *message = message_with("x");
    assert_null(message->client_id);
    message_free(message);
}

static void count_release(struct message *message)
{
    int *released = message->owner;
    (*released)++;
}

/* A message may be part of something larger, which frees it. */
static void a_message_is_freed_by_its_own_release(void **state)
{
    (void)state;
    int released = 0;
    struct message second = { .release = count_release, .owner = &released };
    struct message first = { .next = &second, .release = count_release, .owner = &released };
    message_free(&second);
    assert_int_equal(released, 1);
    message_free_all(&first);
    assert_int_equal(released, 3);
}

static void nothing_can_be_freed_and_pushed(void **state)
{
    struct outbox *outbox = *state;
    message_free(NULL);
    message_free_all(NULL);
    outbox_free(NULL);
    outbox_push(outbox, NULL);
    assert_true(outbox_idle(outbox));
    assert_null(outbox_take_all(outbox));
}

static void messages_leave_in_the_order_in_which_they_came(void **state)
{
    struct outbox *outbox = *state;
    outbox_push(outbox, message_with("a"));
    struct message *list = message_with("b");
    list->next = message_with("c");
    list->next->next = message_with("d");
    outbox_push(outbox, list);
    outbox_push(outbox, message_with("e"));
    assert_taken(outbox, "a b c d e");
    outbox_push(outbox, message_with("f"));
    assert_taken(outbox, "f");
    assert_taken(outbox, "");
}

static void the_outbox_is_idle_once_a_take_has_found_nothing(void **state)
{
    struct outbox *outbox = *state;
    assert_true(outbox_idle(outbox));
    outbox_push(outbox, message_with("a"));
    assert_false(outbox_idle(outbox));
    assert_taken(outbox, "a");
    assert_false(outbox_idle(outbox));
    assert_taken(outbox, "");
    assert_true(outbox_idle(outbox));
    outbox_push(outbox, message_with("b"));
    assert_false(outbox_idle(outbox));
    assert_taken(outbox, "b");
}

static void messages_for_subscribers_are_taken_a_few_at_a_time_and_nothing_overtakes_them(void **state)
{
    struct outbox *outbox = *state;
    outbox_push(outbox, answer_with("a"));
    outbox_push(outbox, message_with("b"));
    outbox_push(outbox, answer_with("c"));
    outbox_push(outbox, message_with("d"));
    outbox_push(outbox, answer_with("e"));
    assert_payloads(outbox_take(outbox, 1), "a b c");
    assert_false(outbox_idle(outbox));
    outbox_push(outbox, message_with("f"));
    assert_payloads(outbox_take(outbox, 1), "d e");
    assert_payloads(outbox_take(outbox, 1), "f");
    assert_null(outbox_take(outbox, 1));
    assert_true(outbox_idle(outbox));
}

static void what_is_returned_leaves_before_all_others(void **state)
{
    struct outbox *outbox = *state;
    outbox_push(outbox, message_with("a"));
    outbox_push(outbox, message_with("b"));
    struct message *taken = outbox_take_all(outbox);
    assert_null(outbox_take_all(outbox));
    outbox_return(outbox, taken);
    assert_false(outbox_idle(outbox));
    outbox_push(outbox, message_with("c"));
    struct message *again = outbox_take(outbox, 1);
    outbox_return(outbox, again);
    outbox_return(outbox, NULL);
    assert_taken(outbox, "a b c");
}

static void an_outbox_with_much_in_it_is_full_until_that_is_taken(void **state)
{
    enum { MUCH = 40, MIB = 1024 * 1024 };
    struct outbox *outbox = *state;
    assert_false(outbox_full(outbox));
    for (int i = 0; i < MUCH; i++) {
        char *payload = calloc(1, MIB);
        assert_non_null(payload);
        outbox_push(outbox, message_new(STR_NONE, STR_LIT("topic"), payload, MIB, 1));
    }
    assert_true(outbox_full(outbox));
    message_free_all(outbox_take(outbox, MUCH / 2));
    assert_false(outbox_full(outbox));
    struct message *rest = outbox_take_all(outbox);
    outbox_return(outbox, rest);
    message_free_all(outbox_take_all(outbox));
    assert_false(outbox_full(outbox));
}

static void an_outbox_is_freed_with_what_is_still_in_it(void **state)
{
    struct outbox *outbox = *state;
    outbox_push(outbox, message_with("a"));
    outbox_push(outbox, message_with("b"));
}

/* ---- several threads ---- */

enum { PRODUCERS = 3, MESSAGES_EACH = 2000 };

struct producer {
    struct outbox *outbox;
    int number;
};

static void *produce(void *context)
{
    const struct producer *producer = context;
    for (int i = 0; i < MESSAGES_EACH; i++) {
        int *payload = malloc(2 * sizeof *payload);
        if (!payload)
            abort();
        payload[0] = producer->number;
        payload[1] = i;
        outbox_push(producer->outbox,
                    message_new(STR_NONE, STR_LIT("t"), (char *)payload, 2 * sizeof *payload, 0));
    }
    return NULL;
}

static void what_several_threads_push_comes_out_once_and_in_the_order_of_each(void **state)
{
    struct outbox *outbox = *state;
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    int next[PRODUCERS] = { 0 }, taken = 0;
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){ outbox, i };
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    while (taken < PRODUCERS * MESSAGES_EACH) {
        struct message *first = outbox_take_all(outbox);
        if (!first)
            sched_yield();
        for (const struct message *m = first; m; m = m->next, taken++) {
            int from[2];
            memcpy(from, m->payload, sizeof from);
            assert_int_equal(from[1], next[from[0]]++);
        }
        message_free_all(first);
    }
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    assert_null(outbox_take_all(outbox));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_copies_its_texts_and_takes_its_payload),
        cmocka_unit_test(the_texts_of_a_message_need_not_end_with_nul),
        cmocka_unit_test(a_message_without_a_client_is_for_whoever_has_subscribed),
        cmocka_unit_test(a_message_is_freed_by_its_own_release),
        TEST(nothing_can_be_freed_and_pushed),
        TEST(messages_leave_in_the_order_in_which_they_came),
        TEST(the_outbox_is_idle_once_a_take_has_found_nothing),
        TEST(messages_for_subscribers_are_taken_a_few_at_a_time_and_nothing_overtakes_them),
        TEST(what_is_returned_leaves_before_all_others),
        TEST(an_outbox_with_much_in_it_is_full_until_that_is_taken),
        TEST(an_outbox_is_freed_with_what_is_still_in_it),
        TEST(what_several_threads_push_comes_out_once_and_in_the_order_of_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
