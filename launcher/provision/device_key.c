#include "launcher/provision/device_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/issue.h"
#include "base/pem.h"

static bool fill(X509_REQ *request, EVP_PKEY *key, const char *common_name)
{
    X509_NAME *subject = X509_NAME_new();
    bool ok = request != NULL && subject != NULL &&
              X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                         (const unsigned char *)common_name, -1, -1, 0) == 1 &&
              X509_REQ_set_subject_name(request, subject) == 1 && X509_REQ_set_pubkey(request, key) == 1 &&
              X509_REQ_sign(request, key, EVP_sha256()) > 0;
    X509_NAME_free(subject);
    return ok;
}

static bool add_request(struct strbuf *out, X509_REQ *request)
{
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_X509_REQ(bio, request) == 1;
    long n = ok ? BIO_get_mem_data(bio, &text) : 0;
    if (ok)
        strbuf_add(out, text, (size_t)n);
    BIO_free(bio);
    return ok && !out->failed;
}

bool device_key_make(const char *common_name, struct strbuf *out_key, struct strbuf *out_request)
{
    EVP_PKEY *key = issue_key();
    X509_REQ *request = X509_REQ_new();
    bool ok = key != NULL && fill(request, key, common_name) && pem_add_key(out_key, key) &&
              add_request(out_request, request);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok;
}
