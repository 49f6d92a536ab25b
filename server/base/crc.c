#include "base/crc.h"

#include <endian.h>
#include <string.h>

#include "base/crc_tables.h"

/* All ones; its highest bit is the polynomial 1, the bit below it x: the bits are reflected. */
static uint64_t ones_of(enum crc_kind kind)
{
    return kind == CRC_64NVME ? UINT64_MAX : UINT32_MAX;
}

static uint64_t one_of(enum crc_kind kind)
{
    return kind == CRC_64NVME ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
}

/* Eight bytes, each looked up in the table of what comes behind it. A register of 32 bits has zeros above. */
static uint64_t take_eight(const uint64_t table[8][256], uint64_t crc, const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    word = le64toh(word) ^ crc;
    return table[7][word & 255] ^ table[6][word >> 8 & 255] ^ table[5][word >> 16 & 255] ^
           table[4][word >> 24 & 255] ^ table[3][word >> 32 & 255] ^ table[2][word >> 40 & 255] ^
           table[1][word >> 48 & 255] ^ table[0][word >> 56];
}

uint64_t crc_add(enum crc_kind kind, uint64_t crc, const void *bytes, size_t n)
{
    const uint64_t(*table)[256] = crc_tables[kind];
    const unsigned char *next = bytes;
    uint64_t ones = ones_of(kind);
    crc ^= ones;
    for (; n >= sizeof(uint64_t); n -= sizeof(uint64_t), next += sizeof(uint64_t))
        crc = take_eight(table, crc, next);
    for (; n > 0; n--)
        crc = crc >> 8 ^ table[0][(crc ^ *next++) & 255];
    return crc ^ ones;
}

/* Product of two polynomials, modulo that of the kind. */
static uint64_t multiply(enum crc_kind kind, uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    for (uint64_t term = one_of(kind); term; term >>= 1) {
        if (a & term)
            product ^= b;
        b = b >> 1 ^ (b & 1 ? crc_polynomials[kind] : 0);
    }
    return product;
}

/* n bytes behind a text multiply what it left by x to the power of 8n. */
static uint64_t shift_by(enum crc_kind kind, uint64_t n)
{
    uint64_t power = one_of(kind) >> 8, result = one_of(kind);
    for (; n > 0; n >>= 1) {
        if (n & 1)
            result = multiply(kind, power, result);
        power = multiply(kind, power, power);
    }
    return result;
}

uint64_t crc_combine(enum crc_kind kind, uint64_t crc, uint64_t crc_of_second, uint64_t n)
{
    return multiply(kind, shift_by(kind, n), crc) ^ crc_of_second;
}
