/* Digests and keyed digests, held against their published vectors. */
#include "support/scratch.h"

#include <string.h>

#include "base/binary_text.h"
#include "base/digest.h"

static const struct {
    enum digest_kind kind;
    const char *of_abc, *of_nothing;
} vectors[] = {
    { DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72", "d41d8cd98f00b204e9800998ecf8427e" },
    { DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
    { DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

static void assert_hex(struct scratch *f, const unsigned char *bytes, size_t n, const char *expected)
{
    assert_string_equal(hex_text(bytes, n, &f->arena).p, expected);
}

static void the_published_digests_come_out(void **state)
{
    struct scratch *f = *state;
    unsigned char bytes[DIGEST_BYTES_MAX];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        size_t n = digest_bytes(vectors[i].kind);
        assert_true(digest_of(vectors[i].kind, STR_LIT("abc"), bytes));
        assert_hex(f, bytes, n, vectors[i].of_abc);
        assert_true(digest_of(vectors[i].kind, STR_NONE, bytes));
        assert_hex(f, bytes, n, vectors[i].of_nothing);
    }
}

static void pieces_give_what_the_whole_gives(void **state)
{
    struct scratch *f = *state;
    unsigned char bytes[DIGEST_BYTES_MAX];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct digest *digest = digest_new(vectors[i].kind);
        assert_non_null(digest);
        digest_add(digest, "a", 1);
        digest_add(digest, NULL, 0);
        digest_add(digest, "bc", 2);
        assert_true(digest_end(digest, bytes));
        assert_hex(f, bytes, digest_bytes(vectors[i].kind), vectors[i].of_abc);
        digest_free(digest);
    }
    digest_free(NULL);
}

static void a_digest_ends_once(void **state)
{
    (void)state;
    unsigned char bytes[DIGEST_BYTES_MAX];
    struct digest *digest = digest_new(DIGEST_MD5);
    assert_non_null(digest);
    assert_true(digest_end(digest, bytes));
    digest_add(digest, "late", 4);
    assert_false(digest_end(digest, bytes));
    digest_free(digest);
}

/* RFC 2202 and RFC 4231, test case 2 */
static void the_published_keyed_digests_come_out(void **state)
{
    struct scratch *f = *state;
    struct str key = STR_LIT("Jefe"), text = STR_LIT("what do ya want for nothing?");
    unsigned char bytes[DIGEST_BYTES_MAX];
    assert_true(digest_hmac(DIGEST_MD5, key, text, bytes));
    assert_hex(f, bytes, MD5_BYTES, "750c783e6ab0b503eaa86e310a5db738");
    assert_true(digest_hmac(DIGEST_SHA1, key, text, bytes));
    assert_hex(f, bytes, SHA1_BYTES, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_true(digest_hmac(DIGEST_SHA256, key, text, bytes));
    assert_hex(f, bytes, SHA256_BYTES, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void an_empty_key_is_a_key(void **state)
{
    struct scratch *f = *state;
    unsigned char bytes[DIGEST_BYTES_MAX];
    assert_true(digest_hmac(DIGEST_SHA256, STR_NONE, STR_NONE, bytes));
    assert_hex(f, bytes, SHA256_BYTES, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void texts_are_compared_whole(void **state)
{
    (void)state;
    assert_true(digest_equal(STR_LIT("abc"), STR_LIT("abc")));
    assert_false(digest_equal(STR_LIT("abc"), STR_LIT("abd")));
    assert_false(digest_equal(STR_LIT("abc"), STR_LIT("ab")));
    assert_true(digest_equal(STR_NONE, STR_LIT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_published_digests_come_out, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(pieces_give_what_the_whole_gives, scratch_set_up, scratch_tear_down),
        cmocka_unit_test(a_digest_ends_once),
        cmocka_unit_test_setup_teardown(the_published_keyed_digests_come_out, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(an_empty_key_is_a_key, scratch_set_up, scratch_tear_down),
        cmocka_unit_test(texts_are_compared_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
