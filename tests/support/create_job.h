/*
 * What the tests of CreateJob tell their stories with: bodies of requests, a world in which the clock does
 * not stand on a full second, and the two requests that they send again and again.
 */
#ifndef IOTJOBS_TESTS_CREATE_JOB_H
#define IOTJOBS_TESTS_CREATE_JOB_H

#include "support/world.h"

/* Bodies for the target "pump": with these members, and with a document and `more`, which begins with a comma
 * unless it is "". */
#define TARGETS       "\"targets\":[\"" PUMP_ARN "\"]"
#define WITH(members) "{" TARGETS "," members "}"
#define PLAIN(more)   WITH("\"document\":\"{}\"" more)

/* cmocka's set-up, to go with world_tear_down: the world with the thing "pump", a quarter of a second past
 * NOON. */
int create_job_set_up(void **state);

/* CreateJob and DescribeJob, which must be answered with 200. */
struct answer *create_job(struct world *w, const char *job, const char *body);
struct answer *describe_job(struct world *w, const char *job);

#endif
