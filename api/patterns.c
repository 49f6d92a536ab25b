#include "patterns.h"

#include "base/utf8.h"
#include "unicode_classes.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_identifier(char c)
{
    return is_alphanumeric(c) || c == '_' || c == '-';
}

static bool is_registry_name(char c)
{
    return is_identifier(c) || c == ':';
}

static bool is_one_of(char c, const char *set)
{
    for (; *set; set++) {
        if (c == *set)
            return true;
    }
    return false;
}

/* [class]* */
static inline bool every(struct str text, bool (*in_class)(char))
{
    for (size_t i = 0; i < text.n; i++) {
        if (!in_class(text.p[i]))
            return false;
    }
    return true;
}

/* [class]+ */
static inline bool some(struct str text, bool (*in_class)(char))
{
    return text.n > 0 && every(text, in_class);
}

static struct str str_from_offset(struct str text, size_t offset)
{
    return (struct str){ text.p + offset, text.n - offset };
}

bool pattern_anything(struct str text)
{
    (void)text;
    return true;
}

static bool is_visible_ascii(char c)
{
    return c >= '!' && c <= '~';
}

bool pattern_arn(struct str text)
{
    struct str prefix = STR_LIT("arn:");
    return str_starts_with(text, prefix) && some(str_from_offset(text, prefix.n), is_visible_ascii);
}

static bool is_attribute_name(char c)
{
    return is_alphanumeric(c) || is_one_of(c, "_.,@/:#-");
}

bool pattern_attribute_name(struct str text)
{
    return some(text, is_attribute_name);
}

static bool is_attribute_value(char c)
{
    return is_attribute_name(c) || is_one_of(c, "=[]");
}

bool pattern_attribute_value(struct str text)
{
    return every(text, is_attribute_value);
}

static bool is_connection_attribute(char c)
{
    return is_alphanumeric(c) || c == ':' || c == '.';
}

bool pattern_connection_attribute(struct str text)
{
    return some(text, is_connection_attribute);
}

bool pattern_digits(struct str text)
{
    return some(text, is_digit);
}

bool pattern_hex(struct str text)
{
    struct str prefix = STR_LIT("0x");
    return some(str_starts_with(text, prefix) ? str_from_offset(text, prefix.n) : text, is_hex);
}

static bool is_group_id(char c)
{
    return is_alphanumeric(c) || c == '-';
}

bool pattern_group_id(struct str text)
{
    return some(text, is_group_id);
}

bool pattern_identifier(struct str text)
{
    return some(text, is_identifier);
}

bool pattern_identifier_anchored(struct str text)
{
    return pattern_identifier(text);
}

bool pattern_identifier_or_next(struct str text)
{
    return pattern_identifier(text) || str_eq(text, STR_LIT("$next"));
}

static bool is_base64(char c)
{
    return is_alphanumeric(c) || c == '+' || c == '/';
}

bool pattern_marker(struct str text)
{
    for (int padding = 0; padding < 2 && text.n > 0 && text.p[text.n - 1] == '='; padding++)
        text.n--;
    return some(text, is_base64);
}

static bool is_policy_name(char c)
{
    return is_alphanumeric(c) || is_one_of(c, "_+=,.@-");
}

bool pattern_policy_name(struct str text)
{
    return some(text, is_policy_name);
}

static bool is_line_break(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

static bool printable(struct str text, bool line_breaks)
{
    if (text.n == 0)
        return false;
    while (text.n > 0) {
        uint32_t c = utf8_next(&text);
        bool is_printable = c < 0x7f ? c >= 0x20 : !unicode_is_other(c);
        if (!is_printable && !(line_breaks && is_line_break(c)))
            return false;
    }
    return true;
}

bool pattern_printable(struct str text)
{
    return printable(text, false);
}

bool pattern_printable_lines(struct str text)
{
    return printable(text, true);
}

static bool is_printable_ascii(char c)
{
    return c >= ' ' && c <= '~';
}

bool pattern_printable_ascii(struct str text)
{
    return every(text, is_printable_ascii);
}

static bool is_reason_code(char c)
{
    return is_upper(c) || is_digit(c) || c == '_';
}

bool pattern_reason_code(struct str text)
{
    return some(text, is_reason_code);
}

bool pattern_registry_name(struct str text)
{
    return some(text, is_registry_name);
}

static bool is_shadow_name(char c)
{
    return is_registry_name(c) || c == '$';
}

bool pattern_shadow_name(struct str text)
{
    return some(text, is_shadow_name);
}

static bool is_tag_key(uint32_t c)
{
    if (c < 0x80)
        return is_alphanumeric((char)c) || is_one_of((char)c, " _.:/=+-@");
    return unicode_is_letter(c) || unicode_is_separator(c) || unicode_is_number(c);
}

bool pattern_tag_key(struct str text)
{
    while (text.n > 0) {
        if (!is_tag_key(utf8_next(&text)))
            return false;
    }
    return true;
}

static bool is_user_property(char c)
{
    return is_alphanumeric(c) || is_one_of(c, ":$.");
}

bool pattern_user_property(struct str text)
{
    return some(text, is_user_property);
}

/* What '.' does not match in Java. */
static bool is_line_terminator(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* The any-character of [1-9]+.[0-9]+ stands behind the whole run of [1-9], or is one of its last two. */
bool pattern_version(struct str text)
{
    size_t run = 0;
    while (run < text.n && is_digit(text.p[run]) && text.p[run] != '0')
        run++;
    for (size_t back = 0; back < 3 && back < run; back++) {
        struct str rest = str_from_offset(text, run - back);
        if (rest.n > 0 && !is_line_terminator(utf8_next(&rest)) && some(rest, is_digit))
            return true;
    }
    return false;
}
