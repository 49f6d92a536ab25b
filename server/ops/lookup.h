/* What a request names, found or refused: the same words from every operation. Each returns false after
 * `fail` with ERR_RESOURCE_NOT_FOUND. */
#ifndef IOTJOBS_OPS_LOOKUP_H
#define IOTJOBS_OPS_LOOKUP_H

#include "ops/op.h"
#include "store/jobs/job_store.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"
#include "store/registry/thing_type_store.h"

bool lookup_thing(struct op *op, struct str name, struct thing_row *ret_thing);
bool lookup_thing_type(struct op *op, struct str name, struct thing_type_row *ret_type);
bool lookup_thing_group(struct op *op, struct str name, struct thing_group_row *ret_group);
/* A job of another namespace than the one that is named is not there; `namespace_id` absent: any. */
bool lookup_job(struct op *op, struct str job_id, struct str namespace_id, struct job_row *ret_job);

#endif
