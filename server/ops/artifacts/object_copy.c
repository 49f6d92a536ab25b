/* CopyObject: the copy has the content of its source. */
#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifact_source.h"
#include "ops/artifacts/artifact_version.h"

static bool same_object(const struct s3_copy_object_request *in, const struct object_row *source)
{
    return str_eq(in->source_bucket, in->bucket) && str_eq(in->source_key, in->key) && source->is_latest;
}

static bool refuse_itself(struct op *op, struct s3_refusal *refusal)
{
    s3_refuse_with(refusal, op->arena, S3_INVALID_REQUEST,
                   "This copy request is illegal because it is trying to copy an object to itself without "
                   "changing the object's metadata, storage class, website redirect location or encryption "
                   "attributes.");
    return artifact_refused(op);
}

static bool check(struct op *op, const struct s3_copy_object_request *in, struct bucket_row *ret_bucket,
                  struct object_row *ret_source)
{
    struct artifact_source source = {
        .bucket = in->source_bucket,
        .key = in->source_key,
        .version_id = in->source_version_id,
        .conditions = in->source_conditions,
    };
    if (!artifact_find_bucket(op, in->bucket, in->refusal, ret_bucket) ||
        !artifact_check_key(op, in->key, in->refusal) ||
        !artifact_source_find(op, &source, in->refusal, ret_source) ||
        !artifact_source_check_size(op, ret_source->size, in->refusal))
        return false;
    if (same_object(in, ret_source) && !in->replace_description)
        return refuse_itself(op, in->refusal);
    return artifact_check_write(op, &in->conditions, in->bucket, in->key, in->refusal);
}

bool op_s3_copy_object(struct op *op, const void *input)
{
    const struct s3_copy_object_request *in = input;
    struct bucket_row bucket;
    struct object_row source;
    if (!check(op, in, &bucket, &source))
        return false;
    struct object_row object = source;
    object.bucket = in->bucket;
    object.key = in->key;
    if (in->replace_description)
        object.headers = in->description.headers.p ? in->description.headers : STR_LIT("{}");
    if (in->replace_tags)
        object.tags = in->description.tags;
    if (!store_content_add_owner(op->db, object.content))
        return fail(op->err, ERR_INTERNAL, "The object could not be stored.");
    if (!artifact_version_add(op, &bucket, &object))
        return false;
    *in->ret_object = object;
    *in->ret_source_version_id = source.versioned ? source.version_id : STR_NONE;
    return true;
}
