/* Documents of jobs and templates, as requests give them. Each false: after `fail`. */
#ifndef IOTJOBS_OPS_JOB_DOCUMENT_H
#define IOTJOBS_OPS_JOB_DOCUMENT_H

#include "ops/op.h"

/* A document comes from one place. `elsewhere`: the ARN of what it can be taken from besides. */
bool job_document_check_origin(struct op *op, struct str document, struct str source, struct str elsewhere);

/* A documentSource is refused: this server fetches none yet. */
bool job_document_refuse_source(struct op *op, struct str source);

/* What devices are to get: valid JSON, not too long, and nothing in it that AWS would resolve. */
bool job_document_check(struct op *op, struct str document, const struct presigned_url_config *presigned_url);

#endif
