/* How many things targets reach, each once however many targets it is reached through. */
#ifndef IOTJOBS_OPS_REACH_H
#define IOTJOBS_OPS_REACH_H

#include "ops/op.h"
#include "store/jobs/job_target_store.h"

/* Today. The targets exist. Nothing is kept of each thing, so that a million of them take no memory. */
bool reach_count(struct op *op, const struct target_rows *targets, int64_t *ret_things);

#endif
