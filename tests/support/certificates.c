#include "support/certificates.h"

#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- texts ---- */

/* Takes the memory, too. */
static struct pem_json escape(BIO *bio)
{
    struct pem_json json = { "" };
    char *text = NULL;
    size_t used = 0;
    long n = BIO_get_mem_data(bio, &text);
    for (long i = 0; i < n; i++) {
        assert_true(used + 3 < sizeof json.text);
        if (text[i] == '\n')
            json.text[used++] = '\\';
        json.text[used++] = text[i] == '\n' ? 'n' : text[i];
    }
    BIO_free(bio);
    return json;
}

struct pem_json pem_json(const struct issuer *pair)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, pair->certificate), 1);
    return escape(bio);
}

struct pem_json request_json(EVP_PKEY *key, const char *common_name, EVP_PKEY *signer)
{
    X509_REQ *request = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_commonName,
                                                MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, signer, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
    X509_REQ_free(request);
    return escape(bio);
}

const char *pem_body(const char *format, ...)
{
    static char body[PEM_BODY_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(body, sizeof body, format, args);
    va_end(args);
    assert_true(n > 0 && (size_t)n < sizeof body);
    return body;
}

/* ---- what is registered ---- */

static struct registered name(const struct answer *a, const char *path)
{
    struct registered registered;
    const char *id = json_at(a->body, "certificateId")->valuestring;
    snprintf(registered.id, sizeof registered.id, "%s", id);
    snprintf(registered.arn, sizeof registered.arn, "%s", json_at(a->body, "certificateArn")->valuestring);
    snprintf(registered.path, sizeof registered.path, "%s/%s", path, id);
    return registered;
}

struct registered registered_as(const struct answer *a)
{
    return name(a, "/certificates");
}

struct registered registered_ca_as(const struct answer *a)
{
    return name(a, "/cacertificate");
}

struct registered given_certificate(struct world *w, const char *common_name, const char *status)
{
    struct issuer pair = device_cert_make(&(struct device_spec){ .common_name = common_name });
    struct pem_json pem = pem_json(&pair);
    device_cert_release(&pair);
    return registered_as(http(w, 200, "POST", "/certificate/register-no-ca",
                              pem_body("{\"certificatePem\":\"%s\",\"status\":\"%s\"}", pem.text, status)));
}

void set_certificate_status(struct world *w, const struct registered *certificate, const char *status)
{
    char path[256];
    snprintf(path, sizeof path, "%s?newStatus=%s", certificate->path, status);
    assert_string_equal(http(w, 200, "PUT", path, NULL)->text, "");
}

/* ---- things ---- */

static void principals_of(struct world *w, const char *method, const char *thing, const char *principal,
                          const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s/principals%s", thing, query);
    with_header(w, "x-amzn-principal", principal);
    assert_string_equal(http(w, 200, method, path, NULL)->text, "{}");
    with_header(w, NULL, NULL);
}

void attach(struct world *w, const char *thing, const char *principal)
{
    principals_of(w, "PUT", thing, principal, "");
}

void attach_exclusively(struct world *w, const char *thing, const char *principal)
{
    principals_of(w, "PUT", thing, principal, "?thingPrincipalType=EXCLUSIVE_THING");
}

void detach(struct world *w, const char *thing, const char *principal)
{
    principals_of(w, "DELETE", thing, principal, "");
}
