#include "rules/jobs/schedule.h"

#include <inttypes.h>

#include "base/time_text.h"

static const int64_t minute_ms = 60 * 1000;
static const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;

static int64_t whole_minutes(int64_t ms)
{
    return (ms + minute_ms - 1) / minute_ms;
}

/* `name` is that of the time in messages. */
static bool read_time(const char *name, struct str text, int64_t *ret_ms, struct err *err)
{
    return time_parse_minute(text, ret_ms) ||
           fail(err, ERR_INVALID_REQUEST,
                "%s '%.*s' is not a valid time. Use the form YYYY-MM-DD HH:MM or YYYY-MM-DDTHH:MM, in UTC, "
                "without seconds and offset.",
                name, STR(text));
}

static bool check_lead(const char *name, struct str text, int64_t ms, int64_t now_ms, int64_t lead_ms,
                       struct err *err)
{
    char now[TIME_TEXT_MAX];
    if (ms >= now_ms + lead_ms)
        return true;
    time_format_iso(now_ms, now);
    return fail(err, ERR_INVALID_REQUEST,
                "%s must be at least %" PRId64 " minutes from now. %s is %.*s, now is %s.", name,
                whole_minutes(lead_ms), name, STR(text), now);
}

bool schedule_start(struct str text, int64_t now_ms, int64_t lead_ms, int64_t *ret_start_ms, struct err *err)
{
    int64_t start_ms;
    if (!read_time("StartTime", text, &start_ms, err) ||
        !check_lead("StartTime", text, start_ms, now_ms, lead_ms, err))
        return false;
    if (start_ms > now_ms + year_ms)
        return fail(err, ERR_INVALID_REQUEST,
                    "StartTime must be at most one year from now. StartTime is %.*s.", STR(text));
    *ret_start_ms = start_ms;
    return true;
}

/* ---- the end ---- */

/* Within two years from now is within two years from any start time. */
static bool check_end(const struct scheduling_config *config, int64_t end_ms, struct opt_int start_ms,
                      int64_t now_ms, int64_t lead_ms, struct err *err)
{
    struct str text = config->end_time;
    if (!check_lead("EndTime", text, end_ms, now_ms, lead_ms, err))
        return false;
    if (end_ms > now_ms + 2 * year_ms)
        return fail(err, ERR_INVALID_REQUEST, "EndTime must be at most two years from now. EndTime is %.*s.",
                    STR(text));
    if (start_ms.set && end_ms < start_ms.value + lead_ms)
        return fail(err, ERR_INVALID_REQUEST,
                    "EndTime must be at least %" PRId64
                    " minutes after StartTime. StartTime is %.*s, EndTime is %.*s.",
                    whole_minutes(lead_ms), STR(config->start_time), STR(text));
    return true;
}

bool schedule_end(const struct scheduling_config *config, struct opt_int start_ms, int64_t now_ms,
                  int64_t lead_ms, enum job_end_behavior *ret_behavior, struct err *err)
{
    int64_t end_ms;
    if (!config->end_time.p && config->end_behavior)
        return fail(err, ERR_INVALID_REQUEST, "EndBehavior cannot be specified without EndTime.");
    if (!config->end_time.p) {
        *ret_behavior = JOB_END_BEHAVIOR_UNSET;
        return true;
    }
    if (!read_time("EndTime", config->end_time, &end_ms, err) ||
        !check_end(config, end_ms, start_ms, now_ms, lead_ms, err))
        return false;
    *ret_behavior = config->end_behavior ? config->end_behavior : JOB_END_BEHAVIOR_STOP_ROLLOUT;
    return true;
}
