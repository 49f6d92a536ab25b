#include "support/device_certs.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/cmocka_all.h"

enum { HALF_AN_HOUR_MS = 1800000, SERIAL_BITS = 64 };

static void set_subject(X509 *certificate, const struct device_spec *spec)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    const char *const names[] = { spec->common_name, spec->second_common_name };
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"a factory", -1, -1, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] != NULL)
            assert_int_equal(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                                        (const unsigned char *)names[i], -1, -1, 0),
                             1);
}

static void set_validity(X509 *certificate, const struct device_spec *spec)
{
    bool given = spec->begin_ms != 0 || spec->end_ms != 0;
    int64_t now_ms = clock_host_ms();
    int64_t begin_ms = given ? spec->begin_ms : now_ms - HALF_AN_HOUR_MS;
    int64_t end_ms = given ? spec->end_ms : now_ms + HALF_AN_HOUR_MS;
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(begin_ms / 1000)));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(end_ms / 1000)));
}

static void set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    assert_int_equal(BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY), 1);
    assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)));
    BN_free(number);
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static EVP_PKEY *rsa_key(int bits, int exponent_bits)
{
    EVP_PKEY *key = NULL;
    BIGNUM *exponent = BN_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    assert_int_equal(BN_rand(exponent, exponent_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits), 1);
    assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent), 1);
    assert_int_equal(EVP_PKEY_generate(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *key_of(const struct device_spec *spec)
{
    if (spec->rsa_bits == 0)
        return issue_key();
    return spec->exponent_bits != 0 ? rsa_key(spec->rsa_bits, spec->exponent_bits)
                                    : EVP_RSA_gen((unsigned)spec->rsa_bits);
}

struct issuer device_cert_make(const struct device_spec *spec)
{
    struct issuer pair = { X509_new(), key_of(spec) };
    const struct issuer *issuer = spec->issuer != NULL ? spec->issuer : &pair;
    assert_non_null(pair.certificate);
    assert_non_null(pair.key);
    assert_int_equal(X509_set_version(pair.certificate, X509_VERSION_3), 1);
    set_serial(pair.certificate);
    set_subject(pair.certificate, spec);
    set_validity(pair.certificate, spec);
    assert_int_equal(X509_set_issuer_name(pair.certificate, X509_get_subject_name(issuer->certificate)), 1);
    assert_int_equal(X509_set_pubkey(pair.certificate, pair.key), 1);
    if (spec->is_ca)
        add_extension(pair.certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (spec->usage != NULL)
        add_extension(pair.certificate, NID_ext_key_usage, spec->usage);
    assert_true(X509_sign(pair.certificate, issuer->key, spec->sha1 ? EVP_sha1() : EVP_sha256()) > 0);
    return pair;
}

/* Of a signature (r, s) the other one that fits as well: (r, order - s). */
static void flip_signature(ASN1_BIT_STRING *text)
{
    const unsigned char *p = ASN1_STRING_get0_data(text);
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &p, ASN1_STRING_length(text));
    EC_GROUP *curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    assert_non_null(signature);
    assert_non_null(curve);
    BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(signature));
    BIGNUM *s = BN_dup(ECDSA_SIG_get0_s(signature));
    assert_int_equal(BN_sub(s, EC_GROUP_get0_order(curve), s), 1);
    assert_int_equal(ECDSA_SIG_set0(signature, r, s), 1);
    unsigned char *der = NULL;
    int n = i2d_ECDSA_SIG(signature, &der);
    assert_int_equal(ASN1_STRING_set(text, der, n), 1);
    OPENSSL_free(der);
    EC_GROUP_free(curve);
    ECDSA_SIG_free(signature);
}

struct issuer device_cert_twin(const struct issuer *pair)
{
    struct issuer twin = { X509_dup(pair->certificate), pair->key };
    const ASN1_BIT_STRING *signature = NULL;
    assert_non_null(twin.certificate);
    EVP_PKEY_up_ref(twin.key);
    X509_get0_signature(&signature, NULL, twin.certificate);
    flip_signature((ASN1_BIT_STRING *)signature); /* for want of a setter */
    return twin;
}

void device_cert_release(struct issuer *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
    *pair = (struct issuer){ 0 };
}

struct str device_cert_der(const struct issuer *pair)
{
    unsigned char *bytes = NULL;
    int n = i2d_X509(pair->certificate, &bytes);
    assert_true(n > 0);
    return (struct str){ (char *)bytes, (size_t)n };
}

void device_certs_write(const char *path, const struct issuer *const *pairs, size_t n)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(PEM_write_X509(file, pairs[i]->certificate), 1);
    fclose(file);
}
