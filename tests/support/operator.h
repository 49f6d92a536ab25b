/*
 * Operations of the control plane that go past the edges of a whole server, to its engine: by somebody who
 * may do anything, whatever the server asks of its clients.
 *
 *     operate(server, "PUT", "/things/pump/principals", pump.registered.arn, NULL);
 */
#ifndef IOTJOBS_TESTS_OPERATOR_H
#define IOTJOBS_TESTS_OPERATOR_H

#include "server.h"

/* Waits until it is done, and fails the test unless it succeeds. `principal`: the header x-amzn-principal,
 * `body`; either may be NULL. */
void operate(struct server *server, const struct settings *settings, const char *method, const char *target,
             const char *principal, const char *body);

#endif
