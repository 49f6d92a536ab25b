/*
 * What certificates say, and making them for clients, from text to text: nothing of OpenSSL is seen here.
 *
 * A `const char *` that is returned says what is wrong, to follow "the certificate" or "the request", and is
 * static; NULL: nothing. Texts live in the arena. Leaves nothing in OpenSSL's queue of errors. Any thread.
 */
#ifndef IOTJOBS_BASE_CERTIFICATE_H
#define IOTJOBS_BASE_CERTIFICATE_H

#include "base/arena.h"

struct issuer;

enum { CERTIFICATE_ID_DIGITS = 64 };

struct certificate {
    struct str id; /* SHA-256 of the DER, 64 lower-case hexadecimal digits */
    /* The same of what its issuer has signed. There are other DERs, of other ids, which say the same and
     * whose signature is as good (of ECDSA anybody can make one): to revoke a certificate is to revoke all of
     * them. */
    struct str content;
    struct str pem;             /* the certificate alone, without what stood around it */
    struct str subject, issuer; /* SHA-256 of each name's DER, in digits: who may have signed whom */
    struct str common_name;     /* the subject's only one; absent: it has none, or several */
    int64_t not_before_ms, not_after_ms;
    bool is_ca;
};

/* SHA-256 in 64 digits and a NUL. */
void certificate_hash(struct str bytes, char ret_digits[CERTIFICATE_ID_DIGITS + 1]);

/*
 * Reads the first certificate of a PEM text. Its key must be RSA of 2048 to 8192 bits, or EC P-256, P-384 or
 * P-521, and its signature made with SHA-256, SHA-384 or SHA-512. Whether it has ended is not looked at.
 */
const char *certificate_read(struct str pem, struct arena *arena, struct certificate *ret_certificate);

/* Whether a signature of the certificate's key is verified in no time, as with any key that certificate_read
 * takes: with an RSA key of somebody's choice it may take minutes, and by then he has proved nothing. False
 * also for what is no certificate. */
bool certificate_is_quick(struct str der);

/* DER in PEM, in the arena; absent: it is no certificate, or memory is out. */
struct str certificate_pem(struct str der, struct arena *arena);

/* Whether the one has signed the other, which says so; both in PEM. */
bool certificate_signed_by(struct str pem, struct str ca_pem);

/* A certificate that was made, and the keys that were made with it. */
struct certificate_made {
    struct certificate certificate;
    struct str public_key, private_key; /* PEM; absent: the key is the client's */
};

/* With an RSA key of its own, which takes 50 to 300 ms. Makes the arena a secret one. */
const char *certificate_make(const struct issuer *issuer, int64_t now_ms, struct arena *arena,
                             struct certificate_made *ret_made);

/* For the key, and with the subject, of a signing request in PEM; nothing else of it counts. The key is as
 * certificate_read would have it, and must have signed the request. */
const char *certificate_make_requested(const struct issuer *issuer, struct str request, int64_t now_ms,
                                       struct arena *arena, struct certificate_made *ret_made);

#endif
