#include "http/peer.h"

#include <gnutls/gnutls.h>

#include "http/connection.h"
#include "http/peer_access.h"
#include "rules/security/certificate_state.h"
#include "store/security/certificate_store.h"
#include "store/security/principal_store.h"

/* What the client has sent; 0: nothing. */
static size_t chain_of(struct MHD_Connection *connection, struct str ret_chain[CLIENT_CHAIN_MAX + 1])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned count = 0;
    const gnutls_datum_t *sent =
        info != NULL ? gnutls_certificate_get_peers(info->tls_session, &count) : NULL;
    size_t n = sent == NULL ? 0 : count <= CLIENT_CHAIN_MAX ? count : CLIENT_CHAIN_MAX + 1;
    for (size_t i = 0; i < n; i++)
        ret_chain[i] = (struct str){ (const char *)sent[i].data, sent[i].size };
    return n;
}

/* By the host's time: TLS knows no other, and the certificates of a test end when they say, whatever a
 * virtual clock shows. */
static void judge(const struct exchange *x, struct peer *peer)
{
    struct str chain[CLIENT_CHAIN_MAX + 1];
    const struct http *http = x->http;
    size_t n = chain_of(x->connection, chain);
    peer->generation = client_ca_generation(http->config.client_ca);
    peer->judged = true;
    peer->shown = n > 0;
    if (!peer->shown)
        return;
    client_ca_judge(http->config.client_ca, chain, n, clock_host_ms(), &peer->certificate);
    if (peer->certificate.refusal != NULL && http->config.settings->auth == AUTH_OPEN)
        log_write(http->config.log, LOG_NOTICE, "client_certificate id=%s refused=%s", peer->certificate.id,
                  peer->certificate.refusal);
}

static bool no_answer(struct exchange *x)
{
    http_reader_discard(x->http);
    return fail(&x->call->err, ERR_INTERNAL, "The database does not answer.");
}

/* False after fail(): it does not count for what the registry says of it, or the database does not answer. */
static bool look_up(struct exchange *x, const struct client_certificate *certificate)
{
    struct call *call = x->call;
    struct certificate_standing standing;
    struct db *db = http_reader(x->http);
    if (db == NULL ||
        !store_certificate_standing(db, &call->arena, str_from(certificate->content), &standing))
        return no_answer(x);
    if (standing.deleted)
        return fail(&call->err, ERR_FORBIDDEN, "The client certificate is not accepted: it was deleted.");
    if (standing.certificate_id.p == NULL)
        return !certificate->made_here ||
               fail(&call->err, ERR_FORBIDDEN,
                    "The client certificate is not accepted: it is not registered.");
    call->principal = (struct principal){ .kind = PRINCIPAL_THING,
                                          .certificate_id = standing.certificate_id,
                                          .registered = true };
    return standing.status == CERTIFICATE_STATUS_ACTIVE ||
           fail(&call->err, ERR_FORBIDDEN, "The client certificate is not accepted: its status is %s.",
                certificate_status_name(standing.status));
}

bool peer_bind(struct exchange *x, struct str thing)
{
    struct principal *principal = &x->call->principal;
    if (principal->kind != PRINCIPAL_THING || !principal->registered || thing.n == 0)
        return true;
    struct str attached =
        arena_printf(&x->call->arena, PRINCIPAL_CERTIFICATE_PREFIX "%.*s", STR(principal->certificate_id));
    struct db *db = http_reader(x->http);
    if (db != NULL && store_principal_has_thing(db, attached, thing))
        principal->thing_name = thing;
    return (db != NULL && !db_failed(db)) || no_answer(x);
}

bool peer_identify(struct exchange *x)
{
    struct call *call = x->call;
    if (!x->listener->tls || x->listener->sessions.asks == TLS_ASKS_NOBODY)
        return true;
    struct connection *connection = connection_of(x->connection);
    if (connection == NULL)
        return fail(&call->err, ERR_INTERNAL, "The server is out of memory for this connection.");
    struct peer *peer = &connection->peer;
    if (!peer->judged || peer->generation != client_ca_generation(x->http->config.client_ca))
        judge(x, peer);
    if (!peer->shown)
        return true;
    const struct client_certificate *certificate = &peer->certificate;
    if (x->http->config.settings->auth == AUTH_ENFORCE) {
        struct str chain[CLIENT_CHAIN_MAX + 1];
        return chain_of(x->connection, chain) > 0 && peer_access_find(x, certificate, chain[0]);
    }
    if (certificate->refusal != NULL)
        return fail(&call->err, ERR_FORBIDDEN, "The client certificate is not accepted: %s.",
                    certificate->refusal);
    call->principal = (struct principal){
        .kind = PRINCIPAL_THING,
        .certificate_id = str_from(certificate->id),
        .thing_name = certificate->thing_name[0] != '\0' ? str_from(certificate->thing_name) : STR_NONE,
    };
    return look_up(x, certificate);
}
