/*
 * Requests that must be refused, as a table:
 *
 *     static const struct refusal refusals[] = { { "{}", INVALID, "1 validation error detected: …" } };
 *     ASSERT_ALL_REFUSED(w, "PUT", "/jobs/fw", refusals);
 */
#ifndef IOTJOBS_TESTS_REFUSALS_H
#define IOTJOBS_TESTS_REFUSALS_H

#include "support/world.h"

struct refusal {
    const char *body;
    int status;
    const char *exception;
    const char *message; /* as for refused() */
};

#define INVALID         400, "InvalidRequestException"
#define NOT_FOUND       404, "ResourceNotFoundException"
#define ALREADY_EXISTS  409, "ResourceAlreadyExistsException"
#define WRONG_STATE     409, "InvalidStateTransitionException"
#define WRONG_VERSION   409, "VersionConflictException"
#define CERT_STATE      406, "CertificateStateException"
#define CERT_INVALID    400, "CertificateValidationException"
#define CERT_CONFLICT   409, "CertificateConflictException"
#define DELETE_CONFLICT 409, "DeleteConflictException"
#define LIMIT_EXCEEDED  410, "LimitExceededException"
#define NOT_IMPLEMENTED 501, "NotImplementedException"

/* Each is refused and changes nothing, and nobody hears anything. */
void assert_all_refused(struct world *w, const char *method, const char *path, const struct refusal *refusals,
                        size_t n);

#define ASSERT_ALL_REFUSED(w, method, path, refusals)                                                        \
    assert_all_refused(w, method, path, refusals, sizeof refusals / sizeof refusals[0])

#endif
