/* The statusDetails of UpdateJobExecution: what they may hold, and what becomes of those that are stored. */
#include "support/scene.h"

#include <stdio.h>
#include <string.h>

#define STATE_ASKED "\"includeJobExecutionState\":true"

static void assert_state(const struct answer *a, const char *expected)
{
    assert_accepted(a);
    assert_json(a->body, "executionState", expected);
}

/* An update with these details, IN_PROGRESS, that asks for the state. */
static struct answer *update_details(struct scene *s, const char *details)
{
    char body[8192 + 128];
    snprintf(body, sizeof body, "{\"status\":\"IN_PROGRESS\"," STATE_ASKED ",\"statusDetails\":%s}", details);
    return scene_update(s, "fw", body);
}

static void assert_details_refused(struct scene *s, const char *details)
{
    const struct answer *a = update_details(s, details);
    assert_refused(a, "InvalidRequest");
    assert_json_absent(a->body, "executionState");
}

/* {"KEY":"VALUE"}, with both made of one letter. */
static struct answer *update_lengths(struct scene *s, size_t key_n, size_t value_n, const char *value_letter)
{
    char key[256] = "", details[8192];
    memset(key, 'k', key_n);
    int n = snprintf(details, sizeof details, "{\"%s\":\"", key);
    for (size_t i = 0; i < value_n; i++)
        n += snprintf(details + n, sizeof details - (size_t)n, "%s", value_letter);
    snprintf(details + n, sizeof details - (size_t)n, "\"}");
    return update_details(s, details);
}

static struct answer *update_pairs(struct scene *s, int pairs)
{
    char details[1024];
    int n = snprintf(details, sizeof details, "{");
    for (int i = 0; i < pairs; i++)
        n += snprintf(details + n, sizeof details - (size_t)n, "%s\"k%d\":\"v\"", i ? "," : "", i);
    snprintf(details + n, sizeof details - (size_t)n, "}");
    return update_details(s, details);
}

static void details_that_are_sent_replace_all_that_were_stored(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_state(
        update_details(s, "{\"a\":\"1\",\"b\":\"2\"}"),
        "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"a\":\"1\",\"b\":\"2\"},\"versionNumber\":2}");
    assert_state(update_details(s, "{\"c\":\"3\"}"),
                 "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"c\":\"3\"},\"versionNumber\":3}");
}

static void no_details_and_empty_details_leave_what_is_stored(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_state(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"," STATE_ASKED "}"),
                 "{\"status\":\"IN_PROGRESS\",\"versionNumber\":2}");
    assert_state(update_details(s, "{}"), "{\"status\":\"IN_PROGRESS\",\"versionNumber\":3}");
    assert_accepted(update_details(s, "{\"a\":\"1\"}"));
    static const char kept[] = "{\"status\":\"%s\",\"statusDetails\":{\"a\":\"1\"},\"versionNumber\":%d}";
    char expected[128];
    snprintf(expected, sizeof expected, kept, "IN_PROGRESS", 5);
    assert_state(update_details(s, "{}"), expected);
    snprintf(expected, sizeof expected, kept, "IN_PROGRESS", 6);
    assert_state(update_details(s, "null"), expected);
    snprintf(expected, sizeof expected, kept, "SUCCEEDED", 7);
    assert_state(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"," STATE_ASKED "}"), expected);
}

static void ten_details_are_the_most(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(update_pairs(s, 10));
    assert_refused(update_pairs(s, 11), "InvalidRequest");
    assert_execution(s, "fw", "IN_PROGRESS", 2);
}

static void the_key_of_a_detail_has_1_to_128_characters_of_a_name(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(update_lengths(s, 1, 1, "v"));
    assert_accepted(update_lengths(s, 128, 1, "v"));
    assert_refused(update_lengths(s, 129, 1, "v"), "InvalidRequest");
    assert_refused(update_lengths(s, 0, 1, "v"), "InvalidRequest");
    assert_accepted(update_details(s, "{\"a:B_9-z\":\"v\"}"));
    assert_details_refused(s, "{\"a b\":\"v\"}");
    assert_details_refused(s, "{\"a.b\":\"v\"}");
    assert_details_refused(s, "{\"\\u00e9\":\"v\"}");
}

static void the_value_of_a_detail_has_1_to_1024_characters(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(update_lengths(s, 1, 1024, "v"));
    assert_refused(update_lengths(s, 1, 1025, "v"), "InvalidRequest");
    assert_accepted(update_lengths(s, 1, 1024, "\303\251"));
    assert_refused(update_lengths(s, 1, 1025, "\303\251"), "InvalidRequest");
    assert_details_refused(s, "{\"a\":\"\"}");
}

static void control_characters_are_refused_except_tab_and_line_ends(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = update_details(s, "{\"stdout\":\"one\\ttwo\\r\\nthree\\n\"}");
    assert_accepted(a);
    assert_json_string(a->body, "executionState.statusDetails.stdout", "one\ttwo\r\nthree\n");
    static const char *const refused[] = { "\\u0001", "\\u0007", "\\b",     "\\f",
                                           "\\u001b", "\\u007f", "\\u0085", "\\u200b" };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char details[64];
        snprintf(details, sizeof details, "{\"a\":\"x%sy\"}", refused[i]);
        assert_details_refused(s, details);
    }
}

static void numbers_and_booleans_become_their_json_text(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = update_details(
        s, "{\"pct\":40,\"v\":-1.5,\"ok\":true,\"bad\":false,\"zero\":0,\"big\":1700000000000001}");
    assert_accepted(a);
    assert_json(a->body, "executionState.statusDetails",
                "{\"pct\":\"40\",\"v\":\"-1.5\",\"ok\":\"true\",\"bad\":\"false\",\"zero\":\"0\","
                "\"big\":\"1700000000000001\"}");
}

static void nested_details_and_null_are_refused(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_details_refused(s, "{\"a\":{\"b\":\"c\"}}");
    assert_details_refused(s, "{\"a\":[\"b\"]}");
    assert_details_refused(s, "{\"a\":null}");
    assert_details_refused(s, "{\"good\":\"yes\",\"a\":{}}");
    assert_details_refused(s, "\"text\"");
    assert_details_refused(s, "[\"a\"]");
    assert_execution(s, "fw", "QUEUED", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(details_that_are_sent_replace_all_that_were_stored),
        OVER_BOTH(no_details_and_empty_details_leave_what_is_stored),
        OVER_BOTH(ten_details_are_the_most),
        OVER_BOTH(the_key_of_a_detail_has_1_to_128_characters_of_a_name),
        OVER_BOTH(the_value_of_a_detail_has_1_to_1024_characters),
        OVER_BOTH(control_characters_are_refused_except_tab_and_line_ends),
        OVER_BOTH(numbers_and_booleans_become_their_json_text),
        OVER_BOTH(nested_details_and_null_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
