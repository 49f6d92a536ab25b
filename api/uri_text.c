#include "uri_text.h"

#include <string.h>

#include "base/binary_text.h"
#include "base/utf8.h"

/* Into `buffer`, which holds raw.n bytes. False: a '%' without two hexadecimal digits. */
static bool unescape_into(struct str raw, char *buffer, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] != '%') {
            buffer[n++] = raw.p[i];
            continue;
        }
        int high = i + 1 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
        int low = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        buffer[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *ret_n = n;
    return true;
}

bool uri_text_unescape(struct str raw, struct arena *arena, struct str *ret_text)
{
    struct str text = raw;
    if (raw.n > 0 && memchr(raw.p, '%', raw.n) != NULL) {
        char *buffer = arena_alloc(arena, raw.n);
        if (buffer == NULL || !unescape_into(raw, buffer, &text.n))
            return false;
        text.p = buffer;
    }
    *ret_text = text;
    return true;
}

bool uri_text_decode(struct str raw, const char *what, struct arena *arena, struct str *ret_text,
                     struct err *err)
{
    struct str text;
    if (!uri_text_unescape(raw, arena, &text))
        return arena->failed ? fail(err, ERR_INTERNAL, "The %s needs too much memory.", what)
                             : fail(err, ERR_INVALID_REQUEST, "The %s has a malformed percent escape.", what);
    if (!utf8_valid(text) || (text.n > 0 && memchr(text.p, '\0', text.n) != NULL))
        return fail(err, ERR_INVALID_REQUEST, "The %s must be UTF-8 without NUL characters.", what);
    *ret_text = text;
    return true;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static bool is_shown_whole(struct str raw)
{
    for (size_t i = 0; i < raw.n; i++)
        if (!is_printable(raw.p[i]))
            return false;
    return raw.n <= URI_TEXT_SHOWN_MAX;
}

struct str uri_text_shown(struct str raw, struct arena *arena)
{
    static const struct str mark = { "...", 3 };
    if (is_shown_whole(raw))
        return raw;
    char *copy = arena_alloc(arena, URI_TEXT_SHOWN_MAX + mark.n);
    if (copy == NULL)
        return mark;
    size_t n = 0;
    for (; n < raw.n && n < URI_TEXT_SHOWN_MAX; n++)
        copy[n] = is_printable(raw.p[n]) ? raw.p[n] : '?';
    if (n < raw.n) {
        memcpy(copy + n, mark.p, mark.n);
        n += mark.n;
    }
    return (struct str){ copy, n };
}
