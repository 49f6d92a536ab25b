/* What the operations of jobs ask the artefact store. */
#ifndef IOTJOBS_OPS_ARTIFACT_TEXT_H
#define IOTJOBS_OPS_ARTIFACT_TEXT_H

#include "api/s3_errors.h"
#include "ops/op.h"
#include "store/artifacts/object_store.h"

bool artifact_bucket_exists(struct op *op, struct str bucket, struct bucket_row *ret_bucket);

/* `version_id` may be absent. A delete marker is not there. */
bool artifact_exists(struct op *op, struct str bucket, struct str key, struct str version_id);

/* A whole object of at most `most` bytes. False: *ret_refusal says why. */
bool artifact_read_text(struct op *op, struct str bucket, struct str key, struct str version_id, size_t most,
                        struct str *ret_text, struct s3_refusal *ret_refusal);

#endif
