/* The versions of a policy: at most five, numbered from 1, one of them in force. */
#include "ops/arn.h"
#include "ops/security/access_changes.h"
#include "ops/security/policy.h"

/* Numbers are written as we write them: "01" is none. */
static bool find_version(struct op *op, const struct policy_row *policy, struct str id,
                         struct policy_version_row *ret_version)
{
    int64_t number;
    if (str_to_int(id, &number) && str_eq(policy_version_text(op, number), id) &&
        store_policy_version_get(op->db, op->arena, policy->id, number, ret_version))
        return true;
    fail(op->err, ERR_RESOURCE_NOT_FOUND, "Version %.*s of policy %.*s cannot be found.", STR(id),
         STR(policy->name));
    return false;
}

/* Something about the policy is different from now on. */
static bool write_change(struct op *op, struct policy_row *policy)
{
    access_changes_note(op->access_changes, ACCESS_CHANGED_POLICIES, STR_NONE);
    policy->generation_id = policy_new_generation(op);
    policy->modified_at_ms = op->now_ms;
    return store_policy_changed(op->db, policy) || policy_not_stored(op);
}

/* ---- CreatePolicyVersion ---- */

static bool check_room(struct op *op, const struct policy_row *policy)
{
    return store_policy_version_count(op->db, policy->id) < POLICY_VERSIONS_MAX ||
           fail(op->err, ERR_VERSIONS_LIMIT_EXCEEDED,
                "The policy %.*s already has the maximum number of versions (%d)", STR(policy->name),
                POLICY_VERSIONS_MAX);
}

bool op_create_policy_version(struct op *op, const void *input)
{
    const struct create_policy_version_request *in = input;
    struct policy_row policy;
    if (!policy_check_document(op, in->policy_document) || !policy_lookup(op, in->policy_name, &policy) ||
        !check_room(op, &policy))
        return false;
    const struct policy_version_row version = {
        .version = ++policy.last_version,
        .document = in->policy_document,
        .generation_id = policy_new_generation(op),
        .created_at_ms = op->now_ms,
    };
    if (in->set_as_default.value)
        policy.default_version = version.version;
    if (!store_policy_version_insert(op->db, policy.id, &version))
        return policy_not_stored(op);
    json_member_string(op->json, "policyArn", arn_make(op, "policy", policy.name));
    json_member_string(op->json, "policyDocument", version.document);
    json_member_string(op->json, "policyVersionId", policy_version_text(op, version.version));
    json_member_bool(op->json, "isDefaultVersion", in->set_as_default.value);
    return write_change(op, &policy);
}

/* ---- GetPolicyVersion, ListPolicyVersions ---- */

bool op_get_policy_version(struct op *op, const void *input)
{
    const struct get_policy_version_request *in = input;
    struct policy_row policy;
    struct policy_version_row version;
    if (!policy_lookup(op, in->policy_name, &policy) ||
        !find_version(op, &policy, in->policy_version_id, &version))
        return false;
    json_member_string(op->json, "policyArn", arn_make(op, "policy", policy.name));
    json_member_string(op->json, "policyName", policy.name);
    json_member_string(op->json, "policyDocument", version.document);
    json_member_string(op->json, "policyVersionId", policy_version_text(op, version.version));
    json_member_bool(op->json, "isDefaultVersion", version.version == policy.default_version);
    json_member_seconds(op->json, "creationDate", version.created_at_ms);
    json_member_seconds(op->json, "lastModifiedDate", version.created_at_ms); /* it never changes */
    json_member_string(op->json, "generationId", version.generation_id);
    return true;
}

bool op_list_policy_versions(struct op *op, const void *input)
{
    const struct list_policy_versions_request *in = input;
    struct policy_row policy;
    struct policy_version_rows rows;
    if (!policy_lookup(op, in->policy_name, &policy))
        return false;
    if (!store_policy_versions(op->db, op->arena, policy.id, &rows))
        return policy_not_read(op);
    json_key(op->json, "policyVersions");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n; i++) {
        json_object_begin(op->json);
        json_member_string(op->json, "versionId", policy_version_text(op, rows.items[i].version));
        json_member_bool(op->json, "isDefaultVersion", rows.items[i].version == policy.default_version);
        json_member_seconds(op->json, "createDate", rows.items[i].created_at_ms);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return true;
}

/* ---- SetDefaultPolicyVersion, DeletePolicyVersion ---- */

bool op_set_default_policy_version(struct op *op, const void *input)
{
    const struct set_default_policy_version_request *in = input;
    struct policy_row policy;
    struct policy_version_row version;
    if (!policy_lookup(op, in->policy_name, &policy) ||
        !find_version(op, &policy, in->policy_version_id, &version))
        return false;
    if (version.version == policy.default_version)
        return true;
    policy.default_version = version.version;
    return write_change(op, &policy);
}

bool op_delete_policy_version(struct op *op, const void *input)
{
    const struct delete_policy_version_request *in = input;
    struct policy_row policy;
    struct policy_version_row version;
    if (!policy_lookup(op, in->policy_name, &policy) ||
        !find_version(op, &policy, in->policy_version_id, &version))
        return false;
    if (version.version == policy.default_version)
        return fail(op->err, ERR_DELETE_CONFLICT, "Cannot delete the default version of a policy");
    return (store_policy_version_delete(op->db, policy.id, version.version) || policy_not_stored(op)) &&
           write_change(op, &policy);
}
