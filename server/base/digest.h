/* Digests and keyed digests (OpenSSL), for signatures and checksums. Any thread. */
#ifndef IOTJOBS_BASE_DIGEST_H
#define IOTJOBS_BASE_DIGEST_H

#include "base/str.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

enum { DIGEST_BYTES_MAX = 32, MD5_BYTES = 16, SHA1_BYTES = 20, SHA256_BYTES = 32 };

size_t digest_bytes(enum digest_kind kind);

/* Of one text; *ret_bytes has digest_bytes(kind). False: OpenSSL has no memory. */
bool digest_of(enum digest_kind kind, struct str text, unsigned char ret_bytes[DIGEST_BYTES_MAX]);
bool digest_hmac(enum digest_kind kind, struct str key, struct str text,
                 unsigned char ret_bytes[DIGEST_BYTES_MAX]);

/* Piece by piece. NULL: no memory. */
struct digest;
struct digest *digest_new(enum digest_kind kind);
void digest_add(struct digest *digest, const void *bytes, size_t n);
/* Ends it; what was added too late, or not at all for want of memory, makes it false. */
bool digest_end(struct digest *digest, unsigned char ret_bytes[DIGEST_BYTES_MAX]);
void digest_free(struct digest *digest); /* NULL is allowed */

/* Whether both are the same, in a time that does not depend on where they differ. */
bool digest_equal(struct str a, struct str b);

#endif
