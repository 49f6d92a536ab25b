#include "api/fleet_word.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { NUMBER_CHARACTERS_MAX = 1000 };

bool fleet_is_space(uint32_t character)
{
    static const struct {
        uint32_t from, to;
    } spaces[] = {
        { 0x09, 0x0d },     { 0x1c, 0x20 },     { 0x1680, 0x1680 }, { 0x2000, 0x2006 },
        { 0x2008, 0x200a }, { 0x2028, 0x2029 }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
    };
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (character >= spaces[i].from && character <= spaces[i].to)
            return true;
    return false;
}

bool fleet_next_word(struct str *value, struct str *ret_word)
{
    struct str rest = *value, behind = rest;
    while (rest.n && fleet_is_space(utf8_next(&behind)))
        rest = behind;
    struct str word = { rest.p, 0 };
    while (rest.n) {
        behind = rest;
        if (fleet_is_space(utf8_next(&behind)))
            break;
        rest = behind;
    }
    word.n = (size_t)(rest.p - word.p);
    *value = rest;
    if (word.n)
        *ret_word = word;
    return word.n > 0;
}

struct str fleet_lower(struct arena *arena, struct str text)
{
    char *lower = arena_alloc(arena, text.n + 1);
    if (!lower)
        return STR_NONE;
    for (size_t i = 0; i < text.n; i++)
        lower[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + ('a' - 'A')) : text.p[i];
    return (struct str){ lower, text.n };
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Steps over digits; how many there were. */
static size_t skip_digits(const char **p)
{
    const char *from = *p;
    while (is_digit(**p))
        (*p)++;
    return (size_t)(*p - from);
}

/* The NUL-terminated text is a number as JSON writes it. */
static bool is_json_number(const char *p, bool *ret_integer)
{
    p += *p == '-';
    bool zero = *p == '0';
    size_t digits = skip_digits(&p);
    if (digits == 0 || (zero && digits > 1))
        return false;
    *ret_integer = *p == '\0';
    if (*p == '.') {
        p++;
        if (skip_digits(&p) == 0)
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        if (skip_digits(&p) == 0)
            return false;
    }
    return *p == '\0';
}

static struct opt_double integer_number(struct str word)
{
    static const int64_t end = INT64_C(1) << 53; /* a double tells all integers below it apart */
    int64_t value;
    bool ok = str_to_int(word, &value) && value >= -end && value < end;
    return (struct opt_double){ ok, ok ? (double)value : 0 };
}

struct opt_double fleet_number(struct str word)
{
    char text[NUMBER_CHARACTERS_MAX + 1];
    bool integer;
    if (word.n > NUMBER_CHARACTERS_MAX || memchr(word.p, '\0', word.n))
        return (struct opt_double){ 0 };
    memcpy(text, word.p, word.n);
    text[word.n] = '\0';
    if (!is_json_number(text, &integer))
        return (struct opt_double){ 0 };
    if (integer)
        return integer_number(word);
    double value = strtod(text, NULL);
    return (struct opt_double){ isfinite(value), value };
}
