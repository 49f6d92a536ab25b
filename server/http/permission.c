#include "http/permission.h"

#include "http/peer_access.h"

/* What a certificate may with auth = open. */
static bool deny_thing(struct err *err, const struct principal *principal)
{
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

static bool deny(struct exchange *x, const struct action *action, struct str resource)
{
    const struct principal *principal = &x->call->principal;
    struct err *err = &x->call->err;
    switch (principal->kind) {
    case PRINCIPAL_KEY:
        return fail(err, ERR_ACCESS_DENIED,
                    "User: arn:aws:iam::%s:user/%.*s is not authorized to perform: %.*s on resource: %.*s "
                    "because no identity-based policy allows the %.*s action",
                    x->http->config.settings->account_id, STR(principal->access_key), STR(action->name),
                    STR(resource), STR(action->name));
    case PRINCIPAL_THING: return deny_thing(err, principal);
    case PRINCIPAL_CERTIFICATE: return fail(err, ERR_FORBIDDEN, "Forbidden");
    case PRINCIPAL_ANYBODY:
    case PRINCIPAL_NOBODY: break;
    }
    return fail(err, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
}

/* In order: the first that an operation's path has is what it is about. */
static const struct {
    const char *label;
    const char *type;
} resources[] = {
    { "thingName", "thing" },           { "jobId", "job" },
    { "thingGroupName", "thinggroup" }, { "thingTypeName", "thingtype" },
    { "jobTemplateId", "jobtemplate" }, { "templateName", "jobtemplate" },
    { "policyName", "policy" },         { "certificateId", "cert" },
    { "caCertificateId", "cacert" },    { "indexName", "index" },
};

struct str permission_resource(struct exchange *x, struct str region, const struct operation_model *model,
                               const struct labels *labels)
{
    struct str target = labels_value(labels, model, "target"); /* an ARN itself */
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        struct str name = labels_value(labels, model, resources[i].label);
        if (name.n > 0)
            return arena_printf(&x->call->arena, "arn:aws:iot:%.*s:%s:%s/%.*s", STR(region),
                                x->http->config.settings->account_id, resources[i].type, STR(name));
    }
    return target.n > 0 ? target : STR_LIT("*");
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
    return deny(x, action, resource);
}
