/*
 * The states of a job execution and who may cause which change.
 *
 *                    ┌───────────────────────────────► SUCCEEDED │ FAILED │ REJECTED   (device)
 *                    │                    ┌──────────►
 *      QUEUED ───────┴──► IN_PROGRESS ────┤
 *        │   device         │  ▲          └──────────► TIMED_OUT                      (service: timers)
 *        │                  └──┘ device
 *        └──────────────────┬─────────────────────────► CANCELED │ REMOVED             (service)
 *
 * Whatever is not drawn is refused. A retry is a new execution, not a change of an old one.
 */
#ifndef IOTJOBS_RULES_EXECUTION_STATE_H
#define IOTJOBS_RULES_EXECUTION_STATE_H

#include "api/model.h"

/* Whether a device may ask for this change. */
bool execution_device_may(enum job_execution_status from, enum job_execution_status to);

/* Whether the service may make this change. */
bool execution_service_may(enum job_execution_status from, enum job_execution_status to);

bool execution_is_terminal(enum job_execution_status status);

/* A new version for this change? Leaving the target group does not count as one (decision 11). */
bool execution_counts_version(enum job_execution_status to);

#endif
