#include "http/health.h"

#include <stdio.h>

static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;

struct health health_of_engine(const struct engine_stats *stats)
{
    if (stats->oldest_call_ms > HEALTH_STUCK_MS)
        return (struct health){ false, "stuck" };
    if (stats->last_commit_failed)
        return (struct health){ false, "commits fail" };
    return (struct health){ true, "ok" };
}

struct health health_of_certificate(int64_t expires_ms, int64_t host_ms)
{
    struct health health = { true, "ok" };
    int64_t days = (expires_ms - host_ms) / day_ms;
    if (expires_ms <= host_ms)
        return (struct health){ false, "expired" };
    if (days < HEALTH_WARN_DAYS)
        snprintf(health.text, sizeof health.text, "expires in %d days", (int)days);
    return health;
}
