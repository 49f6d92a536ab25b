/*
 * Cron expressions as maintenance windows have them (control plane, section 3.3): six fields.
 *
 *     cron(minutes hours day-of-month month day-of-week year)
 *     cron(0 2 ? * MON *)      Mondays at 02:00
 *     cron(30 22 L * ? *)      the last day of each month at 22:30
 *     cron(0/15 8-17 ? * 6L *) every quarter of an hour in the office hours of each month's last Friday
 *
 * They are about what clocks show; of time zones nothing is known here (rules/jobs/window). Times are counted
 * as if the clocks were UTC's.
 *
 * https://docs.aws.amazon.com/iot/latest/developerguide/jobs-configurations-details.html
 */
#ifndef IOTJOBS_RULES_CRON_H
#define IOTJOBS_RULES_CRON_H

#include "api/errors.h"

/* A set of small numbers. */
struct cron_set {
    uint64_t words[4];
};

/* The fields, parsed. A day matches when it is in any of the sets for days: of the two fields one is `?`. */
struct cron {
    struct cron_set minutes, hours, months;
    struct cron_set years;            /* counted from 1970 */
    struct cron_set days;             /* of the month, from 1 */
    struct cron_set nearest_weekdays; /* 15W: the weekday nearest to the 15th, within its month */
    bool last_day, last_weekday;      /* L, LW in day-of-month */
    struct cron_set weekdays;         /* 1 is Sunday */
    struct cron_set last_of_weekday;  /* 6L: the last Friday of the month */
    int64_t nth_weekday, nth;         /* 3#2: the second Tuesday of the month; nth is 0 without # */
};

/* False: ERR_INVALID_REQUEST, saying what would be right. */
bool cron_parse(struct str text, struct cron *ret_cron, struct err *err);

/* The first occurrence after `after_ms`, which is a whole minute. False: there is none. Looks at the months
 * one by one, to the end of 2199 at most. */
bool cron_next(const struct cron *cron, int64_t after_ms, int64_t *ret_next_ms);

/* The same, looking no further than `until_ms`, which may itself be the occurrence. */
bool cron_next_until(const struct cron *cron, int64_t after_ms, int64_t until_ms, int64_t *ret_next_ms);

#endif
