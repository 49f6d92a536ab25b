#include "ops/jobs/job_document.h"

#include "api/uri_text.h"
#include "ops/artifacts/artifact_text.h"
#include "ops/artifacts/s3_home.h"
#include "ops/jobs/document_objects.h"
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

static bool read_own_source(struct op *op, struct str source, struct str *ret_document)
{
    struct s3_location location;
    struct s3_refusal refusal = { 0 };
    struct str shown = uri_text_shown(source, op->arena);
    if (!s3_location_read(source, S3_URL_ENCODED, STR_NONE, op->arena, &location) || !location.key.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Job document source %.*s is not the URL of an object of S3: "
                    "https://s3.REGION.amazonaws.com/BUCKET/KEY.",
                    STR(shown));
    if (artifact_read_text(op, location.bucket, location.key, location.version_id, DOCUMENT_BYTES_MAX,
                           ret_document, &refusal))
        return true;
    struct str message = refusal.message.p ? refusal.message : str_from(s3_error_message(refusal.error));
    if (str_ends_with(message, STR_LIT(".")))
        message.n--;
    return fail(op->err, ERR_INVALID_REQUEST,
                "Job document source %.*s cannot be read: %.*s (%s; bucket %.*s, key %.*s).", STR(shown),
                STR(message), s3_error_code(refusal.error), STR(uri_text_shown(location.bucket, op->arena)),
                STR(uri_text_shown(location.key, op->arena)));
}

bool job_document_read_source(struct op *op, struct str source, struct str *ret_document)
{
    const struct fetched_document *fetched = op->prepared;
    if (!source.p)
        return true;
    if (!fetched)
        return read_own_source(op, source, ret_document);
    *ret_document = fetched->text;
    return true;
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
