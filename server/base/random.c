#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

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
    static const char hex[] = "0123456789abcdef";
    uint8_t bytes[16];
    random_bytes(bytes, sizeof(bytes));
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */

    char *out = ret_text;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

void random_letters(const char letters[64], char *ret_text, size_t n)
{
    random_bytes(ret_text, n);
    for (size_t i = 0; i < n; i++)
        ret_text[i] = letters[(unsigned char)ret_text[i] & 63];
}
