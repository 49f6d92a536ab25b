/*
 * What policies are attached to (identity 2.2): certificates and static thing groups, by their ARNs, and
 * identities of Amazon Cognito, by their ids.
 */
#ifndef IOTJOBS_OPS_POLICY_TARGET_H
#define IOTJOBS_OPS_POLICY_TARGET_H

#include "ops/op.h"

enum policy_target_kind {
    POLICY_TARGET_CERTIFICATE,
    POLICY_TARGET_THING_GROUP,
    POLICY_TARGET_IDENTITY, /* Cognito's */
};

struct policy_target {
    enum policy_target_kind kind;
    struct str name;  /* the id of a certificate or an identity, the name of a group */
    struct str key;   /* as it is stored */
    struct str given; /* as the request has it */
    bool ours;        /* not another account's or region's, as far as these matter */
};

/* What the text means. False: ERR_INVALID_REQUEST, it has none of the forms. */
bool policy_target_read(struct op *op, struct str text, struct policy_target *ret_target);
/* That it is there. False: ERR_RESOURCE_NOT_FOUND. Which identities there are is not known here. */
bool policy_target_find(struct op *op, const struct policy_target *target);

/* What is about to be deleted has no policies any more; `type` as in its ARN. */
bool policy_target_gone(struct op *op, const char *type, struct str name);

/* As answers show what is stored. */
struct str policy_target_text(struct op *op, struct str key);

#endif
