#include "rules/artifacts/checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/crc.h"
#include "base/digest.h"

#define PREFIX "x-amz-checksum-"

static const struct {
    const char *name, *header, *element;
    size_t bytes;
    enum checksum_type by_default;
    bool full_object, composite; /* what it can be of an object in parts */
    bool is_crc;
    enum crc_kind crc;
    enum digest_kind digest;
} rows[CHECKSUM_COUNT] = {
    [CHECKSUM_CRC32] = { "CRC32", PREFIX "crc32", "ChecksumCRC32", 4, CHECKSUM_COMPOSITE, true, true, true,
                         .crc = CRC_32 },
    [CHECKSUM_CRC32C] = { "CRC32C", PREFIX "crc32c", "ChecksumCRC32C", 4, CHECKSUM_COMPOSITE, true, true,
                          true, .crc = CRC_32C },
    [CHECKSUM_CRC64NVME] = { "CRC64NVME", PREFIX "crc64nvme", "ChecksumCRC64NVME", 8, CHECKSUM_FULL_OBJECT,
                             true, false, true, .crc = CRC_64NVME },
    [CHECKSUM_SHA1] = { "SHA1", PREFIX "sha1", "ChecksumSHA1", SHA1_BYTES, CHECKSUM_COMPOSITE, false, true,
                        false, .digest = DIGEST_SHA1 },
    [CHECKSUM_SHA256] = { "SHA256", PREFIX "sha256", "ChecksumSHA256", SHA256_BYTES, CHECKSUM_COMPOSITE,
                          false, true, false, .digest = DIGEST_SHA256 },
};

const char *checksum_name(enum checksum_algorithm algorithm)
{
    return rows[algorithm].name;
}

const char *checksum_header(enum checksum_algorithm algorithm)
{
    return rows[algorithm].header;
}

const char *checksum_element(enum checksum_algorithm algorithm)
{
    return rows[algorithm].element;
}

enum checksum_algorithm checksum_by_name(struct str name)
{
    for (enum checksum_algorithm a = CHECKSUM_CRC32; a < CHECKSUM_COUNT; a++)
        if (str_eq_nocase(name, str_from(rows[a].name)))
            return a;
    return CHECKSUM_NONE;
}

enum checksum_algorithm checksum_by_header(struct str name)
{
    for (enum checksum_algorithm a = CHECKSUM_CRC32; a < CHECKSUM_COUNT; a++)
        if (str_eq_nocase(name, str_from(rows[a].header)))
            return a;
    return CHECKSUM_NONE;
}

static bool read_value(enum checksum_algorithm algorithm, struct str value,
                       unsigned char ret_bytes[CHECKSUM_BYTES_MAX])
{
    return algorithm != CHECKSUM_NONE && base64_read(value, ret_bytes, rows[algorithm].bytes);
}

bool checksum_value_valid(enum checksum_algorithm algorithm, struct str value)
{
    unsigned char bytes[CHECKSUM_BYTES_MAX];
    return read_value(algorithm, value, bytes);
}

bool checksum_allows(enum checksum_algorithm algorithm, enum checksum_type type)
{
    return type == CHECKSUM_COMPOSITE ? rows[algorithm].composite : rows[algorithm].full_object;
}

enum checksum_type checksum_default_type(enum checksum_algorithm algorithm)
{
    return rows[algorithm].by_default;
}

/* ---- of bytes ---- */

struct checksum {
    enum checksum_algorithm algorithm;
    uint64_t crc;
    struct digest *digest; /* NULL: it is a CRC, or none */
};

struct checksum *checksum_new(enum checksum_algorithm algorithm)
{
    struct checksum *checksum = calloc(1, sizeof *checksum);
    if (!checksum)
        return NULL;
    checksum->algorithm = algorithm;
    if (algorithm == CHECKSUM_NONE || rows[algorithm].is_crc)
        return checksum;
    checksum->digest = digest_new(rows[algorithm].digest);
    if (checksum->digest)
        return checksum;
    free(checksum);
    return NULL;
}

void checksum_add(struct checksum *checksum, const void *bytes, size_t n)
{
    if (checksum->digest)
        digest_add(checksum->digest, bytes, n);
    else if (checksum->algorithm != CHECKSUM_NONE)
        checksum->crc = crc_add(rows[checksum->algorithm].crc, checksum->crc, bytes, n);
}

/* Most significant byte first. */
static void write_crc(uint64_t crc, size_t n, char ret_value[CHECKSUM_TEXT_MAX])
{
    unsigned char bytes[sizeof crc];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(crc >> (8 * (n - 1 - i)));
    base64_write(bytes, n, ret_value);
}

bool checksum_end(struct checksum *checksum, char ret_value[CHECKSUM_TEXT_MAX])
{
    unsigned char bytes[DIGEST_BYTES_MAX];
    ret_value[0] = '\0';
    if (checksum->algorithm == CHECKSUM_NONE)
        return true;
    if (!checksum->digest) {
        write_crc(checksum->crc, rows[checksum->algorithm].bytes, ret_value);
        return true;
    }
    if (!digest_end(checksum->digest, bytes))
        return false;
    base64_write(bytes, rows[checksum->algorithm].bytes, ret_value);
    return true;
}

void checksum_free(struct checksum *checksum)
{
    if (!checksum)
        return;
    digest_free(checksum->digest);
    free(checksum);
}

/* ---- of parts ---- */

static bool of_part_checksums(enum checksum_algorithm algorithm, const struct checksum_part *parts, size_t n,
                              char ret_value[CHECKSUM_TEXT_MAX])
{
    unsigned char bytes[CHECKSUM_BYTES_MAX];
    struct checksum *checksum = checksum_new(algorithm);
    bool ok = checksum != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        ok = read_value(algorithm, parts[i].value, bytes);
        if (ok)
            checksum_add(checksum, bytes, rows[algorithm].bytes);
    }
    ok = ok && checksum_end(checksum, ret_value);
    checksum_free(checksum);
    size_t length = ok ? strlen(ret_value) : 0;
    if (ok)
        snprintf(ret_value + length, CHECKSUM_TEXT_MAX - length, "-%zu", n);
    return ok;
}

static uint64_t crc_from(const unsigned char *bytes, size_t n)
{
    uint64_t crc = 0;
    for (size_t i = 0; i < n; i++)
        crc = crc << 8 | bytes[i];
    return crc;
}

static bool of_all_bytes(enum checksum_algorithm algorithm, const struct checksum_part *parts, size_t n,
                         char ret_value[CHECKSUM_TEXT_MAX])
{
    uint64_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char bytes[CHECKSUM_BYTES_MAX];
        if (!read_value(algorithm, parts[i].value, bytes))
            return false;
        crc = crc_combine(rows[algorithm].crc, crc, crc_from(bytes, rows[algorithm].bytes),
                          (uint64_t)parts[i].size);
    }
    write_crc(crc, rows[algorithm].bytes, ret_value);
    return true;
}

bool checksum_of_parts(enum checksum_algorithm algorithm, enum checksum_type type,
                       const struct checksum_part *parts, size_t n, char ret_value[CHECKSUM_TEXT_MAX])
{
    if (algorithm == CHECKSUM_NONE || !checksum_allows(algorithm, type))
        return false;
    return type == CHECKSUM_COMPOSITE ? of_part_checksums(algorithm, parts, n, ret_value)
                                      : of_all_bytes(algorithm, parts, n, ret_value);
}
