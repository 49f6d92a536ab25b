#include "base/binary_text.h"

#include <stdlib.h>
#include <string.h>

/* No text of more bytes is ever made: keeps the arithmetic below in range. */
#define BYTES_MAX (SIZE_MAX / 4)

static const char hex_digits[] = "0123456789abcdef";
static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void hex_write(const void *bytes, size_t n, char *ret_text)
{
    const unsigned char *from = bytes;
    for (size_t i = 0; i < n; i++) {
        *ret_text++ = hex_digits[from[i] >> 4];
        *ret_text++ = hex_digits[from[i] & 15];
    }
    *ret_text = '\0';
}

struct str hex_text(const void *bytes, size_t n, struct arena *arena)
{
    char *text = n <= BYTES_MAX ? arena_alloc(arena, 2 * n + 1) : NULL;
    if (!text)
        return STR_NONE;
    hex_write(bytes, n, text);
    return (struct str){ text, 2 * n };
}

/* Into *ret_byte, or nowhere where that is NULL. */
static bool read_byte(const char *digits, unsigned char *ret_byte)
{
    int high = hex_digit(digits[0]), low = hex_digit(digits[1]);
    if (high < 0 || low < 0)
        return false;
    if (ret_byte)
        *ret_byte = (unsigned char)(high * 16 + low);
    return true;
}

bool hex_read(struct str text, void *ret_bytes, size_t n)
{
    unsigned char *to = ret_bytes;
    if (n > BYTES_MAX || text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!read_byte(text.p + 2 * i, NULL))
            return false;
    for (size_t i = 0; i < n; i++)
        read_byte(text.p + 2 * i, to + i);
    return true;
}

/* Of one to three bytes. */
static void write_group(const unsigned char *from, size_t n, char *to)
{
    unsigned bits = (unsigned)from[0] << 16;
    bits |= n > 1 ? (unsigned)from[1] << 8 : 0;
    bits |= n > 2 ? from[2] : 0;
    to[0] = base64_letters[bits >> 18];
    to[1] = base64_letters[bits >> 12 & 63];
    to[2] = n > 1 ? base64_letters[bits >> 6 & 63] : '=';
    to[3] = n > 2 ? base64_letters[bits & 63] : '=';
}

void base64_write(const void *bytes, size_t n, char *ret_text)
{
    const unsigned char *from = bytes;
    for (size_t i = 0; i < n; i += 3, ret_text += 4)
        write_group(from + i, n - i < 3 ? n - i : 3, ret_text);
    *ret_text = '\0';
}

struct str base64_text(const void *bytes, size_t n, struct arena *arena)
{
    char *text = n <= BYTES_MAX ? arena_alloc(arena, BASE64_LENGTH(n) + 1) : NULL;
    if (!text)
        return STR_NONE;
    base64_write(bytes, n, text);
    return (struct str){ text, BASE64_LENGTH(n) };
}

static int base64_value(char c)
{
    const char *found = c ? strchr(base64_letters, c) : NULL;
    return found ? (int)(found - base64_letters) : -1;
}

/* Of four characters, into `n` bytes: padding stands for the others, and spare bits are zero. */
static bool read_group(const char *from, size_t n, unsigned char ret_bytes[3])
{
    unsigned bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i <= n ? base64_value(from[i]) : from[i] == '=' ? 0 : -1;
        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned)value;
    }
    ret_bytes[0] = (unsigned char)(bits >> 16);
    ret_bytes[1] = (unsigned char)(bits >> 8);
    ret_bytes[2] = (unsigned char)bits;
    return (n > 1 || ret_bytes[1] == 0) && (n > 2 || ret_bytes[2] == 0);
}

/* To nowhere where `to` is NULL. */
static bool read_groups(struct str text, unsigned char *to, size_t n)
{
    for (size_t i = 0; i < n; i += 3) {
        unsigned char group[3];
        size_t m = n - i < 3 ? n - i : 3;
        if (!read_group(text.p + i / 3 * 4, m, group))
            return false;
        if (to)
            memcpy(to + i, group, m);
    }
    return true;
}

bool base64_read(struct str text, void *ret_bytes, size_t n)
{
    return n <= BYTES_MAX && text.n == BASE64_LENGTH(n) && read_groups(text, NULL, n) &&
           read_groups(text, ret_bytes, n);
}
