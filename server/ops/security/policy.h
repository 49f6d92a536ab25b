/* Policies: documents that say who may do what (identity 2). Here they are kept, attached and asked; nobody
 * is refused anything for them yet. */
#ifndef IOTJOBS_OPS_POLICY_H
#define IOTJOBS_OPS_POLICY_H

#include "ops/op.h"
#include "ops/page.h"
#include "store/security/policy_store.h"

op_fn op_create_policy;
op_fn op_get_policy;
op_fn op_delete_policy;
op_fn op_list_policies;

op_fn op_create_policy_version;
op_fn op_get_policy_version;
op_fn op_list_policy_versions;
op_fn op_set_default_policy_version;
op_fn op_delete_policy_version;

op_fn op_attach_policy;
op_fn op_detach_policy;
op_fn op_list_attached_policies;
op_fn op_list_targets_for_policy;

op_fn op_get_effective_policies;
op_fn op_test_authorization;

/* ---- what these share ---- */

/* False: ERR_RESOURCE_NOT_FOUND. */
bool policy_lookup(struct op *op, struct str name, struct policy_row *ret_policy);
/* False: ERR_MALFORMED_POLICY. */
bool policy_check_document(struct op *op, struct str document);

/* As policyVersionId has it. */
struct str policy_version_text(struct op *op, int64_t version);
/* Another one with each change; absent when memory is out. */
struct str policy_new_generation(struct op *op);

bool policy_not_stored(struct op *op);
bool policy_not_read(struct op *op);

/* policyName and policyArn. */
void policy_render_name(struct op *op, struct str name);

/* A page of a list of policies; they page with `marker` and have 25 items where nothing is said. */
bool policy_page_open(struct op *op, struct page *page, enum operation operation, struct str whose,
                      struct opt_int page_size, struct str marker);
bool policy_render_page(struct op *op, struct page *page, const struct policy_name_rows *rows);

#endif
