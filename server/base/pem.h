/*
 * Keys and certificates from PEM files, and from and to PEM text (OpenSSL).
 *
 * Leaves nothing in OpenSSL's queue of errors, which a program that we are loaded into takes for its own.
 */
#ifndef IOTJOBS_BASE_PEM_H
#define IOTJOBS_BASE_PEM_H

#include <openssl/x509.h>

#include "base/strbuf.h"

enum {
    PEM_CHAIN_MAX = 16, /* certificates in a file */
    PEM_TEXT_MAX = 64 * 1024,
};

/* What is returned is the caller's (EVP_PKEY_free; sk_X509_pop_free with X509_free). False: one sentence in
 * `ret_problem`, with the path. A key with a passphrase cannot be read; certificates are one at least. */
bool pem_read_key(const char *path, EVP_PKEY **ret_key, struct strbuf *ret_problem);
bool pem_read_certificates(const char *path, struct stack_st_X509 **ret_certificates,
                           struct strbuf *ret_problem);

/* The first of its kind in a text, as above; NULL: there is none. */
X509 *pem_parse_certificate(struct str text);
X509_REQ *pem_parse_request(struct str text);
EVP_PKEY *pem_parse_key(struct str text);

/* A time of a certificate, in milliseconds since 1970-01-01 UTC; 0, which is long ago, when it is malformed.
 */
int64_t pem_time_ms(const ASN1_TIME *time);

/* Append. False: out of memory or of room. */
bool pem_add_key(struct strbuf *out, EVP_PKEY *key);
/* The form of before PKCS #8, whose first line names the kind of key. */
bool pem_add_key_by_kind(struct strbuf *out, EVP_PKEY *key);
bool pem_add_public_key(struct strbuf *out, EVP_PKEY *key);
bool pem_add_certificate(struct strbuf *out, X509 *certificate);

#endif
