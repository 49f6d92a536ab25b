#include "rules/artifacts/s3_names.h"

#include <string.h>

#include "base/utf8.h"

enum { S3_BUCKET_BYTES_LEAST = 3 };

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Four groups of digits with dots between them. */
static bool looks_like_ipv4(struct str name)
{
    size_t groups = 0;
    while (name.p) {
        struct str group = str_split(&name, '.');
        int64_t number;
        if (group.n > 3 || !str_to_int(group, &number) || number < 0)
            return false;
        groups++;
    }
    return groups == 4;
}

/* Beginnings and ends that S3 keeps for itself. */
static bool is_reserved(struct str name)
{
    static const char *const beginnings[] = { "xn--", "sthree-", "amzn-s3-demo-" };
    static const char *const ends[] = { "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3" };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (str_starts_with(name, str_from(beginnings[i])))
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_ends_with(name, str_from(ends[i])))
            return true;
    return false;
}

bool s3_bucket_name_valid(struct str name)
{
    if (name.n < S3_BUCKET_BYTES_LEAST || name.n > S3_BUCKET_BYTES_MAX || !is_lower_or_digit(name.p[0]) ||
        !is_lower_or_digit(name.p[name.n - 1]))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!is_lower_or_digit(name.p[i]) && name.p[i] != '-' && (name.p[i] != '.' || name.p[i - 1] == '.'))
            return false;
    return !looks_like_ipv4(name) && !is_reserved(name);
}

bool s3_key_valid(struct str key, bool *ret_too_long)
{
    *ret_too_long = key.n > S3_KEY_BYTES_MAX;
    return key.n > 0 && !*ret_too_long && utf8_valid(key) && !memchr(key.p, '\0', key.n);
}
