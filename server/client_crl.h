/*
 * What CAs have revoked: the lists of a PEM file (setting tls_client_crl). What was read does not change any
 * more, but for what was told of it; any thread may judge by it.
 */
#ifndef IOTJOBS_CLIENT_CRL_H
#define IOTJOBS_CLIENT_CRL_H

#include <openssl/x509.h>

#include "base/log.h"
#include "base/strbuf.h"

struct client_crls;

enum {
    CLIENT_CRLS_MAX = 64, /* lists in a file */
    CLIENT_CRL_BYTES_MAX = 16 * 1024 * 1024,
};

/* `cas`: who may have signed them; others are found in the chains of clients. NULL: one sentence in
 * `ret_problem`, with the path. */
struct client_crls *client_crls_read(const char *path, const struct stack_st_X509 *cas,
                                     struct strbuf *ret_problem);
/* Also NULL. */
void client_crls_free(struct client_crls *crls);

/* Warns of lists that have expired, which count all the same, and of those that no known CA has signed: once
 * of each. */
void client_crls_tell(struct client_crls *crls, int64_t now_ms, struct log *log);

/* The place in a chain, which leads to a trusted CA, of the first certificate that was revoked; -1: none was.
 * A list speaks of what its own CA has signed; what no list speaks of was not revoked. */
int client_crls_find(const struct client_crls *crls, const struct stack_st_X509 *chain);

/* Whether a list names a certificate of a chain that leads nowhere, which may count for other reasons:
 * whoever shows it could have left its CA out. Nothing proves that the list is that CA's then, but that it
 * stands in our file. */
bool client_crls_name(const struct client_crls *crls, X509 *certificate);

#endif
