#include "route.h"

#include <string.h>

/* The value behind "Credential=" in an Authorization header; the text itself when it is no such header. */
static struct str credential_in(struct str text)
{
    struct str scheme = STR_LIT("AWS4-HMAC-SHA256"), name = STR_LIT("Credential=");
    if (!str_starts_with(text, scheme))
        return text;
    const char *at = memmem(text.p, text.n, name.p, name.n);
    if (!at)
        return STR_NONE;
    at += name.n;
    struct str rest = { at, (size_t)(text.p + text.n - at) };
    size_t n = 0;
    while (n < rest.n && rest.p[n] != ',' && rest.p[n] != ' ')
        n++;
    return (struct str){ rest.p, n };
}

bool credential_scope_of(struct str text, struct credential_scope *ret_scope)
{
    struct str rest = credential_in(text);
    str_split(&rest, '/'); /* the access key */
    str_split(&rest, '/'); /* the date */
    struct credential_scope scope;
    scope.region = str_split(&rest, '/');
    scope.service = str_split(&rest, '/');
    if (scope.region.n == 0 || scope.service.n == 0 || !str_eq(rest, STR_LIT("aws4_request")))
        return false;
    *ret_scope = scope;
    return true;
}
