/* TestAuthorization: what the policies of a principal would say (identity 2.7). */
#include "ops/security/policy.h"
#include "ops/security/policy_effective.h"
#include "ops/security/policy_facts.h"
#include "rules/security/policy_decision.h"
#include "store/security/certificate_store.h"

static const char *const actions[] = {
    [ACTION_TYPE_PUBLISH] = "iot:Publish",
    [ACTION_TYPE_SUBSCRIBE] = "iot:Subscribe",
    [ACTION_TYPE_RECEIVE] = "iot:Receive",
    [ACTION_TYPE_CONNECT] = "iot:Connect",
};

/* Bytes of documents times bytes of resources: what holding the one against the other costs where it costs
 * the most, some 10 ns each. */
static const size_t work_max = 256 * 1024 * 1024;

/* Policies that are asked, and what each of them has said to the resources of one authInfo. */
struct panel {
    struct effective_policies policies;
    struct policy_document *documents;
    struct policy_context context;
    struct policy_time time;
    bool *allows, *denies;
};

/* ---- checking ---- */

static bool check(struct op *op, const struct test_authorization_request *in)
{
    if (!in->principal.p && !in->cognito_identity_pool_id.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "One of principal and cognitoIdentityPoolId must be given.");
    for (size_t i = 0; i < in->auth_infos.n; i++) {
        const struct auth_info *info = &in->auth_infos.items[i];
        if (info->action_type == ACTION_TYPE_UNSET || !info->resources.n)
            return fail(op->err, ERR_INVALID_REQUEST,
                        "authInfos.%zu.member must have an actionType, and resources that are not empty.",
                        i + 1);
    }
    return true;
}

/* ---- which policies ---- */

static bool is_named(const struct policy_names *names, struct str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

static void skip_named(struct effective_policies *policies, const struct policy_names *names)
{
    size_t kept = 0;
    for (size_t i = 0; i < policies->n; i++)
        if (!is_named(names, policies->items[i].name))
            policies->items[kept++] = policies->items[i];
    policies->n = kept;
}

/* Those to add are asked even if they are to be skipped as well. */
static bool add_named(struct op *op, struct effective_policies *policies, const struct policy_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        struct policy_row policy;
        if (!policy_lookup(op, names->items[i], &policy))
            return false;
        if (!store_policies_add_named(op->db, op->arena, names->items[i], policies))
            return policy_not_read(op);
    }
    return true;
}

/* AWS sets no bound to the resources. */
static bool check_work(struct op *op, const struct test_authorization_request *in,
                       const struct effective_policies *policies)
{
    size_t documents = 1, resources = 0;
    for (size_t i = 0; i < policies->n; i++)
        documents += policies->items[i].document.n;
    for (size_t i = 0; i < in->auth_infos.n; i++)
        for (size_t j = 0; j < in->auth_infos.items[i].resources.n; j++)
            resources += in->auth_infos.items[i].resources.items[j].n;
    return resources <= work_max / documents ||
           fail(op->err, ERR_LIMIT_EXCEEDED,
                "The policies and the resources are too long to be tested in one request.");
}

static bool compile(struct op *op, struct panel *panel)
{
    size_t n = panel->policies.n;
    panel->documents = arena_array(op->arena, n + 1, sizeof *panel->documents);
    panel->allows = arena_array(op->arena, n + 1, sizeof *panel->allows);
    panel->denies = arena_array(op->arena, n + 1, sizeof *panel->denies);
    if (!panel->documents || !panel->allows || !panel->denies)
        return policy_not_read(op);
    for (size_t i = 0; i < n; i++)
        if (!policy_document_parse(panel->policies.items[i].document, op->arena, &panel->documents[i],
                                   op->err))
            return false;
    return true;
}

/* Of a principal that is none nothing is known. */
static bool read_certificate(struct op *op, const struct policy_target *principal,
                             struct policy_client *client)
{
    struct certificate_row certificate;
    if (principal->kind != POLICY_TARGET_CERTIFICATE)
        return true;
    if (!store_certificate_get(op->db, op->arena, principal->name, &certificate))
        return policy_not_read(op);
    client->certificate_id = principal->name;
    client->certificate_pem = certificate.common.pem;
    return true;
}

static bool convene(struct op *op, const struct test_authorization_request *in,
                    const struct policy_principals *principals, struct panel *panel)
{
    const struct policy_target *principal =
        principals->has_principal ? &principals->principal : &principals->pool;
    struct policy_association association = policy_associate(op, principal->key, in->client_id);
    struct policy_client client = { .client_id = in->client_id, .mqtt = true };
    if (!policy_add_of_principals(op, principals, &panel->policies) ||
        (association.found && !policy_add_of_thing(op, association.thing.id, &panel->policies)))
        return false;
    skip_named(&panel->policies, &in->policy_names_to_skip);
    return add_named(op, &panel->policies, &in->policy_names_to_add) &&
           check_work(op, in, &panel->policies) && compile(op, panel) &&
           read_certificate(op, principal, &client) &&
           policy_facts(op, &client, &association, &panel->time, &panel->context);
}

