#include "rules/jobs/placeholder.h"

#include <stddef.h>
#include <string.h>

enum { LOCAL_USES_MAX = 2 }; /* of each in the URL of one upload */

#define START "${"

static const struct str ours = STR_LIT("${aws:iot:");
static const struct str upload = STR_LIT("s3-presigned-url-upload");
static const struct str package = STR_LIT("package:");

static const struct str locals[] = { STR_LIT("thingName"), STR_LIT("jobId"), STR_LIT("executionNumber") };

enum { LOCALS = sizeof locals / sizeof locals[0] };

/* What this server does not resolve, by the beginning of the kind; the first that fits counts. */
static const struct unresolved {
    struct str kind;
    bool needs_role;
    const char *why;
} unresolved[] = {
    { STR_LIT("s3-presigned-url-upload"), true, "this server does not sign URLs yet" },
    { STR_LIT("s3-presigned-url-v2"), true, "this server does not sign URLs yet" },
    { STR_LIT("s3-presigned-url"), true, "this server does not sign URLs yet" },
    { STR_LIT("code-sign-signature"), false, "this server signs no code" },
    { STR_LIT("package"), false, "this server has no package catalog" },
};

/* ---- reading ---- */

static struct str rest_of(struct str text, const char *from)
{
    return (struct str){ from, (size_t)(text.p + text.n - from) };
}

/* The next "${" and all behind it; absent: none. */
static struct str next_start(struct str text)
{
    const char *found = text.n ? memmem(text.p, text.n, START, sizeof START - 1) : NULL;
    return found ? rest_of(text, found) : STR_NONE;
}

/* The placeholder that `text` begins with, those inside it included, braces and all; absent: it does not end
 * within its JSON string. */
static struct str whole(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '"'; i++) {
        if (str_starts_with(rest_of(text, text.p + i), STR_LIT(START)))
            depth++;
        if (text.p[i] == '}' && --depth == 0)
            return (struct str){ text.p, i + 1 };
    }
    return STR_NONE;
}

/* What is between the braces. */
static struct str inside(struct str placeholder, size_t lead)
{
    return (struct str){ placeholder.p + lead, placeholder.n - lead - 1 };
}

/* Whether `text` begins with one of the locals: which, or LOCALS. *ret_local is that placeholder. */
static size_t local_at(struct str text, struct str *ret_local)
{
    const struct str name = rest_of(text, text.p + sizeof START - 1);
    for (size_t i = 0; i < LOCALS; i++)
        if (str_starts_with(name, locals[i]) && name.n > locals[i].n && name.p[locals[i].n] == '}') {
            *ret_local = (struct str){ text.p, sizeof START - 1 + locals[i].n + 1 };
            return i;
        }
    return LOCALS;
}

static struct str behind_start(struct str at)
{
    return rest_of(at, at.p + sizeof START - 1);
}

/* ---- uploads ---- */

/* Where the key begins in https://HOST/BUCKET/KEY; the end of the text when there is none. */
static const char *key_of(struct str url)
{
    const struct str scheme = STR_LIT("https://");
    struct str rest = url;
    if (str_starts_with(rest, scheme))
        rest = rest_of(rest, rest.p + scheme.n);
    str_split(&rest, '/');
    str_split(&rest, '/');
    return rest.p ? rest.p : url.p + url.n;
}

static bool undefined(struct str at, struct err *err)
{
    const char *end = memchr(at.p, '}', at.n);
    return fail(err, ERR_INVALID_REQUEST,
                "Undefined placeholder, %.*s, inside of presign url upload parameter",
                (int)(end ? end + 1 - at.p : (ptrdiff_t)at.n), at.p);
}

