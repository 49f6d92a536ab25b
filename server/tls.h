/*
 * The certificate and the key that the TLS listeners show, from PEM files.
 *
 * The launcher reads them too, so that what would stop the broker or the server is one sentence to the user.
 */
#ifndef IOTJOBS_TLS_H
#define IOTJOBS_TLS_H

#include "base/strbuf.h"

struct tls {
    char *certificates; /* PEM: the server's own, then its issuers' */
    char *key;          /* PEM */
    char *ca;           /* PEM: the last of them where it is a CA's own; NULL: the chain is not whole */
    int64_t expires_ms; /* when the server's own ends */
};

/* Reads both and sees that they belong together. Must be released, unless it returns false: one sentence in
 * `ret_problem`, with the path. */
bool tls_read(const char *certificate_path, const char *key_path, struct tls *ret_tls,
              struct strbuf *ret_problem);

/* Also an empty one. */
void tls_release(struct tls *tls);

#endif
