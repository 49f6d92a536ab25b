/* When a job starts: the rules of schedulingConfig (control plane, section 3.1). */
#ifndef IOTJOBS_RULES_SCHEDULE_H
#define IOTJOBS_RULES_SCHEDULE_H

#include "api/errors.h"

/* A start time lies at least `lead_ms` and at most a year ahead of now, in UTC, as YYYY-MM-DD HH:MM or
 * YYYY-MM-DDTHH:MM. False: ERR_INVALID_REQUEST. */
bool schedule_start(struct str text, int64_t now_ms, int64_t lead_ms, int64_t *ret_start_ms, struct err *err);

#endif
