/*
 * A time zone of the IANA database, as the list of its changes from 1970 to the end of 2200. Made once, then
 * read by any thread.
 *
 * Clocks that are put forward skip the times between; clocks that are put back show some times twice, of
 * which the first counts here. NULL is UTC for every function.
 */
#ifndef IOTJOBS_BASE_TIME_ZONE_H
#define IOTJOBS_BASE_TIME_ZONE_H

#include "base/strbuf.h"

struct time_zone;

#define TIME_ZONE_UTC "UTC"

/* Whether there is a zone of that name, such as Europe/Berlin, in the folder of the system, or the one that
 * TZDIR names. UTC needs no folder. False: `ret_problem` says why. */
bool time_zone_check(const char *name, struct strbuf *ret_problem);

/* Checks the name and reads the zone; UTC is NULL. False: `ret_problem` says why. Uses the environment
 * variable TZ meanwhile: before threads are started. */
bool time_zone_open(const char *name, struct time_zone **ret_zone, struct strbuf *ret_problem);
void time_zone_free(struct time_zone *zone);

/* The latest time that clocks in the zone have shown until then: what they show, but while they show for the
 * second time what they have shown before, the end of the first. It never runs backwards. */
int64_t time_zone_local_ms(const struct time_zone *zone, int64_t utc_ms);

/* When they show it first. False: never, it is skipped. */
bool time_zone_utc_ms(const struct time_zone *zone, int64_t local_ms, int64_t *ret_utc_ms);

#endif
