#include "support/cmocka_all.h"

#include "api/patterns.h"
#include "api/unicode_classes.h"

struct example {
    bool (*matches)(struct str text);
    const char *text;
    bool expected;
};

static void check(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (examples[i].matches(str_from(examples[i].text)) != examples[i].expected)
            fail_msg("example %zu: '%s' should be %d", i, examples[i].text, examples[i].expected);
    }
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof(examples[0]))

static void names_and_ids(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { pattern_identifier, "Fw-7_a", true },
        { pattern_identifier, "", false },
        { pattern_identifier, "a.b", false },
        { pattern_identifier, "a:b", false },
        { pattern_identifier, "a\n", false },
        { pattern_identifier, "\xc3\xa9", false },
        { pattern_identifier_anchored, "tpl-1", true },
        { pattern_identifier_anchored, "tpl 1", false },
        { pattern_identifier_or_next, "$next", true },
        { pattern_identifier_or_next, "job", true },
        { pattern_identifier_or_next, "$nextx", false },
        { pattern_identifier_or_next, "x$next", false },
        { pattern_registry_name, "a:b-c_d", true },
        { pattern_registry_name, "a.b", false },
        { pattern_registry_name, "a b", false },
        { pattern_group_id, "0-a", true },
        { pattern_group_id, "0_a", false },
        { pattern_shadow_name, "$a:b", true },
        { pattern_shadow_name, "a.b", false },
        { pattern_policy_name, "a_b+=,.@-", true },
        { pattern_policy_name, "a b", false },
        { pattern_policy_name, "\xc3\xa9", false },
        { pattern_user_property, "a:$.", true },
        { pattern_user_property, "a-b", false },
        { pattern_connection_attribute, "a:b.c", true },
        { pattern_connection_attribute, "a$", false },
        { pattern_attribute_name, "a_.,@/:#-9", true },
        { pattern_attribute_name, "a=b", false },
        { pattern_attribute_name, "", false },
        { pattern_attribute_value, "a=[b]", true },
        { pattern_attribute_value, "", true },
        { pattern_attribute_value, "a b", false },
    };
    CHECK(examples);
}

static void numbers_and_codes(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { pattern_digits, "0123", true },
        { pattern_digits, "12a", false },
        { pattern_digits, "", false },
        { pattern_hex, "0xaF09", true },
        { pattern_hex, "aF09", true },
        { pattern_hex, "0x", false },
        { pattern_hex, "0", true },
        { pattern_hex, "0y1", false },
        { pattern_hex, "", false },
        { pattern_marker, "ab+/9", true },
        { pattern_marker, "ab=", true },
        { pattern_marker, "ab==", true },
        { pattern_marker, "ab===", false },
        { pattern_marker, "=", false },
        { pattern_marker, "a=b", false },
        { pattern_reason_code, "A_1", true },
        { pattern_reason_code, "a", false },
        { pattern_reason_code, "", false },
        { pattern_reason_code, "\xc3\x89", false },
        { pattern_version, "1.0", true },
        { pattern_version, "12.34", true },
        { pattern_version, "1x0", true },
        { pattern_version, "123", true },
        { pattern_version, "120", true },
        { pattern_version,
          "1\xc3\xa9"
          "0",
          true },
        { pattern_version, "1200", true },
        { pattern_version, "12", false },
        { pattern_version, "10", false },
        { pattern_version, "1.", false },
        { pattern_version, "0.1", false },
        { pattern_version, "1..0", false },
        { pattern_version, "1\n0", false },
        { pattern_version,
          "1\xe2\x80\xa8"
          "0",
          false },
        { pattern_version, "", false },
        { pattern_arn, "arn:aws:iot:r:0:package/p", true },
        { pattern_arn, "arn:", false },
        { pattern_arn, "arn:a b", false },
        { pattern_arn, "urn:aws", false },
    };
    CHECK(examples);
}

static void free_text(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { pattern_anything, "", true },
        { pattern_anything, "\n\x01", true },
        { pattern_printable, "plain text", true },
        { pattern_printable, "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\x80", true },
        { pattern_printable, "", false },
        { pattern_printable, "line\nbreak", false },
        { pattern_printable, "tab\t", false },
        { pattern_printable, "\x7f", false },
        { pattern_printable, "\xc2\x85", false },     /* U+0085 control */
        { pattern_printable, "\xe2\x80\x8b", false }, /* U+200B format */
        { pattern_printable, "\xee\x80\x80", false }, /* U+E000 private use */
        { pattern_printable, "\xcd\xb8", false },     /* U+0378 unassigned */
        { pattern_printable, "\xe2\x80\xa8", true },  /* U+2028 is a separator, not \p{C} */
        { pattern_printable_lines, "a\tb\r\nc", true },
        { pattern_printable_lines, "\n", true },
        { pattern_printable_lines, "", false },
        { pattern_printable_lines, "\x1b[0m", false },
        { pattern_printable_lines, "\x0b", false },
        { pattern_printable_ascii, " ~!", true },
        { pattern_printable_ascii, "", true },
        { pattern_printable_ascii, "\xc3\xa9", false },
        { pattern_printable_ascii, "\t", false },
        { pattern_tag_key, "team_.:/=+-@ 1", true },
        { pattern_tag_key, "", true },
        { pattern_tag_key,
          "stra\xc3\x9f"
          "e\xe2\x85\xa7\xc2\xa0",
          true }, /* letter, number, separator */
        { pattern_tag_key, "a#b", false },
        { pattern_tag_key, "a\tb", false },
        { pattern_tag_key, "\xf0\x9f\x9a\x80", false },
    };
    CHECK(examples);
}

static void unicode_classes_are_disjoint_and_right_at_their_edges(void **state)
{
    (void)state;
    assert_true(unicode_is_other(0));
    assert_true(unicode_is_other(0x10ffff));
    assert_true(unicode_is_other(0xd800));
    assert_false(unicode_is_other(0x20));
    assert_true(unicode_is_separator(0x20));
    assert_true(unicode_is_letter('A') && unicode_is_letter('z') && !unicode_is_letter('['));
    assert_true(unicode_is_number('0') && unicode_is_number('9') && !unicode_is_number(':'));
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        int classes =
            unicode_is_other(c) + unicode_is_letter(c) + unicode_is_number(c) + unicode_is_separator(c);
        assert_true(classes <= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_ids),
        cmocka_unit_test(numbers_and_codes),
        cmocka_unit_test(free_text),
        cmocka_unit_test(unicode_classes_are_disjoint_and_right_at_their_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
