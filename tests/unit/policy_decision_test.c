/* What policies decide: the operators of conditions one by one, and patterns. Whole cases: policy_cases_test.
 */
#include "support/scratch.h"

#include <stdio.h>
#include <string.h>

#include "rules/security/policy_decision.h"

enum { STATEMENT_MAX = 1024, VALUES_MAX = 2 };

static struct policy_document parse(struct scratch *f, const char *text)
{
    struct policy_document document = { 0 };
    if (!policy_document_parse(str_from(text), &f->arena, &document, &f->err))
        fail_msg("%s: %s", text, f->err.message.p);
    return document;
}

/* ---- conditions ---- */

/* Whether Allow everything under that condition allows something, where `key` has those values. */
static bool holds_with(struct scratch *f, const char *condition, const struct policy_value *key)
{
    char text[STATEMENT_MAX];
    struct policy_value items[] = { { STR_LIT("other"), POLICY_VALUE_ONE, 1, (struct str[]){ STR_LIT("o") } },
                                    { .n = 0 } };
    struct policy_context context = { 1, items };
    struct policy_request request = { STR_LIT("iot:Publish"), STR_LIT("arn:x"), &context };
    if (key)
        items[context.n++] = *key;
    snprintf(text, sizeof text,
             "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
             "\"Resource\":\"*\",\"Condition\":{%s}}}",
             condition);
    struct policy_document document = parse(f, text);
    return policy_document_judges(&document, &request) == POLICY_ALLOWS;
}

