/* What policies decide: the table policy_cases.json, and the operators of conditions one by one. */
#include "support/scratch.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rules/security/policy_decision.h"

#define CASES_FILE "tests/unit/policy_cases.json"
#define ARN_START  "arn:aws:iot:eu-central-1:123456789012:"

enum { FILE_MAX = 256 * 1024, KEYS_MAX = 16, CASES = 69, STATEMENT_MAX = 1024 };

static const char *const verdict_names[] = { "IMPLICIT_DENY", "ALLOWED", "EXPLICIT_DENY" };

static struct policy_document parse(struct scratch *f, const char *text)
{
    struct policy_document document = { 0 };
    if (!policy_document_parse(str_from(text), &f->arena, &document, &f->err))
        fail_msg("%s: %s", text, f->err.message.p);
    return document;
}

/* ---- the table ---- */

static cJSON *read_cases(void)
{
    FILE *file = fopen(CASES_FILE, "re");
    assert_non_null(file);
    char *text = malloc(FILE_MAX);
    assert_non_null(text);
    size_t n = fread(text, 1, FILE_MAX, file);
    fclose(file);
    cJSON *cases = cJSON_ParseWithLength(text, n);
    free(text);
    assert_non_null(cases);
    return cases;
}

static const char *text_at(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static struct policy_value read_value(struct scratch *f, const cJSON *json)
{
    struct policy_value value = { .key = str_from(json->string), .n = 1 };
    struct str *values = arena_array(&f->arena, KEYS_MAX, sizeof *values);
    if (cJSON_IsArray(json)) {
        bool certificate = str_starts_with(value.key, STR_LIT("iot:Certificate."));
        const cJSON *item;
        value.kind = certificate ? POLICY_VALUE_INDEXED : POLICY_VALUE_SET;
        value.n = 0;
        cJSON_ArrayForEach(item, json) values[value.n++] = str_from(item->valuestring);
    } else {
        values[0] = str_from(json->valuestring);
    }
    value.values = values;
    return value;
}

/* The named context, with what the case changes in it. */
static struct policy_context read_context(struct scratch *f, const cJSON *file, const cJSON *one)
{
    const cJSON *named = cJSON_GetObjectItem(cJSON_GetObjectItem(file, "contexts"), text_at(one, "context"));
    const cJSON *changes = cJSON_GetObjectItem(one, "with");
    struct policy_value *items = arena_array(&f->arena, KEYS_MAX, sizeof *items);
    struct policy_context context = { .items = items };
    const cJSON *item;
    assert_non_null(named);
    cJSON_ArrayForEach(item, named)
    {
        const cJSON *change = changes ? cJSON_GetObjectItemCaseSensitive(changes, item->string) : NULL;
        if (!cJSON_IsNull(change))
            items[context.n++] = read_value(f, change ? change : item);
    }
    return context;
}

/* With the beginnings of its ARNs. */
static struct str expand(struct scratch *f, const char *text)
{
    struct strbuf out;
    strbuf_init(&out, FILE_MAX);
    for (; *text; text++) {
        if (*text == '@')
            strbuf_add_text(&out, ARN_START);
        else
            strbuf_add_char(&out, *text);
    }
    struct str expanded = arena_str(&f->arena, strbuf_str(&out));
    strbuf_release(&out);
    assert_non_null(expanded.p);
    return expanded;
}

static struct policy_document read_policy(struct scratch *f, const cJSON *one, const cJSON *statements)
{
    const cJSON *version = cJSON_GetObjectItem(one, "version");
    const char *name = version ? version->valuestring : "2012-10-17";
    char *text = cJSON_PrintUnformatted(statements);
    struct str document = name ? arena_printf(&f->arena, "{\"Version\":\"%s\",\"Statement\":%s}", name, text)
                               : arena_printf(&f->arena, "{\"Statement\":%s}", text);
    cJSON_free(text);
    return parse(f, expand(f, document.p).p);
}

static void check_case(struct scratch *f, const cJSON *file, const cJSON *one)
{
    struct policy_document documents[KEYS_MAX];
    struct policy_context context = read_context(f, file, one);
    const cJSON *policies = cJSON_GetObjectItem(one, "policies"), *item;
    size_t n = 0;
    cJSON_ArrayForEach(item, policies) documents[n++] = read_policy(f, one, item);
    struct policy_request request = { str_from(text_at(one, "action")), expand(f, text_at(one, "resource")),
                                      &context };
    size_t used = f->arena.used;
    const char *found = verdict_names[policy_documents_judge(documents, n, &request)];
    assert_int_equal(f->arena.used, used);
    if (strcmp(found, text_at(one, "decision")) != 0)
        fail_msg("%s: %s instead of %s", text_at(one, "because"), found, text_at(one, "decision"));
}

static void the_worked_cases_come_out_as_written(void **state)
{
    struct scratch *f = *state;
    cJSON *file = read_cases();
    const cJSON *cases = cJSON_GetObjectItem(file, "cases"), *one;
    assert_int_equal(cJSON_GetArraySize(cases), CASES);
    cJSON_ArrayForEach(one, cases) check_case(f, file, one);
    cJSON_Delete(file);
}

/* ---- conditions ---- */

/* Whether Allow everything under that condition allows something, where `key` is `value`; NULL: not known. */
static bool holds(struct scratch *f, const char *condition, const char *value)
{
    char text[STATEMENT_MAX];
    struct str values[] = { value ? str_from(value) : STR_NONE };
    struct policy_value items[] = { { STR_LIT("key"), POLICY_VALUE_ONE, 1, values },
                                    { STR_LIT("other"), POLICY_VALUE_ONE, 1,
                                      (struct str[]){ STR_LIT("o") } } };
    struct policy_context context = { value ? 2 : 0, items };
    struct policy_request request = { STR_LIT("iot:Publish"), STR_LIT("arn:x"), &context };
    snprintf(text, sizeof text,
             "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
             "\"Resource\":\"*\",\"Condition\":{%s}}}",
             condition);
    struct policy_document document = parse(f, text);
    return policy_document_judges(&document, &request) == POLICY_ALLOWS;
}

struct comparison {
    const char *condition, *value;
    bool holds;
};

static void assert_comparisons(struct scratch *f, const struct comparison *comparisons, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (holds(f, comparisons[i].condition, comparisons[i].value) != comparisons[i].holds)
            fail_msg("%s with %s", comparisons[i].condition,
                     comparisons[i].value ? comparisons[i].value : "no value");
}

#define ASSERT_COMPARISONS(f, table) assert_comparisons(f, table, sizeof(table) / sizeof(table)[0])

static void texts_are_compared_by_their_operator(void **state)
{
    static const struct comparison table[] = {
        { "\"StringEquals\":{\"key\":\"a*\"}", "a*", true },
        { "\"StringEquals\":{\"key\":\"a*\"}", "ab", false },
        { "\"StringEquals\":{\"KEY\":[\"x\",\"A\"]}", "A", true },
        { "\"StringEquals\":{\"key\":\"a\"}", "A", false },
        { "\"StringEquals\":{\"key\":\"${other}\"}", "o", true },
        { "\"StringEquals\":{\"key\":\"${unknown}\"}", "${unknown}", false },
        { "\"StringEquals\":{\"key\":5}", "5", true },
        { "\"StringNotEquals\":{\"key\":\"${unknown}\"}", "x", true },
        { "\"StringNotEquals\":{\"key\":[\"a\",\"b\"]}", "b", false },
        { "\"StringNotEquals\":{\"key\":[\"a\",\"b\"]}", "c", true },
        { "\"StringEqualsIgnoreCase\":{\"key\":\"aBc\"}", "AbC", true },
        { "\"StringNotEqualsIgnoreCase\":{\"key\":\"aBc\"}", "AbC", false },
        { "\"StringLike\":{\"key\":\"a?c*\"}", "abcd", true },
        { "\"StringLike\":{\"key\":\"a?\"}", "a\xc3\xa9", true },
        { "\"StringNotLike\":{\"key\":\"a*\"}", "abcd", false },
        { "\"ArnEquals\":{\"key\":\"arn:*:topic/a\"}", "arn:aws:iot:r:0:topic/a", true },
        { "\"ArnLike\":{\"key\":\"arn:*:topic/a\"}", "arn:aws:iot:r:0:topic/b", false },
        { "\"ArnNotEquals\":{\"key\":\"arn:*:topic/a\"}", "arn:aws:iot:r:0:topic/a", false },
        { "\"ArnNotLike\":{\"key\":\"arn:*:topic/a\"}", "arn:aws:iot:r:0:topic/b", true },
        { "\"BinaryEquals\":{\"key\":\"QmluYXJ5\"}", "QmluYXJ5", true },
        { "\"BinaryEquals\":{\"key\":\"QmluYXJ5\"}", "QmluYXJ6", false },
    };
    ASSERT_COMPARISONS(*state, table);
}

static void numbers_and_truths_are_compared_by_what_they_say(void **state)
{
    static const struct comparison table[] = {
        { "\"Bool\":{\"key\":\"true\"}", "true", true },
        { "\"Bool\":{\"key\":true}", "TRUE", true },
        { "\"Bool\":{\"key\":false}", "true", false },
        { "\"Bool\":{\"key\":\"true\"}", "yes", false },
        { "\"NumericEquals\":{\"key\":\"10\"}", "1e1", true },
        { "\"NumericEquals\":{\"key\":10}", "10.0", true },
        { "\"NumericEquals\":{\"key\":10}", "ten", false },
        { "\"NumericNotEquals\":{\"key\":10}", "10", false },
        { "\"NumericNotEquals\":{\"key\":10}", "ten", true },
        { "\"NumericLessThan\":{\"key\":10}", "9.5", true },
        { "\"NumericLessThan\":{\"key\":10}", "10", false },
        { "\"NumericLessThanEquals\":{\"key\":10}", "10", true },
        { "\"NumericGreaterThan\":{\"key\":10}", "10", false },
        { "\"NumericGreaterThan\":{\"key\":-10}", "-9", true },
        { "\"NumericGreaterThanEquals\":{\"key\":10}", "10", true },
    };
    ASSERT_COMPARISONS(*state, table);
}

static void times_are_compared_in_any_of_their_forms(void **state)
{
    static const struct comparison table[] = {
        { "\"DateEquals\":{\"key\":\"2030-01-01\"}", "2030-01-01T00:00:00Z", true },
        { "\"DateEquals\":{\"key\":1893456000}", "2030-01-01T00:00Z", true },
        { "\"DateEquals\":{\"key\":\"2030-01-01T01:30:00+01:30\"}", "1893456000", true },
        { "\"DateEquals\":{\"key\":\"2029-12-31T23:00:00-01:00\"}", "1893456000", true },
        { "\"DateNotEquals\":{\"key\":\"2030-01-01\"}", "1893456000", false },
        { "\"DateLessThan\":{\"key\":\"2030-01-01\"}", "1893455999", true },
        { "\"DateLessThan\":{\"key\":\"2030-01-01\"}", "1893456000", false },
        { "\"DateLessThanEquals\":{\"key\":\"2030-01-01\"}", "1893456000", true },
        { "\"DateGreaterThan\":{\"key\":\"2030-01-01\"}", "1893456000", false },
        { "\"DateGreaterThan\":{\"key\":\"2030-01-01\"}", "1893456001", true },
        { "\"DateGreaterThanEquals\":{\"key\":\"2030-01-01\"}", "1893456000", true },
        { "\"DateGreaterThanEquals\":{\"key\":\"2030-01-01\"}", "tomorrow", false },
    };
    ASSERT_COMPARISONS(*state, table);
}

static void addresses_are_compared_by_the_bits_that_count(void **state)
{
    static const struct comparison table[] = {
        { "\"IpAddress\":{\"key\":\"10.1.0.0/17\"}", "10.1.127.255", true },
        { "\"IpAddress\":{\"key\":\"10.1.0.0/17\"}", "10.1.128.0", false },
        { "\"IpAddress\":{\"key\":\"0.0.0.0/0\"}", "203.0.113.9", true },
        { "\"IpAddress\":{\"key\":\"0.0.0.0/0\"}", "2001:db8::1", false },
        { "\"IpAddress\":{\"key\":\"2001:db8::/32\"}", "2001:db8:ffff::1", true },
        { "\"IpAddress\":{\"key\":\"2001:db8::/33\"}", "2001:db8:ffff::1", false },
        { "\"IpAddress\":{\"key\":[\"192.0.2.1\",\"192.0.2.2\"]}", "192.0.2.2", true },
        { "\"IpAddress\":{\"key\":\"192.0.2.1\"}", "nowhere", false },
        { "\"NotIpAddress\":{\"key\":\"192.0.2.0/24\"}", "192.0.2.2", false },
        { "\"NotIpAddress\":{\"key\":\"192.0.2.0/24\"}", "192.0.3.2", true },
    };
    ASSERT_COMPARISONS(*state, table);
}

static void a_key_without_a_value_fulfils_what_it_may(void **state)
{
    static const struct comparison table[] = {
        { "\"StringEquals\":{\"key\":\"a\"}", NULL, false },
        { "\"StringNotEquals\":{\"key\":\"a\"}", NULL, true },
        { "\"StringEqualsIfExists\":{\"key\":\"a\"}", NULL, true },
        { "\"StringEqualsIfExists\":{\"key\":\"a\"}", "b", false },
        { "\"NumericLessThan\":{\"key\":5}", NULL, false },
        { "\"NotIpAddress\":{\"key\":\"192.0.2.1\"}", NULL, true },
        { "\"Null\":{\"key\":\"true\"}", NULL, true },
        { "\"Null\":{\"key\":\"true\"}", "a", false },
        { "\"Null\":{\"key\":\"false\"}", NULL, false },
        { "\"Null\":{\"key\":false}", "a", true },
        { "\"ForAllValues:StringEquals\":{\"key\":\"a\"}", NULL, true },
        { "\"ForAnyValue:StringEquals\":{\"key\":\"a\"}", NULL, false },
        { "\"ForAnyValue:StringNotEquals\":{\"key\":\"a\"}", NULL, false },
        { "\"ForAnyValue:StringEqualsIfExists\":{\"key\":\"a\"}", NULL, true },
    };
    ASSERT_COMPARISONS(*state, table);
}

static void all_conditions_must_hold(void **state)
{
    static const struct comparison table[] = {
        { "\"StringLike\":{\"key\":\"a*\"},\"StringNotEquals\":{\"key\":\"ab\"}", "ac", true },
        { "\"StringLike\":{\"key\":\"a*\"},\"StringNotEquals\":{\"key\":\"ab\"}", "ab", false },
        { "\"StringEquals\":{\"key\":\"a\",\"other\":\"o\"}", "a", true },
        { "\"StringEquals\":{\"key\":\"a\",\"other\":\"p\"}", "a", false },
        { "", "a", true },
    };
    ASSERT_COMPARISONS(*state, table);
}

/* ---- what matters of keys and patterns ---- */

static bool pattern_matches(struct scratch *f, const char *pattern, const char *text)
{
    struct policy_pattern compiled;
    struct policy_context nothing = { 0 };
    assert_true(
        policy_pattern_compile(str_from(pattern), POLICY_WILDCARDS, "it", &f->arena, &compiled, &f->err));
    return policy_pattern_matches(&compiled, str_from(text), POLICY_CASE_MATTERS, &nothing);
}

static void runs_take_as_much_as_is_needed(void **state)
{
    struct scratch *f = *state;
    assert_true(pattern_matches(f, "", ""));
    assert_false(pattern_matches(f, "", "a"));
    assert_true(pattern_matches(f, "*", ""));
    assert_true(pattern_matches(f, "**", "abc"));
    assert_true(pattern_matches(f, "*ab*ab", "abxabab"));
    assert_false(pattern_matches(f, "*ab*ab", "xab"));
    assert_true(pattern_matches(f, "a*?c", "abc"));
    assert_false(pattern_matches(f, "a*?c", "ac"));
    assert_true(pattern_matches(f, "*?\xe2\x82\xac", "x\xe2\x82\xac\xe2\x82\xac"));
    assert_false(pattern_matches(f, "*??", "\xe2\x82\xac"));
}

static void attributes_that_differ_by_case_are_two(void **state)
{
    struct str upper[] = { STR_LIT("upper") }, lower[] = { STR_LIT("lower") };
    struct policy_value items[] = {
        { STR_LIT("iot:Connection.Thing.Attributes[A]"), POLICY_VALUE_ONE, 1, upper },
        { STR_LIT("iot:Connection.Thing.Attributes[a]"), POLICY_VALUE_ONE, 1, lower }
    };
    struct policy_context context = { 2, items };
    assert_true(str_eq_text(policy_context_variable(&context, STR_LIT("IOT:connection.thing.attributes[a]")),
                            "lower"));
    assert_null(policy_context_variable(&context, STR_LIT("iot:Connection.Thing.Attributes[b]")).p);
    (void)state;
}

static void keys_without_a_value_are_named_once(void **state)
{
    static const char text[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\","
        "\"Resource\":["
        "\"arn:aws:iot:r:0:topic/${iot:ClientId}/${iot:DomainName}\",\"arn:aws:iot:r:0:topic/"
        "${iot:clientid}\","
        "\"arn:aws:iot:r:0:topic/${a, "
        "'b'}\"],\"Condition\":{\"StringEquals\":{\"aws:SourceIp\":\"${known}${c}\"}}},"
        "{\"Effect\":\"Allow\",\"Action\":\"iot:Receive\",\"Resource\":\"arn:aws:iot:r:0:topic/${d}\"}]}";
    struct scratch *f = *state;
    struct str known[] = { STR_LIT("x") };
    struct policy_value items[] = { { STR_LIT("known"), POLICY_VALUE_ONE, 1, known } };
    struct policy_context context = { 1, items };
    struct policy_request request = { STR_LIT("iot:Publish"), STR_LIT("arn:x"), &context };
    struct policy_document document = parse(f, text);
    struct policy_keys keys = { 0 };
    assert_true(policy_document_missing(&document, &request, &f->arena, &keys));
    assert_int_equal(keys.n, 4);
    assert_true(str_eq_text(keys.items[0], "iot:ClientId"));
    assert_true(str_eq_text(keys.items[1], "iot:DomainName"));
    assert_true(str_eq_text(keys.items[2], "aws:SourceIp"));
    assert_true(str_eq_text(keys.items[3], "c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worked_cases_come_out_as_written, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(texts_are_compared_by_their_operator, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(numbers_and_truths_are_compared_by_what_they_say, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(times_are_compared_in_any_of_their_forms, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(addresses_are_compared_by_the_bits_that_count, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(a_key_without_a_value_fulfils_what_it_may, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(all_conditions_must_hold, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(runs_take_as_much_as_is_needed, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(attributes_that_differ_by_case_are_two, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(keys_without_a_value_are_named_once, scratch_set_up,
                                        scratch_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
