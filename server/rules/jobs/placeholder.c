#include "rules/jobs/placeholder.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/strbuf.h"
#include "rules/artifacts/s3_names.h"

enum { LOCAL_USES_MAX = 2 }; /* of each in the key of one upload */

#define START       "${"
#define DEFAULT_KEY "${jobId}/${thingName}/${executionNumber}"

static const struct str ours = STR_LIT("${aws:iot:");
static const struct str amazons = STR_LIT("${aws:");
static const struct str signed_urls = STR_LIT("s3-presigned-url");

enum local { LOCAL_THING_NAME, LOCAL_JOB_ID, LOCAL_EXECUTION_NUMBER, LOCALS };

static const struct str locals[LOCALS] = {
    [LOCAL_THING_NAME] = STR_LIT("${thingName}"),
    [LOCAL_JOB_ID] = STR_LIT("${jobId}"),
    [LOCAL_EXECUTION_NUMBER] = STR_LIT("${executionNumber}"),
};

static const struct kind {
    struct str name;
    const char *unsupported; /* why; NULL: it is resolved, and needs a role */
} kinds[PLACEHOLDER_KINDS] = {
    [PLACEHOLDER_DOWNLOAD] = { STR_LIT("s3-presigned-url"), NULL },
    [PLACEHOLDER_DOWNLOAD_V2] = { STR_LIT("s3-presigned-url-v2"), NULL },
    [PLACEHOLDER_UPLOAD] = { STR_LIT("s3-presigned-url-upload"), NULL },
    [PLACEHOLDER_CODE_SIGNATURE] = { STR_LIT("code-sign-signature"), "this server signs no code" },
    [PLACEHOLDER_PACKAGE] = { STR_LIT("package"), "this server has no package catalog" },
};

/* ---- reading ---- */

static struct str rest_of(struct str text, const char *from)
{
    return (struct str){ from, (size_t)(text.p + text.n - from) };
}

static struct str behind(struct str text, size_t n)
{
    return rest_of(text, text.p + n);
}

/* The next "${" and all behind it; absent: none. */
static struct str next_start(struct str text)
{
    const char *found = text.n ? memmem(text.p, text.n, START, sizeof START - 1) : NULL;
    return found ? rest_of(text, found) : STR_NONE;
}

static struct str behind_start(struct str at)
{
    return behind(at, sizeof START - 1);
}

/* The placeholder that `text` begins with, those inside it included, braces and all; absent: it does not end
 * within its JSON string. */
static struct str whole(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '"'; i++) {
        if (str_starts_with(behind(text, i), STR_LIT(START)))
            depth++;
        if (text.p[i] == '}' && --depth == 0)
            return (struct str){ text.p, i + 1 };
    }
    return STR_NONE;
}

/* Which of the locals `text` begins with, or LOCALS. */
static enum local local_at(struct str text)
{
    enum local i = 0;
    while (i < LOCALS && !str_starts_with(text, locals[i]))
        i++;
    return i;
}

/* What is between the braces of one of ours: KIND[:ARGUMENT]. */
static struct str content_of(struct str whole_text)
{
    return (struct str){ whole_text.p + ours.n, whole_text.n - ours.n - 1 };
}

static bool kind_of(struct str name, enum placeholder_kind *ret_kind)
{
    for (int i = 0; i < PLACEHOLDER_KINDS; i++)
        if (str_eq(name, kinds[i].name)) {
            *ret_kind = (enum placeholder_kind)i;
            return true;
        }
    return false;
}

/* What a part of a JSON string says. Absent: the arena is full. */
static struct str unescape(struct str text, struct arena *arena)
{
    if (!memchr(text.p, '\\', text.n))
        return text;
    struct str quoted = arena_printf(arena, "\"%.*s\"", STR(text));
    cJSON *string = cJSON_ParseWithLength(quoted.p, quoted.n);
    struct str said = arena_str(arena, str_from(cJSON_GetStringValue(string)));
    cJSON_Delete(string);
    return said;
}

/* False: not a kind that is known, or the arena is full. */
static bool read_placeholder(struct str whole_text, struct arena *arena, struct placeholder *ret_placeholder)
{
    struct str argument = content_of(whole_text);
    struct str name = str_split(&argument, ':');
    if (!kind_of(name, &ret_placeholder->kind))
        return false;
    ret_placeholder->text = whole_text;
    ret_placeholder->argument = argument.p ? unescape(argument, arena) : STR_NONE;
    return !argument.p || ret_placeholder->argument.p;
}

