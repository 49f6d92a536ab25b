/* Times and durations as text. All times are UTC; no locale, no time zone of the host. */
#ifndef IOTJOBS_BASE_TIME_TEXT_H
#define IOTJOBS_BASE_TIME_TEXT_H

#include "base/str.h"

enum { TIME_TEXT_MAX = 32 }; /* enough for any text below, NUL included */

/* Times outside the years 0 to 9999 are written as the nearest one inside. */

/* 2030-01-01T00:00:00.000Z */
void time_format_iso(int64_t ms, char ret_text[TIME_TEXT_MAX]);
/* 2030-01-01T00:00:00Z */
void time_format_second(int64_t ms, char ret_text[TIME_TEXT_MAX]);
/* 20300101T000000Z, the form of X-Amz-Date */
void time_format_basic(int64_t ms, char ret_text[TIME_TEXT_MAX]);
/* Tue, 01 Jan 2030 00:00:00 GMT, as the HTTP Date header wants it */
void time_format_http(int64_t ms, char ret_text[TIME_TEXT_MAX]);
/* YYYY-MM-DD HH:MM */
void time_format_minute(int64_t ms, char ret_text[TIME_TEXT_MAX]);

/* YYYY-MM-DDTHH:MM:SS[.fff]Z, the form of the server's own clock endpoint; also without seconds. */
bool time_parse_iso(struct str text, int64_t *ret_ms);
/* YYYYMMDDTHHMMSSZ and nothing else */
bool time_parse_basic(struct str text, int64_t *ret_ms);
/* The form of time_format_http, also with +0000 or -0000 as the zone; any weekday will do. The older forms of
 * RFC 9110 are no times. */
bool time_parse_http(struct str text, int64_t *ret_ms);
/* YYYY-MM-DD HH:MM or YYYY-MM-DDTHH:MM and nothing else: the form of schedulingConfig times. */
bool time_parse_minute(struct str text, int64_t *ret_ms);

/* ISO 8601 duration of weeks, days, hours, minutes and seconds: PT31M, P1DT2H, PT0.5S */
bool duration_parse_iso(struct str text, int64_t *ret_ms);
/* 250ms 30s 30m 12h 7d, or 0 */
bool duration_parse_unit(struct str text, int64_t *ret_ms);

#endif
