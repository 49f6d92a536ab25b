#include "base/issue.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/ip_address.h"
#include "base/pem.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    CLIENT_RSA_BITS = 2048,
    CLIENT_SLACK_MS = 2 * 60 * 1000,
    SERIAL_BITS = 159, /* positive, in the 20 bytes that RFC 5280 allows */
    NAMES_TEXT_MAX = 1024,
};

/* --- names ------------------------------------------------------------------------------------------ */

static bool is_host_name(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    return n > 0 && n <= HOST_NAME_MAX && text[n] == '\0' && text[0] != '.';
}

static bool is_every_address(const char *text)
{
    struct ip_address address;
    return ip_address_parse(text, 0, &address) && ip_address_is_any(&address);
}

enum { NAME_COUNT = 5 };

struct name {
    const char *text; /* NULL: left out */
    bool is_address;
};

static void list_names(const struct issue_names *names, struct name ret_list[NAME_COUNT])
{
    const struct name list[NAME_COUNT] = {
        { is_host_name(names->host) ? names->host : NULL, false },
        { "localhost", false },
        { "127.0.0.1", true },
        { "::1", true },
        { is_every_address(names->bind) ? NULL : names->bind, true },
    };
    memcpy(ret_list, list, sizeof list);
}

static bool covers(X509 *certificate, const struct issue_names *names)
{
    struct name list[NAME_COUNT];
    list_names(names, list);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        const char *text = list[i].text;
        if (text != NULL && (list[i].is_address ? X509_check_ip_asc(certificate, text, 0)
                                                : X509_check_host(certificate, text, 0, 0, NULL)) != 1)
            return false;
    }
    return true;
}

static bool is_first(const struct name *list, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (list[j].text != NULL && strcmp(list[j].text, list[i].text) == 0)
            return false;
    return true;
}

/* As OpenSSL's configuration files have them: DNS:localhost,IP:::1 */
static void write_names(const struct issue_names *names, struct strbuf *out)
{
    struct name list[NAME_COUNT];
    list_names(names, list);
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (list[i].text != NULL && is_first(list, i))
            strbuf_printf(out, "%s%s:%s", out->n > 0 ? "," : "", list[i].is_address ? "IP" : "DNS",
                          list[i].text);
}

/* --- certificates ----------------------------------------------------------------------------------- */

void issuer_release(struct issuer *issuer)
{
    X509_free(issuer->certificate);
    EVP_PKEY_free(issuer->key);
    *issuer = (struct issuer){ 0 };
}

EVP_PKEY *issue_key(void)
{
    return EVP_EC_gen("P-256");
}

EVP_PKEY *issue_rsa_key(void)
{
    return EVP_RSA_gen(CLIENT_RSA_BITS);
}

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool ok = number != NULL && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

static bool set_own_subject(X509 *certificate, const char *common_name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"iotjobsd", -1, -1,
                                      0) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1,
                                      0) == 1;
}

static bool set_validity(X509 *certificate, int64_t begin_ms, int64_t end_ms)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(begin_ms / 1000)) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(end_ms / 1000)) != NULL;
}

