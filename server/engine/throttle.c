#include "engine/throttle.h"

#include "ops/op.h"

enum {
    REQUEST = 1000
}; /* one request, in thousandths: a bucket of N a second gets N of them each millisecond */

void throttle_init(struct throttle *throttle, const struct settings *settings, struct clock *clock)
{
    *throttle = (struct throttle){ .settings = settings, .clock = clock };
    pthread_mutex_init(&throttle->lock, NULL);
}

void throttle_release(struct throttle *throttle)
{
    pthread_mutex_destroy(&throttle->lock);
}

/* A clock that was set back fills nothing. */
static void refill(struct bucket *bucket, int64_t per_second, int64_t now_ms)
{
    int64_t full = per_second * REQUEST;
    int64_t passed_ms = now_ms - bucket->filled_ms;
    if (!bucket->used || passed_ms >= REQUEST)
        bucket->thousandths = full;
    else if (passed_ms > 0)
        bucket->thousandths += passed_ms * per_second;
    if (bucket->thousandths > full)
        bucket->thousandths = full;
    bucket->filled_ms = now_ms;
    bucket->used = true;
}

static bool take(struct bucket *bucket, int64_t per_second, int64_t now_ms)
{
    refill(bucket, per_second, now_ms);
    if (bucket->thousandths < REQUEST)
        return false;
    bucket->thousandths -= REQUEST;
    return true;
}

bool throttle_admit(struct throttle *throttle, enum operation operation)
{
    bool control = operation_model(operation)->plane == PLANE_CONTROL;
    int64_t per_second =
        control ? throttle->settings->control_rate_limit : throttle->settings->data_rate_limit;
    if (per_second == 0)
        return true;
    struct bucket *bucket = control                        ? &throttle->control[operation]
                            : op_handler(operation).writes ? &throttle->data_writes
                                                           : &throttle->data_reads;
    pthread_mutex_lock(&throttle->lock);
    bool admitted = take(bucket, per_second, clock_now_ms(throttle->clock));
    pthread_mutex_unlock(&throttle->lock);
    return admitted;
}
