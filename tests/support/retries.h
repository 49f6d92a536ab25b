/*
 * Jobs that try again, and executions that end so:
 *
 *     given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 2)));
 *     given_end(s, "fw", "TIMED_OUT");
 *     assert_attempts(s, "fw", "QUEUED 2 1, TIMED_OUT 1 0");
 */
#ifndef IOTJOBS_TESTS_RETRIES_H
#define IOTJOBS_TESTS_RETRIES_H

#include "support/scene.h"

#define CRITERION(type, n) "{\"failureType\":\"" type "\",\"numberOfRetries\":" #n "}"
#define RETRIES(criteria)  ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[" criteria "]}"

/* The device has started the pump's newest execution of the job. */
void given_running(struct scene *s, const char *job);

/* The pump's newest execution of the job ends so: reported by the device; or, for TIMED_OUT, by its step
 * timer, with which it is started first, a minute later. */
void given_end(struct scene *s, const char *job, const char *status);

/* What the control plane lists of the pump's executions of the job, newest first: of each "STATUS
 * executionNumber retryAttempt". */
void assert_attempts(struct scene *s, const char *job, const char *expected);

#endif