bool placeholder_next(struct str *rest, struct arena *arena, struct placeholder *ret_placeholder)
{
    for (struct str at = next_start(*rest); at.p; at = next_start(behind_start(at))) {
        struct str text = str_starts_with(at, ours) ? whole(at) : STR_NONE;
        struct placeholder placeholder;
        if (!text.p || !read_placeholder(text, arena, &placeholder))
            continue;
        *rest = behind(at, text.n);
        *ret_placeholder = placeholder;
        return true;
    }
    return false;
}

/* ---- where to ---- */

bool placeholder_location(const struct placeholder *placeholder, struct str endpoint, struct arena *arena,
                          struct s3_location *ret_location)
{
    enum s3_url_form form = placeholder->kind == PLACEHOLDER_DOWNLOAD ? S3_URL_PLAIN : S3_URL_ENCODED;
    return placeholder->argument.p &&
           s3_location_read(placeholder->argument, form, endpoint, arena, ret_location);
}

static void add_local(struct strbuf *out, enum local local, const struct upload_values *values)
{
    switch (local) {
    case LOCAL_THING_NAME: strbuf_add_str(out, values->thing_name); break;
    case LOCAL_JOB_ID: strbuf_add_str(out, values->job_id); break;
    case LOCAL_EXECUTION_NUMBER: strbuf_printf(out, "%" PRId64, values->execution_number); break;
    case LOCALS: break;
    }
}

