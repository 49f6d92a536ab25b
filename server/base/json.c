#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"

/* What stands behind the backslash; 'u' is the long form, 0 needs no escape. */
static const char escapes[256] = {
    [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u',  [0x06] = 'u',
    [0x07] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [0x0b] = 'u', ['\f'] = 'f',  ['\r'] = 'r',
    [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u', [0x12] = 'u', [0x13] = 'u',  [0x14] = 'u',
    [0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u',  [0x1b] = 'u',
    [0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u', ['"'] = '"',  ['\\'] = '\\',
};

struct json json_to(struct strbuf *out)
{
    return (struct json){ .out = out };
}

/* Before each key and each value that has no key. */
static void separate(struct json *json)
{
    if (json->comma) {
        strbuf_add_char(json->out, ',');
    }
    json->comma = true;
}

static void begin(struct json *json, char bracket)
{
    separate(json);
    strbuf_add_char(json->out, bracket);
    json->comma = false;
}

static void end(struct json *json, char bracket)
{
    strbuf_add_char(json->out, bracket);
    json->comma = true;
}

void json_object_begin(struct json *json)
{
    begin(json, '{');
}

void json_object_end(struct json *json)
{
    end(json, '}');
}

void json_array_begin(struct json *json)
{
    begin(json, '[');
}

void json_array_end(struct json *json)
{
    end(json, ']');
}

static void add_escape(struct strbuf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    if (escapes[c] == 'u') {
        strbuf_add(out, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
    } else {
        strbuf_add(out, (char[]){ '\\', escapes[c] }, 2);
    }
}

/* Copies runs without an escape in one piece; most texts are one run. */
static void add_quoted(struct strbuf *out, struct str s)
{
    strbuf_add_char(out, '"');
    size_t run = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (escapes[c]) {
            strbuf_add(out, s.p + run, i - run);
            add_escape(out, c);
            run = i + 1;
        }
    }
    if (run < s.n) {
        strbuf_add(out, s.p + run, s.n - run);
    }
    strbuf_add_char(out, '"');
}

void json_key_str(struct json *json, struct str key)
{
    separate(json);
    add_quoted(json->out, key);
    strbuf_add_char(json->out, ':');
    json->comma = false;
}

void json_key(struct json *json, const char *key)
{
    json_key_str(json, str_from(key));
}

void json_string(struct json *json, struct str value)
{
    if (!value.p) {
        json_null(json);
        return;
    }
    separate(json);
    add_quoted(json->out, value);
}

enum { DIGITS_MAX = 20 }; /* of a uint64_t */

/* At least `least` digits, zeros in front; returns how many. */
static size_t write_digits(uint64_t value, size_t least, char ret_digits[DIGITS_MAX])
{
    char reversed[DIGITS_MAX];
    size_t n = 0;
    while (value > 0 || n < least) {
        reversed[n++] = (char)('0' + value % 10);
        value /= 10;
    }
    for (size_t i = 0; i < n; i++) {
        ret_digits[i] = reversed[n - 1 - i];
    }
    return n;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void json_int(struct json *json, int64_t value)
{
    char text[1 + DIGITS_MAX] = "-";
    size_t sign = value < 0;
    size_t n = sign + write_digits(magnitude(value), 1, text + sign);
    separate(json);
    strbuf_add(json->out, text, n);
}

void json_seconds(struct json *json, int64_t ms)
{
    char text[1 + DIGITS_MAX + 1 + DIGITS_MAX] = "-";
    size_t n = ms < 0;
    n += write_digits(magnitude(ms) / 1000, 1, text + n);
    text[n++] = '.';
    n += write_digits(magnitude(ms) % 1000, 3, text + n);
    separate(json);
    strbuf_add(json->out, text, n);
}

void json_bool(struct json *json, bool value)
{
    separate(json);
    strbuf_add_text(json->out, value ? "true" : "false");
}

void json_null(struct json *json)
{
    separate(json);
    strbuf_add_text(json->out, "null");
}

/* A double as decimal digits d and exponent e: d[0].d[1]d[2]… × 10^e */
struct decimal {
    bool negative;
    char digits[17];
    size_t n; /* at least 1, no zeros at the end but d[0] */
    int exponent;
};

/* The fewest digits that read back as the same double; `value` is finite.
 * The decimal point is skipped whatever the locale makes of it. */
static struct decimal decimal_of(double value)
{
    char text[48];
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    struct decimal d = { .negative = text[0] == '-' };
    const char *p = text;
    for (; *p && *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9' && d.n < sizeof(d.digits)) {
            d.digits[d.n++] = *p;
        }
    }
    d.exponent = *p ? (int)strtol(p + 1, NULL, 10) : 0;
    while (d.n > 1 && d.digits[d.n - 1] == '0') {
        d.n--;
    }
    return d;
}

/* Digits from `first` on, `count` of them, zeros where there are none. */
static void add_digits(struct strbuf *out, const struct decimal *d, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        strbuf_add_char(out, i >= 0 && i < (int)d->n ? d->digits[i] : '0');
    }
}

void json_double(struct json *json, double value)
{
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    separate(json);
    struct decimal d = decimal_of(value);
    bool plain = d.exponent >= -7 && d.exponent <= 16;
    int point = plain ? d.exponent + 1 : 1; /* digits in front of the point */
    int fraction = (int)d.n - point;
    if (d.negative) {
        strbuf_add_char(json->out, '-');
    }
    if (point > 0) {
        add_digits(json->out, &d, 0, point);
    } else {
        strbuf_add_char(json->out, '0');
    }
    strbuf_add_char(json->out, '.');
    add_digits(json->out, &d, point, fraction > 0 ? fraction : 1);
    if (!plain) {
        strbuf_printf(json->out, "e%d", d.exponent);
    }
}

void json_raw(struct json *json, struct str text)
{
    separate(json);
    strbuf_add_str(json->out, text);
}

void json_member_string(struct json *json, const char *key, struct str value)
{
    json_key(json, key);
    json_string(json, value);
}

void json_member_int(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

void json_member_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

void json_member_seconds(struct json *json, const char *key, int64_t ms)
{
    json_key(json, key);
    json_seconds(json, ms);
}

void json_member_iso(struct json *json, const char *key, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    time_format_iso(ms, text);
    json_member_string(json, key, str_from(text));
}
