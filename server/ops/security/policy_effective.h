/* Which policies are in force for somebody (identity 2.6). Each fails with ERR_INTERNAL when it cannot read.
 */
#ifndef IOTJOBS_OPS_POLICY_EFFECTIVE_H
#define IOTJOBS_OPS_POLICY_EFFECTIVE_H

#include "ops/op.h"
#include "ops/security/policy_target.h"
#include "store/security/policy_store.h"

/* The principal of a request and its identity pool, either of them absent; a pool's id has the form of an
 * identity's. Read and found. */
struct policy_principals {
    bool has_principal, has_pool;
    struct policy_target principal, pool;
};

bool policy_principals_read(struct op *op, struct str principal, struct str pool,
                            struct policy_principals *ret_principals);
bool policy_principals_find(struct op *op, const struct policy_principals *principals);

/* Add what is attached to them; of a thing group, and of those above it. */
bool policy_add_of_principals(struct op *op, const struct policy_principals *principals,
                              struct effective_policies *policies);
/* Of the groups that a thing is in, and of those above them. */
bool policy_add_of_thing(struct op *op, int64_t thing, struct effective_policies *policies);

#endif
