/*
 * Jobs with maintenance windows:
 *
 *     given_job_with(s->w, "fw", "pump", IN_WINDOWS(WINDOW("30 12 * * ? *", 30)));
 *     assert_pending(s, "", "");
 *     advance(s->w, "PT30M");
 *     assert_pending(s, "", "fw");
 */
#ifndef IOTJOBS_TESTS_WINDOWS_H
#define IOTJOBS_TESTS_WINDOWS_H

#include "support/scene.h"

#define WINDOW(cron, minutes) "{\"startTime\":\"cron(" cron ")\",\"durationInMinutes\":" #minutes "}"
#define SCHEDULED_IN(members) ",\"targetSelection\":\"CONTINUOUS\",\"schedulingConfig\":{" members "}"
#define IN_WINDOWS(windows)   SCHEDULED_IN("\"maintenanceWindows\":[" windows "]")

/* Each day from 12:30 to 13:00, closed when a scene begins; from 12:00 to 13:00, open then. */
#define AT_HALF_PAST IN_WINDOWS(WINDOW("30 12 * * ? *", 30))
#define AT_NOON      IN_WINDOWS(WINDOW("0 12 * * ? *", 60))

/* What get answers the pump: the jobs in progress and the queued ones, "a b c". */
void assert_pending(struct scene *s, const char *in_progress, const char *queued);
/* Describing $next shows this job; NULL: nothing is there. */
void assert_next(struct scene *s, const char *job);
/* The timers in the database, "KIND job, …". */
void assert_timers(struct world *w, const char *expected);

#endif
