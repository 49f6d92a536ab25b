#include "http/permission.h"

#include "http/peer_access.h"

static bool deny_certificate(struct err *err, const struct principal *principal)
{
    if (principal->kind == PRINCIPAL_CERTIFICATE)
        return fail(err, ERR_FORBIDDEN, "Forbidden");
    if (principal->registered)
        return fail(
            err, ERR_FORBIDDEN,
            "The client certificate permits the things that it is attached to their own operations on "
            "their jobs, nothing else.");
    if (principal->thing_name.n == 0)
        return fail(err, ERR_FORBIDDEN,
                    "The client certificate stands for no thing: the common name of its subject names none.");
    return fail(
        err, ERR_FORBIDDEN,
        "The client certificate stands for the thing %.*s, and permits that thing's own operations on "
        "its jobs, nothing else.",
        STR(principal->thing_name));
}

struct str permission_resource(struct exchange *x, struct str region, struct str thing)
{
    if (thing.n == 0)
        return STR_LIT("*");
    return arena_printf(&x->call->arena, "arn:aws:iot:%.*s:%s:thing/%.*s", STR(region),
                        x->http->config.settings->account_id, STR(thing));
}

bool permission_granted(struct exchange *x, const struct action *action, struct str resource)
{
    struct call *call = x->call;
    struct denial denial;
    if (may(&call->principal, action, resource, peer_access_context(x), &denial))
        return true;
    const struct denied denied = {
        .principal = principal_text(&call->principal, &call->arena),
        .action = action->name,
        .resource = resource,
        .reason = denial_text(denial.reason),
        .policy = denial.policy,
        .source_ip = exchange_source_ip(x),
    };
    denials_note(x->http->config.denials, &denied);
    return deny_certificate(&call->err, &call->principal);
}
