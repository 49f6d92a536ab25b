#include "ops/jobs/job_document.h"

#include <assert.h>

#include "api/uri_text.h"
#include "ops/artifacts/artifact_text.h"
#include "ops/artifacts/s3_home.h"
#include "ops/jobs/document_fetch.h"
#include "ops/jobs/document_objects.h"
#include "rules/artifacts/s3_names.h"
#include "rules/jobs/document.h"
#include "settings.h"

bool job_document_check_origin(struct op *op, struct str document, struct str source, struct str elsewhere)
{
    if (document.p && source.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Job document and job document source cannot be specified at the same time.");
    return document.p || source.p || elsewhere.p ||
           fail(op->err, ERR_INVALID_REQUEST, "Neither job document nor job document source is specified.");
}

/* ---- documentSource ---- */

bool job_document_location(struct str source, struct str endpoint, struct arena *arena,
                           struct s3_location *ret_location)
{
    struct s3_location location;
    bool too_long;
    if (!s3_location_read(source, S3_URL_ENCODED, endpoint, arena, &location) || !location.key.p ||
        !s3_bucket_name_valid(location.bucket) || !s3_key_valid(location.key, &too_long))
        return false;
    *ret_location = location;
    return true;
}

static bool is_no_object(struct op *op, struct str source)
{
    struct str shown = uri_text_shown(source, op->arena);
    return fail(op->err, ERR_INVALID_REQUEST,
                "Job document source %.*s is not the URL of an object of S3: "
                "https://s3.REGION.amazonaws.com/BUCKET/KEY.",
                STR(shown));
}

/* `why` is a sentence, or the rest of one; `code`: of S3, or "". */
static bool cannot_be_read(struct op *op, struct str source, const struct s3_location *location,
                           struct str why, const char *code)
{
    struct str shown = uri_text_shown(source, op->arena), key = uri_text_shown(location->key, op->arena);
    if (str_ends_with(why, STR_LIT(".")))
        why.n--;
    return fail(op->err, ERR_INVALID_REQUEST,
                "Job document source %.*s cannot be read: %.*s (%s%sbucket %.*s, key %.*s).", STR(shown),
                STR(why), code, code[0] ? "; " : "", STR(location->bucket), STR(key));
}

static bool read_own(struct op *op, struct str source, const struct s3_location *location,
                     struct str *ret_document)
{
    struct s3_refusal refusal = { 0 };
    if (artifact_read_text(op, location->bucket, location->key, location->version_id, DOCUMENT_BYTES_MAX,
                           ret_document, &refusal))
        return true;
    struct str why = refusal.message.p ? refusal.message : str_from(s3_error_message(refusal.error));
    if (refusal.error == S3_ENTITY_TOO_LARGE) /* whose message is for uploads */
        why = arena_printf(op->arena, "it is larger than %d bytes", DOCUMENT_BYTES_MAX);
    return cannot_be_read(op, source, location, why, s3_error_code(refusal.error));
}

static bool take_fetched(struct op *op, struct str source, const struct s3_location *location,
                         struct str *ret_document)
{
    const struct fetched_document *fetched = op->prepared;
    assert(fetched != NULL);
    if (!fetched->text.p)
        return cannot_be_read(op, source, location, fetched->problem, "");
    *ret_document = fetched->text;
    return true;
}

bool job_document_read_source(struct op *op, struct str source, struct str *ret_document)
{
    struct s3_location location;
    if (!source.p)
        return true;
    if (!job_document_location(source, str_from(op->settings->s3_endpoint), op->arena, &location))
        return is_no_object(op, source);
    return op->settings->s3_endpoint[0] ? take_fetched(op, source, &location, ret_document)
                                        : read_own(op, source, &location, ret_document);
}

/* ---- placeholders ---- */

static bool check_upload(struct op *op, const struct document_object *object)
{
    struct bucket_row bucket;
    if (object->missing)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "S3 bucket in job document presigned url upload placeholder not found");
    if (!op->settings->strict || op->settings->s3_endpoint[0] ||
        !artifact_bucket_exists(op, object->location.bucket, &bucket) || str_eq(bucket.region, op->region))
        return true;
    return fail(op->err, ERR_INVALID_REQUEST,
                "Cross region S3 bucket is not supported for presigned url upload placeholder");
}

/* An upload needs its bucket now; a download may come before what it downloads. */
static bool check_objects(struct op *op, struct str document)
{
    const struct upload_values values = { .thing_name = STR_LIT(""), .job_id = STR_LIT("") };
    struct document_objects objects;
    struct s3_home home;
    document_objects_of(op, document, &values, &objects);
    if (objects.n > 0 && !s3_home_of(op, op->style.url, &home))
        return fail(
            op->err, ERR_INVALID_REQUEST,
            "Job document has placeholders for presigned URLs, but no device could use them: http_port and "
            "https_port of this server are 0, and artifact_url is empty.");
    for (size_t i = 0; i < objects.n; i++)
        if (objects.items[i].placeholder.kind == PLACEHOLDER_UPLOAD && !check_upload(op, &objects.items[i]))
            return false;
    return true;
}

bool job_document_check(struct op *op, struct str document, const struct presigned_url_config *presigned_url)
{
    return document_check(document, op->err) &&
           placeholders_check(document, presigned_url && presigned_url->role_arn.p,
                              str_from(op->settings->s3_endpoint), op->err) &&
           check_objects(op, document);
}
