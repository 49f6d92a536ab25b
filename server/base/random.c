#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/binary_text.h"

void random_bytes(void *ret_bytes, size_t n)
{
    unsigned char *next = ret_bytes;
    while (n > 0) {
        ssize_t got = getrandom(next, n, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            abort();
        }
        next += got;
        n -= (size_t)got;
    }
}

void random_uuid(char ret_text[UUID_TEXT_MAX])
{
    static const size_t groups[] = { 4, 2, 2, 2, 6 };
    uint8_t bytes[16];
    random_bytes(bytes, sizeof(bytes));
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */

    const uint8_t *next = bytes;
    char *out = ret_text;
    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
        if (i > 0)
            *out++ = '-';
        hex_write(next, groups[i], out);
        out += 2 * groups[i];
        next += groups[i];
    }
}

void random_letters(const char letters[64], char *ret_text, size_t n)
{
    random_bytes(ret_text, n);
    for (size_t i = 0; i < n; i++)
        ret_text[i] = letters[(unsigned char)ret_text[i] & 63];
}
