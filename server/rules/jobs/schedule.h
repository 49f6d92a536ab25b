/* When a job starts and ends: the rules of schedulingConfig (control plane, sections 3.1 and 3.2). Times are
 * in UTC, as YYYY-MM-DD HH:MM or YYYY-MM-DDTHH:MM. */
#ifndef IOTJOBS_RULES_SCHEDULE_H
#define IOTJOBS_RULES_SCHEDULE_H

#include "api/errors.h"
#include "api/model.h"

/* A start time lies at least `lead_ms` and at most a year ahead of now. False: ERR_INVALID_REQUEST. */
bool schedule_start(struct str text, int64_t now_ms, int64_t lead_ms, int64_t *ret_start_ms, struct err *err);

/* An end time lies at least `lead_ms` and at most two years ahead of now, and as far behind the start time,
 * where there is one; what happens then needs an end time. False: ERR_INVALID_REQUEST. *ret_behavior
 * is UNSET where there is no end time, and the default where there is one alone. */
bool schedule_end(const struct scheduling_config *config, struct opt_int start_ms, int64_t now_ms,
                  int64_t lead_ms, enum job_end_behavior *ret_behavior, struct err *err);

#endif
