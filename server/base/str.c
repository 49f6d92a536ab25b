#include "base/str.h"

#include <string.h>

struct str str_from(const char *text)
{
    return (struct str){ text, text ? strlen(text) : 0 };
}

/* memcmp, which must not be given NULL even for no bytes */
static bool same_bytes(const char *a, const char *b, size_t n)
{
    return n == 0 || memcmp(a, b, n) == 0;
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && !a.p == !b.p && same_bytes(a.p, b.p, a.n);
}

bool str_eq_text(struct str a, const char *text)
{
    return str_eq(a, str_from(text));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n || !a.p != !b.p) {
        return false;
    }
    for (size_t i = 0; a.p && i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.n >= prefix.n && same_bytes(s.p, prefix.p, prefix.n);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return suffix.n == 0 || (s.n >= suffix.n && same_bytes(s.p + (s.n - suffix.n), suffix.p, suffix.n));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* FNV-1a, then the finalizer of SplitMix64. */
uint64_t str_hash(struct str s, uint64_t seed)
{
    uint64_t hash = seed;
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
    hash ^= hash >> 31;
    return hash ? hash : 1;
}

struct str str_split(struct str *s, char sep)
{
    struct str before = *s;
    const char *found = s->n > 0 ? memchr(s->p, sep, s->n) : NULL;
    if (!found) {
        *s = STR_NONE;
        return before;
    }
    before.n = (size_t)(found - s->p);
    *s = (struct str){ found + 1, s->n - before.n - 1 };
    return before;
}

bool str_to_int(struct str s, int64_t *ret_value)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = negative;
    if (i == s.n) {
        return false;
    }
    int64_t value = 0; /* built up below zero, where the range reaches one further */
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.p[i] - '0', &value)) {
            return false;
        }
    }
    if (!negative && __builtin_sub_overflow(0, value, &value)) {
        return false;
    }
    *ret_value = value;
    return true;
}
