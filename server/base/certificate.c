#include "base/certificate.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "base/issue.h"
#include "base/pem.h"

enum { RSA_BITS_LEAST = 2048, RSA_BITS_MOST = 8192, RSA_EXPONENT_BITS_MOST = 64, GROUP_NAME_MAX = 64 };

static const char no_memory[] = "cannot be handled: it is too long, or the server is out of memory";

/* The subject of certificates that are made with a key of their own, as AWS's. */
static const char common_name_made[] = "AWS IoT Certificate";

/* --- what counts ------------------------------------------------------------------------------------ */

/* Verifying with the largest takes a millisecond; with what OpenSSL takes, ten, and the one thread that
 * writes verifies, too. */
static bool is_quick_rsa_key(EVP_PKEY *key)
{
    BIGNUM *exponent = NULL;
    bool quick = EVP_PKEY_get_bits(key) <= RSA_BITS_MOST &&
                 EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                 BN_num_bits(exponent) <= RSA_EXPONENT_BITS_MOST;
    BN_free(exponent);
    return quick;
}

static const char *judge_rsa_key(EVP_PKEY *key)
{
    if (EVP_PKEY_get_bits(key) < RSA_BITS_LEAST)
        return "has an RSA key of less than 2048 bits";
    return is_quick_rsa_key(key)
               ? NULL
               : "has an RSA key of more than 8192 bits, or with an exponent of more than 64";
}

static const char *judge_key(EVP_PKEY *key)
{
    static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1" };
    char curve[GROUP_NAME_MAX] = "";
    if (key == NULL)
        return "has a key that cannot be read";
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: return judge_rsa_key(key);
    case EVP_PKEY_EC:
        if (EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1)
            for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
                if (strcmp(curve, curves[i]) == 0)
                    return NULL;
        return "has a key on a curve other than P-256, P-384 and P-521";
    default: return "has a key that is neither RSA nor EC";
    }
}

static const char *judge_signature(X509 *certificate)
{
    static const int hashes[] = { NID_sha256, NID_sha384, NID_sha512 };
    int hash = NID_undef;
    if (X509_get_signature_info(certificate, &hash, NULL, NULL, NULL) == 1)
        for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
            if (hash == hashes[i])
                return NULL;
    return "is signed with something other than SHA-256, SHA-384 or SHA-512";
}

/* --- what it says ----------------------------------------------------------------------------------- */

void certificate_hash(struct str bytes, char ret_digits[CERTIFICATE_ID_DIGITS + 1])
{
    unsigned char hash[SHA256_BYTES] = { 0 };
    digest_of(DIGEST_SHA256, bytes, hash);
    hex_write(hash, sizeof hash, ret_digits);
}

/* Of DER that OpenSSL has made; takes it. Absent when there is none. */
static struct str hash_der(unsigned char *der, int n, struct arena *arena)
{
    char digits[CERTIFICATE_ID_DIGITS + 1];
    if (n <= 0)
        return STR_NONE;
    certificate_hash((struct str){ (const char *)der, (size_t)n }, digits);
    OPENSSL_free(der);
    return arena_str(arena, str_from(digits));
}

static struct str hash_certificate(X509 *certificate, struct arena *arena)
{
    unsigned char *der = NULL;
    int n = i2d_X509(certificate, &der);
    return hash_der(der, n, arena);
}

/* Encodes it anew, so that DER which says the same in other bytes has the same hash. */
static struct str hash_content(X509 *certificate, struct arena *arena)
{
    unsigned char *der = NULL;
    int n = i2d_re_X509_tbs(certificate, &der);
    return hash_der(der, n, arena);
}

static struct str hash_name(const X509_NAME *name, struct arena *arena)
{
    unsigned char *der = NULL;
    int n = i2d_X509_NAME(name, &der);
    return hash_der(der, n, arena);
}

static struct str only_common_name(X509 *certificate, struct arena *arena)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *text = NULL;
    if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0)
        return STR_NONE;
    int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    struct str name = n >= 0 ? arena_str(arena, (struct str){ (const char *)text, (size_t)n }) : STR_NONE;
    OPENSSL_free(text);
    return name;
}

/* Takes the text, too; absent when it is not whole. */
static struct str take_text(struct strbuf *text, bool whole, struct arena *arena)
{
    struct str copy = whole ? arena_str(arena, strbuf_str(text)) : STR_NONE;
    strbuf_release(text);
    return copy;
}

static struct str certificate_text(X509 *certificate, struct arena *arena)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    bool whole = pem_add_certificate(&text, certificate);
    return take_text(&text, whole, arena);
}

static const char *describe(X509 *certificate, struct arena *arena, struct certificate *ret_certificate)
{
    struct certificate said = {
        .id = hash_certificate(certificate, arena),
        .pem = certificate_text(certificate, arena),
        .subject = hash_name(X509_get_subject_name(certificate), arena),
        .issuer = hash_name(X509_get_issuer_name(certificate), arena),
        .common_name = only_common_name(certificate, arena),
        .not_before_ms = pem_time_ms(X509_get0_notBefore(certificate)),
        .not_after_ms = pem_time_ms(X509_get0_notAfter(certificate)),
        .is_ca = X509_check_ca(certificate) > 0,
    };
    said.content = hash_content(certificate, arena);
    if (said.id.p == NULL || said.content.p == NULL || said.pem.p == NULL || said.subject.p == NULL ||
        said.issuer.p == NULL)
        return no_memory;
    *ret_certificate = said;
    return NULL;
}

