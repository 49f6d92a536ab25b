/* What CAs have revoked, as they publish it. */
#ifndef IOTJOBS_TESTS_REVOCATIONS_H
#define IOTJOBS_TESTS_REVOCATIONS_H

#include "base/issue.h"

enum { REVOKED_MAX = 4 };

struct revocations {
    const struct issuer *issuer;
    const struct issuer *revoked[REVOKED_MAX]; /* up to the first NULL */
    int64_t begin_ms, end_ms;                  /* both 0: an hour around the host's time */
    const EVP_PKEY *signer;                    /* NULL: the issuer's */
};

/* Replaces the file by these lists, as operators do: another file takes its name. */
void revocations_write(const char *path, const struct revocations *lists, size_t n);

#endif
