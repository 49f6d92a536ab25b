#include "ops/security/policy.h"

#include <inttypes.h>

#include "base/random.h"
#include "ops/arn.h"
#include "ops/refusal.h"
#include "ops/security/access_changes.h"
#include "ops/tags.h"
#include "rules/security/policy_document.h"
#include "settings.h"

enum { PAGE_SIZE_DEFAULT = 25 }; /* identity 1.7 */

/* ---- what all share ---- */

bool policy_lookup(struct op *op, struct str name, struct policy_row *ret_policy)
{
    return store_policy_get(op->db, op->arena, name, ret_policy) ||
           fail(op->err, ERR_RESOURCE_NOT_FOUND, "Policy %.*s cannot be found.", STR(name));
}

bool policy_check_document(struct op *op, struct str document)
{
    struct policy_document compiled;
    return policy_document_parse(document, op->arena, &compiled, op->err);
}

struct str policy_version_text(struct op *op, int64_t version)
{
    return arena_printf(op->arena, "%" PRId64, version);
}

struct str policy_new_generation(struct op *op)
{
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    return arena_str(op->arena, str_from(uuid));
}

bool policy_not_stored(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The policy could not be stored.");
}

bool policy_not_read(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The policies could not be read.");
}

void policy_render_name(struct op *op, struct str name)
{
    json_member_string(op->json, "policyName", name);
    json_member_string(op->json, "policyArn", arn_make(op, "policy", name));
}

bool policy_page_open(struct op *op, struct page *page, enum operation operation, struct str whose,
                      struct opt_int page_size, struct str marker)
{
    struct opt_int size = { true, page_size.set ? page_size.value : PAGE_SIZE_DEFAULT };
    return page_open(op, page, operation, whose, size, marker, 0);
}

bool policy_render_page(struct op *op, struct page *page, const struct policy_name_rows *rows)
{
    json_key(op->json, "policies");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows->n && page_take(page, rows->items[i].id); i++) {
        json_object_begin(op->json);
        policy_render_name(op, rows->items[i].name);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close_marker(op, page);
}

/* ---- CreatePolicy ---- */

/* A policy of that name is in the way even if it says the same. */
static bool check_name(struct op *op, struct str name)
{
    struct policy_row existing;
    if (!store_policy_get(op->db, op->arena, name, &existing))
        return true;
    name_existing(op, existing.name, arn_make(op, "policy", existing.name));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                "Policy cannot be created - name already exists (name=%.*s)", STR(name));
}

/* The one that is in force for certificates that are not registered is attached to nothing. */
static void note_client_policy(struct op *op, struct str policy_name)
{
    if (str_eq_text(policy_name, op->settings->tls_client_policy))
        access_changes_note(op->access_changes, ACCESS_CHANGED_POLICIES, STR_NONE);
}

bool op_create_policy(struct op *op, const void *input)
{
    const struct create_policy_request *in = input;
    if (!policy_check_document(op, in->policy_document) || !tags_check(op, &in->tags) ||
        !check_name(op, in->policy_name))
        return false;
    struct policy_row policy = {
        .name = in->policy_name,
        .generation_id = policy_new_generation(op),
        .default_version = 1,
        .last_version = 1,
        .created_at_ms = op->now_ms,
        .modified_at_ms = op->now_ms,
    };
    const struct policy_version_row version = {
        .version = policy.default_version,
        .document = in->policy_document,
        .generation_id = policy.generation_id,
        .created_at_ms = op->now_ms,
    };
    note_client_policy(op, policy.name);
    if (!store_policy_insert(op->db, &policy) || !store_policy_version_insert(op->db, policy.id, &version))
        return policy_not_stored(op);
    policy_render_name(op, policy.name);
    json_member_string(op->json, "policyDocument", version.document);
    json_member_string(op->json, "policyVersionId", policy_version_text(op, version.version));
    return tags_write(op, TAGGABLE_POLICY, policy.name, &in->tags);
}

/* ---- GetPolicy ---- */

bool op_get_policy(struct op *op, const void *input)
{
    const struct get_policy_request *in = input;
    struct policy_row policy;
    struct policy_version_row version;
    if (!policy_lookup(op, in->policy_name, &policy))
        return false;
    if (!store_policy_version_get(op->db, op->arena, policy.id, policy.default_version, &version))
        return policy_not_read(op);
    policy_render_name(op, policy.name);
    json_member_string(op->json, "policyDocument", version.document);
    json_member_string(op->json, "defaultVersionId", policy_version_text(op, policy.default_version));
    json_member_seconds(op->json, "creationDate", policy.created_at_ms);
    json_member_seconds(op->json, "lastModifiedDate", policy.modified_at_ms);
    json_member_string(op->json, "generationId", policy.generation_id);
    return true;
}

/* ---- DeletePolicy ---- */

bool op_delete_policy(struct op *op, const void *input)
{
    const struct delete_policy_request *in = input;
    struct policy_row policy;
    if (!policy_lookup(op, in->policy_name, &policy))
        return false;
    if (store_policy_has_targets(op->db, policy.id))
        return fail(op->err, ERR_DELETE_CONFLICT,
                    "The policy cannot be deleted as the policy is attached to one or more principals "
                    "(name=%.*s)",
                    STR(policy.name));
    if (store_policy_version_count(op->db, policy.id) > 1)
        return fail(
            op->err, ERR_DELETE_CONFLICT,
            "Cannot delete the policy because it has one or more policy versions attached to it (name=%.*s)",
            STR(policy.name));
    note_client_policy(op, policy.name);
    return (store_policy_delete(op->db, policy.id) || policy_not_stored(op)) &&
           tags_forget(op, TAGGABLE_POLICY, policy.name);
}

/* ---- ListPolicies ---- */

bool op_list_policies(struct op *op, const void *input)
{
    const struct list_policies_request *in = input;
    struct policy_name_rows rows;
    struct page page;
    enum policy_order order = in->ascending_order.value ? POLICIES_OLDEST_FIRST : POLICIES_NEWEST_FIRST;
    struct str whose = order == POLICIES_OLDEST_FIRST ? STR_LIT("ascending") : STR_LIT("descending");
    if (!policy_page_open(op, &page, OP_LIST_POLICIES, whose, in->page_size, in->marker))
        return false;
    if (!store_policies_list(op->db, op->arena, order, page.cursor, page.size + 1, &rows))
        return policy_not_read(op);
    return policy_render_page(op, &page, &rows);
}
