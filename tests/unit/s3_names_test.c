/* What buckets and keys may be called. */
#include "support/cmocka_all.h"

#include <string.h>

#include "rules/artifacts/s3_names.h"

static void buckets_have_names_of_hosts(void **state)
{
    (void)state;
    static const char *const names[] = { "abc",   "fw-store",  "a.b-c.9", "123",
                                         "1.2.3", "1.2.3.4.5", "1.2.3.a", "0ab" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!s3_bucket_name_valid(str_from(names[i])))
            fail_msg("%s", names[i]);
}

static void other_names_of_buckets_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "ab",
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        ".abc",
        "abc.",
        "a..b",
        "a b",
        "a/b",
        "\xc3\xa4-c",
        "192.168.5.4",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-a",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "abc--x-s3",
        "abc--table-s3",
        "..",
        "../a",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (s3_bucket_name_valid(str_from(names[i])))
            fail_msg("%s", names[i]);
    assert_false(s3_bucket_name_valid(STR_NONE));
    assert_false(s3_bucket_name_valid((struct str){ "a\0b", 3 }));
}

static void names_of_buckets_have_63_characters_at_most(void **state)
{
    (void)state;
    char name[64];
    memset(name, 'a', sizeof name);
    assert_true(s3_bucket_name_valid((struct str){ name, 63 }));
    assert_false(s3_bucket_name_valid((struct str){ name, 64 }));
}

static void keys_are_any_utf_8(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "a", "/", "//a", "..", "../../etc/passwd", "a\nb", "\xc3\xa4/\xe2\x82\xac", " "
    };
    bool too_long = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(s3_key_valid(str_from(keys[i]), &too_long));
    assert_false(too_long);
}

static void other_keys_are_refused(void **state)
{
    (void)state;
    bool too_long = true;
    assert_false(s3_key_valid(STR_LIT(""), &too_long));
    assert_false(s3_key_valid(STR_NONE, &too_long));
    assert_false(s3_key_valid(STR_LIT("a\xff"), &too_long));
    assert_false(s3_key_valid(STR_LIT("\xed\xa0\x80"), &too_long));
    assert_false(s3_key_valid((struct str){ "a\0b", 3 }, &too_long));
    assert_false(too_long);
}

static void keys_have_1024_bytes_at_most(void **state)
{
    (void)state;
    char key[S3_KEY_BYTES_MAX + 1];
    bool too_long = true;
    memset(key, 'k', sizeof key);
    assert_true(s3_key_valid((struct str){ key, S3_KEY_BYTES_MAX }, &too_long));
    assert_false(too_long);
    assert_false(s3_key_valid((struct str){ key, S3_KEY_BYTES_MAX + 1 }, &too_long));
    assert_true(too_long);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_have_names_of_hosts),
        cmocka_unit_test(other_names_of_buckets_are_refused),
        cmocka_unit_test(names_of_buckets_have_63_characters_at_most),
        cmocka_unit_test(keys_are_any_utf_8),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(keys_have_1024_bytes_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
