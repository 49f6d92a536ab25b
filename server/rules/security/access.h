/*
 * Who may do what: the one place that decides it. Both edges ask before they decode or run what somebody
 * wants, the broker's for each connection, publication, subscription and delivery.
 */
#ifndef IOTJOBS_RULES_ACCESS_H
#define IOTJOBS_RULES_ACCESS_H

#include "rules/security/action.h"
#include "rules/security/policy_decision.h"

/* What an access key is good for. */
enum access_role {
    ROLE_READ_ONLY = LEVEL_READ,
    ROLE_OPERATOR = LEVEL_OPERATE,
    ROLE_ADMIN = LEVEL_ADMINISTER,
};

enum principal_kind {
    PRINCIPAL_ANYBODY, /* nobody is asked who he is (auth = open) */
    PRINCIPAL_NOBODY,  /* has not said who he is, and should have (auth = enforce) */
    PRINCIPAL_KEY,     /* has signed with an access key, or logged in with one */
    /* Has shown a certificate, and proved to have its key: */
    PRINCIPAL_THING,       /* it stands for a thing (auth = open, record 9) */
    PRINCIPAL_CERTIFICATE, /* IoT policies say what it may (auth = enforce) */
};

/* Of the ARN of what a certificate asks for; AWS's topics have 256 bytes at most. What deciding costs grows
 * with it, and whoever publishes chooses it. */
enum { RESOURCE_BYTES_MAX = 1024 };

/* What is in force for a certificate: the policies that are attached to it and to the groups of its thing. */
struct policy_voice {
    struct str name;
    const struct policy_document *document;
};

struct policy_voices {
    size_t n;
    const struct policy_voice *items;
};

/* Who asks; all zero is anybody. Everything is borrowed. */
struct principal {
    enum principal_kind kind;
    /* PRINCIPAL_KEY */
    struct str access_key;
    enum access_role role;
    /* PRINCIPAL_THING, PRINCIPAL_CERTIFICATE */
    struct str certificate_id; /* SHA-256 of the DER, 64 hexadecimal digits */
    bool registered;           /* the server knows the certificate */
    /* PRINCIPAL_THING: whom it stands for; absent: nobody. Of a certificate that is registered the thing that
     * is asked for, if it is attached to that; of any other its subject's common name. */
    struct str thing_name;
    struct policy_voices policies; /* PRINCIPAL_CERTIFICATE */
};

enum denial_reason {
    DENIED_UNIDENTIFIED,     /* who has not said who he is may nothing that is not public */
    DENIED_BY_ROLE,          /* the key's role is too small for it */
    DENIED_TO_CERTIFICATES,  /* certificates may that never, whatever policies say: keys may */
    DENIED_FOR_OTHER_THINGS, /* the certificate stands for another thing, or for none */
    DENIED_TOO_LONG,         /* certificates: the resource has more than RESOURCE_BYTES_MAX */
    DENIED_IMPLICITLY,       /* no policy allows it */
    DENIED_EXPLICITLY,       /* a policy denies it */
};

struct denial {
    enum denial_reason reason;
    struct str policy; /* DENIED_EXPLICITLY: its name */
};

/*
 * Whether the principal may do the action to the resource, an ARN ("*": the action concerns none). `context`
 * is what else is known of the request, which policies alone ask for; NULL: nothing.
 *
 * Pure, and without an allocation: it is asked for each message. False: *ret_denial says why.
 */
bool may(const struct principal *principal, const struct action *action, struct str resource,
         const struct policy_context *context, struct denial *ret_denial);

/* Why, for logs: "no policy allows it". Static. */
const char *denial_text(enum denial_reason reason);

/* A request to the artefact store. */
struct artifact_action {
    enum access_role
        role; /* of whoever signed it; where keys are not asked for, that of anybody: ROLE_ADMIN */
    bool writes;
    bool transfers; /* it gets, heads or puts one object */
    bool presigned; /* it comes with a URL that somebody else has signed */
};

/* A certificate narrows it down to what URLs in documents are for: getting one object, or putting one. */
bool may_artifact(const struct principal *principal, const struct artifact_action *action);

#endif
