/*
 * What a certificate says of its subject and its issuer, one name for each kind of statement:
 * "SerialNumber", "Subject.CommonName", "Issuer.AlternativeName.DNSName" (identity 2.5).
 *
 * Leaves nothing in OpenSSL's queue of errors. Any thread.
 */
#ifndef IOTJOBS_BASE_CERTIFICATE_NAMES_H
#define IOTJOBS_BASE_CERTIFICATE_NAMES_H

#include "base/arena.h"

struct certificate_name {
    const char *key; /* static */
    size_t n;        /* at least one */
    struct str *values;
    size_t room;
};

struct certificate_names {
    size_t n, room;
    struct certificate_name *items;
};

/* Of the first certificate of a PEM text, in the arena; each value is UTF-8, in the order in which they stand
 * there. False: it cannot be read, or memory is out. */
bool certificate_names_read(struct str pem, struct arena *arena, struct certificate_names *ret_names);

#endif
