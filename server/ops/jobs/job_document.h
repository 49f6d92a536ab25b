/* Documents of jobs and templates, as requests give them. Each false: after `fail`. */
#ifndef IOTJOBS_OPS_JOB_DOCUMENT_H
#define IOTJOBS_OPS_JOB_DOCUMENT_H

#include "ops/op.h"
#include "rules/artifacts/s3_location.h"

/* A document comes from one place. `elsewhere`: the ARN of what it can be taken from besides. */
bool job_document_check_origin(struct op *op, struct str document, struct str source, struct str elsewhere);

/* Where a documentSource points to: an object's URL, percent-encoded. False: it is none, or none that S3
 * could have. `endpoint`: of an external S3, "": none. */
bool job_document_location(struct str source, struct str endpoint, struct arena *arena,
                           struct s3_location *ret_location);

/* Reads what the URL `source` names, once, now: from our own store, or what was fetched for it
 * (ops/jobs/document_fetch). An absent one leaves *ret_document as it is. */
bool job_document_read_source(struct op *op, struct str source, struct str *ret_document);

/* What devices are to get: valid JSON, not too long, with placeholders that can be resolved. */
bool job_document_check(struct op *op, struct str document, const struct presigned_url_config *presigned_url);

#endif
