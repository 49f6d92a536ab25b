#include "rules/security/policy_condition.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"

enum {
    VALUE_TEXT_MAX = 64, /* a number, a time or an address, with the NUL behind it */
    V4_BYTES = 4,
    V6_BYTES = 16,
    MAPPED_BITS = 8 * (V6_BYTES - V4_BYTES), /* of ::ffff:0:0/96 */
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    OFFSET_TEXT = 6, /* +01:00 */
};

#define LIKE (POLICY_WILDCARDS | POLICY_VARIABLES)

static const struct policy_operator operators[] = {
    { "StringEquals", .test = POLICY_TEST_TEXT, .syntax = POLICY_VARIABLES },
    { "StringNotEquals", .test = POLICY_TEST_TEXT, .syntax = POLICY_VARIABLES, .negated = true },
    { "StringEqualsIgnoreCase", .test = POLICY_TEST_TEXT_IGNORING_CASE, .syntax = POLICY_VARIABLES },
    { "StringNotEqualsIgnoreCase", .test = POLICY_TEST_TEXT_IGNORING_CASE, .syntax = POLICY_VARIABLES,
      .negated = true },
    { "StringLike", .test = POLICY_TEST_TEXT, .syntax = LIKE },
    { "StringNotLike", .test = POLICY_TEST_TEXT, .syntax = LIKE, .negated = true },
    { "ArnEquals", .test = POLICY_TEST_TEXT, .syntax = LIKE },
    { "ArnLike", .test = POLICY_TEST_TEXT, .syntax = LIKE },
    { "ArnNotEquals", .test = POLICY_TEST_TEXT, .syntax = LIKE, .negated = true },
    { "ArnNotLike", .test = POLICY_TEST_TEXT, .syntax = LIKE, .negated = true },
    { "BinaryEquals", .test = POLICY_TEST_TEXT },
    { "Bool", .test = POLICY_TEST_BOOL },
    { "NumericEquals", .test = POLICY_TEST_NUMBER },
    { "NumericNotEquals", .test = POLICY_TEST_NUMBER, .negated = true },
    { "NumericLessThan", .test = POLICY_TEST_NUMBER, .comparison = POLICY_LESS },
    { "NumericLessThanEquals", .test = POLICY_TEST_NUMBER, .comparison = POLICY_LESS_OR_EQUAL },
    { "NumericGreaterThan", .test = POLICY_TEST_NUMBER, .comparison = POLICY_GREATER },
    { "NumericGreaterThanEquals", .test = POLICY_TEST_NUMBER, .comparison = POLICY_GREATER_OR_EQUAL },
    { "DateEquals", .test = POLICY_TEST_DATE },
    { "DateNotEquals", .test = POLICY_TEST_DATE, .negated = true },
    { "DateLessThan", .test = POLICY_TEST_DATE, .comparison = POLICY_LESS },
    { "DateLessThanEquals", .test = POLICY_TEST_DATE, .comparison = POLICY_LESS_OR_EQUAL },
    { "DateGreaterThan", .test = POLICY_TEST_DATE, .comparison = POLICY_GREATER },
    { "DateGreaterThanEquals", .test = POLICY_TEST_DATE, .comparison = POLICY_GREATER_OR_EQUAL },
    { "IpAddress", .test = POLICY_TEST_IP_ADDRESS },
    { "NotIpAddress", .test = POLICY_TEST_IP_ADDRESS, .negated = true },
    { "Null", .test = POLICY_TEST_NULL },
};

/* ---- the name ---- */

static bool take_prefix(struct str *name, struct str prefix)
{
    if (!str_starts_with(*name, prefix))
        return false;
    name->p += prefix.n;
    name->n -= prefix.n;
    return true;
}

static bool take_suffix(struct str *name, struct str suffix)
{
    if (!str_ends_with(*name, suffix))
        return false;
    name->n -= suffix.n;
    return true;
}

bool policy_operator_find(struct str name, struct policy_condition *ret_condition)
{
    struct policy_condition found = { 0 };
    if (take_prefix(&name, STR_LIT("ForAllValues:")))
        found.quantifier = POLICY_FOR_ALL_VALUES;
    else if (take_prefix(&name, STR_LIT("ForAnyValue:")))
        found.quantifier = POLICY_FOR_ANY_VALUE;
    found.if_exists = take_suffix(&name, STR_LIT("IfExists"));
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (str_eq_text(name, operators[i].name))
            found.comparator = &operators[i];
    if (!found.comparator || (found.comparator->test == POLICY_TEST_NULL && found.if_exists))
        return false;
    *ret_condition = found;
    return true;
}

/* ---- values as text ---- */

static bool copy_text(struct str text, char ret_text[VALUE_TEXT_MAX])
{
    if (!text.n || text.n >= VALUE_TEXT_MAX)
        return false;
    memcpy(ret_text, text.p, text.n);
    ret_text[text.n] = '\0';
    return true;
}

