/*
 * Which status a certificate may have, and get (identity 1.2).
 *
 *     INACTIVE <──> ACTIVE        PENDING_ACTIVATION (registered by its first connection)
 *         │            │                  │
 *         └──────> REVOKED <──────────────┘        PENDING_TRANSFER (on its way to another account)
 *
 * REVOKED is final. Nobody asks for one of the PENDING ones; leaving PENDING_TRANSFER is the transfer's
 * affair.
 */
#ifndef IOTJOBS_RULES_CERTIFICATE_STATE_H
#define IOTJOBS_RULES_CERTIFICATE_STATE_H

#include "api/model.h"

/* Whether UpdateCertificate takes that as a certificate's new status at all. */
bool certificate_status_may_be_asked_for(enum certificate_status status);
/* Whether a certificate can be registered with it. */
bool certificate_status_may_be_registered(enum certificate_status status);
/* Whether a certificate may go from the one to the other, which may be asked for. */
bool certificate_status_may_become(enum certificate_status from, enum certificate_status to);

const char *certificate_status_name(enum certificate_status status);

#endif
