#include "http/peer_access.h"

#include <gnutls/gnutls.h>

#include "ops/security/device_access.h"

enum { NAME_MAX_SHOWN = 255 };

/* By which the client has called us (SNI); absent: by none. */
static struct str server_name_of(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    char name[NAME_MAX_SHOWN + 1];
    size_t n = sizeof name;
    unsigned type = 0;
    if (info == NULL || gnutls_server_name_get(info->tls_session, name, &n, &type, 0) != GNUTLS_E_SUCCESS ||
        type != GNUTLS_NAME_DNS)
        return STR_NONE;
    return arena_str(&x->call->arena, (struct str){ name, n });
}

static bool find(struct exchange *x, struct db *db, const struct device_connection *connection)
{
    const struct http_config *config = &x->http->config;
    struct op op = { .db = db,
                     .arena = &x->call->arena,
                     .err = &x->call->err,
                     .now_ms = clock_now_ms(config->clock),
                     .settings = config->settings,
                     .log = config->log };
    x->access = arena_alloc(&x->call->arena, sizeof *x->access);
    if (x->access == NULL || !db_begin_read(db))
        return fail(&x->call->err, ERR_INTERNAL, "The database does not answer.");
    bool ok = device_access_find(&op, config->policies, connection, x->access);
    db_end_read(db);
    return ok;
}

static bool note_refusal(struct exchange *x)
{
    const struct denied denied = {
        .principal = principal_text(&x->access->principal, &x->call->arena),
        .action = STR_LIT("connect"),
        .reason = x->access->refusal,
        .source_ip = exchange_source_ip(x),
    };
    denials_note(x->http->config.denials, &denied);
    return fail(&x->call->err, ERR_FORBIDDEN, "The client certificate is not accepted: %s.",
                x->access->refusal);
}

bool peer_access_find(struct exchange *x, const struct client_certificate *certificate, struct str der)
{
    struct call *call = x->call;
    struct db *db = http_reader(x->http);
    const struct device_connection connection = {
        .certificate_id = str_from(certificate->id),
        .content = str_from(certificate->content),
        .pem = certificate_pem(der, &call->arena),
        .thing_name = certificate->thing_name[0] != '\0' ? str_from(certificate->thing_name) : STR_NONE,
        .made_here = certificate->made_here,
        .distrusted = certificate->refusal,
        .revoked = certificate->revoked,
        .source_ip = exchange_source_ip(x),
        .domain_name = server_name_of(x),
        .host_ms = clock_host_ms(),
    };
    if (db == NULL || !find(x, db, &connection)) {
        http_reader_discard(x->http);
        return fail(&call->err, ERR_INTERNAL, "The database does not answer.");
    }
    call->principal = x->access->principal;
    return x->access->refusal == NULL || note_refusal(x);
}

void peer_access_release(struct exchange *x)
{
    if (x->access != NULL)
        device_access_release(x->access);
    x->access = NULL;
}

const struct policy_context *peer_access_context(const struct exchange *x)
{
    return x->access != NULL ? &x->access->context : NULL;
}
