/* What the fleet index makes of values. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "api/fleet_word.h"

/* The words of the value, with a stroke behind each. */
static const char *words_of(struct str value, char ret_words[256])
{
    struct str word;
    size_t used = 0;
    ret_words[0] = '\0';
    while (fleet_next_word(&value, &word))
        used += (size_t)snprintf(ret_words + used, 256 - used, "%.*s|", STR(word));
    return ret_words;
}

static void values_are_split_where_java_has_white_space(void **state)
{
    char words[256];
    (void)state;
    assert_string_equal(words_of(STR_LIT(""), words), "");
    assert_string_equal(words_of(STR_LIT(" \t\n\x1c\x1f"), words), "");
    assert_string_equal(words_of(STR_LIT("one"), words), "one|");
    assert_string_equal(words_of(STR_LIT("  one\vtwo \r three "), words), "one|two|three|");
    assert_string_equal(words_of(STR_LIT("a-b.c_d"), words), "a-b.c_d|");
    assert_string_equal(words_of(STR_LIT("a\xe2\x80\x83"
                                         "b\xe3\x80\x80"
                                         "c"),
                                 words),
                        "a|b|c|"); /* em, ideographic */
    assert_string_equal(words_of(STR_LIT("a\xc2\xa0"
                                         "b\xe2\x80\x87"
                                         "c"),
                                 words),
                        "a\xc2\xa0"
                        "b\xe2\x80\x87"
                        "c|"); /* those that do not break */
}

static void letters_of_ascii_have_a_lower_case(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, 4096);
    assert_true(str_eq_text(fleet_lower(&arena, STR_LIT("")), ""));
    assert_true(str_eq_text(fleet_lower(&arena, STR_LIT("X200_a-Z@[`{\xc3\x84")), "x200_a-z@[`{\xc3\x84"));
    arena_release(&arena);
}

static void numbers_are_those_of_json(void **state)
{
    static const struct {
        const char *text;
        double value;
    } numbers[] = {
        { "0", 0 },
        { "-0", 0 },
        { "75", 75 },
        { "-3.5", -3.5 },
        { "1e2", 100 },
        { "1E+2", 100 },
        { "5e-1", 0.5 },
        { "9007199254740991", 9007199254740991.0 },
        { "0.0", 0 },
        { "1.50", 1.5 },
        { "-9007199254740992", -9007199254740992.0 },
        { "1e300", 1e300 },
    };
    static const char *const none[] = {
        "",
        "-",
        "007",
        "01",
        "+1",
        ".5",
        "5.",
        "1e",
        "1e+",
        "0x1",
        "1.2.0",
        "1 ",
        " 1",
        "hot",
        "true",
        "NaN",
        "Infinity",
        "1e999",
        "1,5",
        "--1",
        "1-1",
        "9007199254740992",
        "-9007199254740993",
    };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct opt_double number = fleet_number(str_from(numbers[i].text));
        if (!number.set || number.value != numbers[i].value)
            fail_msg("%s is %f", numbers[i].text, number.value);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (fleet_number(str_from(none[i])).set)
            fail_msg("'%s' is a number", none[i]);
    assert_false(fleet_number((struct str){ "1\0", 2 }).set);
}

static void a_number_may_be_long_but_not_endless(void **state)
{
    char text[1200];
    (void)state;
    memset(text, '0', sizeof text);
    text[0] = '1';
    text[1] = '.';
    assert_true(fleet_number((struct str){ text, 1000 }).set);
    assert_false(fleet_number((struct str){ text, 1001 }).set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_split_where_java_has_white_space),
        cmocka_unit_test(letters_of_ascii_have_a_lower_case),
        cmocka_unit_test(numbers_are_those_of_json),
        cmocka_unit_test(a_number_may_be_long_but_not_endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
