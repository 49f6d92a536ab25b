/* What several operations refuse, said the same way by all of them. Each returns false after `fail`. */
#ifndef IOTJOBS_OPS_REFUSAL_H
#define IOTJOBS_OPS_REFUSAL_H

#include "ops/op.h"

bool thing_not_found(struct op *op, struct str thing);
bool thing_type_not_found(struct op *op, struct str type);
bool thing_group_not_found(struct op *op, struct str group);
bool job_not_found(struct op *op, struct str job_id);
bool execution_not_found(struct op *op, struct str job_id, struct str thing);
bool version_mismatch(struct op *op, int64_t expected, int64_t found);

/* For ResourceAlreadyExistsException: resourceId and resourceArn in the error's body. */
void name_existing(struct op *op, struct str id, struct str arn);

#endif
