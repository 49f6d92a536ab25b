#include "base/binary_text.h"

#include <openssl/evp.h>
#include <string.h>

struct str hex_text(const void *bytes, size_t n, struct arena *arena)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *text = arena_alloc(arena, n * 2 + 1);
    if (!text)
        return STR_NONE;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    return (struct str){ text, n * 2 };
}

/* -1: not one. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_read(struct str text, void *ret_bytes, size_t n)
{
    unsigned char *to = ret_bytes;
    if (text.n != n * 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

struct str base64_text(const void *bytes, size_t n, struct arena *arena)
{
    size_t length = (n + 2) / 3 * 4;
    char *text = arena_alloc(arena, length + 1);
    if (!text)
        return STR_NONE;
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)n);
    return (struct str){ text, length };
}

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* OpenSSL decodes whole groups of four alone, counts the padding as zeros, and skips blanks at both ends. */
bool base64_read(struct str text, void *ret_bytes, size_t n)
{
    unsigned char group[4];
    size_t length = (n + 2) / 3 * 4, padding = length / 4 * 3 - n;
    if (text.n != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (i < length - padding ? !is_base64(text.p[i]) : text.p[i] != '=')
            return false;
    for (size_t i = 0, done = 0; i < length; i += 4, done += 3) {
        if (EVP_DecodeBlock(group, (const unsigned char *)text.p + i, 4) != 3)
            return false;
        memcpy((unsigned char *)ret_bytes + done, group, n - done < 3 ? n - done : 3);
    }
    return true;
}
