/* What certificates say, what counts as one, and making them for clients. */
#include "support/cmocka_all.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/certificate.h"
#include "base/clock.h"
#include "base/pem.h"
#include "support/device_certs.h"

enum { ARENA_MAX = 1 << 20, TWO_MINUTES_MS = 120000 };

static const int64_t noon_ms = 1893499200000; /* 2030-01-01T12:00:00Z */

struct world {
    struct arena arena;
    struct issuer ca;
    struct certificate certificate;
    struct certificate_made made;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    arena_init(&world->arena, ARENA_MAX);
    world->ca.key = issue_key();
    world->ca.certificate = issue_ca(world->ca.key, noon_ms);
    assert_non_null(world->ca.certificate);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_release(&world->arena);
    device_cert_release(&world->ca);
    free(world);
    return 0;
}

static struct str pem_of(struct world *world, X509 *certificate)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    assert_true(pem_add_certificate(&text, certificate));
    struct str copy = arena_str(&world->arena, strbuf_str(&text));
    strbuf_release(&text);
    return copy;
}

static struct str make(struct world *world, struct device_spec spec)
{
    struct issuer pair = device_cert_make(&spec);
    struct str pem = pem_of(world, pair.certificate);
    device_cert_release(&pair);
    return pem;
}

static const char *read_made(struct world *world, struct device_spec spec)
{
    return certificate_read(make(world, spec), &world->arena, &world->certificate);
}

#define assert_words(words, expected)                                                                        \
    do {                                                                                                     \
        const char *said = (words);                                                                          \
        assert_non_null(said);                                                                               \
        assert_string_equal(said, expected);                                                                 \
    } while (0)

/* --- reading ---------------------------------------------------------------------------------------- */

static void the_id_is_the_hash_of_the_certificate(void **state)
{
    struct world *world = *state;
    struct issuer pair = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    unsigned char hash[32];
    char digits[CERTIFICATE_ID_DIGITS + 1];
    unsigned n = 0;
    assert_int_equal(X509_digest(pair.certificate, EVP_sha256(), hash, &n), 1);
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(digits + 2 * i, 3, "%02x", hash[i]);
    struct str pem = pem_of(world, pair.certificate);
    assert_null(certificate_read(pem, &world->arena, &world->certificate));
    assert_string_equal(world->certificate.id.p, digits);
    assert_true(str_eq(world->certificate.pem, pem));
    assert_string_equal(world->certificate.common_name.p, "pump");
    device_cert_release(&pair);
}

