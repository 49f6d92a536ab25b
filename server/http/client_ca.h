/*
 * The CAs that sign devices' certificates (setting tls_client_ca), and what they make of a certificate.
 *
 * Leaves nothing in OpenSSL's queue of errors, which a program that we are loaded into takes for its own.
 */
#ifndef IOTJOBS_HTTP_CLIENT_CA_H
#define IOTJOBS_HTTP_CLIENT_CA_H

#include <openssl/types.h>

#include "base/certificate.h"
#include "base/strbuf.h"

struct client_ca {
    char *pem;         /* all of them: TLS tells clients whose certificates are asked for */
    X509_STORE *store; /* any number of threads may judge by it */
};

/* Reads the CAs of a PEM file; those below a root count by themselves. Must be released, unless it returns
 * false: one sentence in `ret_problem`, with the path. */
bool client_ca_read(const char *path, struct client_ca *ret_ca, struct strbuf *ret_problem);

/* Also an empty one. */
void client_ca_release(struct client_ca *ca);

enum { THING_NAME_MAX = 128, CLIENT_CHAIN_MAX = 10 };

struct client_certificate {
    char id[CERTIFICATE_ID_DIGITS + 1];      /* of these very bytes */
    char content[CERTIFICATE_ID_DIGITS + 1]; /* as struct certificate has it; "" when it is malformed */
    char thing_name[THING_NAME_MAX + 1];     /* the subject's common name; "" when that names no thing */
    bool made_here;                          /* by issue_client: counts for nothing unless it is registered */
    const char *refusal; /* why it does not count, to follow a colon, static; NULL: it counts */
};

/*
 * Judges the certificate of a client who has its key. `chain` is what the client sent, in DER: its own
 * certificate first, which there must be, then those that lead to a CA. More than CLIENT_CHAIN_MAX are
 * refused.
 *
 * It counts when one of our CAs stands above it, nothing on the way has ended by `now_ms` or has still to
 * begin, none of the keys and signatures is one that can be forged (RSA below 2048 bits, SHA-1), and it is
 * meant for TLS clients where it says what it is meant for (a server's does not, nor does "any purpose").
 */
void client_ca_judge(const struct client_ca *ca, const struct str *chain, size_t n, int64_t now_ms,
                     struct client_certificate *ret_certificate);

#endif
