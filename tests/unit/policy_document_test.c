/* What is a policy document, and what is refused with which words. */
#include "support/scratch.h"

#include <stdlib.h>
#include <string.h>

#include "rules/security/policy_document.h"

#define ALLOW(more)       "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\"," more "}}"
#define EVERYTHING        "\"Action\":\"*\",\"Resource\":\"*\""
#define ON(resource)      ALLOW("\"Action\":\"iot:Publish\",\"Resource\":" resource)
#define WHERE(conditions) ALLOW(EVERYTHING ",\"Condition\":" conditions)

enum { LONG_TEXT_MAX = 8192 };

static struct policy_document accepted(struct scratch *f, const char *text)
{
    struct policy_document document = { 0 };
    if (!policy_document_parse(str_from(text), &f->arena, &document, &f->err))
        fail_msg("%s: %s", text, f->err.message.p);
    return document;
}

static void assert_refused(struct scratch *f, const char *text, const char *message)
{
    struct policy_document document;
    if (policy_document_parse(str_from(text), &f->arena, &document, &f->err))
        fail_msg("accepted: %s", text);
    assert_int_equal(f->err.code, ERR_MALFORMED_POLICY);
    assert_string_equal(f->err.message.p, message);
    err_init(&f->err, &f->arena);
}

struct refusal {
    const char *text;
    const char *message; /* behind "Policy document is malformed: " */
};

static void assert_all_refused(struct scratch *f, const struct refusal *refusals, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_refused(f, refusals[i].text,
                       arena_printf(&f->arena, "Policy document is malformed: %s", refusals[i].message).p);
}

#define ASSERT_ALL_REFUSED(f, refusals) assert_all_refused(f, refusals, sizeof refusals / sizeof refusals[0])

/* ---- what is one ---- */

static void all_that_the_language_has_is_accepted(void **state)
{
    struct scratch *f = *state;
    struct policy_document document = accepted(
        f, "{\"Version\":\"2008-10-17\",\"Id\":\"mine\",\"Statement\":["
           "{\"Sid\":\"One1\",\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Sub*\"],\"Resource\":\"*"
           "\"},"
           "{\"Sid\":\"\",\"Effect\":\"Deny\",\"NotAction\":\"iot:Connect\",\"NotResource\":"
           "[\"arn:aws:iot:*:*:topic/a\"],\"Condition\":{\"StringLike\":{\"a\":\"b\",\"c\":[\"d\",1,true]},"
           "\"ForAllValues:StringNotEqualsIfExists\":{\"e\":[]},\"Null\":{}}}]}");
    assert_int_equal(document.n, 2);
    assert_false(document.statements[0].denies);
    assert_int_equal(document.statements[0].actions.n, 2);
    assert_true(document.statements[1].denies && document.statements[1].other_actions &&
                document.statements[1].other_resources);
    assert_int_equal(document.statements[1].conditions.n, 3);
    assert_int_equal(document.statements[1].conditions.items[1].n, 3);
    assert_int_equal(document.statements[1].conditions.items[2].n, 0);
}

static void one_statement_needs_no_list_and_no_version(void **state)
{
    accepted(*state, "{\"Statement\":{\"Effect\":\"Allow\"," EVERYTHING "}}");
}

static void variables_are_text_in_the_older_version(void **state)
{
    struct scratch *f = *state;
    struct policy_document document =
        accepted(f, "{\"Version\":\"2008-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
                    "\"Resource\":\"arn:aws:iot:${r}:0:topic/${\"}}");
    const struct policy_pattern *resource = &document.statements[0].resources.items[0];
    assert_int_equal(resource->n, 1);
    assert_int_equal(resource->pieces[0].kind, POLICY_PIECE_TEXT);
    document = accepted(f, ON("\"arn:aws:iot:r:0:topic/${iot:ClientId}/*\""));
    resource = &document.statements[0].resources.items[0];
    assert_int_equal(resource->n, 4);
    assert_int_equal(resource->pieces[1].kind, POLICY_PIECE_VARIABLE);
}

