#include "base/pem.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

/* --- reading ---------------------------------------------------------------------------------------- */

/* OpenSSL would ask the terminal. */
static int no_passphrase(char *passphrase, int size, int writing, void *context)
{
    (void)passphrase;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static FILE *open_file(const char *path, struct strbuf *ret_problem)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        strbuf_printf(ret_problem, "cannot read %s: %s", path, strerror(errno));
    return file;
}

bool pem_read_key(const char *path, EVP_PKEY **ret_key, struct strbuf *ret_problem)
{
    FILE *file = open_file(path, ret_problem);
    if (file == NULL)
        return false;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, no_passphrase, NULL);
    fclose(file);
    ERR_clear_error();
    if (key == NULL) {
        strbuf_printf(ret_problem,
                      "%s holds no private key in PEM form that can be read without a passphrase", path);
        return false;
    }
    *ret_key = key;
    return true;
}

/* Until the first thing that is no certificate. */
static void read_chain(FILE *file, struct stack_st_X509 *chain)
{
    X509 *certificate;
    while (sk_X509_num(chain) < PEM_CHAIN_MAX &&
           (certificate = PEM_read_X509(file, NULL, no_passphrase, NULL)) != NULL)
        if (sk_X509_push(chain, certificate) == 0)
            X509_free(certificate);
}

bool pem_read_certificates(const char *path, struct stack_st_X509 **ret_certificates,
                           struct strbuf *ret_problem)
{
    FILE *file = open_file(path, ret_problem);
    if (file == NULL)
        return false;
    struct stack_st_X509 *chain = sk_X509_new_null();
    if (chain != NULL)
        read_chain(file, chain);
    fclose(file);
    ERR_clear_error();
    if (sk_X509_num(chain) <= 0) {
        sk_X509_free(chain);
        strbuf_printf(ret_problem, "%s holds no certificate in PEM form", path);
        return false;
    }
    *ret_certificates = chain;
    return true;
}

/* NULL when memory is out, or the text is absurdly long. */
static BIO *bio_of(struct str text)
{
    return text.n <= INT_MAX ? BIO_new_mem_buf(text.p, (int)text.n) : NULL;
}

X509 *pem_parse_certificate(struct str text)
{
    BIO *bio = bio_of(text);
    X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

X509_REQ *pem_parse_request(struct str text)
{
    BIO *bio = bio_of(text);
    X509_REQ *request = bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return request;
}

EVP_PKEY *pem_parse_key(struct str text)
{
    BIO *bio = bio_of(text);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

int64_t pem_time_ms(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) * 1000 : 0;
}

/* --- writing ---------------------------------------------------------------------------------------- */

/* Frees it, too. */
static bool add_bio(struct strbuf *out, BIO *bio, bool ok)
{
    char *bytes = NULL;
    long n = ok ? BIO_get_mem_data(bio, &bytes) : 0;
    if (n > 0)
        strbuf_add(out, bytes, (size_t)n);
    BIO_free(bio);
    ERR_clear_error();
    return n > 0 && !out->failed;
}

bool pem_add_key(struct strbuf *out, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    return add_bio(out, bio, ok);
}

bool pem_add_key_by_kind(struct strbuf *out, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    return add_bio(out, bio, ok);
}

bool pem_add_public_key(struct strbuf *out, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1;
    return add_bio(out, bio, ok);
}

bool pem_add_certificate(struct strbuf *out, X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_X509(bio, certificate) == 1;
    return add_bio(out, bio, ok);
}
