/* The Gregorian calendar, extended to all years before and after. No time zones. */
#ifndef IOTJOBS_BASE_CALENDAR_H
#define IOTJOBS_BASE_CALENDAR_H

#include <stdint.h>

struct date {
    int year, month, day; /* month and day from 1 */
};

/* Days since 1970-01-01. */
int64_t calendar_day(struct date date);
struct date calendar_date(int64_t day);

/* 0 is Sunday. */
int calendar_weekday(int64_t day);

int calendar_month_length(int year, int month);

#endif