/* ---- what is none ---- */

static void what_is_no_document_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        { "", "it is not valid JSON." },
        { "{\"Statement\":", "it is not valid JSON." },
        { "[]", "it is not a JSON object." },
        { "{}", "it has no Statement." },
        { "{\"Statement\":[]}", "it has no Statement." },
        { "{\"Statement\":[1]}", "statement 1 is not an object." },
        { "{\"Statement\":\"x\"}", "statement 1 is not an object." },
        { "{\"Version\":\"2020-01-01\",\"Statement\":{}}",
          "it must have the Version 2012-10-17 or 2008-10-17." },
        { "{\"Version\":2012,\"Statement\":{}}", "it must have the Version 2012-10-17 or 2008-10-17." },
        { "{\"Id\":1,\"Statement\":{}}", "it has an Id that is no string." },
        { "{\"statement\":{}}", "it has the unknown element statement." },
        { "{\"Statement\":{},\"Statement\":{}}", "the element Statement is given twice." },
    };
    ASSERT_ALL_REFUSED(*state, refusals);
}

static void what_is_no_statement_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        { "{\"Statement\":{" EVERYTHING "}}", "statement 1 must have the Effect Allow or Deny." },
        { "{\"Statement\":[{\"Effect\":\"Deny\"," EVERYTHING "},{\"Effect\":\"allow\"," EVERYTHING "}]}",
          "statement 2 must have the Effect Allow or Deny." },
        { ALLOW("\"Principal\":\"*\"," EVERYTHING), "statement 1 has the unknown element Principal." },
        { ALLOW("\"Sid\":\"a-b\"," EVERYTHING),
          "statement 1 has a Sid that is not made of letters and digits." },
        { ALLOW("\"Resource\":\"*\""), "statement 1 must have either Action or NotAction." },
        { ALLOW("\"NotAction\":\"*\"," EVERYTHING), "statement 1 must have either Action or NotAction." },
        { ALLOW("\"Action\":\"*\""), "statement 1 must have either Resource or NotResource." },
        { ALLOW("\"NotResource\":\"*\"," EVERYTHING),
          "statement 1 must have either Resource or NotResource." },
        { ALLOW("\"Action\":[],\"Resource\":\"*\""), "statement 1, Action is an empty list." },
        { ALLOW("\"Action\":[\"*\",1],\"Resource\":\"*\""),
          "statement 1, Action is neither a string nor a list of strings." },
        { ALLOW("\"NotAction\":\"Publish\",\"Resource\":\"*\""),
          "statement 1, NotAction has an action that is neither * nor of the form service:Name." },
        { ALLOW("\"Action\":\"*\",\"NotResource\":{}"),
          "statement 1, NotResource is neither a string nor a list of strings." },
        { ON("\"topic/a\""), "statement 1, Resource has a resource that is neither * nor an ARN." },
        { ON("\"arn:aws:iot:${r}:0:topic/a\""),
          "statement 1, Resource has a policy variable before the fifth colon of an ARN." },
        { ALLOW(EVERYTHING ",\"Resource\":\"*\""), "the element Resource is given twice." },
    };
    ASSERT_ALL_REFUSED(*state, refusals);
}

static void what_is_no_variable_is_refused(void **state)
{
    static const char message[] =
        "statement 1, Resource has a policy variable that is not of the form ${key} or "
        "${key, 'default'}.";
    static const struct refusal refusals[] = {
        { ON("\"arn:aws:iot:r:0:topic/${\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${a\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${}\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${${a}}\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${a,b}\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${a,'b}\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${a,'b'\""), message },
        { ON("\"arn:aws:iot:r:0:topic/${*,'b'}\""), message },
    };
    ASSERT_ALL_REFUSED(*state, refusals);
}