static void the_hash_of_a_text_is_known(void **state)
{
    char digits[CERTIFICATE_ID_DIGITS + 1];
    (void)state;
    certificate_hash(STR_LIT("abc"), digits);
    assert_string_equal(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_certificate_says_when_it_begins_and_ends(void **state)
{
    struct world *world = *state;
    assert_null(read_made(
        world, (struct device_spec){ .common_name = "pump", .begin_ms = noon_ms, .end_ms = noon_ms + 1000 }));
    assert_int_equal(world->certificate.not_before_ms, noon_ms);
    assert_int_equal(world->certificate.not_after_ms, noon_ms + 1000);
    assert_false(world->certificate.is_ca);
    assert_null(read_made(world, (struct device_spec){ .common_name = "ca", .is_ca = true }));
    assert_true(world->certificate.is_ca);
    assert_true(str_eq(world->certificate.subject, world->certificate.issuer));
}

static void what_stands_around_a_certificate_is_left_out(void **state)
{
    struct world *world = *state;
    struct str pem = make(world, (struct device_spec){ .common_name = "pump" });
    struct str other = make(world, (struct device_spec){ .common_name = "valve" });
    struct str all = arena_printf(&world->arena, "The pump's:\n%s%s", pem.p, other.p);
    assert_null(certificate_read(all, &world->arena, &world->certificate));
    assert_true(str_eq(world->certificate.pem, pem));
}

static void two_common_names_are_none(void **state)
{
    struct world *world = *state;
    assert_null(
        read_made(world, (struct device_spec){ .common_name = "pump", .second_common_name = "valve" }));
    assert_null(world->certificate.common_name.p);
    assert_null(read_made(world, (struct device_spec){ 0 }));
    assert_null(world->certificate.common_name.p);
}

static void keys_and_signatures_that_can_be_forged_do_not_count(void **state)
{
    struct world *world = *state;
    assert_words(read_made(world, (struct device_spec){ .common_name = "pump", .rsa_bits = 1024 }),
                 "has an RSA key of less than 2048 bits");
    assert_null(read_made(world, (struct device_spec){ .common_name = "pump", .rsa_bits = 2048 }));
    assert_words(read_made(world, (struct device_spec){ .common_name = "pump", .sha1 = true }),
                 "is signed with something other than SHA-256, SHA-384 or SHA-512");
}

/* Signed by the CA of the test, for that key. */
static const char *read_with_key(struct world *world, EVP_PKEY *key)
{
    X509 *certificate = issue_client(&world->ca, key, X509_get_subject_name(world->ca.certificate), noon_ms);
    assert_non_null(certificate);
    const char *words = certificate_read(pem_of(world, certificate), &world->arena, &world->certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return words;
}

static void the_curves_are_those_of_aws(void **state)
{
    struct world *world = *state;
    assert_null(read_with_key(world, EVP_EC_gen("P-256")));
    assert_null(read_with_key(world, EVP_EC_gen("P-384")));
    assert_null(read_with_key(world, EVP_EC_gen("P-521")));
    assert_words(read_with_key(world, EVP_EC_gen("P-224")),
                 "has a key on a curve other than P-256, P-384 and P-521");
    assert_words(read_with_key(world, EVP_EC_gen("secp256k1")),
                 "has a key on a curve other than P-256, P-384 and P-521");
    assert_words(read_with_key(world, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")),
                 "has a key that is neither RSA nor EC");
}

/* A public key alone, of any numbers. */
static EVP_PKEY *rsa_key(int bits, int exponent_bits)
{
    BIGNUM *modulus = BN_new(), *exponent = BN_new();
    OSSL_PARAM_BLD *numbers = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    assert_int_equal(BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
    assert_int_equal(BN_rand(exponent, exponent_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(numbers, OSSL_PKEY_PARAM_RSA_N, modulus), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(numbers, OSSL_PKEY_PARAM_RSA_E, exponent), 1);
    OSSL_PARAM *given = OSSL_PARAM_BLD_to_param(numbers);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, given), 1);
    OSSL_PARAM_free(given);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_BLD_free(numbers);
    BN_free(exponent);
    BN_free(modulus);
    return key;
}

static void rsa_keys_that_take_long_do_not_count(void **state)
{
    static const char slow[] = "has an RSA key of more than 8192 bits, or with an exponent of more than 64";
    struct world *world = *state;
    assert_null(read_with_key(world, rsa_key(8192, 64)));
    assert_words(read_with_key(world, rsa_key(8193, 17)), slow);
    assert_words(read_with_key(world, rsa_key(3072, 65)), slow);
}

static bool is_quick(const struct world *world, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    X509 *certificate = issue_client(&world->ca, key, X509_get_subject_name(world->ca.certificate), noon_ms);
    int n = i2d_X509(certificate, &der);
    bool quick = certificate_is_quick((struct str){ (const char *)der, (size_t)n });
    OPENSSL_free(der);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return quick;
}

/* Whether they count is another question. */
static void keys_that_take_long_can_be_told_before_they_are_used(void **state)
{
    const struct world *world = *state;
    assert_true(is_quick(world, rsa_key(8192, 64)));
    assert_true(is_quick(world, EVP_RSA_gen(1024)));
    assert_true(is_quick(world, EVP_EC_gen("P-224")));
    assert_true(is_quick(world, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")));
    assert_false(is_quick(world, rsa_key(8193, 17)));
    assert_false(is_quick(world, rsa_key(65536, 17)));
    assert_false(is_quick(world, rsa_key(2048, 65)));
    assert_false(certificate_is_quick(STR_LIT("none")));
    assert_false(certificate_is_quick(STR_LIT("")));
}

static void what_is_no_certificate_is_refused(void **state)
{
    struct world *world = *state;
    struct str pem = make(world, (struct device_spec){ .common_name = "pump" });
    static const char none[] = "is not a certificate in PEM form";
    assert_words(certificate_read(STR_LIT(""), &world->arena, &world->certificate), none);
    assert_words(certificate_read(STR_LIT("pump"), &world->arena, &world->certificate), none);
    for (size_t n = 0; n + 30 < pem.n; n += 97)
        assert_words(certificate_read((struct str){ pem.p, n }, &world->arena, &world->certificate), none);
}

static void who_has_signed_a_certificate_can_be_told(void **state)
{
    struct world *world = *state;
    struct issuer other = device_cert_make(&(struct device_spec){ .common_name = "other", .is_ca = true });
    struct issuer ca = device_cert_make(&(struct device_spec){ .common_name = "ca", .is_ca = true });
    struct issuer namesake = device_cert_make(&(struct device_spec){ .common_name = "ca", .is_ca = true });
    struct str pump = make(world, (struct device_spec){ .common_name = "pump", .issuer = &ca });
    assert_true(certificate_signed_by(pump, pem_of(world, ca.certificate)));
    assert_false(certificate_signed_by(pump, pem_of(world, other.certificate)));
    assert_false(certificate_signed_by(pump, pem_of(world, namesake.certificate)));
    assert_false(certificate_signed_by(pump, STR_LIT("nothing")));
    assert_false(certificate_signed_by(STR_LIT("nothing"), pem_of(world, ca.certificate)));
    device_cert_release(&other);
    device_cert_release(&ca);
    device_cert_release(&namesake);
}

/* --- making ----------------------------------------------------------------------------------------- */

static void a_certificate_is_made_with_its_keys(void **state)
{
    struct world *world = *state;
    struct certificate_made *made = &world->made;
    assert_null(certificate_make(&world->ca, noon_ms, &world->arena, made));
    assert_true(str_starts_with(made->private_key, STR_LIT("-----BEGIN RSA PRIVATE KEY-----\n")));
    assert_true(str_starts_with(made->public_key, STR_LIT("-----BEGIN PUBLIC KEY-----\n")));
    X509 *certificate = pem_parse_certificate(made->certificate.pem);
    EVP_PKEY *key = pem_parse_key(made->private_key);
    assert_int_equal(X509_check_private_key(certificate, key), 1);
    assert_int_equal(EVP_PKEY_get_bits(key), 2048);
    assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0), 1);
    assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0), 0);
    EVP_PKEY_free(key);
    X509_free(certificate);
    assert_string_equal(made->certificate.common_name.p, "AWS IoT Certificate");
    assert_int_equal(made->certificate.not_before_ms, noon_ms - TWO_MINUTES_MS);
    assert_true(certificate_signed_by(made->certificate.pem, pem_of(world, world->ca.certificate)));
    assert_null(certificate_read(made->certificate.pem, &world->arena, &world->certificate));
    assert_true(str_eq(world->certificate.id, made->certificate.id));
}

static void a_ca_without_an_identifier_makes_certificates(void **state)
{
    struct world *world = *state;
    struct issuer ca = device_cert_make(&(struct device_spec){ .common_name = "ca", .is_ca = true });
    EVP_PKEY *key = issue_key();
    X509 *certificate = issue_client(&ca, key, X509_get_subject_name(ca.certificate), clock_host_ms());
    assert_non_null(certificate);
    assert_true(certificate_signed_by(pem_of(world, certificate), pem_of(world, ca.certificate)));
    X509_free(certificate);
    EVP_PKEY_free(key);
    device_cert_release(&ca);
}

static void it_ends_with_its_issuer_or_with_2049(void **state)
{
    struct world *world = *state;
    static const int64_t in_2045_ms = 2366841600000;
    assert_null(certificate_make(&world->ca, noon_ms, &world->arena, &world->made));
    assert_int_equal(world->made.certificate.not_after_ms,
                     pem_time_ms(X509_get0_notAfter(world->ca.certificate)));
    X509_free(world->ca.certificate);
    world->ca.certificate = issue_ca(world->ca.key, in_2045_ms);
    assert_null(certificate_make(&world->ca, in_2045_ms, &world->arena, &world->made));
    assert_int_equal(world->made.certificate.not_after_ms, 2524607999000);
}

enum request_flaw { NO_FLAW, SIGNED_BY_ANOTHER_KEY };

/* Takes the key. */
static struct str request_for(struct world *world, EVP_PKEY *key, const char *common_name,
                              enum request_flaw flaw)
{
    X509_REQ *request = X509_REQ_new();
    EVP_PKEY *signer = flaw == NO_FLAW ? key : world->ca.key;
    if (common_name != NULL)
        X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_commonName, MBSTRING_UTF8,
                                   (const unsigned char *)common_name, -1, -1, 0);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, signer, EVP_sha256()) > 0);
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
    long n = BIO_get_mem_data(bio, &text);
    struct str copy = arena_str(&world->arena, (struct str){ text, (size_t)n });
    BIO_free(bio);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    return copy;
}