static const char *judge(X509 *certificate)
{
    const char *wrong = judge_key(X509_get0_pubkey(certificate));
    return wrong != NULL ? wrong : judge_signature(certificate);
}

const char *certificate_read(struct str pem, struct arena *arena, struct certificate *ret_certificate)
{
    X509 *certificate = pem_parse_certificate(pem);
    const char *wrong = "is not a certificate in PEM form";
    if (certificate != NULL)
        wrong = judge(certificate);
    if (wrong == NULL)
        wrong = describe(certificate, arena, ret_certificate);
    X509_free(certificate);
    ERR_clear_error();
    return wrong;
}

static bool is_quick_key(EVP_PKEY *key)
{
    switch (key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: return is_quick_rsa_key(key);
    case EVP_PKEY_EC:
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448: return true;
    default: return false;
    }
}

bool certificate_is_quick(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *certificate = d2i_X509(NULL, &p, (long)der.n);
    bool quick = certificate != NULL && is_quick_key(X509_get0_pubkey(certificate));
    X509_free(certificate);
    ERR_clear_error();
    return quick;
}

struct str certificate_pem(struct str der, struct arena *arena)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *certificate = d2i_X509(NULL, &p, (long)der.n);
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    bool ok = certificate != NULL && pem_add_certificate(&text, certificate);
    struct str pem = ok ? arena_str(arena, strbuf_str(&text)) : STR_NONE;
    strbuf_release(&text);
    X509_free(certificate);
    ERR_clear_error();
    return pem;
}

bool certificate_signed_by(struct str pem, struct str ca_pem)
{
    X509 *certificate = pem_parse_certificate(pem);
    X509 *ca = pem_parse_certificate(ca_pem);
    bool yes = certificate != NULL && ca != NULL && X509_check_issued(ca, certificate) == X509_V_OK &&
               X509_verify(certificate, X509_get0_pubkey(ca)) == 1;
    X509_free(certificate);
    X509_free(ca);
    ERR_clear_error();
    return yes;
}

/* --- making ----------------------------------------------------------------------------------------- */

static struct str public_key_text(EVP_PKEY *key, struct arena *arena)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    bool whole = pem_add_public_key(&text, key);
    return take_text(&text, whole, arena);
}

static struct str private_key_text(EVP_PKEY *key, struct arena *arena)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    text.secret = arena->secret = true;
    bool whole = pem_add_key_by_kind(&text, key);
    return take_text(&text, whole, arena);
}

/* NULL when memory is out. */
static X509_NAME *subject_made(void)
{
    X509_NAME *subject = X509_NAME_new();
    if (subject != NULL &&
        X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                   (const unsigned char *)common_name_made, -1, -1, 0) == 1)
        return subject;
    X509_NAME_free(subject);
    return NULL;
}

/* `subject` NULL, or empty: the one of those that are made here. */
static const char *make_for(const struct issuer *issuer, EVP_PKEY *key, const X509_NAME *subject,
                            int64_t now_ms, struct arena *arena, struct certificate *ret_certificate)
{
    const char *wrong = no_memory;
    X509_NAME *own = subject_made();
    bool given = subject != NULL && X509_NAME_entry_count(subject) > 0;
    X509 *made = own != NULL ? issue_client(issuer, key, given ? subject : own, now_ms) : NULL;
    if (made != NULL)
        wrong = describe(made, arena, ret_certificate);
    X509_free(made);
    X509_NAME_free(own);
    return wrong;
}

const char *certificate_make(const struct issuer *issuer, int64_t now_ms, struct arena *arena,
                             struct certificate_made *ret_made)
{
    struct certificate_made made;
    const char *wrong = no_memory;
    EVP_PKEY *key = issue_rsa_key();
    if (key != NULL) {
        made.public_key = public_key_text(key, arena);
        made.private_key = private_key_text(key, arena);
        if (made.public_key.p != NULL && made.private_key.p != NULL)
            wrong = make_for(issuer, key, NULL, now_ms, arena, &made.certificate);
    }
    EVP_PKEY_free(key);
    ERR_clear_error();
    if (wrong == NULL)
        *ret_made = made;
    return wrong;
}

static const char *judge_request(X509_REQ *request)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    const char *wrong = judge_key(key);
    if (wrong != NULL)
        return wrong;
    return X509_REQ_verify(request, key) == 1 ? NULL : "is not signed with the key that it names";
}

const char *certificate_make_requested(const struct issuer *issuer, struct str request_pem, int64_t now_ms,
                                       struct arena *arena, struct certificate_made *ret_made)
{
    struct certificate_made made = { 0 };
    X509_REQ *request = pem_parse_request(request_pem);
    const char *wrong = "is not a certificate signing request in PEM form";
    if (request != NULL)
        wrong = judge_request(request);
    if (wrong == NULL)
        wrong = make_for(issuer, X509_REQ_get0_pubkey(request), X509_REQ_get_subject_name(request), now_ms,
                         arena, &made.certificate);
    X509_REQ_free(request);
    ERR_clear_error();
    if (wrong == NULL)
        *ret_made = made;
    return wrong;
}
