#include "ops/security/policy_effective.h"

#include "ops/lookup.h"
#include "ops/security/policy.h"

enum { GROUPS_AT_ONCE = 100 };

/* ---- whose policies ---- */

static bool read_pool(struct op *op, struct str text, struct policy_target *ret_pool)
{
    struct policy_target pool;
    if (!policy_target_read(op, text, &pool))
        return false;
    *ret_pool = pool;
    return pool.kind == POLICY_TARGET_IDENTITY ||
           fail(op->err, ERR_INVALID_REQUEST, "'%.*s' is not the id of an Amazon Cognito identity pool.",
                STR(text));
}

bool policy_principals_read(struct op *op, struct str principal, struct str pool,
                            struct policy_principals *ret_principals)
{
    struct policy_principals read = { .has_principal = principal.p, .has_pool = pool.p };
    if ((read.has_principal && !policy_target_read(op, principal, &read.principal)) ||
        (read.has_pool && !read_pool(op, pool, &read.pool)))
        return false;
    *ret_principals = read;
    return true;
}

bool policy_principals_find(struct op *op, const struct policy_principals *principals)
{
    return !principals->has_principal || policy_target_find(op, &principals->principal);
}

bool policy_add_of_principals(struct op *op, const struct policy_principals *principals,
                              struct effective_policies *policies)
{
    return ((!principals->has_principal ||
             store_policies_add_of_target(op->db, op->arena, principals->principal.key, policies)) &&
            (!principals->has_pool ||
             store_policies_add_of_target(op->db, op->arena, principals->pool.key, policies))) ||
           policy_not_read(op);
}

static bool add_of_group(struct op *op, struct str group, struct effective_policies *policies)
{
    struct str key = arena_printf(op->arena, "thinggroup/%.*s", STR(group));
    return key.p && store_policies_add_of_target(op->db, op->arena, key, policies);
}

bool policy_add_of_thing(struct op *op, int64_t thing, struct effective_policies *policies)
{
    struct named_rows groups = { 0 };
    int64_t after = 0;
    do {
        if (!store_thing_groups_of_thing(op->db, op->arena, thing, after, GROUPS_AT_ONCE, &groups))
            return policy_not_read(op);
        for (size_t i = 0; i < groups.n; i++) {
            after = groups.items[i].id;
            if (!add_of_group(op, groups.items[i].name, policies))
                return policy_not_read(op);
        }
    } while (groups.n == GROUPS_AT_ONCE);
    return true;
}

/* ---- GetEffectivePolicies ---- */

static void render(struct op *op, const struct effective_policies *policies)
{
    json_key(op->json, "effectivePolicies");
    json_array_begin(op->json);
    for (size_t i = 0; i < policies->n; i++) {
        json_object_begin(op->json);
        policy_render_name(op, policies->items[i].name);
        json_member_string(op->json, "policyDocument", policies->items[i].document);
        json_object_end(op->json);
    }
    json_array_end(op->json);
}

bool op_get_effective_policies(struct op *op, const void *input)
{
    const struct get_effective_policies_request *in = input;
    struct effective_policies policies = { 0 };
    struct policy_principals principals;
    struct thing_row thing;
    if (!in->principal.p && !in->cognito_identity_pool_id.p && !in->thing_name.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "One of principal, cognitoIdentityPoolId and thingName must be given.");
    if (!policy_principals_read(op, in->principal, in->cognito_identity_pool_id, &principals) ||
        !policy_principals_find(op, &principals) ||
        (in->thing_name.p && !lookup_thing(op, in->thing_name, &thing)) ||
        !policy_add_of_principals(op, &principals, &policies) ||
        (in->thing_name.p && !policy_add_of_thing(op, thing.id, &policies)))
        return false;
    render(op, &policies);
    return true;
}