/* NULL: it has none. */
static bool holds(struct scratch *f, const char *condition, const char *value)
{
    struct str values[] = { value ? str_from(value) : STR_NONE };
    const struct policy_value key = { STR_LIT("key"), POLICY_VALUE_ONE, 1, values };
    return holds_with(f, condition, value ? &key : NULL);
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

/* ---- every operator ---- */

#define LWT "arn:aws:iot:eu-central-1:123456789012:topic/lwt/"

static const struct operator_row {
    const char *name;
    bool negated;
    const char *value; /* of the document */
    const char *fits, *other;
} operator_rows[] = {
    { "StringEquals", false, "hall3", "hall3", "hall4" },
    { "StringNotEquals", true, "hall3", "hall3", "hall4" },
    { "StringEqualsIgnoreCase", false, "Hall3", "hALL3", "hall4" },
    { "StringNotEqualsIgnoreCase", true, "Hall3", "hALL3", "hall4" },
    { "StringLike", false, "ha?l*", "hall3", "hal" },
    { "StringNotLike", true, "ha?l*", "hall3", "hal" },
    { "ArnEquals", false, "arn:aws:iot:*:*:topic/lwt/?", LWT "a", LWT "ab" },
    { "ArnLike", false, "arn:aws:iot:*:*:topic/lwt/?", LWT "a", LWT "ab" },
    { "ArnNotEquals", true, "arn:aws:iot:*:*:topic/lwt/?", LWT "a", LWT "ab" },
    { "ArnNotLike", true, "arn:aws:iot:*:*:topic/lwt/?", LWT "a", LWT "ab" },
    { "BinaryEquals", false, "aGFsbDM=", "aGFsbDM=", "aGFsbDQ=" },
    { "Bool", false, "true", "true", "false" },
    { "NumericEquals", false, "10", "10.0", "11" },
    { "NumericNotEquals", true, "10", "10.0", "11" },
    { "NumericLessThan", false, "10", "9", "10" },
    { "NumericLessThanEquals", false, "10", "10", "10.5" },
    { "NumericGreaterThan", false, "10", "10.5", "10" },
    { "NumericGreaterThanEquals", false, "10", "10", "9.99" },
    { "DateEquals", false, "2030-01-01T00:00:00Z", "1893456000", "1893456001" },
    { "DateNotEquals", true, "2030-01-01T00:00:00Z", "1893456000", "1893456001" },
    { "DateLessThan", false, "2030-01-01T00:00:00Z", "1893455999", "1893456000" },
    { "DateLessThanEquals", false, "2030-01-01T00:00:00Z", "1893456000", "1893456001" },
    { "DateGreaterThan", false, "2030-01-01T00:00:00Z", "1893456001", "1893456000" },
    { "DateGreaterThanEquals", false, "2030-01-01T00:00:00Z", "1893456000", "1893455999" },
    { "IpAddress", false, "10.1.0.0/16", "10.1.255.255", "10.2.0.0" },
    { "NotIpAddress", true, "10.1.0.0/16", "10.1.255.255", "10.2.0.0" },
};

/* The key's values: f and o stand for those of the row that fits and that does not, - for a key that is not
 * there; "" is one without a value. */
static void assert_operator(struct scratch *f, const struct operator_row *row, const char *before,
                            const char *behind, const char *values, bool expected)
{
    char condition[STATEMENT_MAX / 2];
    struct str texts[VALUES_MAX];
    struct policy_value key = { STR_LIT("key"), POLICY_VALUE_SET, 0, texts };
    for (const char *value = values; *value && *value != '-'; value++)
        texts[key.n++] = str_from(*value == 'f' ? row->fits : row->other);
    snprintf(condition, sizeof condition, "\"%s%s%s\":{\"key\":\"%s\"}", before, row->name, behind,
             row->value);
    if (holds_with(f, condition, *values == '-' ? NULL : &key) != expected)
        fail_msg("%s with \"%s\"", condition, values);
}

static void operators_hold_for_what_fits_and_for_what_is_missing(void **state)
{
    for (size_t i = 0; i < sizeof operator_rows / sizeof operator_rows[0]; i++) {
        const struct operator_row *row = &operator_rows[i];
        bool negated = row->negated;
        assert_operator(*state, row, "", "", "f", !negated);
        assert_operator(*state, row, "", "", "o", negated);
        assert_operator(*state, row, "", "", "-", negated);
        assert_operator(*state, row, "", "IfExists", "f", !negated);
        assert_operator(*state, row, "", "IfExists", "o", negated);
        assert_operator(*state, row, "", "IfExists", "-", true);
        assert_operator(*state, row, "ForAllValues:", "", "ff", !negated);
        assert_operator(*state, row, "ForAllValues:", "", "fo", false);
        assert_operator(*state, row, "ForAllValues:", "", "oo", negated);
        assert_operator(*state, row, "ForAllValues:", "", "", true);
        assert_operator(*state, row, "ForAllValues:", "", "-", true);
        assert_operator(*state, row, "ForAnyValue:", "", "ff", !negated);
        assert_operator(*state, row, "ForAnyValue:", "", "fo", true);
        assert_operator(*state, row, "ForAnyValue:", "", "oo", negated);
        assert_operator(*state, row, "ForAnyValue:", "", "", false);
        assert_operator(*state, row, "ForAnyValue:", "", "-", false);
        assert_operator(*state, row, "ForAnyValue:", "IfExists", "-", true);
    }
}

/* Of the operator, with the values (as in JSON), whether it is fulfilled if its opposite is not. */
static void assert_text(struct scratch *f, const struct operator_row *row, const char *values,
                        const char *value, bool fits)
{
    char condition[STATEMENT_MAX / 2];
    snprintf(condition, sizeof condition, "\"%s\":{\"key\":%s}", row->name, values);
    if (holds(f, condition, value) != (fits != row->negated))
        fail_msg("%s with %s", condition, value);
}

static void variables_stand_in_values_of_texts(void **state)
{
    for (const struct operator_row *row = operator_rows; strcmp(row->name, "BinaryEquals") != 0; row++) {
        assert_text(*state, row, "\"a-${other}-b\"", "a-o-b", true);
        assert_text(*state, row, "\"a-${other}-b\"", "a-${other}-b", false);
        assert_text(*state, row, "\"a-${unknown}-b\"", "a--b", false);
        assert_text(*state, row, "\"a-${unknown, 'x'}-b\"", "a-x-b", true);
        assert_text(*state, row, "[\"a-${unknown}-b\",\"x\"]", "x", true);
        assert_text(*state, row, "\"${*}\"", "*", true);
        assert_text(*state, row, "\"${*}\"", "x", false);
        assert_text(*state, row, "[\"y\",\"x\"]", "x", true);
        assert_text(*state, row, "[]", "x", false);
    }
}

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
        cmocka_unit_test_setup_teardown(operators_hold_for_what_fits_and_for_what_is_missing, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(variables_stand_in_values_of_texts, scratch_set_up,
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