struct str upload_key(struct str key, const struct upload_values *values, struct arena *arena)
{
    struct strbuf out;
    struct str rest = key.p ? key : STR_LIT(DEFAULT_KEY);
    strbuf_init(&out, (size_t)S3_KEY_BYTES_MAX * 2);
    while (rest.n > 0) {
        enum local local = local_at(rest);
        if (local == LOCALS)
            strbuf_add_char(&out, rest.p[0]);
        else
            add_local(&out, local, values);
        rest = behind(rest, local == LOCALS ? 1 : locals[local].n);
    }
    struct str text = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

/* ---- judging signed URLs ---- */

static bool refuse_argument(struct err *err)
{
    return fail(err, ERR_INVALID_REQUEST, "Provided argument for presigned url is invalid");
}

static bool refuse_undefined(struct str at, struct err *err)
{
    const char *end = memchr(at.p, '}', at.n);
    return fail(err, ERR_INVALID_REQUEST,
                "Undefined placeholder, %.*s, inside of presign url upload parameter",
                (int)(end ? end + 1 - at.p : (ptrdiff_t)at.n), at.p);
}

static bool check_locals_of_upload(struct str url, struct err *err)
{
    size_t uses[LOCALS] = { 0 };
    for (struct str at = next_start(url); at.p; at = next_start(behind_start(at))) {
        enum local local = local_at(at);
        if (local == LOCALS)
            return refuse_undefined(at, err);
        if (++uses[local] > LOCAL_USES_MAX)
            return fail(err, ERR_INVALID_REQUEST,
                        "The occurrence of local placeholder %.*s within S3 presigned url upload placeholder "
                        "exceeds limit of %d.",
                        STR(locals[local]), LOCAL_USES_MAX);
    }
    return true;
}

static bool check_location(const struct placeholder *placeholder, const struct s3_location *location,
                           struct err *err)
{
    bool upload = placeholder->kind == PLACEHOLDER_UPLOAD, too_long;
    if (next_start(location->bucket).p)
        return fail(err, ERR_INVALID_REQUEST,
                    "S3 bucket name in presigned url upload is not allowed to contain any placeholders");
    if (!s3_bucket_name_valid(location->bucket))
        return fail(err, ERR_INVALID_REQUEST, "Given S3 bucket name is invalid.");
    if (upload ? location->version_id.p != NULL : !location->key.p)
        return refuse_argument(err);
    if (location->version_id.p && location->version_id.n == 0)
        return fail(err, ERR_INVALID_REQUEST, "VersionId not found when attempting to access s3 url");
    return !location->key.p || s3_key_valid(location->key, &too_long) || refuse_argument(err);
}

static bool check_signed_url(const struct placeholder *placeholder, bool has_role, struct str endpoint,
                             struct err *err)
{
    struct s3_location location;
    if (placeholder->kind == PLACEHOLDER_UPLOAD && placeholder->argument.p &&
        !check_locals_of_upload(placeholder->argument, err))
        return false;
    if (!has_role)
        return fail(
            err, ERR_INVALID_REQUEST,
            "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.");
    return placeholder_location(placeholder, endpoint, err->arena, &location)
               ? check_location(placeholder, &location, err)
               : refuse_argument(err);
}

/* ---- judging the others ---- */

/* package:NAME:version:VERSION:…, NAME and VERSION both empty for the job's only package. */
static bool check_package(struct str rest, struct err *err)
{
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

static bool refuse_local(struct str local, struct err *err)
{
    return fail(err, ERR_INVALID_REQUEST,
                "Local placeholder, %.*s, is only valid inside of presign url upload", STR(local));
}

/* In a placeholder that is no upload. */
static bool check_no_local(struct str text, struct err *err)
{
    for (struct str at = next_start(text); at.p; at = next_start(behind_start(at)))
        if (local_at(at) < LOCALS)
            return refuse_local(locals[local_at(at)], err);
    return true;
}

/* ${aws:…} inside ${aws:…} */
static bool check_no_second_layer(struct str text, struct err *err)
{
    const char *at = text.n ? memmem(text.p, text.n, amazons.p, amazons.n) : NULL;
    if (!at)
        return true;
    struct str name = rest_of(text, at + amazons.n);
    size_t n = 0;
    while (n < name.n && name.p[n] != ':' && name.p[n] != '}')
        n++;
    return fail(err, ERR_INVALID_REQUEST, "${aws:%.*s[...]} should not be the second layer pattern.", (int)n,
                name.p);
}

/* A kind that nobody knows would reach the device as it stands: one that was meant to be a URL is told. */
static bool check_unknown(struct str content, struct err *err)
{
    struct str name = str_split(&content, ':');
    return !str_starts_with(name, signed_urls) ||
           fail(err, ERR_INVALID_REQUEST, "The placeholder ${aws:iot:%.*s:...} is not known.", STR(name));
}

/* ---- the document ---- */

struct judge {
    bool has_role;
    struct str endpoint;
    struct err *err;
    size_t n;                       /* placeholders that are resolved */
    const struct kind *unsupported; /* of the first that is not; NULL: each is */
};

static bool judge_placeholder(struct judge *judge, const struct placeholder *placeholder)
{
    struct err *err = judge->err;
    if (kinds[placeholder->kind].unsupported) {
        if (!judge->unsupported)
            judge->unsupported = &kinds[placeholder->kind];
        return placeholder->kind != PLACEHOLDER_PACKAGE || !placeholder->argument.p ||
               check_package(placeholder->argument, err);
    }
    if (++judge->n > PLACEHOLDERS_MAX)
        return fail(err, ERR_INVALID_REQUEST,
                    "Job document has more than %d placeholders for presigned URLs.", PLACEHOLDERS_MAX);
    return check_signed_url(placeholder, judge->has_role, judge->endpoint, err);
}

static bool judge_ours(struct judge *judge, struct str text)
{
    struct placeholder placeholder;
    struct str content = content_of(text);
    if (!check_no_second_layer(content, judge->err))
        return false;
    bool known = read_placeholder(text, judge->err->arena, &placeholder);
    bool upload = known && placeholder.kind == PLACEHOLDER_UPLOAD;
    if (!upload && !check_no_local(content, judge->err))
        return false;
    return known ? judge_placeholder(judge, &placeholder) : check_unknown(content, judge->err);
}

/* What is not ours but for its braces may be a shell's: only the locals are looked for. */
static bool check_foreign(struct str at, struct err *err)
{
    enum local local = local_at(at);
    return local == LOCALS || refuse_local(locals[local], err);
}

static bool judge_document(struct judge *judge, struct str document)
{
    for (struct str at = next_start(document); at.p;) {
        if (!str_starts_with(at, ours)) {
            if (!check_foreign(at, judge->err))
                return false;
            at = next_start(behind_start(at));
            continue;
        }
        struct str text = whole(at);
        if (!text.p)
            return fail(judge->err, ERR_INVALID_REQUEST,
                        "One or more parameters or placeholders are not terminated.");
        if (!judge_ours(judge, text))
            return false;
        at = next_start(behind(at, text.n));
    }
    return true;
}

bool placeholders_check(struct str document, bool has_role, struct str endpoint, struct err *err)
{
    struct judge judge = { .has_role = has_role, .endpoint = endpoint, .err = err };
    if (!judge_document(&judge, document))
        return false;
    return !judge.unsupported ||
           fail(err, ERR_NOT_IMPLEMENTED, "The placeholder ${aws:iot:%.*s:...} is not supported: %s.",
                STR(judge.unsupported->name), judge.unsupported->unsupported);
}
