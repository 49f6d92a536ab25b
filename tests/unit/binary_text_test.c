/* Hexadecimal and base64, there and back. */
#include "support/scratch.h"

#include <string.h>

#include "base/binary_text.h"

static void bytes_are_written_in_hexadecimal(void **state)
{
    struct scratch *f = *state;
    assert_true(str_eq_text(hex_text("\x00\x7f\xab\xff", 4, &f->arena), "007fabff"));
    assert_true(str_eq_text(hex_text("", 0, &f->arena), ""));
}

static void hexadecimal_is_read_in_either_case(void **state)
{
    (void)state;
    unsigned char bytes[3] = { 0 };
    assert_true(hex_read(STR_LIT("0aBcFf"), bytes, 3));
    assert_memory_equal(bytes, "\x0a\xbc\xff", 3);
}

static void what_is_no_hexadecimal_changes_nothing(void **state)
{
    (void)state;
    unsigned char bytes[2] = { 1, 2 };
    assert_false(hex_read(STR_LIT("abc"), bytes, 2));
    assert_false(hex_read(STR_LIT("abcde"), bytes, 2));
    assert_false(hex_read(STR_LIT("abcg"), bytes, 2));
    assert_false(hex_read(STR_LIT("ab@d"), bytes, 2));
    assert_false(hex_read(STR_NONE, bytes, 2));
    assert_memory_equal(bytes, "\x01\x02", 2);
}

/* RFC 4648, section 10 */
static const struct {
    const char *bytes, *text;
} base64_vectors[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xbf", "+/+/" },
};

static void base64_goes_there_and_back(void **state)
{
    struct scratch *f = *state;
    for (size_t i = 0; i < sizeof base64_vectors / sizeof *base64_vectors; i++) {
        struct str bytes = str_from(base64_vectors[i].bytes);
        char back[8] = { 0 };
        assert_true(str_eq_text(base64_text(bytes.p, bytes.n, &f->arena), base64_vectors[i].text));
        assert_true(base64_read(str_from(base64_vectors[i].text), back, bytes.n));
        assert_string_equal(back, base64_vectors[i].bytes);
    }
}

static void base64_of_another_length_is_refused(void **state)
{
    (void)state;
    char bytes[8] = "kept";
    assert_false(base64_read(STR_LIT("Zm9vYg=="), bytes, 3));
    assert_false(base64_read(STR_LIT("Zm9vYg=="), bytes, 5));
    assert_false(base64_read(STR_LIT("Zm9v"), bytes, 4));
    assert_false(base64_read(STR_NONE, bytes, 4));
    assert_string_equal(bytes, "kept");
}

static void base64_that_is_not_well_formed_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "Zm9vYg",   /* no padding */
        "Zm9vYg=",  /* too little */
        "Zm9vY===", /* too much */
        "Zm9vYh==", /* spare bits that are not zero */
        "Zm 9Yg==", "Zm-vYg==", "=m9vYg==", "Zm9vYg=\n", "Zm9vYg==Zm9v",
    };
    char bytes[8] = "kept";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(base64_read(str_from(wrong[i]), bytes, 4));
    assert_false(base64_read((struct str){ "Zm9\0Yg==", 8 }, bytes, 4));
    assert_string_equal(bytes, "kept");
}

static void a_full_arena_gives_nothing(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4);
    assert_null(hex_text("abcd", 4, &arena).p);
    assert_null(base64_text("abcd", 4, &arena).p);
    assert_null(hex_text("abcd", SIZE_MAX, &arena).p);
    assert_null(base64_text("abcd", SIZE_MAX, &arena).p);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_are_written_in_hexadecimal, scratch_set_up, scratch_tear_down),
        cmocka_unit_test(hexadecimal_is_read_in_either_case),
        cmocka_unit_test(what_is_no_hexadecimal_changes_nothing),
        cmocka_unit_test_setup_teardown(base64_goes_there_and_back, scratch_set_up, scratch_tear_down),
        cmocka_unit_test(base64_of_another_length_is_refused),
        cmocka_unit_test(base64_that_is_not_well_formed_is_refused),
        cmocka_unit_test(a_full_arena_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
