#include "rules/security/access.h"

static bool deny(struct denial *ret_denial, enum denial_reason reason, struct str policy)
{
    *ret_denial = (struct denial){ reason, policy };
    return false;
}

enum { ARN_COLONS = 5 };

/* Whether the ARN is that of the thing, in whichever region. */
static bool is_thing(struct str arn, struct str thing_name)
{
    struct str rest = arn;
    for (int i = 0; i < ARN_COLONS && rest.p; i++)
        str_split(&rest, ':');
    return rest.p && thing_name.n > 0 && str_eq_text(str_split(&rest, '/'), "thing") &&
           str_eq(rest, thing_name);
}

static bool policies_allow(const struct policy_voices *voices, const struct policy_request *request,
                           struct denial *ret_denial)
{
    bool allowed = false;
    for (size_t i = 0; i < voices->n; i++) {
        enum policy_verdict verdict = policy_document_judges(voices->items[i].document, request);
        if (verdict == POLICY_DENIES)
            return deny(ret_denial, DENIED_EXPLICITLY, voices->items[i].name);
        allowed = allowed || verdict == POLICY_ALLOWS;
    }
    return allowed || deny(ret_denial, DENIED_IMPLICITLY, STR_NONE);
}

bool may(const struct principal *principal, const struct action *action, struct str resource,
         const struct policy_context *context, struct denial *ret_denial)
{
    static const struct policy_context nothing = { 0 };
    if (action->level == LEVEL_PUBLIC)
        return true;
    switch (principal->kind) {
    case PRINCIPAL_ANYBODY: return true;
    case PRINCIPAL_NOBODY: break;
    case PRINCIPAL_KEY:
        return (unsigned)principal->role >= (unsigned)action->level ||
               deny(ret_denial, DENIED_BY_ROLE, STR_NONE);
    case PRINCIPAL_THING:
        if (!action->of_policies)
            return deny(ret_denial, DENIED_TO_CERTIFICATES, STR_NONE);
        return is_thing(resource, principal->thing_name) ||
               deny(ret_denial, DENIED_FOR_OTHER_THINGS, STR_NONE);
    case PRINCIPAL_CERTIFICATE:
        if (!action->of_policies)
            return deny(ret_denial, DENIED_TO_CERTIFICATES, STR_NONE);
        if (resource.n > RESOURCE_BYTES_MAX)
            return deny(ret_denial, DENIED_TOO_LONG, STR_NONE);
        return policies_allow(
            &principal->policies,
            &(struct policy_request){ action->name, resource, context ? context : &nothing }, ret_denial);
    }
    return deny(ret_denial, DENIED_UNIDENTIFIED, STR_NONE);
}

const char *denial_text(enum denial_reason reason)
{
    static const char *const texts[] = {
        [DENIED_UNIDENTIFIED] = "it has not said who it is",
        [DENIED_BY_ROLE] = "the role of the access key does not permit it",
        [DENIED_TO_CERTIFICATES] = "no certificate permits it, only access keys do",
        [DENIED_FOR_OTHER_THINGS] = "the certificate stands for another thing, or for none",
        [DENIED_TOO_LONG] = "its name is too long",
        [DENIED_IMPLICITLY] = "no policy allows it",
        [DENIED_EXPLICITLY] = "a policy denies it",
    };
    return texts[reason];
}

bool may_artifact(const struct principal *principal, const struct artifact_action *action)
{
    if (action->writes && action->role == ROLE_READ_ONLY)
        return false;
    switch (principal->kind) {
    case PRINCIPAL_THING:
    case PRINCIPAL_CERTIFICATE: return action->transfers && action->presigned;
    case PRINCIPAL_ANYBODY:
    case PRINCIPAL_NOBODY:
    case PRINCIPAL_KEY: return true;
    }
    return false;
}