static const char *make_requested(struct world *world, struct str request)
{
    return certificate_make_requested(&world->ca, request, noon_ms, &world->arena, &world->made);
}

static void a_request_is_answered_with_its_subject_and_key(void **state)
{
    struct world *world = *state;
    struct str request = request_for(world, EVP_EC_gen("P-256"), "pump", NO_FLAW);
    X509_REQ *parsed = pem_parse_request(request);
    assert_null(make_requested(world, request));
    assert_null(world->made.private_key.p);
    assert_string_equal(world->made.certificate.common_name.p, "pump");
    X509 *certificate = pem_parse_certificate(world->made.certificate.pem);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(certificate), X509_REQ_get0_pubkey(parsed)), 1);
    assert_int_equal(X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0), 0);
    X509_free(certificate);
    X509_REQ_free(parsed);
    struct str first = world->made.certificate.id;
    assert_null(make_requested(world, request));
    assert_false(str_eq(world->made.certificate.id, first));
}

static void a_request_without_a_subject_gets_the_usual_one(void **state)
{
    struct world *world = *state;
    assert_null(make_requested(world, request_for(world, EVP_RSA_gen(2048), NULL, NO_FLAW)));
    assert_string_equal(world->made.certificate.common_name.p, "AWS IoT Certificate");
}

