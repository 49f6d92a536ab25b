/* Operations on buckets. */
#include "ops/artifacts/artifact.h"
#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifact_work.h"
#include "rules/artifacts/s3_names.h"
#include "settings.h"

#define FIRST_REGION STR_LIT("us-east-1")

enum {
    REGION_BYTES_MAX = 32,
    /* Uploads that go with their bucket at once; where there are more, somebody is uploading. */
    ABORTED_WITH_BUCKET_MAX = 1000,
};

static bool fail_database(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The bucket could not be stored.");
}

static bool refuse_bucket(struct op *op, struct s3_refusal *refusal, enum s3_error error, struct str name)
{
    s3_refuse(refusal, error);
    s3_refusal_add(refusal, "BucketName", name);
    return artifact_refused(op);
}

/* ---- creating ---- */

static bool region_valid(struct str region)
{
    for (size_t i = 0; i < region.n; i++) {
        char c = region.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return region.n > 0 && region.n <= REGION_BYTES_MAX;
}

/* What AWS refuses: it serves each region at an endpoint of its own. */
static bool check_endpoint(struct op *op, const struct s3_bucket_request *in, struct str endpoint)
{
    bool first = str_eq(endpoint, FIRST_REGION);
    if (in->location.p ? first || str_eq(in->location, endpoint) : first)
        return true;
    if (in->location.p)
        s3_refuse_with(in->refusal, op->arena, S3_ILLEGAL_LOCATION_CONSTRAINT,
                       "The %.*s location constraint is incompatible for the region specific endpoint this "
                       "request was sent to.",
                       STR(in->location));
    else
        s3_refuse_with(in->refusal, op->arena, S3_ILLEGAL_LOCATION_CONSTRAINT,
                       "The unspecified location constraint is incompatible for the region specific endpoint "
                       "this request was sent to.");
    return artifact_refused(op);
}

/* The region that the bucket is to be in: what was said, else the caller's. */
static bool choose_region(struct op *op, const struct s3_bucket_request *in, struct str *ret_region)
{
    struct str endpoint = in->caller_region.n ? in->caller_region : op->region;
    struct str region = in->location.p ? in->location : endpoint;
    if (str_eq_text(region, "EU"))
        region = STR_LIT("eu-west-1");
    if (!region_valid(region) ||
        (op->settings->strict && in->location.p && str_eq(in->location, FIRST_REGION))) {
        s3_refuse(in->refusal, S3_INVALID_LOCATION_CONSTRAINT);
        s3_refusal_add(in->refusal, "LocationConstraint", region);
        return artifact_refused(op);
    }
    *ret_region = region;
    return !op->settings->strict || check_endpoint(op, in, endpoint);
}

bool op_s3_create_bucket(struct op *op, const void *input)
{
    const struct s3_bucket_request *in = input;
    struct bucket_row bucket = { .name = in->bucket, .created_at_ms = op->now_ms };
    if (!s3_bucket_name_valid(in->bucket))
        return refuse_bucket(op, in->refusal, S3_INVALID_BUCKET_NAME, in->bucket);
    if (!choose_region(op, in, &bucket.region))
        return false;
    struct bucket_row there;
    if (store_bucket_get(op->db, op->arena, in->bucket, &there)) {
        if (!str_eq(there.region, FIRST_REGION))
            return refuse_bucket(op, in->refusal, S3_BUCKET_ALREADY_OWNED_BY_YOU, in->bucket);
        bucket = there;
    } else if (!store_bucket_insert(op->db, &bucket)) {
        return fail_database(op);
    }
    if (in->ret_bucket)
        *in->ret_bucket = bucket;
    return true;
}

/* ---- the others ---- */

bool op_s3_head_bucket(struct op *op, const void *input)
{
    const struct s3_bucket_request *in = input;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket))
        return false;
    if (in->ret_bucket)
        *in->ret_bucket = bucket;
    return true;
}

bool op_s3_delete_bucket(struct op *op, const void *input)
{
    const struct s3_bucket_request *in = input;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket))
        return false;
    if (store_object_any(op->db, in->bucket) ||
        store_upload_count(op->db, in->bucket, ABORTED_WITH_BUCKET_MAX + 1) > ABORTED_WITH_BUCKET_MAX)
        return refuse_bucket(op, in->refusal, S3_BUCKET_NOT_EMPTY, in->bucket);
    if (!store_uploads_abort_all(op->db, in->bucket) || !store_bucket_delete(op->db, in->bucket))
        return fail_database(op);
    if (in->ret_bucket)
        *in->ret_bucket = bucket;
    return artifact_contents_dropped(op) && artifact_uploads_changed(op);
}

bool op_s3_put_bucket_versioning(struct op *op, const void *input)
{
    const struct s3_bucket_request *in = input;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket))
        return false;
    if (in->versioning == VERSIONING_NEVER) {
        s3_refuse(in->refusal, S3_MALFORMED_XML);
        return artifact_refused(op);
    }
    if (!store_bucket_set_versioning(op->db, in->bucket, in->versioning))
        return fail_database(op);
    bucket.versioning = in->versioning;
    if (in->ret_bucket)
        *in->ret_bucket = bucket;
    return true;
}

bool op_s3_list_buckets(struct op *op, const void *input)
{
    const struct s3_list_buckets_request *in = input;
    struct bucket_rows rows;
    if (!store_buckets_list(op->db, op->arena, in->prefix, in->after, in->max + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The buckets could not be read.");
    *in->ret_truncated = (int64_t)rows.n > in->max;
    if (*in->ret_truncated)
        rows.n = (size_t)in->max;
    *in->ret_buckets = rows;
    return true;
}
