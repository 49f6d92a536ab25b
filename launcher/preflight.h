/*
 * What would stop the broker, found out before it starts, so that the user reads one sentence instead
 * of the broker's log.
 */
#ifndef IOTJOBS_LAUNCHER_PREFLIGHT_H
#define IOTJOBS_LAUNCHER_PREFLIGHT_H

#include "settings.h"

/* Whether every port that is switched on can be listened to. */
bool preflight_ports(const struct settings *settings, struct strbuf *ret_problem);

#endif