static void requests_that_prove_nothing_are_refused(void **state)
{
    struct world *world = *state;
    assert_words(make_requested(world, request_for(world, issue_key(), "pump", SIGNED_BY_ANOTHER_KEY)),
                 "is not signed with the key that it names");
    assert_words(make_requested(world, request_for(world, EVP_RSA_gen(1024), "pump", NO_FLAW)),
                 "has an RSA key of less than 2048 bits");
    assert_words(make_requested(world, STR_LIT("pump")), "is not a certificate signing request in PEM form");
    assert_words(make_requested(world, pem_of(world, world->ca.certificate)),
                 "is not a certificate signing request in PEM form");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_id_is_the_hash_of_the_certificate),
        TEST(the_hash_of_a_text_is_known),
        TEST(a_certificate_says_when_it_begins_and_ends),
        TEST(what_stands_around_a_certificate_is_left_out),
        TEST(two_common_names_are_none),
        TEST(keys_and_signatures_that_can_be_forged_do_not_count),
        TEST(the_curves_are_those_of_aws),
        TEST(rsa_keys_that_take_long_do_not_count),
        TEST(keys_that_take_long_can_be_told_before_they_are_used),
        TEST(what_is_no_certificate_is_refused),
        TEST(who_has_signed_a_certificate_can_be_told),
        TEST(a_certificate_is_made_with_its_keys),
        TEST(a_ca_without_an_identifier_makes_certificates),
        TEST(it_ends_with_its_issuer_or_with_2049),
        TEST(a_request_is_answered_with_its_subject_and_key),
        TEST(a_request_without_a_subject_gets_the_usual_one),
        TEST(requests_that_prove_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
