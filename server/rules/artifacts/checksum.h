/*
 * The checksums that S3 clients send and expect (x-amz-checksum-*): their names, how their values are
 * written, how those of parts become one. ("Checking object integrity", S3 user guide.) Pure.
 */
#ifndef IOTJOBS_RULES_CHECKSUM_H
#define IOTJOBS_RULES_CHECKSUM_H

#include "base/arena.h"

enum checksum_algorithm {
    CHECKSUM_NONE,
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_CRC64NVME,
    CHECKSUM_SHA1,
    CHECKSUM_SHA256,
    CHECKSUM_COUNT
};

enum checksum_type { CHECKSUM_FULL_OBJECT, CHECKSUM_COMPOSITE };

enum { CHECKSUM_BYTES_MAX = 32, CHECKSUM_TEXT_MAX = 64 }; /* the text with "-10000" behind it, and a NUL */

const char *checksum_name(enum checksum_algorithm algorithm);    /* "CRC32" */
const char *checksum_header(enum checksum_algorithm algorithm);  /* "x-amz-checksum-crc32" */
const char *checksum_element(enum checksum_algorithm algorithm); /* "ChecksumCRC32" */
/* CHECKSUM_NONE: not one of ours. Names in any case. */
enum checksum_algorithm checksum_by_name(struct str name);
enum checksum_algorithm checksum_by_header(struct str name);

/* Base64 of just the right number of bytes. */
bool checksum_value_valid(enum checksum_algorithm algorithm, struct str value);

/* What bytes have, piece by piece. NULL: no memory. CHECKSUM_NONE is allowed, and has the value "". */
struct checksum;
struct checksum *checksum_new(enum checksum_algorithm algorithm);
void checksum_add(struct checksum *checksum, const void *bytes, size_t n);
bool checksum_end(struct checksum *checksum, char ret_value[CHECKSUM_TEXT_MAX]);
void checksum_free(struct checksum *checksum);

/* Which types an algorithm can have for an object of several parts, and which unless it is said. */
bool checksum_allows(enum checksum_algorithm algorithm, enum checksum_type type);
enum checksum_type checksum_default_type(enum checksum_algorithm algorithm);

struct checksum_part {
    struct str value; /* base64 */
    int64_t size;
};
/* COMPOSITE: base64 of the checksum of the parts' checksums, with "-N" behind it. FULL_OBJECT, CRCs alone:
 * that of all bytes. False: a value is not well-formed, or the combination is not allowed. */
bool checksum_of_parts(enum checksum_algorithm algorithm, enum checksum_type type,
                       const struct checksum_part *parts, size_t n, char ret_value[CHECKSUM_TEXT_MAX]);

#endif
