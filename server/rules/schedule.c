#include "rules/schedule.h"

#include <inttypes.h>

#include "base/time_text.h"

static const int64_t minute_ms = 60 * 1000;
static const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;

bool schedule_start(struct str text, int64_t now_ms, int64_t lead_ms, int64_t *ret_start_ms, struct err *err)
{
    int64_t start_ms;
    if (!time_parse_minute(text, &start_ms))
        return fail(err, ERR_INVALID_REQUEST,
                    "StartTime '%.*s' is not a valid time. Use the form YYYY-MM-DD HH:MM or "
                    "YYYY-MM-DDTHH:MM, in UTC, "
                    "without seconds and offset.",
                    STR(text));
    if (start_ms < now_ms + lead_ms) {
        char now[TIME_TEXT_MAX];
        time_format_iso(now_ms, now);
        return fail(err, ERR_INVALID_REQUEST,
                    "StartTime must be at least %" PRId64 " minutes from now. StartTime is %.*s, now is %s.",
                    (lead_ms + minute_ms - 1) / minute_ms, STR(text), now);
    }
    if (start_ms > now_ms + year_ms)
        return fail(err, ERR_INVALID_REQUEST,
                    "StartTime must be at most one year from now. StartTime is %.*s.", STR(text));
    *ret_start_ms = start_ms;
    return true;
}
