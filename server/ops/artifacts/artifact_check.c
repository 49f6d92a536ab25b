#include "ops/artifacts/artifact_check.h"

#include <inttypes.h>

#include "rules/artifacts/s3_names.h"
#include "settings.h"

enum { VERSION_ID_MAX = 64 };

bool artifact_refused(struct op *op)
{
    return fail(op->err, ERR_S3_REFUSED, "S3 refuses it.");
}

void artifact_add_int(struct op *op, struct s3_refusal *refusal, const char *name, int64_t value)
{
    s3_refusal_add(refusal, name, arena_printf(op->arena, "%" PRId64, value));
}

/* With one element beside the message. */
static bool refuse(struct op *op, struct s3_refusal *refusal, enum s3_error error, const char *name,
                   struct str value)
{
    s3_refuse(refusal, error);
    s3_refusal_add(refusal, name, value);
    return artifact_refused(op);
}

bool artifact_find_bucket(struct op *op, struct str name, struct s3_refusal *refusal,
                          struct bucket_row *ret_bucket)
{
    if (!s3_bucket_name_valid(name))
        return refuse(op, refusal, S3_INVALID_BUCKET_NAME, "BucketName", name);
    return store_bucket_get(op->db, op->arena, name, ret_bucket) ||
           refuse(op, refusal, S3_NO_SUCH_BUCKET, "BucketName", name);
}

bool artifact_check_key(struct op *op, struct str key, struct s3_refusal *refusal)
{
    bool too_long;
    if (s3_key_valid(key, &too_long))
        return true;
    if (!too_long)
        return refuse(op, refusal, S3_INVALID_URI, "URI", STR_NONE);
    s3_refuse(refusal, S3_KEY_TOO_LONG);
    artifact_add_int(op, refusal, "Size", (int64_t)key.n);
    artifact_add_int(op, refusal, "MaxSizeAllowed", S3_KEY_BYTES_MAX);
    return artifact_refused(op);
}

static bool version_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

static bool version_valid(struct str version_id)
{
    for (size_t i = 0; i < version_id.n; i++)
        if (!version_letter(version_id.p[i]))
            return false;
    return !version_id.p || (version_id.n > 0 && version_id.n <= VERSION_ID_MAX);
}

bool artifact_check_version(struct op *op, struct str version_id, struct s3_refusal *refusal)
{
    if (version_valid(version_id))
        return true;
    s3_refuse_with(refusal, op->arena, S3_INVALID_ARGUMENT, "Invalid version id specified");
    s3_refusal_add(refusal, "ArgumentName", STR_LIT("versionId"));
    s3_refusal_add(refusal, "ArgumentValue", version_id);
    return artifact_refused(op);
}

/* ---- objects ---- */

static bool refuse_missing(struct op *op, struct str key, struct str version_id, struct s3_refusal *refusal)
{
    if (!version_id.p)
        return refuse(op, refusal, S3_NO_SUCH_KEY, "Key", key);
    s3_refuse(refusal, S3_NO_SUCH_VERSION);
    s3_refusal_add(refusal, "Key", key);
    s3_refusal_add(refusal, "VersionId", version_id);
    return artifact_refused(op);
}

static bool refuse_marker(struct op *op, struct str key, struct str version_id, struct s3_refusal *refusal)
{
    if (!version_id.p)
        return refuse(op, refusal, S3_NO_SUCH_KEY, "Key", key);
    return refuse(op, refusal, S3_METHOD_NOT_ALLOWED, "ResourceType", STR_LIT("DeleteMarker"));
}

bool artifact_find_object(struct op *op, struct str bucket, struct str key, struct str version_id,
                          struct s3_refusal *refusal, struct object_row *ret_object, bool *ret_delete_marker)
{
    struct bucket_row row;
    struct object_row object;
    if (!artifact_find_bucket(op, bucket, refusal, &row) || !artifact_check_key(op, key, refusal) ||
        !artifact_check_version(op, version_id, refusal))
        return false;
    if (!store_object_get(op->db, op->arena, bucket, key, version_id, &object))
        return refuse_missing(op, key, version_id, refusal);
    if (ret_delete_marker)
        *ret_delete_marker = object.delete_marker;
    if (object.delete_marker)
        return refuse_marker(op, key, version_id, refusal);
    *ret_object = object;
    return true;
}

bool artifact_find_upload(struct op *op, struct str bucket, struct str key, struct str upload_id,
                          struct s3_refusal *refusal, struct upload_row *ret_upload)
{
    struct bucket_row row;
    struct upload_row upload;
    if (!artifact_find_bucket(op, bucket, refusal, &row) || !artifact_check_key(op, key, refusal))
        return false;
    if (!store_upload_get(op->db, op->arena, upload_id, &upload) || !str_eq(upload.bucket, bucket) ||
        !str_eq(upload.key, key))
        return refuse(op, refusal, S3_NO_SUCH_UPLOAD, "UploadId", upload_id);
    *ret_upload = upload;
    return true;
}

/* ---- conditions ---- */

bool artifact_check_write(struct op *op, const struct preconditions *conditions, struct str bucket,
                          struct str key, struct s3_refusal *refusal)
{
    struct object_row object;
    const char *failed = "";
    bool there = store_object_get(op->db, op->arena, bucket, key, STR_NONE, &object) && !object.delete_marker;
    if (conditions->if_match.p && !there)
        return refuse(op, refusal, S3_NO_SUCH_KEY, "Key", key);
    if (preconditions_of_write(conditions, there ? object.etag : STR_NONE, &failed) == PRECONDITION_HOLDS)
        return true;
    return refuse(op, refusal, S3_PRECONDITION_FAILED, "Condition", str_from(failed));
}

bool artifact_check_source(struct op *op, const struct preconditions *conditions,
                           const struct object_row *source, struct s3_refusal *refusal)
{
    const char *failed = "";
    if (preconditions_of_read(conditions, source->etag, source->modified_at_ms, &failed) ==
        PRECONDITION_HOLDS)
        return true;
    return refuse(op, refusal, S3_PRECONDITION_FAILED, "Condition",
                  arena_printf(op->arena, "x-amz-copy-source-%s", failed));
}

bool artifact_check_size(struct op *op, int64_t size, struct s3_refusal *refusal)
{
    int64_t most = op->settings->artifact_object_limit;
    if (size <= most)
        return true;
    s3_refuse(refusal, S3_ENTITY_TOO_LARGE);
    artifact_add_int(op, refusal, "ProposedSize", size);
    artifact_add_int(op, refusal, "MaxSizeAllowed", most);
    return artifact_refused(op);
}
