/* What S3's operations share: finding what they are about, and refusing in S3's words. */
#ifndef IOTJOBS_OPS_ARTIFACT_CHECK_H
#define IOTJOBS_OPS_ARTIFACT_CHECK_H

#include "ops/artifacts/artifact.h"

/* Fails the operation for the reason that the refusal says. */
bool artifact_refused(struct op *op);

/* As s3_refusal_add. */
void artifact_add_int(struct op *op, struct s3_refusal *refusal, const char *name, int64_t value);

/* The others return false once the operation has failed: NoSuchBucket, InvalidBucketName. */
bool artifact_find_bucket(struct op *op, struct str name, struct s3_refusal *refusal,
                          struct bucket_row *ret_bucket);
/* KeyTooLongError, InvalidURI */
bool artifact_check_key(struct op *op, struct str key, struct s3_refusal *refusal);
/* Of the form that versions have; absent is good. InvalidArgument */
bool artifact_check_version(struct op *op, struct str version_id, struct s3_refusal *refusal);

/* The newest version, or that one; with its bucket and its key checked. NoSuchKey, NoSuchVersion; of a delete
 * marker NoSuchKey or MethodNotAllowed, and *ret_delete_marker (which may be NULL). */
bool artifact_find_object(struct op *op, struct str bucket, struct str key, struct str version_id,
                          struct s3_refusal *refusal, struct object_row *ret_object, bool *ret_delete_marker);

/* NoSuchUpload */
bool artifact_find_upload(struct op *op, struct str bucket, struct str key, struct str upload_id,
                          struct s3_refusal *refusal, struct upload_row *ret_upload);

/* Of a write over the newest version, and of a read of the source of a copy. PreconditionFailed, NoSuchKey */
bool artifact_check_write(struct op *op, const struct preconditions *conditions, struct str bucket,
                          struct str key, struct s3_refusal *refusal);
bool artifact_check_source(struct op *op, const struct preconditions *conditions,
                           const struct object_row *source, struct s3_refusal *refusal);

/* Whether an object may have so many bytes. EntityTooLarge */
bool artifact_check_size(struct op *op, int64_t size, struct s3_refusal *refusal);

#endif
