#include "base/calendar.h"

#include <stdbool.h>

/* The calendar repeats every 400 years. Its years are counted from 1 March, so that
 * the leap day is the last one and months follow a straight line of 153 days in five. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, EPOCH_DAY = 719468 /* from 0000-03-01 to 1970-01-01 */ };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t calendar_day(struct date date)
{
    int march_year = date.month <= 2 ? date.year - 1 : date.year;
    int march_month = (date.month + 9) % 12;
    int64_t era = floor_div(march_year, ERA_YEARS);
    int64_t year_of_era = march_year - era * ERA_YEARS;
    int64_t day_of_year = (153 * march_month + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAY;
}

struct date calendar_date(int64_t day)
{
    int64_t shifted = day + EPOCH_DAY;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    struct date date = {
        .day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1),
        .month = (int)(march_month < 10 ? march_month + 3 : march_month - 9),
    };
    date.year = (int)(year_of_era + era * ERA_YEARS + (date.month <= 2));
    return date;
}

int calendar_weekday(int64_t day)
{
    int64_t since_sunday = day + 4; /* 1970-01-01 was a Thursday */
    return (int)(since_sunday - floor_div(since_sunday, 7) * 7);
}

int calendar_month_length(int year, int month)
{
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}
