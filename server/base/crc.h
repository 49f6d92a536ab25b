/*
 * Cyclic redundancy checks, as S3's checksums use them: all three reflected, with all ones before and after.
 * Start with 0, add pieces in their order. Pure.
 */
#ifndef IOTJOBS_BASE_CRC_H
#define IOTJOBS_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

enum crc_kind {
    CRC_32,     /* ISO-HDLC, zlib's */
    CRC_32C,    /* Castagnoli */
    CRC_64NVME, /* of "123456789": ae8b14860a799888 */
};

uint64_t crc_add(enum crc_kind kind, uint64_t crc, const void *bytes, size_t n);

/* Of a text whose first part has `crc`, and whose second part, of n bytes, has `crc_of_second`. */
uint64_t crc_combine(enum crc_kind kind, uint64_t crc, uint64_t crc_of_second, uint64_t n);

#endif
