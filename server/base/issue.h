/*
 * Makes keys and certificates: a CA of our own, and the certificates of a server and of clients that it
 * signs. SHA-256. No files. What is returned is the caller's; NULL or false: OpenSSL failed, which takes a
 * lack of memory. Any thread.
 */
#ifndef IOTJOBS_BASE_ISSUE_H
#define IOTJOBS_BASE_ISSUE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

enum { CA_DAYS = 3650, SERVER_DAYS = 365 };

/* What clients may call the server, besides localhost, 127.0.0.1 and ::1. */
struct issue_names {
    const char *host; /* the machine's name; one that cannot stand in a certificate is left out */
    const char *bind; /* IPv4 or IPv6 address; one that means every address is left out */
};

struct issuer {
    X509 *certificate;
    EVP_PKEY *key;
};

/* Also an empty one. */
void issuer_release(struct issuer *issuer);

/* EC P-256 */
EVP_PKEY *issue_key(void);
/* RSA, 2048 bits: takes 50 to 300 ms. */
EVP_PKEY *issue_rsa_key(void);

/* Valid from a day before now, for the sake of clients whose clock is slow. */
X509 *issue_ca(EVP_PKEY *key, int64_t now_ms);
/* The same; never outlives its issuer. */
X509 *issue_server(const struct issuer *issuer, EVP_PKEY *key, const struct issue_names *names,
                   int64_t now_ms);

/*
 * A client's certificate: for the public key `key` and nothing but TLS clients, from two minutes before now
 * until the end of 2049, or its issuer's. `subject` is borrowed.
 *
 * Whoever asked for it chose the subject, which proves nothing therefore: a comment in it says so, to us, for
 * the time when nobody knows any more that it was made here.
 */
X509 *issue_client(const struct issuer *issuer, EVP_PKEY *key, const X509_NAME *subject, int64_t now_ms);
bool issue_has_made_client(const X509 *certificate);

/*
 * Whether a server certificate has less than half of its life left, or lacks a name that a client may use:
 * the launcher renews it then.
 */
bool issue_is_due(X509 *certificate, const struct issue_names *names, int64_t now_ms);

/* Whether less than a third of its life is left: the server does not wait for the next start then. */
bool issue_ends_soon(X509 *certificate, int64_t now_ms);

#endif
