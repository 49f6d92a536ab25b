/* GET /_iotjobs/ca.pem: what a client needs to trust the TLS listeners. */
#include "http/own.h"

bool own_ca(struct exchange *x)
{
    const struct tls *tls = &x->http->tls;
    struct err *err = &x->call->err;
    if (tls->certificates == NULL)
        return fail(err, ERR_RESOURCE_NOT_FOUND, "TLS is off here.");
    if (tls->ca == NULL)
        return fail(err, ERR_RESOURCE_NOT_FOUND,
                    "This server's certificate was issued elsewhere; its issuer has the CA's.");
    x->content_type = "application/x-pem-file";
    strbuf_add_text(&x->call->reply, tls->ca);
    return true;
}
