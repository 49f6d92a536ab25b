/*
 * Who may do what. Each edge asks here before it decodes or runs what somebody wants of it, and nobody
 * decides it anywhere else: with policies, topics that are published or subscribed and the control plane are
 * further actions of this one question.
 */
#ifndef IOTJOBS_RULES_ACCESS_H
#define IOTJOBS_RULES_ACCESS_H

#include "api/model.h"

enum principal_kind {
    PRINCIPAL_ANYBODY,     /* has not said who he is */
    PRINCIPAL_CERTIFICATE, /* has shown a certificate that a trusted CA signed, and proved to have its key */
};

/* Who asks; all zero is anybody. The texts are borrowed. */
struct principal {
    enum principal_kind kind;
    struct str certificate_id; /* SHA-256 of the DER, 64 hexadecimal digits */
    bool registered;           /* the server knows the certificate */
    /* Whom it stands for; absent: nobody. Of a certificate that is registered the thing that is asked for, if
     * it is attached to that; of any other its subject's common name. */
    struct str thing_name;
};

/*
 * Whether the principal may do this to the thing; `thing` is absent where the action concerns none. OP_NONE
 * stands for our own endpoints.
 *
 * Anybody may do everything, for nobody is required to say who he is. A certificate narrows it down: to the
 * device's own operations, for the thing that it stands for.
 */
bool may(const struct principal *principal, enum operation action, struct str thing);

/* What a key that signs requests to the artefact store is good for. */
enum access_role { ROLE_ADMIN, ROLE_OPERATOR, ROLE_READ_ONLY };

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