static bool check_upload(struct str url, struct err *err)
{
    size_t uses[LOCALS] = { 0 };
    const char *key = key_of(url);
    for (struct str at = next_start(url); at.p; at = next_start(behind_start(at))) {
        struct str placeholder;
        size_t local = local_at(at, &placeholder);
        if (local == LOCALS)
            return undefined(at, err);
        if (at.p < key)
            return fail(err, ERR_INVALID_REQUEST,
                        "S3 bucket name in presigned url upload is not allowed to contain any placeholders");
        if (++uses[local] > LOCAL_USES_MAX)
            return fail(err, ERR_INVALID_REQUEST,
                        "Placeholder, %.*s, can be used at most %d times inside of presign url upload",
                        STR(placeholder), LOCAL_USES_MAX);
    }
    return true;
}

/* ---- packages ---- */

/* package:NAME:version:VERSION:…, NAME and VERSION both empty for the job's only package. */
static bool check_package(struct str kind, struct err *err)
{
    struct str rest = rest_of(kind, kind.p + package.n);
    struct str name = str_split(&rest, ':');
    bool has_version = str_eq_text(str_split(&rest, ':'), "version");
    struct str version = str_split(&rest, ':');
    if (!has_version)
        return true;
    if ((name.n == 0) != (version.n == 0))
        return fail(err, ERR_INVALID_REQUEST, "Empty package name and version name have to be used in pair.");
    return !str_eq_text(version, "$null") ||
           fail(err, ERR_INVALID_REQUEST,
                "$null is not allowed to be referenced as a package version in job documents.");
}

/* ---- the document ---- */

static bool refuse_local(struct str placeholder, struct err *err)
{
    return fail(err, ERR_INVALID_REQUEST,
                "Local placeholder, %.*s, is only valid inside of presign url upload", STR(placeholder));
}

/* In a placeholder that is no upload. */
static bool check_no_local(struct str text, struct err *err)
{
    struct str local;
    for (struct str at = next_start(text); at.p; at = next_start(behind_start(at)))
        if (local_at(at, &local) < LOCALS)
            return refuse_local(local, err);
    return true;
}

static bool check_ours(struct str kind, struct err *err)
{
    if (str_starts_with(kind, upload)) /* and a colon, unless there is no URL */
        return check_upload(rest_of(kind, kind.p + upload.n + (kind.n > upload.n)), err);
    return check_no_local(kind, err) && (!str_starts_with(kind, package) || check_package(kind, err));
}

static const struct unresolved *find_unresolved(struct str kind)
{
    for (size_t i = 0; i < sizeof unresolved / sizeof unresolved[0]; i++)
        if (str_starts_with(kind, unresolved[i].kind))
            return &unresolved[i];
    return NULL;
}

/* What is not ours but for its braces may be a shell's: only the locals are looked for. */
static bool check_foreign(struct str at, struct err *err)
{
    struct str local;
    return local_at(at, &local) == LOCALS || refuse_local(local, err);
}

/* *ret_found: the first that is not resolved, before all others one that needs a role. */
static bool check_syntax(struct str document, const struct unresolved **ret_found, struct err *err)
{
    for (struct str at = next_start(document); at.p;) {
        if (!str_starts_with(at, ours)) {
            if (!check_foreign(at, err))
                return false;
            at = next_start(behind_start(at));
            continue;
        }
        struct str placeholder = whole(at);
        if (!placeholder.p)
            return fail(err, ERR_INVALID_REQUEST,
                        "One or more parameters or placeholders are not terminated.");
        struct str kind = inside(placeholder, ours.n);
        if (!check_ours(kind, err))
            return false;
        const struct unresolved *this = find_unresolved(kind);
        if (this && (!*ret_found || (this->needs_role && !(*ret_found)->needs_role)))
            *ret_found = this;
        at = next_start(rest_of(at, placeholder.p + placeholder.n));
    }
    return true;
}

bool placeholders_check(struct str document, bool has_role, struct err *err)
{
    const struct unresolved *found = NULL;
    if (!check_syntax(document, &found, err))
        return false;
    if (!found)
        return true;
    if (found->needs_role && !has_role)
        return fail(
            err, ERR_INVALID_REQUEST,
            "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.");
    return fail(err, ERR_NOT_IMPLEMENTED, "The placeholder ${aws:iot:%.*s:...} is not supported: %s.",
                STR(found->kind), found->why);
}
