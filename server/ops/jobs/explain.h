/*
 * Why a thing has, or has not, got a job: in words and in JSON.
 *
 *     GET /_iotjobs/explain?thing=pump&job=fw
 *     { "thingName": "pump", "jobId": "fw", "reason": "WAITS_FOR_START",
 *       "text": "Job fw starts at 2030-01-01T12:31:00.000Z. …", "startsAt": "2030-01-01T12:31:00.000Z", … }
 *
 * Without a job: {"thingName":"pump","jobs":[…]}, each job that concerns the thing now, newest first. What is
 * known besides the reason stands under the names of the table in explain.c. Reads; the reasons are in
 * rules/jobs/explanation.
 */
#ifndef IOTJOBS_OPS_EXPLAIN_H
#define IOTJOBS_OPS_EXPLAIN_H

#include "ops/op.h"

struct explain_request {
    struct str thing;
    struct str job; /* absent: whatever concerns the thing */
};

/* ERR_RESOURCE_NOT_FOUND for a thing or a job that is not there. */
op_fn op_explain;

#endif