static bool read_number(struct str text, double *ret_number)
{
    char copy[VALUE_TEXT_MAX];
    char *end;
    if (!copy_text(text, copy) || strspn(copy, "0123456789+-.eE") != text.n)
        return false;
    double number = strtod(copy, &end);
    if (*end || end == copy)
        return false;
    *ret_number = number;
    return true;
}

static bool read_bool(struct str text, bool *ret_truth)
{
    bool truth = str_eq_nocase(text, STR_LIT("true"));
    if (!truth && !str_eq_nocase(text, STR_LIT("false")))
        return false;
    *ret_truth = truth;
    return true;
}

/* Of a time that ends in +HH:MM or -HH:MM, which is taken off it. */
static bool read_offset(struct str *time, int64_t *ret_ms)
{
    int64_t hours, minutes;
    if (time->n <= OFFSET_TEXT)
        return false;
    const char *p = time->p + time->n - OFFSET_TEXT;
    if ((*p != '+' && *p != '-') || p[3] != ':' || !str_to_int((struct str){ p + 1, 2 }, &hours) ||
        !str_to_int((struct str){ p + 4, 2 }, &minutes) || hours < 0 || minutes < 0)
        return false;
    time->n -= OFFSET_TEXT;
    *ret_ms = (hours * 60 + minutes) * MINUTE_MS * (*p == '+' ? 1 : -1);
    return true;
}

/* YYYY-MM-DD, or with a time of day that ends in Z or an offset; or seconds since 1970. */
static bool read_time(struct str text, int64_t *ret_ms)
{
    char copy[VALUE_TEXT_MAX + sizeof "T00:00Z"];
    int64_t seconds, offset_ms = 0, ms;
    if (str_to_int(text, &seconds)) {
        if (seconds < -INT64_MAX / SECOND_MS || seconds > INT64_MAX / SECOND_MS)
            return false;
        *ret_ms = seconds * SECOND_MS;
        return true;
    }
    bool has_offset = memchr(text.p, 'T', text.n) && read_offset(&text, &offset_ms);
    const char *zone = has_offset ? "Z" : memchr(text.p, 'T', text.n) ? "" : "T00:00Z";
    if (!copy_text(text, copy))
        return false;
    memcpy(copy + text.n, zone, strlen(zone) + 1);
    if (!time_parse_iso(str_from(copy), &ms))
        return false;
    *ret_ms = ms - offset_ms;
    return true;
}

/* ::ffff:10.1.2.3 is 10.1.2.3: an IPv6 socket calls those who come over IPv4 so. */
static void unmap(struct policy_ip_range *address)
{
    static const unsigned char prefix[V6_BYTES - V4_BYTES] = { [10] = 0xff, [11] = 0xff };
    if (!address->v6 || address->bits < MAPPED_BITS || memcmp(address->bytes, prefix, sizeof prefix) != 0)
        return;
    address->v6 = false;
    address->bits -= MAPPED_BITS;
    memmove(address->bytes, address->bytes + sizeof prefix, V4_BYTES);
}

static bool read_plain_address(struct str text, struct policy_ip_range *ret_address)
{
    char copy[VALUE_TEXT_MAX];
    struct policy_ip_range address = { .v6 = memchr(text.p, ':', text.n) != NULL };
    address.bits = 8 * (address.v6 ? V6_BYTES : V4_BYTES);
    if (!copy_text(text, copy) || inet_pton(address.v6 ? AF_INET6 : AF_INET, copy, address.bytes) != 1)
        return false;
    *ret_address = address;
    return true;
}

/* One that a connection has; the zone of fe80::1%eth0 does not count. */
static bool read_address(struct str text, struct policy_ip_range *ret_address)
{
    struct str zone = text;
    if (!read_plain_address(str_split(&zone, '%'), ret_address))
        return false;
    unmap(ret_address);
    return true;
}

/* An address, or one with the number of its bits that count: 10.1.0.0/16 */
static bool read_range(struct str text, struct policy_ip_range *ret_range)
{
    struct str bits_text = text;
    struct policy_ip_range range;
    int64_t bits;
    if (!read_plain_address(str_split(&bits_text, '/'), &range))
        return false;
    if (bits_text.p) {
        if (!str_to_int(bits_text, &bits) || bits < 0 || bits > range.bits)
            return false;
        range.bits = (unsigned)bits;
    }
    unmap(&range);
    *ret_range = range;
    return true;
}

/* ---- reading the document's values ---- */

static bool is_base64(struct str text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = text.n, padding = 0;
    while (n > 0 && padding < 2 && text.p[n - 1] == '=') {
        n--;
        padding++;
    }
    for (size_t i = 0; i < n; i++)
        if (!memchr(letters, text.p[i], sizeof letters - 1))
            return false;
    return text.n % 4 == 0;
}

static bool is_text(const struct policy_operator *comparator)
{
    return comparator->test == POLICY_TEST_TEXT || comparator->test == POLICY_TEST_TEXT_IGNORING_CASE;
}

