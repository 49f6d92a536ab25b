#include "base/crc.h"

#include <pthread.h>

/*
 * One algorithm with three polynomials. Eight bytes at a time, each by a table of its own: table[k][b] is
 * what byte b contributes that has k bytes behind it ("slicing by 8"). A CRC of 32 bits stands in the lower
 * half of 64, which is right because all are reflected.
 */
enum { KINDS = 3, SLICES = 8, BYTES = 256 };

static const struct {
    uint64_t polynomial; /* reflected */
    uint64_t ones;       /* of its width */
} kinds[KINDS] = {
    [CRC_32] = { UINT64_C(0xedb88320), UINT64_C(0xffffffff) },
    [CRC_32C] = { UINT64_C(0x82f63b78), UINT64_C(0xffffffff) },
    [CRC_64NVME] = { UINT64_C(0x9a6c9329ac4bc9b5), UINT64_C(0xffffffffffffffff) },
};

static uint64_t tables[KINDS][SLICES][BYTES];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static uint64_t after_one_bit(uint64_t crc, uint64_t polynomial)
{
    return (crc >> 1) ^ (crc & 1 ? polynomial : 0);
}

static void make_tables_of(uint64_t table[SLICES][BYTES], uint64_t polynomial)
{
    for (unsigned b = 0; b < BYTES; b++) {
        uint64_t crc = b;
        for (int bit = 0; bit < 8; bit++)
            crc = after_one_bit(crc, polynomial);
        table[0][b] = crc;
    }
    for (unsigned b = 0; b < BYTES; b++)
        for (int k = 1; k < SLICES; k++)
            table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xff];
}

static void make_tables(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        make_tables_of(tables[kind], kinds[kind].polynomial);
}

static uint64_t eight_bytes(const unsigned char *p)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)p[i] << (8 * i);
    return value;
}

uint64_t crc_add(enum crc_kind kind, uint64_t crc, const void *bytes, size_t n)
{
    pthread_once(&made, make_tables);
    const unsigned char *p = bytes;
    uint64_t(*table)[BYTES] = tables[kind];
    crc ^= kinds[kind].ones;
    for (; n >= SLICES; n -= SLICES, p += SLICES) {
        uint64_t word = crc ^ eight_bytes(p);
        crc = 0;
        for (int k = 0; k < SLICES; k++)
            crc ^= table[SLICES - 1 - k][(word >> (8 * k)) & 0xff];
    }
    for (; n > 0; n--, p++)
        crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xff];
    return crc ^ kinds[kind].ones;
}

/* The product of two polynomials modulo the kind's; all reflected: x^0 is the highest bit of the width. */
static uint64_t multiply(enum crc_kind kind, uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    uint64_t highest = kinds[kind].ones ^ (kinds[kind].ones >> 1);
    for (uint64_t bit = highest; bit; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = after_one_bit(b, kinds[kind].polynomial);
    }
    return product;
}

/* x^(8n), by squaring. */
static uint64_t power_of_bytes(enum crc_kind kind, uint64_t n)
{
    uint64_t one = kinds[kind].ones ^ (kinds[kind].ones >> 1);
    uint64_t power = one, square = one;
    for (int bit = 0; bit < 8; bit++)
        square = after_one_bit(square, kinds[kind].polynomial); /* x^8 */
    for (; n; n >>= 1) {
        if (n & 1)
            power = multiply(kind, power, square);
        square = multiply(kind, square, square);
    }
    return power;
}

uint64_t crc_combine(enum crc_kind kind, uint64_t crc, uint64_t crc_of_second, uint64_t n)
{
    return multiply(kind, crc, power_of_bytes(kind, n)) ^ crc_of_second;
}
