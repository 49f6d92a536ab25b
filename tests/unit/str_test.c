#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"

static void texts_are_equal_by_length_and_bytes(void **state)
{
    (void)state;
    assert_true(str_eq(STR_LIT("abc"), STR_LIT("abc")));
    assert_false(str_eq(STR_LIT("abc"), STR_LIT("abd")));
    assert_false(str_eq(STR_LIT("abc"), STR_LIT("ab")));
    assert_true(str_eq(STR_LIT("a\0b"), STR_LIT("a\0b")));
    assert_false(str_eq(STR_LIT("a\0b"), STR_LIT("a\0c")));
    assert_true(str_eq_text(STR_LIT("abc"), "abc"));
    assert_false(str_eq_text(STR_LIT("abc"), "ABC"));
}

static void absent_is_not_empty(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NONE, STR_NONE));
    assert_true(str_eq(STR_LIT(""), STR_LIT("")));
    assert_false(str_eq(STR_NONE, STR_LIT("")));
    assert_false(str_eq_nocase(STR_LIT(""), STR_NONE));
    assert_true(str_eq_text(STR_NONE, NULL));
    assert_null(str_from(NULL).p);
    assert_non_null(str_from("").p);
}

static void texts_are_ordered_by_their_bytes(void **state)
{
    (void)state;
    static const char *const ordered[] = { "", "a", "a ", "aa", "b", "\xc3\xa4", "\xff" };
    for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++)
        for (size_t j = 0; j < sizeof ordered / sizeof *ordered; j++) {
            int order = str_compare(str_from(ordered[i]), str_from(ordered[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    assert_true(str_compare(STR_NONE, STR_LIT("a")) < 0);
    assert_int_equal(str_compare(STR_NONE, STR_LIT("")), 0);
}

static void only_ascii_letters_lose_their_case(void **state)
{
    (void)state;
    assert_true(str_eq_nocase(STR_LIT("Content-Type"), STR_LIT("content-TYPE")));
    assert_false(str_eq_nocase(STR_LIT("@"), STR_LIT("`")));
    assert_false(str_eq_nocase(STR_LIT("["), STR_LIT("{")));
    assert_false(str_eq_nocase(STR_LIT("Ä"), STR_LIT("ä")));
    assert_false(str_eq_nocase(STR_LIT("a"), STR_LIT("ab")));
}

static void prefixes_and_suffixes_are_found(void **state)
{
    (void)state;
    assert_true(str_starts_with(STR_LIT("$aws/things"), STR_LIT("$aws/")));
    assert_false(str_starts_with(STR_LIT("$aw"), STR_LIT("$aws/")));
    assert_true(str_starts_with(STR_LIT("x"), STR_LIT("")));
    assert_true(str_ends_with(STR_LIT("jobs/get"), STR_LIT("/get")));
    assert_false(str_ends_with(STR_LIT("get"), STR_LIT("/get")));
    assert_true(str_ends_with(STR_NONE, STR_LIT("")));
    assert_false(str_ends_with(STR_NONE, STR_LIT("a")));
}

static void splitting_goes_on_until_the_rest_is_absent(void **state)
{
    (void)state;
    struct str rest = STR_LIT("a//b/");
    assert_true(str_eq_text(str_split(&rest, '/'), "a"));
    assert_true(str_eq_text(str_split(&rest, '/'), ""));
    assert_true(str_eq_text(str_split(&rest, '/'), "b"));
    assert_non_null(rest.p);
    assert_true(str_eq_text(str_split(&rest, '/'), ""));
    assert_null(rest.p);
    assert_null(str_split(&rest, '/').p);
    assert_null(rest.p);
}

static void blanks_at_the_ends_are_taken_off(void **state)
{
    (void)state;
    assert_true(str_eq_text(str_trim(STR_LIT(" \ta b\t ")), "a b"));
    assert_true(str_eq_text(str_trim(STR_LIT("a\n")), "a\n"));
    assert_true(str_eq_text(str_trim(STR_LIT(" \t")), ""));
    assert_null(str_trim(STR_NONE).p);
}

static void an_absent_text_prints_as_nothing(void **state)
{
    (void)state;
    char text[16];
    snprintf(text, sizeof(text), "[%.*s][%.*s]", STR(STR_NONE), STR(STR_LIT("ab")));
    assert_string_equal(text, "[][ab]");
}

static void integers_are_read_over_their_whole_range(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int64_t value;
    } cases[] = {
        { STR_LIT("0"), 0 },
        { STR_LIT("-0"), 0 },
        { STR_LIT("007"), 7 },
        { STR_LIT("-42"), -42 },
        { STR_LIT("9223372036854775807"), INT64_MAX },
        { STR_LIT("-9223372036854775808"), INT64_MIN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 1;
        assert_true(str_to_int(cases[i].text, &value));
        assert_true(value == cases[i].value);
    }
}

static void what_is_no_integer_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const struct str cases[] = {
        STR_LIT(""),
        STR_LIT("-"),
        STR_LIT("+1"),
        STR_LIT(" 1"),
        STR_LIT("1 "),
        STR_LIT("1.0"),
        STR_LIT("0x1"),
        STR_LIT("1\0"),
        STR_LIT("--1"),
        STR_LIT("9223372036854775808"),
        STR_LIT("-9223372036854775809"),
        STR_LIT("99999999999999999999"),
        STR_NONE,
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 99;
        assert_false(str_to_int(cases[i], &value));
        assert_int_equal(value, 99);
    }
}

static void a_uuid_has_the_form_of_version_4(void **state)
{
    (void)state;
    char one[UUID_TEXT_MAX], other[UUID_TEXT_MAX];
    random_uuid(one);
    random_uuid(other);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), 36);
    assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
    assert_true(one[8] == '-' && one[13] == '-' && one[18] == '-' && one[23] == '-');
    assert_int_equal(one[14], '4');
    assert_non_null(strchr("89ab", one[19]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_equal_by_length_and_bytes),
        cmocka_unit_test(absent_is_not_empty),
        cmocka_unit_test(texts_are_ordered_by_their_bytes),
        cmocka_unit_test(only_ascii_letters_lose_their_case),
        cmocka_unit_test(prefixes_and_suffixes_are_found),
        cmocka_unit_test(splitting_goes_on_until_the_rest_is_absent),
        cmocka_unit_test(blanks_at_the_ends_are_taken_off),
        cmocka_unit_test(an_absent_text_prints_as_nothing),
        cmocka_unit_test(integers_are_read_over_their_whole_range),
        cmocka_unit_test(what_is_no_integer_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(a_uuid_has_the_form_of_version_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
