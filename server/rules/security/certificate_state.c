#include "rules/security/certificate_state.h"

#define TO(status)       (1U << CERTIFICATE_STATUS_##status)
#define TO_WHAT_IS_ASKED (TO(ACTIVE) | TO(INACTIVE) | TO(REGISTER_INACTIVE) | TO(REVOKED))

/* To itself is no change, and goes always. */
static const struct {
    unsigned may_become;
    bool may_be_asked_for;
    bool may_be_registered;
} states[] = {
    [CERTIFICATE_STATUS_ACTIVE] = { TO_WHAT_IS_ASKED, true, true },
    [CERTIFICATE_STATUS_INACTIVE] = { TO_WHAT_IS_ASKED, true, true },
    [CERTIFICATE_STATUS_REVOKED] = { TO(REVOKED), true, true },
    [CERTIFICATE_STATUS_PENDING_TRANSFER] = { 0, false, false },
    [CERTIFICATE_STATUS_REGISTER_INACTIVE] = { TO_WHAT_IS_ASKED, true, false },
    [CERTIFICATE_STATUS_PENDING_ACTIVATION] = { TO_WHAT_IS_ASKED, false, false },
};

bool certificate_status_may_be_asked_for(enum certificate_status status)
{
    return states[status].may_be_asked_for;
}

bool certificate_status_may_be_registered(enum certificate_status status)
{
    return states[status].may_be_registered;
}

bool certificate_status_may_become(enum certificate_status from, enum certificate_status to)
{
    return (states[from].may_become & (1U << to)) != 0;
}

const char *certificate_status_name(enum certificate_status status)
{
    return api_enum_name(&shape_certificate_status, (int)status);
}
