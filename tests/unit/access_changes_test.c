/* What has changed of who may do what, from the one thread that changes it to the one that keeps decisions.
 */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/security/access_changes.h"

static int set_up(void **state)
{
    *state = access_changes_new();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    access_changes_free(*state);
    return 0;
}

/* Takes all that is there: "policies cert/a thing/b". */
static void assert_taken(struct access_changes *changes, const char *expected)
{
    static const char *const words[] = { [ACCESS_CHANGED_FOR_CERTIFICATE] = "cert/",
                                         [ACCESS_CHANGED_FOR_THING] = "thing/",
                                         [ACCESS_CHANGED_POLICIES] = "policies",
                                         [ACCESS_CHANGED_ANYHOW] = "anyhow" };
    char text[256] = "";
    size_t n = 0;
    assert_int_equal(access_changes_waiting(changes), expected[0] != '\0');
    struct access_change *next;
    for (struct access_change *change = access_changes_take(changes); change; change = next) {
        next = change->next;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%.*s", n ? " " : "", words[change->kind],
                              (int)change->n, change->name);
        assert_true(n < sizeof text);
        free(change);
    }
    assert_string_equal(text, expected);
    assert_false(access_changes_waiting(changes));
}

static void note(struct access_changes *changes, enum access_change_kind kind, const char *name)
{
    access_changes_note(changes, kind, str_from(name));
}

static void what_is_noted_is_taken_once_it_is_published(void **state)
{
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "a");
    note(*state, ACCESS_CHANGED_FOR_THING, "b");
    assert_taken(*state, "");
    access_changes_publish(*state);
    assert_taken(*state, "cert/a thing/b");
    access_changes_publish(*state);
    assert_taken(*state, "");
}

static void what_is_published_several_times_is_taken_at_once(void **state)
{
    note(*state, ACCESS_CHANGED_FOR_THING, "a");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_THING, "b");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_THING, "c");
    assert_taken(*state, "thing/a thing/b");
    access_changes_publish(*state);
    assert_taken(*state, "thing/c");
}

static void policies_hide_nothing_and_are_said_once(void **state)
{
    note(*state, ACCESS_CHANGED_POLICIES, "");
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "a");
    note(*state, ACCESS_CHANGED_POLICIES, "");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "b");
    access_changes_publish(*state);
    assert_taken(*state, "policies cert/a cert/b");
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "c");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_POLICIES, "");
    access_changes_publish(*state);
    assert_taken(*state, "policies cert/c");
}

static void what_may_be_anything_is_all_that_is_said(void **state)
{
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "a");
    note(*state, ACCESS_CHANGED_POLICIES, "");
    note(*state, ACCESS_CHANGED_ANYHOW, "");
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "b");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "c");
    access_changes_publish(*state);
    assert_taken(*state, "anyhow");
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "d");
    access_changes_publish(*state);
    assert_taken(*state, "cert/d");
}

static void note_many(struct access_changes *changes, int n)
{
    for (int i = 0; i < n; i++)
        note(changes, ACCESS_CHANGED_FOR_THING, "a");
}

static void too_many_may_be_anything(void **state)
{
    note_many(*state, ACCESS_CHANGES_MAX + 1);
    access_changes_publish(*state);
    assert_taken(*state, "anyhow");
    note_many(*state, ACCESS_CHANGES_MAX);
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_CERTIFICATE, "b");
    access_changes_publish(*state);
    assert_taken(*state, "anyhow");
}

static void as_many_as_there_is_room_for_are_kept(void **state)
{
    size_t n = 0;
    note_many(*state, ACCESS_CHANGES_MAX / 2);
    access_changes_publish(*state);
    note_many(*state, ACCESS_CHANGES_MAX - ACCESS_CHANGES_MAX / 2);
    access_changes_publish(*state);
    struct access_change *next;
    for (struct access_change *change = access_changes_take(*state); change; change = next, n++) {
        next = change->next;
        assert_int_equal(change->kind, ACCESS_CHANGED_FOR_THING);
        free(change);
    }
    assert_int_equal(n, ACCESS_CHANGES_MAX);
}

static void nobody_has_to_hear(void **state)
{
    (void)state;
    note(NULL, ACCESS_CHANGED_FOR_THING, "a");
    access_changes_publish(NULL);
    assert_false(access_changes_waiting(NULL));
    access_changes_free(NULL);
}

/* What was never taken is freed. */
static void what_nobody_takes_is_freed(void **state)
{
    note(*state, ACCESS_CHANGED_FOR_THING, "a");
    access_changes_publish(*state);
    note(*state, ACCESS_CHANGED_FOR_THING, "b");
}

enum { PUBLISHED = 5000 };

static void *publish_many(void *context)
{
    for (int i = 0; i < PUBLISHED; i++) {
        note(context, ACCESS_CHANGED_FOR_CERTIFICATE, "a");
        access_changes_publish(context);
    }
    return NULL;
}

static void what_one_thread_publishes_another_one_takes(void **state)
{
    pthread_t thread;
    size_t n = 0;
    assert_int_equal(pthread_create(&thread, NULL, publish_many, *state), 0);
    while (n < PUBLISHED) {
        struct access_change *next;
        if (!access_changes_waiting(*state))
            continue;
        for (struct access_change *change = access_changes_take(*state); change; change = next, n++) {
            next = change->next;
            assert_int_equal(change->kind, ACCESS_CHANGED_FOR_CERTIFICATE);
            free(change);
        }
    }
    pthread_join(thread, NULL);
    assert_false(access_changes_waiting(*state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_noted_is_taken_once_it_is_published),
        TEST(what_is_published_several_times_is_taken_at_once),
        TEST(policies_hide_nothing_and_are_said_once),
        TEST(what_may_be_anything_is_all_that_is_said),
        TEST(too_many_may_be_anything),
        TEST(as_many_as_there_is_room_for_are_kept),
        TEST(nobody_has_to_hear),
        TEST(what_nobody_takes_is_freed),
        TEST(what_one_thread_publishes_another_one_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
