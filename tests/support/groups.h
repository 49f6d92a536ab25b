/*
 * Jobs for thing groups, and things that come and go:
 *
 *     given_group(w, "hall", "site");
 *     given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("site") "," THING_TARGET("fan"));
 *     join(w, "hall", "pump");
 *     assert_executions(w, "fw", "pump", "QUEUED 1");
 */
#ifndef IOTJOBS_TESTS_GROUPS_H
#define IOTJOBS_TESTS_GROUPS_H

#include "support/world.h"

#define GROUP_TARGET(group) "\"arn:aws:iot:us-east-1:000000000000:thinggroup/" group "\""
#define THING_TARGET(thing) "\"arn:aws:iot:us-east-1:000000000000:thing/" thing "\""

/*  zone        site
 *            /      \
 *         hall      yard        and the things pump, valve, fan, in none of them */
int groups_set_up(void **state);

/* `parent` NULL: at the top. */
void given_group(struct world *w, const char *group, const char *parent);
/* Things NAME-0, NAME-1, … in the group, written into the database: nobody is told. */
void given_members(struct world *w, const char *group, const char *name, int n);

/* From here on, jobs that say nothing of a rate roll out as fast as they can. */
void unpaced(struct world *w);

void given_job_for(struct world *w, const char *job, const char *selection, const char *targets);
void given_job_for_with(struct world *w, const char *job, const char *selection, const char *targets,
                        const char *more_members);

/* The job fw for the group site, which has so many members, lamp-0, lamp-1, …; nobody listens. */
void given_job_for_lamps(struct world *w, int n, const char *selection, const char *more_members);

void join(struct world *w, const char *group, const char *thing);
void leave(struct world *w, const char *group, const char *thing);
/* In one request; the groups as a list of JSON strings, "" for none. */
void move(struct world *w, const char *thing, const char *from, const char *to);

/* The device reports that status of its newest execution of the job. */
void device_reports(struct world *w, const char *job, const char *thing, const char *status);

/* The thing's executions of the job, newest first, as "STATUS number"; "" for none. */
void assert_executions(struct world *w, const char *job, const char *thing, const char *expected);
/* Those of jobProcessDetails that are not 0, as "Queued 2, Removed 1" in the order of AWS's answer. */
void assert_counts(struct world *w, const char *job, const char *expected);

#endif
