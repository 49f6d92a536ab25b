/*
 * What S3's operations mean: buckets, objects, versions, listings, multipart uploads. HTTP (http/s3) reads
 * requests into these structs and writes answers from their results; neither XML nor headers are known here.
 *
 * Each is an op_fn; its input is the struct named beside it. Results go where the input points, in the call's
 * arena. One that refuses fills in->refusal, and fails op->err with ERR_S3_REFUSED, so that the engine undoes
 * it; any other code of op->err is an error of ours (InternalError, SlowDown).
 *
 * Keys and names come percent-decoded and are checked here: 1 to 1024 bytes of UTF-8 without NUL, bucket
 * names as S3 has them.
 */
#ifndef IOTJOBS_OPS_ARTIFACT_H
#define IOTJOBS_OPS_ARTIFACT_H

#include "api/s3_errors.h"
#include "ops/op.h"
#include "rules/artifacts/checksum.h"
#include "rules/artifacts/preconditions.h"
#include "store/artifacts/object_store.h"
#include "store/artifacts/upload_store.h"

/* ---- buckets ---- */

struct s3_bucket_request {
    struct s3_refusal *refusal;
    struct str bucket;
    struct str location;               /* CreateBucket: LocationConstraint; absent: none was given */
    struct str caller_region;          /* of the credential scope; absent: none */
    enum bucket_versioning versioning; /* PutBucketVersioning */
    struct bucket_row *ret_bucket;     /* may be NULL */
};
op_fn op_s3_create_bucket; /* writes; again is BucketAlreadyOwnedByYou, but in us-east-1, where it succeeds */
op_fn op_s3_head_bucket;   /* also GetBucketLocation, GetBucketVersioning */
op_fn op_s3_delete_bucket; /* writes */
op_fn op_s3_put_bucket_versioning; /* writes */

struct s3_list_buckets_request {
    struct s3_refusal *refusal;
    struct str prefix, after; /* absent: none */
    int64_t max;
    struct bucket_rows *ret_buckets;
    bool *ret_truncated;
};
op_fn op_s3_list_buckets;

/* ---- objects ---- */

/* Bytes that are on disk already, and what is known of them. */
struct s3_content {
    struct str
        file; /* in the artifact folder, finished; it is the caller's to keep once the call has succeeded */
    int64_t size;
    struct str etag; /* hexadecimal MD5 */
    enum checksum_algorithm checksum_algorithm;
    struct str checksum;
};

/* What is said of an object: JSON objects, as in struct object_row. */
struct s3_description {
    struct str headers, tags;
};

struct s3_put_object_request {
    struct s3_refusal *refusal;
    struct str bucket, key;
    struct preconditions conditions; /* If-Match, If-None-Match */
    struct s3_content content;
    struct s3_description description;
    struct object_row *ret_object;
};
op_fn op_s3_put_object; /* writes */

/* Before a body is read: whether the bucket is there and the key may be, so that a large upload need not be
 * sent in vain. */
op_fn op_s3_check_put; /* s3_put_object_request without content */

struct s3_get_object_request {
    struct s3_refusal *refusal;
    struct str bucket, key, version_id; /* absent: the newest */
    struct object_row *ret_object;
    struct artifact_pieces *ret_pieces; /* NULL: not wanted */
    bool *ret_delete_marker;            /* refused, and what was asked for is one (x-amz-delete-marker) */
};
op_fn
    op_s3_get_object; /* also HeadObject. Conditions and ranges: rules/artifacts/preconditions, byte_range */

struct s3_delete_object_request {
    struct s3_refusal *refusal;
    struct str bucket, key, version_id;
    bool *ret_delete_marker; /* one was made, or what was deleted was one */
    struct str *
        ret_version_id; /* of the version that was deleted, or of the marker that was made; absent: neither */
};
op_fn op_s3_delete_object; /* writes; what is not there is deleted already */

struct s3_delete_objects_request {
    struct s3_refusal *refusal;
    struct str bucket;
    size_t n; /* 1000 at most */
    struct s3_delete_objects_item {
        struct str key, version_id;
        struct s3_refusal refusal; /* of this one; S3_OK: it was deleted */
        bool delete_marker;
        struct str deleted_version_id;
    } * items;
};
op_fn op_s3_delete_objects; /* writes; one item's refusal leaves the others */

