/*
 * A documentSource that an external S3 has (s3_endpoint): fetched before the operation runs, where nobody
 * waits for it but who asked. What went wrong is told by the operation, in its turn: a request is refused for
 * the same thing wherever its document comes from. Our own store is asked by the operation itself.
 */
#ifndef IOTJOBS_OPS_DOCUMENT_FETCH_H
#define IOTJOBS_OPS_DOCUMENT_FETCH_H

#include "ops/op.h"

/* op->prepared of CreateJob, CreateJobTemplate and the plan, where there is an s3_endpoint and the request
 * has a documentSource. */
struct fetched_document {
    struct str text;    /* absent: it was not read */
    struct str problem; /* then: why, the rest of a sentence; absent where the source is no URL of S3 */
};

op_prepares_fn prepares_create_job, prepares_create_job_template, prepares_plan;
op_prepare_fn prepare_create_job, prepare_create_job_template, prepare_plan;

#endif
