/*
 * The CAs that sign devices' certificates (setting tls_client_ca), what they have revoked (tls_client_crl),
 * and what they make of a certificate. Nothing of HTTP or MQTT: both ask it.
 *
 * What was read is in force until the files are read anew, as a whole: by client_ca_reload, and by
 * client_ca_look when the file of what was revoked has changed. Nobody who judges reads a file, or waits for
 * one who does. Any thread may call any of this. Leaves nothing in OpenSSL's queue of errors, which a program
 * that we are loaded into takes for its own.
 */
#ifndef IOTJOBS_CLIENT_CA_H
#define IOTJOBS_CLIENT_CA_H

#include "base/certificate.h"
#include "base/log.h"
#include "base/strbuf.h"

struct client_ca;

struct client_ca_options {
    const char *cas;  /* PEM file; those below a root count by themselves. "": there are none */
    const char *crls; /* PEM file of what they have revoked; NULL or empty: nothing */
    struct log *log;  /* hears of files that cannot be used later on; NULL: nobody does */
};

/* Reads the files, whose paths are copied. NULL: one sentence in `ret_problem`, with the path. */
struct client_ca *client_ca_open(const struct client_ca_options *options, struct strbuf *ret_problem);
/* Also NULL. Nobody uses it any more. */
void client_ca_free(struct client_ca *ca);

/* Reads the files again. What cannot be used leaves all as it is, and the log says why. */
void client_ca_reload(struct client_ca *ca);

/* Looks whether the file of what was revoked has changed, and reads all again if it has; warns of lists that
 * have expired by `now_ms`. Whether there is such a file to look at. */
void client_ca_look(struct client_ca *ca, int64_t now_ms);
bool client_ca_has_crls(const struct client_ca *ca);

/* Grows with each change of what is in force: a verdict of an earlier generation may be another one today. */
uint64_t client_ca_generation(const struct client_ca *ca);

/* Appends all the CAs in PEM: TLS tells clients whose certificates are asked for. */
void client_ca_add_pem(struct client_ca *ca, struct strbuf *out);

enum { THING_NAME_MAX = 128, CLIENT_CHAIN_MAX = 10 };

struct client_certificate {
    char id[CERTIFICATE_ID_DIGITS + 1];      /* of these very bytes */
    char content[CERTIFICATE_ID_DIGITS + 1]; /* as struct certificate has it; "" when it is malformed */
    char thing_name[THING_NAME_MAX + 1];     /* the subject's common name; "" when that names no thing */
    bool made_here;                          /* by issue_client: counts for nothing unless it is registered */
    const char *refusal; /* why it does not count, to follow a colon, static; NULL: it counts */
    bool revoked;        /* for this reason: its CA has, or one above it the next one */
};

/*
 * Judges the certificate of a client who has its key. `chain` is what the client sent, in DER: its own
 * certificate first, which there must be, then those that lead to a CA. More than CLIENT_CHAIN_MAX are
 * refused.
 *
 * It counts when one of our CAs stands above it, nothing on the way has ended by `now_ms` or has still to
 * begin, none of the keys and signatures is one that can be forged (RSA below 2048 bits, SHA-1), and it is
 * meant for TLS clients where it says what it is meant for (a server's does not, nor does "any purpose"), and
 * neither it nor a CA on the way was revoked. A list of revoked ones that has expired counts still; a CA
 * without one has revoked nothing.
 */
void client_ca_judge(struct client_ca *ca, const struct str *chain, size_t n, int64_t now_ms,
                     struct client_certificate *ret_certificate);

#endif
