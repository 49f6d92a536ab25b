/* Amazon resource names: making ours, reading the callers'. */
#ifndef IOTJOBS_OPS_ARN_H
#define IOTJOBS_OPS_ARN_H

#include "ops/op.h"

/* arn:aws:iot:REGION:ACCOUNT:TYPE/NAME in the operation's arena. */
struct str arn_make(struct op *op, const char *type, struct str name);

struct arn {
    struct str region, account, type, name; /* borrowed */
};

/* arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME; the name may hold further slashes. */
bool arn_parse(struct str text, struct arn *ret_arn);

/* Whether we take it as ours: always, unless `strict` is on and it names another region or account (decision
 * 1). */
bool arn_is_ours(const struct op *op, const struct arn *arn);

#endif