/* What the value should have been; NULL: it is. */
static const char *read_value(const struct policy_operator *comparator, struct str text,
                              struct policy_operand *operand)
{
    switch (comparator->test) {
    case POLICY_TEST_BOOL:
    case POLICY_TEST_NULL: return read_bool(text, &operand->truth) ? NULL : "true or false";
    case POLICY_TEST_NUMBER: return read_number(text, &operand->number) ? NULL : "a number";
    case POLICY_TEST_DATE:
        return read_time(text, &operand->time_ms) ? NULL : "a time in ISO 8601 or in seconds since 1970";
    case POLICY_TEST_IP_ADDRESS:
        return read_range(text, &operand->range) ? NULL : "an IP address or a CIDR range";
    default: return comparator->syntax || is_base64(text) ? NULL : "base64";
    }
}

bool policy_operand_read(const struct policy_operator *comparator, struct str text, unsigned syntax,
                         const char *what, struct arena *arena, struct policy_operand *ret_operand,
                         struct err *err)
{
    struct policy_operand operand = { .pattern = { 0 } };
    const char *wanted = read_value(comparator, text, &operand);
    if (wanted)
        return fail(err, ERR_MALFORMED_POLICY,
                    "Policy document is malformed: %s has the value '%.*s' of %s, which is not %s.", what,
                    STR(text), comparator->name, wanted);
    if (is_text(comparator) &&
        !policy_pattern_compile(text, comparator->syntax & syntax, what, arena, &operand.pattern, err))
        return false;
    *ret_operand = operand;
    return true;
}

/* ---- holding a value against them ---- */

static bool compare(enum policy_comparison comparison, bool less, bool equal)
{
    switch (comparison) {
    case POLICY_LESS: return less;
    case POLICY_LESS_OR_EQUAL: return less || equal;
    case POLICY_GREATER: return !less && !equal;
    case POLICY_GREATER_OR_EQUAL: return !less;
    default: return equal;
    }
}

static bool is_in_range(const struct policy_ip_range *address, const struct policy_ip_range *range)
{
    unsigned bytes = range->bits / 8, bits = range->bits % 8;
    if (address->v6 != range->v6 || memcmp(address->bytes, range->bytes, bytes) != 0)
        return false;
    return !bits || (address->bytes[bytes] ^ range->bytes[bytes]) >> (8 - bits) == 0;
}

static bool fits(const struct policy_operator *comparator, const struct policy_operand *operand,
                 struct str value, const struct policy_context *context)
{
    bool truth;
    double number;
    int64_t time_ms;
    struct policy_ip_range address;
    switch (comparator->test) {
    case POLICY_TEST_BOOL: return read_bool(value, &truth) && truth == operand->truth;
    case POLICY_TEST_NUMBER:
        return read_number(value, &number) &&
               compare(comparator->comparison, number < operand->number,
                       !(number < operand->number) && !(number > operand->number));
    case POLICY_TEST_DATE:
        return read_time(value, &time_ms) &&
               compare(comparator->comparison, time_ms < operand->time_ms, time_ms == operand->time_ms);
    case POLICY_TEST_IP_ADDRESS:
        return read_address(value, &address) && is_in_range(&address, &operand->range);
    case POLICY_TEST_TEXT_IGNORING_CASE:
        return policy_pattern_matches(&operand->pattern, value, POLICY_CASE_IGNORED, context);
    default: return policy_pattern_matches(&operand->pattern, value, POLICY_CASE_MATTERS, context);
    }
}

static bool value_holds(const struct policy_condition *condition, struct str value,
                        const struct policy_context *context)
{
    bool any = false;
    for (size_t i = 0; i < condition->n && !any; i++)
        any = fits(condition->comparator, &condition->operands[i], value, context);
    return any != condition->comparator->negated;
}

static bool null_holds(const struct policy_condition *condition, bool missing)
{
    for (size_t i = 0; i < condition->n; i++)
        if (condition->operands[i].truth == missing)
            return true;
    return false;
}

static bool holds_without_value(const struct policy_condition *condition)
{
    if (condition->if_exists || condition->quantifier == POLICY_FOR_ALL_VALUES)
        return true;
    return condition->quantifier == POLICY_PLAIN_VALUE && condition->comparator->negated;
}

/* Of several values all must hold where the operator is negated or says so, else one. */
bool policy_condition_holds(const struct policy_condition *condition, const struct policy_context *context)
{
    struct policy_values values = policy_context_find(context, condition->key);
    if (condition->comparator->test == POLICY_TEST_NULL)
        return null_holds(condition, values.n == 0);
    if (values.n == 0)
        return holds_without_value(condition);
    bool all = condition->quantifier == POLICY_FOR_ALL_VALUES ||
               (condition->quantifier == POLICY_PLAIN_VALUE && condition->comparator->negated);
    for (size_t i = 0; i < values.n; i++)
        if (value_holds(condition, values.items[i], context) != all)
            return !all;
    return all;
}