/* All but names, extensions and signature. */
static X509 *new_certificate(EVP_PKEY *key, int64_t begin_ms, int64_t end_ms)
{
    X509 *certificate = X509_new();
    if (certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
        set_serial(certificate) && set_validity(certificate, begin_ms, end_ms) &&
        X509_set_pubkey(certificate, key) == 1)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* One of our own, from a day before now. */
static X509 *new_own(EVP_PKEY *key, const char *common_name, int64_t now_ms, int days)
{
    X509 *certificate = new_certificate(key, now_ms - DAY_MS, now_ms + days * (int64_t)DAY_MS);
    if (certificate != NULL && set_own_subject(certificate, common_name))
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* An issuer that the operator has brought may have no identifier: then there is nothing to refer to. */
static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    if (nid == NID_authority_key_identifier && X509_get0_subject_key_id(issuer) == NULL)
        return true;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

struct extension {
    int nid;
    const char *value;
};

static bool add_extensions(X509 *certificate, X509 *issuer, const struct extension *extensions, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!add_extension(certificate, issuer, extensions[i].nid, extensions[i].value))
            return false;
    return true;
}

static bool sign(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

X509 *issue_ca(EVP_PKEY *key, int64_t now_ms)
{
    static const struct extension extensions[] = {
        { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
        { NID_key_usage, "critical,keyCertSign,cRLSign" },
        { NID_subject_key_identifier, "hash" },
    };
    X509 *ca = new_own(key, "iotjobsd Root CA", now_ms, CA_DAYS);
    if (ca != NULL && add_extensions(ca, ca, extensions, sizeof extensions / sizeof *extensions) &&
        sign(ca, ca, key))
        return ca;
    X509_free(ca);
    return NULL;
}

static bool end_with_issuer(X509 *certificate, X509 *issuer)
{
    const ASN1_TIME *end = X509_get0_notAfter(issuer);
    return ASN1_TIME_compare(X509_get0_notAfter(certificate), end) <= 0 ||
           X509_set1_notAfter(certificate, end) == 1;
}

X509 *issue_server(const struct issuer *issuer, EVP_PKEY *key, const struct issue_names *names,
                   int64_t now_ms)
{
    struct strbuf alternative;
    strbuf_init(&alternative, NAMES_TEXT_MAX);
    write_names(names, &alternative);
    const struct extension extensions[] = {
        { NID_basic_constraints, "critical,CA:FALSE" },
        { NID_key_usage, "critical,digitalSignature" },
        { NID_ext_key_usage, "serverAuth" },
        { NID_subject_key_identifier, "hash" },
        { NID_authority_key_identifier, "keyid:always" },
        { NID_subject_alt_name, alternative.p },
    };
    X509 *server = new_own(key, is_host_name(names->host) ? names->host : "localhost", now_ms, SERVER_DAYS);
    bool ok =
        !alternative.failed && server != NULL && end_with_issuer(server, issuer->certificate) &&
        add_extensions(server, issuer->certificate, extensions, sizeof extensions / sizeof *extensions) &&
        sign(server, issuer->certificate, issuer->key);
    strbuf_release(&alternative);
    if (ok)
        return server;
    X509_free(server);
    return NULL;
}

static const char client_comment[] = "counts while it is registered";

bool issue_has_made_client(const X509 *certificate)
{
    ASN1_IA5STRING *comment = X509_get_ext_d2i(certificate, NID_netscape_comment, NULL, NULL);
    struct str text = { NULL, 0 };
    if (comment != NULL)
        text =
            (struct str){ (const char *)ASN1_STRING_get0_data(comment), (size_t)ASN1_STRING_length(comment) };
    bool made = str_eq_text(text, client_comment);
    ASN1_STRING_free(comment);
    return made;
}

X509 *issue_client(const struct issuer *issuer, EVP_PKEY *key, const X509_NAME *subject, int64_t now_ms)
{
    static const int64_t end_ms = 2524607999000; /* 2049-12-31T23:59:59Z, as AWS's */
    static const struct extension extensions[] = {
        { NID_basic_constraints, "critical,CA:FALSE" },
        { NID_key_usage, "critical,digitalSignature" },
        { NID_ext_key_usage, "clientAuth" }, /* whatever its subject, it is no server's */
        { NID_netscape_comment, client_comment },
        { NID_subject_key_identifier, "hash" },
        { NID_authority_key_identifier, "keyid:always" },
    };
    X509 *client = new_certificate(key, now_ms - CLIENT_SLACK_MS, end_ms);
    if (client != NULL && X509_set_subject_name(client, subject) == 1 &&
        end_with_issuer(client, issuer->certificate) &&
        add_extensions(client, issuer->certificate, extensions, sizeof extensions / sizeof *extensions) &&
        sign(client, issuer->certificate, issuer->key))
        return client;
    X509_free(client);
    return NULL;
}

/* Whether so much of the certificate's life is over. */
static bool is_over(X509 *certificate, int parts, int of, int64_t now_ms)
{
    int64_t begin_ms = pem_time_ms(X509_get0_notBefore(certificate));
    int64_t end_ms = pem_time_ms(X509_get0_notAfter(certificate));
    return now_ms > begin_ms + (end_ms - begin_ms) / of * parts;
}

bool issue_is_due(X509 *certificate, const struct issue_names *names, int64_t now_ms)
{
    return is_over(certificate, 1, 2, now_ms) || !covers(certificate, names);
}

bool issue_ends_soon(X509 *certificate, int64_t now_ms)
{
    return is_over(certificate, 2, 3, now_ms);
}
