/* What is known of a client that is connected, or would be: the values that its policies ask for (identity
 * 2.5). */
#ifndef IOTJOBS_OPS_POLICY_FACTS_H
#define IOTJOBS_OPS_POLICY_FACTS_H

#include "ops/op.h"
#include "ops/security/policy_target.h"
#include "rules/security/policy_context.h"
#include "store/registry/thing_store.h"

/* The thing that the client stands for (identity 1.8): the principal's own, else the one of the client id's
 * name that is attached to it. */
struct policy_association {
    bool found;
    struct thing_row thing;
};

/* `client_id` may be absent. */
struct policy_association policy_associate(struct op *op, const struct policy_target *principal,
                                           struct str client_id);

/* All that the server knows by itself; of the connection only its client id. False: ERR_INTERNAL. */
bool policy_facts(struct op *op, const struct policy_target *principal, struct str client_id,
                  const struct policy_association *association, struct policy_context *ret_context);

#endif