struct s3_copy_object_request {
    struct s3_refusal *refusal;
    struct str source_bucket, source_key, source_version_id;
    struct preconditions source_conditions;
    struct str bucket, key;
    struct preconditions conditions;
    bool replace_description, replace_tags;
    struct s3_description description; /* where it is replaced */
    struct object_row *ret_object;
    struct str *ret_source_version_id; /* absent: the source bucket has no versions */
};
op_fn op_s3_copy_object; /* writes; no byte is copied: both name the same file */

struct s3_tags_request {
    struct s3_refusal *refusal;
    struct str bucket, key, version_id;
    struct str tags; /* a JSON object; absent: none, as DeleteObjectTagging wants it */
    struct object_row *ret_object;
};
op_fn op_s3_put_object_tags; /* writes */

/* ---- listings ---- */

struct s3_list_request {
    struct s3_refusal *refusal;
    struct str bucket, prefix, delimiter; /* absent: none */
    struct str after; /* keys and common prefixes behind this one: StartAfter, Marker, KeyMarker, or what a
                         token says */
    struct str after_version; /* versions: VersionIdMarker */
    int64_t max;              /* 0 to 1000 */
    bool versions;            /* all versions and delete markers instead of the newest objects */
    struct s3_listing {
        size_t object_n, prefix_n;
        struct object_row *objects;
        struct str *prefixes;
        bool truncated;
        struct str last;         /* where the next page begins: key or common prefix */
        struct str last_version; /* versions */
    } * ret_listing;
};
op_fn op_s3_list_objects;

/* ---- multipart uploads ---- */

struct s3_create_upload_request {
    struct s3_refusal *refusal;
    struct str bucket, key;
    struct s3_description description;
    enum checksum_algorithm checksum_algorithm;
    enum checksum_type checksum_type;
    struct upload_row *ret_upload;
};
op_fn op_s3_create_upload; /* writes */

struct s3_upload_part_request {
    struct s3_refusal *refusal;
    struct str bucket, key, upload_id;
    int64_t number; /* 1 to 10000 */
    struct s3_content content;
    /* UploadPartCopy, instead of content: */
    struct str source_bucket, source_key, source_version_id; /* absent: no copy */
    struct preconditions source_conditions;
    struct str source_range; /* "bytes=a-b"; absent: the whole */
    struct part_row *ret_part;
    struct upload_row *ret_upload; /* may be NULL: whose checksum_algorithm the part is to have */
};
op_fn op_s3_upload_part;  /* writes */
op_fn op_s3_check_upload; /* before a part's body is read: same input */

struct s3_complete_upload_request {
    struct s3_refusal *refusal;
    struct str bucket, key, upload_id;
    struct preconditions conditions;
    enum checksum_algorithm checksum_algorithm;
    struct str checksum; /* what the object's has to be; absent: not said */
    size_t n;
    struct s3_completed_part {
        int64_t number;
        struct str etag; /* without quotes */
        enum checksum_algorithm checksum_algorithm;
        struct str checksum; /* absent: not said */
    } * parts;
    struct object_row *ret_object;
};
op_fn op_s3_complete_upload; /* writes; no byte is copied: the object's pieces are the parts */

struct s3_abort_upload_request {
    struct s3_refusal *refusal;
    struct str bucket, key, upload_id;
};
op_fn op_s3_abort_upload; /* writes */

struct s3_list_parts_request {
    struct s3_refusal *refusal;
    struct str bucket, key, upload_id;
    int64_t after, max;
    struct upload_row *ret_upload;
    struct part_rows *ret_parts;
    bool *ret_truncated;
};
op_fn op_s3_list_parts;

struct s3_list_uploads_request {
    struct s3_refusal *refusal;
    struct str bucket, prefix, delimiter, key_marker, upload_id_marker;
    int64_t max;
    struct upload_rows *ret_uploads;
    struct str_rows {
        size_t n;
        struct str *items;
    } * ret_prefixes;
    bool *ret_truncated;
};
op_fn op_s3_list_uploads;

#endif
