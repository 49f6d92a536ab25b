/*
 * Who a client is that has shown a certificate, and which policies are in force for it: what the registry
 * says now (identity 1.2, 1.8, 2.6). Asked with auth = enforce alone.
 *
 * A certificate that is registered counts while it is ACTIVE and has neither expired nor been revoked by its
 * CA; who signed it is not asked. One that is not registered counts if a CA of tls_client_ca signed it: it
 * stands for the thing that its common name names, and the policy tls_client_policy is in force for it. Any
 * other counts for nothing; if a registered CA signed it whose devices register themselves
 * (autoRegistrationStatus ENABLE), it can be registered now (ops/security/device_registration).
 */
#ifndef IOTJOBS_OPS_DEVICE_ACCESS_H
#define IOTJOBS_OPS_DEVICE_ACCESS_H

#include "ops/op.h"
#include "ops/security/policy_cache.h"
#include "ops/security/policy_facts.h"
#include "rules/security/access.h"

/* A client, as it is known before the database is asked. Everything is borrowed for as long as the access. */
struct device_connection {
    struct str certificate_id; /* of the very bytes it has shown */
    struct str content;        /* as struct certificate has it */
    struct str pem;
    struct str thing_name; /* its common name, where that is the name of a thing */
    bool made_here;        /* counts for nothing unless it is registered */
    /* Why no CA of tls_client_ca vouches for it, to follow a colon; NULL: one does. */
    const char *distrusted;
    bool revoked; /* by its CA's list */
    bool mqtt;
    struct str client_id; /* MQTT */
    bool persistent;      /* MQTT: it has asked for a session that lasts */
    struct str source_ip, domain_name;
    int64_t host_ms; /* the host's time: certificates end by it, whatever a virtual clock shows */
};

struct device_access {
    /* Why the client is to be refused, to follow "The client certificate is not accepted: ", static or in the
     * arena; NULL: it is not. */
    const char *refusal;
    bool may_register; /* it should be given to op_register_device */
    struct principal principal;
    struct policy_context connecting; /* while it connects */
    struct policy_context context;    /* from then on */
    struct policy_time time;
    struct str thing_name; /* which thing it stands for; absent: none */
    /* own */
    struct policy_cache *cache;
    const struct compiled_policy **policies;
    size_t policy_count;
};

/* Everything in op->arena, but for the compiled policies: *ret_access is to be released whatever is returned,
 * and must stay where it is. False after fail(): ERR_INTERNAL. A refusal is no failure. */
bool device_access_find(struct op *op, struct policy_cache *cache, const struct device_connection *connection,
                        struct device_access *ret_access);
/* Gives the policies back; also one that is all zero. */
void device_access_release(struct device_access *access);

#endif
