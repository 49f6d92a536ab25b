#include "support/cmocka_all.h"

#include "base/utf8.h"

/* The encoding of a code point by the textbook, surrogates and all; returns its length. */
static size_t encode(uint32_t point, char ret_bytes[4])
{
    if (point < 0x80) {
        ret_bytes[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        ret_bytes[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    ret_bytes[0] = (char)((0xf00 >> length & 0xff) | point);
    return length;
}

static void every_code_point_is_valid_and_reads_back_but_surrogates(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x120000; point++) {
        char bytes[4];
        struct str s = { bytes, encode(point, bytes) };
        bool valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        assert_int_equal(utf8_valid(s), valid);
        if (valid) {
            assert_int_equal(utf8_length(s), 1);
            assert_int_equal(utf8_next(&s), point);
            assert_int_equal(s.n, 0);
        }
    }
}

static void malformed_bytes_are_refused(void **state)
{
    (void)state;
    static const struct str cases[] = {
        STR_LIT("\x80"), /* a continuation alone */
        STR_LIT("a\xbf"),
        STR_LIT("\xc0\x80"), /* overlong forms */
        STR_LIT("\xc1\xbf"),
        STR_LIT("\xe0\x9f\xbf"),
        STR_LIT("\xf0\x8f\xbf\xbf"),
        STR_LIT("\xc3"), /* cut short */
        STR_LIT("\xe2\x82"),
        STR_LIT("\xf0\x9f\x9a"),
        STR_LIT("\xe2\x28\xa1"), /* continuation missing */
        STR_LIT("\xe2\x82\x28"),
        STR_LIT("\xf0\x9f\x9a\x28"),
        STR_LIT("\xf5\x80\x80\x80"), /* no such lead */
        STR_LIT("\xff"),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(utf8_valid(cases[i]));
    }
}

static void a_bad_byte_is_found_wherever_it_stands(void **state)
{
    (void)state;
    char text[40];
    for (size_t n = 1; n <= sizeof(text); n++) {
        for (size_t bad = 0; bad < n; bad++) {
            for (size_t i = 0; i < n; i++) {
                text[i] = (char)('a' + i % 26);
            }
            assert_true(utf8_valid((struct str){ text, n }));
            text[bad] = (char)0xff;
            assert_false(utf8_valid((struct str){ text, n }));
        }
    }
}

static void nothing_is_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid(STR_NONE));
    assert_true(utf8_valid(STR_LIT("")));
    assert_int_equal(utf8_length(STR_NONE), 0);
}

static void lengths_count_code_points(void **state)
{
    (void)state;
    assert_int_equal(utf8_length(STR_LIT("Grüße")), 5);
    assert_int_equal(utf8_length(STR_LIT("東京")), 2);
    assert_int_equal(utf8_length(STR_LIT("🚀 ab")), 4);
}

static void code_points_come_off_the_front_one_by_one(void **state)
{
    (void)state;
    struct str s = STR_LIT("aü京🚀");
    assert_int_equal(utf8_next(&s), 'a');
    assert_int_equal(utf8_next(&s), 0xfc);
    assert_int_equal(utf8_next(&s), 0x4eac);
    assert_int_equal(utf8_next(&s), 0x1f680);
    assert_int_equal(s.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_valid_and_reads_back_but_surrogates),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(a_bad_byte_is_found_wherever_it_stands),
        cmocka_unit_test(nothing_is_valid),
        cmocka_unit_test(lengths_count_code_points),
        cmocka_unit_test(code_points_come_off_the_front_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
