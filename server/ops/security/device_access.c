#include "ops/security/device_access.h"

#include "ops/lookup.h"
#include "ops/security/certificate.h"
#include "ops/security/policy_effective.h"
#include "rules/security/certificate_state.h"
#include "settings.h"
#include "store/security/principal_store.h"

/* ---- the certificate ---- */

struct finding {
    struct op *op;
    const struct device_connection *connection;
    struct device_access *access;
    struct effective_policies policies;
    struct policy_association association;
};

static bool refuse(struct finding *finding, const char *why)
{
    finding->access->refusal = why;
    return true;
}

static bool read_failed(struct finding *finding)
{
    return fail(finding->op->err, ERR_INTERNAL, "The database does not answer.");
}

/* Whether a CA that devices register themselves with has signed the certificate. */
static bool may_register(struct finding *finding)
{
    struct ca_certificate_row ca;
    struct certificate certificate;
    return !certificate_read(finding->connection->pem, finding->op->arena, &certificate) &&
           certificate_registers_itself(finding->op, &certificate, &ca);
}

static bool judge_stranger(struct finding *finding, bool deleted)
{
    const struct device_connection *connection = finding->connection;
    if (may_register(finding)) {
        finding->access->may_register = connection->mqtt;
        return refuse(finding, connection->mqtt ? "it is registered from now on, and waits to be activated"
                                                : "it is not registered yet; connecting over MQTT does that");
    }
    if (deleted)
        return refuse(finding, "it was deleted");
    if (connection->made_here)
        return refuse(finding, "it is not registered");
    if (connection->distrusted)
        return refuse(finding, connection->distrusted);
    if (connection->thing_name.p)
        finding->association.found = store_thing_get(finding->op->db, finding->op->arena,
                                                     connection->thing_name, &finding->association.thing);
    return true;
}

static const char *end_of(const struct certificate_row *row, int64_t host_ms)
{
    if (host_ms < row->common.not_before_ms)
        return "it is not valid yet";
    return host_ms > row->common.not_after_ms ? "it has expired" : NULL;
}

static bool judge_registered(struct finding *finding, const struct certificate_standing *standing)
{
    struct op *op = finding->op;
    struct certificate_row row;
    if (!store_certificate_get(op->db, op->arena, standing->certificate_id, &row))
        return read_failed(finding);
    finding->access->principal.certificate_id = row.common.certificate_id;
    finding->access->principal.registered = true;
    if (row.status != CERTIFICATE_STATUS_ACTIVE) {
        finding->access->may_register = row.status == CERTIFICATE_STATUS_PENDING_ACTIVATION;
        return refuse(finding,
                      arena_printf(op->arena, "its status is %s", certificate_status_name(row.status)).p);
    }
    return refuse(finding, finding->connection->revoked ? "its CA has revoked it"
                                                        : end_of(&row, finding->connection->host_ms));
}

static bool judge(struct finding *finding)
{
    struct op *op = finding->op;
    struct certificate_standing standing;
    if (!store_certificate_standing(op->db, op->arena, finding->connection->content, &standing))
        return read_failed(finding);
    return standing.certificate_id.p ? judge_registered(finding, &standing)
                                     : judge_stranger(finding, standing.deleted);
}

/* ---- the policies ---- */

static bool add_policies_of_principal(struct finding *finding)
{
    struct op *op = finding->op;
    const struct principal *principal = &finding->access->principal;
    if (!principal->registered) {
        struct str named = str_from(op->settings->tls_client_policy);
        return !named.n || store_policies_add_named(op->db, op->arena, named, &finding->policies) ||
               !db_failed(op->db);
    }
    struct str key =
        arena_printf(op->arena, PRINCIPAL_CERTIFICATE_PREFIX "%.*s", STR(principal->certificate_id));
    finding->association = policy_associate(op, key, finding->connection->client_id);
    return key.p && store_policies_add_of_target(op->db, op->arena, key, &finding->policies);
}

static bool collect_policies(struct finding *finding)
{
    struct op *op = finding->op;
    if (!add_policies_of_principal(finding))
        return read_failed(finding);
    return !finding->association.found ||
           policy_add_of_thing(op, finding->association.thing.id, &finding->policies);
}

static bool compile(struct finding *finding)
{
    struct op *op = finding->op;
    struct device_access *access = finding->access;
    size_t n = finding->policies.n;
    struct policy_voice *voices = arena_array(op->arena, n + 1, sizeof *voices);
    access->policies = arena_array(op->arena, n + 1, sizeof(const struct compiled_policy *));
    if (!voices || !access->policies)
        return read_failed(finding);
    for (size_t i = 0; i < n; i++) {
        const struct compiled_policy *policy =
            policy_cache_take(access->cache, &finding->policies.items[i], op->err);
        if (!policy)
            return false;
        access->policies[access->policy_count++] = policy;
        voices[i] = (struct policy_voice){ policy->name, &policy->document };
    }
    access->principal.policies = (struct policy_voices){ n, voices };
    return true;
}

static bool gather_facts(struct finding *finding)
{
    const struct device_connection *connection = finding->connection;
    struct device_access *access = finding->access;
    const struct policy_client client = {
        .client_id = connection->client_id,
        .source_ip = connection->source_ip,
        .domain_name = connection->domain_name,
        .certificate_id = access->principal.certificate_id,
        .certificate_pem = connection->pem,
        .mqtt = connection->mqtt,
        .asked = connection->mqtt,
        .persistent = connection->persistent,
        .secure = true,
    };
    if (!policy_facts(finding->op, &client, &finding->association, &access->time, &access->connecting))
        return false;
    access->context = access->connecting;
    access->context.n -= connection->mqtt ? 1 : 0;
    return true;
}

bool device_access_find(struct op *op, struct policy_cache *cache, const struct device_connection *connection,
                        struct device_access *ret_access)
{
    struct finding finding = { .op = op, .connection = connection, .access = ret_access };
    *ret_access = (struct device_access){
        .cache = cache,
        .principal = { .kind = PRINCIPAL_CERTIFICATE, .certificate_id = connection->certificate_id },
    };
    if (!judge(&finding))
        return false;
    if (ret_access->refusal)
        return true;
    if (!collect_policies(&finding) || !compile(&finding) || !gather_facts(&finding))
        return false;
    if (finding.association.found)
        ret_access->thing_name = finding.association.thing.name;
    return !db_failed(op->db) || read_failed(&finding);
}

void device_access_release(struct device_access *access)
{
    for (size_t i = 0; i < access->policy_count; i++)
        policy_cache_give_back(access->cache, access->policies[i]);
    *access = (struct device_access){ 0 };
}
