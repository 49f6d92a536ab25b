/* Principals, which stand for things (identity 1.8): certificates, and Amazon Cognito identities. */
#ifndef IOTJOBS_OPS_PRINCIPAL_H
#define IOTJOBS_OPS_PRINCIPAL_H

#include "ops/op.h"

op_fn op_attach_thing_principal;
op_fn op_detach_thing_principal;
op_fn op_list_thing_principals;
op_fn op_list_principal_things;

/* REGION:UUID, as Cognito makes them. Which identities there are is not known here. */
bool principal_is_identity(struct str text);

#endif
