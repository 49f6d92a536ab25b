/* What policies are attached to: AttachPolicy, DetachPolicy and the lists of both directions. */
#include "ops/security/access_changes.h"
#include "ops/security/policy.h"
#include "ops/security/policy_target.h"
#include "store/registry/thing_group_store.h"

/* identity 1.7 */
static const int most_policies[] = {
    [POLICY_TARGET_CERTIFICATE] = 10,
    [POLICY_TARGET_THING_GROUP] = 2,
    [POLICY_TARGET_IDENTITY] = 10,
};

static bool check_room(struct op *op, const struct policy_target *target)
{
    return store_policy_count_of_target(op->db, target->key) < most_policies[target->kind] ||
           fail(op->err, ERR_LIMIT_EXCEEDED, "%.*s has %d policies, and can have no more.",
                STR(target->given), most_policies[target->kind]);
}

/* ---- AttachPolicy, DetachPolicy ---- */

static bool check_static(struct op *op, const struct policy_target *target)
{
    struct thing_group_row group;
    return target->kind != POLICY_TARGET_THING_GROUP ||
           !store_thing_group_get(op->db, op->arena, target->name, &group) || !group.dynamic ||
           fail(op->err, ERR_INVALID_REQUEST, "Thing group %.*s is dynamic, and can have no policies.",
                STR(target->name));
}

static void note_change(struct op *op, const struct policy_target *target)
{
    if (target->kind == POLICY_TARGET_CERTIFICATE)
        access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_CERTIFICATE, target->name);
    else if (target->kind == POLICY_TARGET_THING_GROUP)
        access_changes_note(op->access_changes, ACCESS_CHANGED_POLICIES, STR_NONE);
}

bool op_attach_policy(struct op *op, const void *input)
{
    const struct attach_policy_request *in = input;
    struct policy_target target;
    struct policy_row policy;
    if (!policy_target_read(op, in->target, &target) || !policy_lookup(op, in->policy_name, &policy) ||
        !policy_target_find(op, &target) || !check_static(op, &target))
        return false;
    if (store_policy_is_attached(op->db, policy.id, target.key))
        return true;
    note_change(op, &target);
    return check_room(op, &target) &&
           (store_policy_attach(op->db, policy.id, target.key) || policy_not_stored(op));
}

/* AWS's model knows no ResourceNotFoundException here: what is not attached is detached. */
bool op_detach_policy(struct op *op, const void *input)
{
    const struct detach_policy_request *in = input;
    struct policy_target target;
    struct policy_row policy;
    if (!policy_target_read(op, in->target, &target))
        return false;
    if (!target.ours || !store_policy_get(op->db, op->arena, in->policy_name, &policy))
        return true;
    note_change(op, &target);
    return store_policy_detach(op->db, policy.id, target.key) || policy_not_stored(op);
}

/* ---- ListAttachedPolicies ---- */

bool op_list_attached_policies(struct op *op, const void *input)
{
    const struct list_attached_policies_request *in = input;
    struct policy_target target;
    struct policy_name_rows rows;
    struct page page;
    enum policy_depth depth = in->recursive.value ? POLICIES_OF_THE_TARGET_AND_ABOVE : POLICIES_OF_THE_TARGET;
    if (!policy_target_read(op, in->target, &target))
        return false;
    struct str whose =
        arena_printf(op->arena, "%.*s %s", STR(target.key), in->recursive.value ? "and above" : "alone");
    if (!policy_page_open(op, &page, OP_LIST_ATTACHED_POLICIES, whose, in->page_size, in->marker) ||
        !policy_target_find(op, &target))
        return false;
    if (!store_policies_of_target(op->db, op->arena, target.key, depth, page.cursor, page.size + 1, &rows))
        return policy_not_read(op);
    return policy_render_page(op, &page, &rows);
}

/* ---- ListTargetsForPolicy ---- */

bool op_list_targets_for_policy(struct op *op, const void *input)
{
    const struct list_targets_for_policy_request *in = input;
    struct policy_row policy;
    struct policy_target_rows rows;
    struct page page;
    if (!policy_page_open(op, &page, OP_LIST_TARGETS_FOR_POLICY, in->policy_name, in->page_size,
                          in->marker) ||
        !policy_lookup(op, in->policy_name, &policy))
        return false;
    if (!store_policy_targets(op->db, op->arena, policy.id, page.cursor, page.size + 1, &rows))
        return policy_not_read(op);
    json_key(op->json, "targets");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        json_string(op->json, policy_target_text(op, rows.items[i].target));
    json_array_end(op->json);
    return page_close_marker(op, &page);
}
