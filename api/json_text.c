#include "decode.h"

#include <string.h>

#include "base/utf8.h"

/* Stricter than the parser behind it: what passes here may be spliced into an answer as it is. */
struct cursor {
    const char *p, *end;
    unsigned depth;
    size_t values; /* that may still come */
};

static bool scan_value(struct cursor *c);

static void skip_space(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
        c->p++;
}

static bool take(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool take_word(struct cursor *c, struct str word)
{
    if ((size_t)(c->end - c->p) < word.n || memcmp(c->p, word.p, word.n) != 0)
        return false;
    c->p += word.n;
    return true;
}

static bool take_digits(struct cursor *c)
{
    const char *start = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return c->p > start;
}

static bool scan_number(struct cursor *c)
{
    take(c, '-');
    if (!take(c, '0') && !take_digits(c))
        return false;
    if (take(c, '.') && !take_digits(c))
        return false;
    if (take(c, 'e') || take(c, 'E')) {
        if (!take(c, '+'))
            take(c, '-');
        return take_digits(c);
    }
    return true;
}

/* The four digits behind a "\u". */
static bool take_hex4(struct cursor *c, unsigned *ret_unit)
{
    unsigned unit = 0;
    if (c->end - c->p < 4)
        return false;
    for (int i = 0; i < 4; i++, c->p++) {
        unsigned digit = 0;
        if (*c->p >= '0' && *c->p <= '9')
            digit = (unsigned)(*c->p - '0');
        else if ((*c->p | 0x20) >= 'a' && (*c->p | 0x20) <= 'f')
            digit = (unsigned)((*c->p | 0x20) - 'a' + 10);
        else
            return false;
        unit = unit * 16 + digit;
    }
    *ret_unit = unit;
    return true;
}

/* Neither NUL, which a C text cannot hold, nor half of a surrogate pair. */
static bool scan_unicode_escape(struct cursor *c)
{
    unsigned unit, low;
    if (!take_hex4(c, &unit) || unit == 0)
        return false;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    return unit < 0xdc00 && take_word(c, STR_LIT("\\u")) && take_hex4(c, &low) && low >= 0xdc00 &&
           low <= 0xdfff;
}

static bool scan_escape(struct cursor *c)
{
    if (take(c, 'u'))
        return scan_unicode_escape(c);
    if (c->p == c->end || *c->p == '\0' || !strchr("\"\\/bfnrt", *c->p))
        return false;
    c->p++;
    return true;
}

static bool scan_string(struct cursor *c)
{
    if (!take(c, '"'))
        return false;
    while (c->p < c->end && *c->p != '"') {
        unsigned char byte = (unsigned char)*c->p++;
        if (byte < 0x20 || (byte == '\\' && !scan_escape(c)))
            return false;
    }
    return take(c, '"');
}

static bool scan_member(struct cursor *c)
{
    skip_space(c);
    if (!scan_string(c))
        return false;
    skip_space(c);
    return take(c, ':') && scan_value(c);
}

/* What stands between the brackets of an object or array, the closing one included. */
static bool scan_items(struct cursor *c, char close, bool (*scan_item)(struct cursor *))
{
    if (++c->depth > API_JSON_DEPTH_MAX)
        return false;
    skip_space(c);
    if (!take(c, close)) {
        do {
            if (!scan_item(c))
                return false;
            skip_space(c);
        } while (take(c, ','));
        if (!take(c, close))
            return false;
    }
    c->depth--;
    return true;
}

static bool scan_value(struct cursor *c)
{
    skip_space(c);
    if (c->p == c->end || c->values-- == 0)
        return false;
    switch (*c->p) {
    case '{': c->p++; return scan_items(c, '}', scan_member);
    case '[': c->p++; return scan_items(c, ']', scan_value);
    case '"': return scan_string(c);
    case 't': return take_word(c, STR_LIT("true"));
    case 'f': return take_word(c, STR_LIT("false"));
    case 'n': return take_word(c, STR_LIT("null"));
    default: return scan_number(c);
    }
}

static bool is_valid(struct str text, size_t values_max)
{
    if (text.n == 0 || !utf8_valid(text))
        return false;
    struct cursor c = { .p = text.p, .end = text.p + text.n, .values = values_max };
    if (!scan_value(&c))
        return false;
    skip_space(&c);
    return c.p == c.end;
}

bool api_json_valid(struct str text)
{
    return is_valid(text, SIZE_MAX);
}

bool api_json_acceptable(struct str text)
{
    return is_valid(text, API_JSON_VALUES_MAX);
}
