/* GET /_iotjobs/ca.pem: what a client needs to trust the TLS listeners. */
#include "http/own.h"

bool own_ca(struct exchange *x)
{
    struct tls_shown *shown = x->http->config.tls;
    struct err *err = &x->call->err;
    if (shown == NULL)
        return fail(err, ERR_RESOURCE_NOT_FOUND, "TLS is off here.");
    const struct tls *tls = tls_shown_hold(shown);
    bool known = tls->ca != NULL;
    if (known)
        strbuf_add_text(&x->call->reply, tls->ca);
    tls_shown_let_go(shown, tls);
    x->content_type = known ? "application/x-pem-file" : x->content_type;
    return known || fail(err, ERR_RESOURCE_NOT_FOUND,
                         "This server's certificate was issued elsewhere; its issuer has the CA's.");
}
