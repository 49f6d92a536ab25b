#include "base/utf8.h"

#include <string.h>

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Bytes of the well-formed sequence at `p`, with `left` >= 1 bytes to look at; 0 when malformed.
 * The second byte's range rules out overlong forms, surrogates and what lies past U+10FFFF
 * (The Unicode Standard, table 3-7). */
static size_t sequence_length(const unsigned char *p, size_t left)
{
    unsigned char lead = p[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (left < length) {
        return 0;
    }
    unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < least || p[1] > most) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!is_continuation(p[i])) {
            return 0;
        }
    }
    return length;
}

/* Whether the eight bytes at `p` are all ASCII. */
static bool eight_ascii(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool utf8_valid(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t left = s.n;
    while (left > 0) {
        size_t step = left >= 8 && eight_ascii(p) ? 8 : sequence_length(p, left);
        if (step == 0) {
            return false;
        }
        p += step;
        left -= step;
    }
    return true;
}

uint32_t utf8_next(struct str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    unsigned char lead = p[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        point = point << 6 | (p[i] & 0x3fu);
    }
    s->p += length;
    s->n -= length;
    return point;
}

size_t utf8_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++) {
        count += !is_continuation((unsigned char)s.p[i]);
    }
    return count;
}
