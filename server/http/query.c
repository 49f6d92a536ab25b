#include "http/query.h"

#include <string.h>

#include "base/utf8.h"

/* -1 for what is not a hexadecimal digit. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character of the escape that `s` begins with; -1 when it is malformed or hides a NUL. */
static int escape_value(struct str s)
{
    if (s.n < 3)
        return -1;
    int high = hex_digit(s.p[1]);
    int low = hex_digit(s.p[2]);
    return high >= 0 && low >= 0 && (high | low) != 0 ? high * 16 + low : -1;
}

static bool decode(struct str raw, struct arena *arena, struct str *ret_text, struct err *err)
{
    if (raw.n == 0 || memchr(raw.p, '%', raw.n) == NULL) {
        *ret_text = raw;
        return utf8_valid(raw) || fail(err, ERR_INVALID_REQUEST, "The query is not valid UTF-8.");
    }
    char *out = arena_alloc(arena, raw.n);
    if (out == NULL)
        return fail(err, ERR_INTERNAL, "The server is out of memory for this request.");
    size_t n = 0;
    while (raw.n > 0) {
        size_t taken = 1;
        int c = raw.p[0];
        if (c == '%') {
            taken = 3;
            c = escape_value(raw);
            if (c < 0)
                return fail(err, ERR_INVALID_REQUEST, "The query has a malformed percent escape.");
        }
        out[n++] = (char)c;
        raw.p += taken;
        raw.n -= taken;
    }
    struct str text = { out, n };
    if (!utf8_valid(text))
        return fail(err, ERR_INVALID_REQUEST, "The query is not valid UTF-8.");
    *ret_text = text;
    return true;
}

static size_t count_of(struct str text, char wanted)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == wanted;
    return n;
}

bool query_parse(struct str text, struct arena *arena, const struct field **ret_fields, size_t *ret_count,
                 struct err *err)
{
    if (text.n == 0) {
        *ret_fields = NULL;
        *ret_count = 0;
        return true;
    }
    struct field *fields = arena_array(arena, count_of(text, '&') + 1, sizeof *fields);
    if (fields == NULL)
        return fail(err, ERR_INTERNAL, "The server is out of memory for this request.");
    size_t n = 0;
    while (text.p != NULL) {
        struct str value = str_split(&text, '&');
        if (value.n == 0)
            continue;
        struct str name = str_split(&value, '=');
        if (value.p == NULL)
            value = STR_LIT("");
        if (!decode(name, arena, &fields[n].name, err) || !decode(value, arena, &fields[n].value, err))
            return false;
        n++;
    }
    *ret_fields = fields;
    *ret_count = n;
    return true;
}

struct str query_value(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_text(fields[i].name, name))
            return fields[i].value;
    return STR_NONE;
}