/* ---- the decision ---- */

/* Of one resource by all policies; notes what each has said. */
static enum policy_verdict judge(struct panel *panel, const struct policy_request *request)
{
    enum policy_verdict verdict = POLICY_SAYS_NOTHING;
    for (size_t i = 0; i < panel->policies.n; i++) {
        enum policy_verdict one = policy_document_judges(&panel->documents[i], request);
        panel->allows[i] = panel->allows[i] || one == POLICY_ALLOWS;
        panel->denies[i] = panel->denies[i] || one == POLICY_DENIES;
        if (one == POLICY_DENIES || (one == POLICY_ALLOWS && verdict == POLICY_SAYS_NOTHING))
            verdict = one;
    }
    return verdict;
}

/* All resources must be allowed; none may be denied. */
static enum auth_decision decide(struct panel *panel, const struct auth_info *info)
{
    enum auth_decision decision = AUTH_DECISION_ALLOWED;
    for (size_t i = 0; i < panel->policies.n; i++)
        panel->allows[i] = panel->denies[i] = false;
    for (size_t i = 0; i < info->resources.n; i++) {
        const struct policy_request request = { str_from(actions[info->action_type]),
                                                info->resources.items[i], &panel->context };
        enum policy_verdict verdict = judge(panel, &request);
        if (verdict == POLICY_DENIES)
            decision = AUTH_DECISION_EXPLICIT_DENY;
        else if (verdict == POLICY_SAYS_NOTHING && decision == AUTH_DECISION_ALLOWED)
            decision = AUTH_DECISION_IMPLICIT_DENY;
    }
    return decision;
}

static bool find_missing(struct op *op, const struct panel *panel, const struct auth_info *info,
                         struct policy_keys *keys)
{
    const struct policy_request request = { str_from(actions[info->action_type]), STR_LIT(""),
                                            &panel->context };
    for (size_t i = 0; i < panel->policies.n; i++)
        if (!policy_document_missing(&panel->documents[i], &request, op->arena, keys))
            return policy_not_read(op);
    return true;
}

/* ---- the answer ---- */

enum said { SAID_ALLOW, SAID_DENY, SAID_NOTHING };

static bool has_said(const struct panel *panel, size_t i, enum said said)
{
    switch (said) {
    case SAID_ALLOW: return panel->allows[i];
    case SAID_DENY: return panel->denies[i];
    default: return !panel->allows[i] && !panel->denies[i];
    }
}

/* "NAME":{"policies":[…]} */
static void render_policies(struct op *op, const struct panel *panel, const char *name, enum said said)
{
    json_key(op->json, name);
    json_object_begin(op->json);
    json_key(op->json, "policies");
    json_array_begin(op->json);
    for (size_t i = 0; i < panel->policies.n; i++) {
        if (!has_said(panel, i, said))
            continue;
        json_object_begin(op->json);
        policy_render_name(op, panel->policies.items[i].name);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    json_object_end(op->json);
}

static void render_texts(struct json *json, const char *name, const struct str *texts, size_t n)
{
    json_key(json, name);
    json_array_begin(json);
    for (size_t i = 0; i < n; i++)
        json_string(json, texts[i]);
    json_array_end(json);
}

static struct str enum_text(const struct shape *shape, int value)
{
    return str_from(api_enum_name(shape, value));
}

static bool render_result(struct op *op, struct panel *panel, const struct auth_info *info)
{
    struct policy_keys missing = { 0 };
    enum auth_decision decision = decide(panel, info);
    if (!find_missing(op, panel, info, &missing))
        return false;
    json_object_begin(op->json);
    json_key(op->json, "authInfo");
    json_object_begin(op->json);
    json_member_string(op->json, "actionType", enum_text(&shape_action_type, (int)info->action_type));
    render_texts(op->json, "resources", info->resources.items, info->resources.n);
    json_object_end(op->json);
    render_policies(op, panel, "allowed", SAID_ALLOW);
    json_key(op->json, "denied");
    json_object_begin(op->json);
    render_policies(op, panel, "implicitDeny", SAID_NOTHING);
    render_policies(op, panel, "explicitDeny", SAID_DENY);
    json_object_end(op->json);
    json_member_string(op->json, "authDecision", enum_text(&shape_auth_decision, (int)decision));
    render_texts(op->json, "missingContextValues", missing.items, missing.n);
    json_object_end(op->json);
    return true;
}

bool op_test_authorization(struct op *op, const void *input)
{
    const struct test_authorization_request *in = input;
    struct policy_principals principals;
    struct panel panel = { 0 };
    if (!check(op, in) ||
        !policy_principals_read(op, in->principal, in->cognito_identity_pool_id, &principals) ||
        !policy_principals_find(op, &principals) || !convene(op, in, &principals, &panel))
        return false;
    json_key(op->json, "authResults");
    json_array_begin(op->json);
    for (size_t i = 0; i < in->auth_infos.n; i++)
        if (!render_result(op, &panel, &in->auth_infos.items[i]))
            return false;
    json_array_end(op->json);
    return true;
}