static void what_is_no_condition_is_refused(void **state)
{
#define NO(value, operator, wanted)                                                                          \
    "statement 1, Condition has the value '" value "' of " operator", which is not " wanted "."
    static const struct refusal refusals[] = {
        { WHERE("[]"), "statement 1, Condition is not an object." },
        { WHERE("{\"Equals\":{}}"), "statement 1, Condition has the unknown operator Equals." },
        { WHERE("{\"stringequals\":{}}"), "statement 1, Condition has the unknown operator stringequals." },
        { WHERE("{\"ForAny:StringEquals\":{}}"),
          "statement 1, Condition has the unknown operator ForAny:StringEquals." },
        { WHERE("{\"NullIfExists\":{}}"), "statement 1, Condition has the unknown operator NullIfExists." },
        { WHERE("{\"StringEquals\":\"a\"}"),
          "statement 1, Condition has an operator without an object of keys and values." },
        { WHERE("{\"StringEquals\":{\"a\":null}}"),
          "statement 1, Condition has a value that is no string, number or boolean." },
        { WHERE("{\"StringEquals\":{\"a\":[[]]}}"),
          "statement 1, Condition has a value that is no string, number or boolean." },
        { WHERE("{\"StringEquals\":{\"a\":\"1\",\"a\":\"2\"}}"), "the element a is given twice." },
        { WHERE("{\"Bool\":{\"a\":\"yes\"}}"), NO("yes", "Bool", "true or false") },
        { WHERE("{\"Null\":{\"a\":0}}"), NO("0", "Null", "true or false") },
        { WHERE("{\"NumericEquals\":{\"a\":\"1 \"}}"), NO("1 ", "NumericEquals", "a number") },
        { WHERE("{\"NumericEquals\":{\"a\":\"0x1\"}}"), NO("0x1", "NumericEquals", "a number") },
        { WHERE("{\"DateEquals\":{\"a\":\"2030-13-01\"}}"),
          NO("2030-13-01", "DateEquals", "a time in ISO 8601 or in seconds since 1970") },
        { WHERE("{\"IpAddress\":{\"a\":\"10.0.0.0/33\"}}"),
          NO("10.0.0.0/33", "IpAddress", "an IP address or a CIDR range") },
        { WHERE("{\"NotIpAddress\":{\"a\":\"10.0\"}}"),
          NO("10.0", "NotIpAddress", "an IP address or a CIDR range") },
        { WHERE("{\"BinaryEquals\":{\"a\":\"abc\"}}"), NO("abc", "BinaryEquals", "base64") },
    };
#undef NO
    ASSERT_ALL_REFUSED(*state, refusals);
}

/* {"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:xxx…"}} of n characters, and some spaces. */
static const char *of_length(char text[LONG_TEXT_MAX], size_t n)
{
    static const char start[] =
        "{\"Statement\": \t{\"Effect\":\r\n \"Allow\",\"Action\":\"*\",\"Resource\":\"arn: ";
    static const char end[] = "\"}}";
    size_t counted = sizeof start - 1 - 6 + sizeof end - 1;
    size_t used = sizeof start - 1;
    memcpy(text, start, used);
    for (; counted < n; counted++) {
        text[used++] = '\xc3';
        text[used++] = '\xa9';
    }
    memcpy(text + used, end, sizeof end);
    return text;
}

static void white_space_does_not_count_in_the_size(void **state)
{
    struct scratch *f = *state;
    char text[LONG_TEXT_MAX];
    accepted(f, of_length(text, POLICY_CHARACTERS_MAX));
    assert_refused(f, of_length(text, POLICY_CHARACTERS_MAX + 1),
                   "Policy cannot be created - size exceeds hard limit (2048)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_that_the_language_has_is_accepted, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(one_statement_needs_no_list_and_no_version, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(variables_are_text_in_the_older_version, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_document_is_refused, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_statement_is_refused, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_variable_is_refused, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_condition_is_refused, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(white_space_does_not_count_in_the_size, scratch_set_up,
                                        scratch_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
