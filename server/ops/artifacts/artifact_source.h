/* What copies are made of: whole objects and ranges of them. No byte is read. */
#ifndef IOTJOBS_OPS_ARTIFACT_SOURCE_H
#define IOTJOBS_OPS_ARTIFACT_SOURCE_H

#include "ops/artifacts/artifact.h"

/* What S3 copies at once; what is larger takes a multipart upload. */
#define ARTIFACT_COPY_MAX (INT64_C(5) * 1024 * 1024 * 1024)

struct artifact_source {
    struct str bucket, key, version_id;
    struct preconditions conditions;
};

/* Finds it, and checks the conditions. False once the operation has failed. */
bool artifact_source_find(struct op *op, const struct artifact_source *source, struct s3_refusal *refusal,
                          struct object_row *ret_object);

/* Not larger than one copy may be. */
bool artifact_source_check_size(struct op *op, int64_t size, struct s3_refusal *refusal);

/* "bytes=FIRST-LAST", as UploadPartCopy has it; absent: everything. InvalidArgument */
bool artifact_source_range(struct op *op, struct str range, int64_t size, struct s3_refusal *refusal,
                           int64_t *ret_first, int64_t *ret_last);

#endif
