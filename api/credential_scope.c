#include "route.h"

#include <string.h>

/* Where `name` stands as the name of a component, not as the end of a longer one: whoever verifies the
 * signature must find the same. NULL: nowhere. */
static const char *find_component(struct str text, struct str name)
{
    const char *at = text.p;
    while ((at = memmem(at, (size_t)(text.p + text.n - at), name.p, name.n)) != NULL) {
        if (at > text.p && strchr(" \t,", at[-1]) != NULL)
            return at;
        at++;
    }
    return NULL;
}

/* The value behind "Credential=" in an Authorization header; the text itself when it is no such header. */
static struct str credential_in(struct str text)
{
    struct str scheme = STR_LIT("AWS4-HMAC-SHA256"), name = STR_LIT("Credential=");
    if (!str_starts_with(text, scheme))
        return text;
    const char *at = find_component(text, name);
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
