/* What is known of a client that is connected, or would be: the values that its policies ask for (identity
 * 2.5). */
#ifndef IOTJOBS_OPS_POLICY_FACTS_H
#define IOTJOBS_OPS_POLICY_FACTS_H

#include "base/time_text.h"
#include "ops/op.h"
#include "rules/security/policy_context.h"
#include "store/registry/thing_store.h"

/* The thing that the client stands for (identity 1.8): the principal's own, else the one of the client id's
 * name that is attached to it. */
struct policy_association {
    bool found;
    struct thing_row thing;
};

/* `principal` is written as it is stored ("cert/<64 hex>"); `client_id` may be absent. */
struct policy_association policy_associate(struct op *op, struct str principal, struct str client_id);

/* The time as policies ask for it. It lives as long as the facts that were made with it. */
struct policy_time {
    int64_t second; /* whose time it is */
    char iso[TIME_TEXT_MAX], epoch[TIME_TEXT_MAX];
    struct str iso_value, epoch_value;
};

/* Costs next to nothing unless the second has changed. */
void policy_time_set(struct policy_time *time, int64_t now_ms);

/* What is known of a client. Texts may be absent, and are borrowed for as long as the facts are used. */
struct policy_client {
    struct str client_id;
    struct str source_ip;
    struct str domain_name; /* by which it has called the server (SNI) */
    struct str certificate_id, certificate_pem;
    bool mqtt; /* what is known of things over MQTT alone is known */
    /* iot:ConnectAttributes: it is known what the client has asked for, and whether that is a session that
     * lasts. Of its will nothing is known. */
    bool asked, persistent;
    bool secure; /* TLS */
};

/* All that is known of the client, and what the registry says of its thing; iot:ConnectAttributes, which
 * count while it connects and no longer, are the last of it. False: ERR_INTERNAL. */
bool policy_facts(struct op *op, const struct policy_client *client,
                  const struct policy_association *association, struct policy_time *time,
                  struct policy_context *ret_context);

#endif
