#include "engine/throttle.h"

#include "ops/op.h"

enum { DEVICES_MAX = 65536, KEYS_MAX = 4096 };

bool throttle_init(struct throttle *throttle, const struct settings *settings, struct clock *clock)
{
    *throttle = (struct throttle){ .settings = settings, .clock = clock };
    if (!buckets_init(&throttle->keys, KEYS_MAX))
        return false;
    if (!buckets_init(&throttle->devices, DEVICES_MAX)) {
        buckets_release(&throttle->keys);
        return false;
    }
    pthread_mutex_init(&throttle->lock, NULL);
    return true;
}

void throttle_release(struct throttle *throttle)
{
    buckets_release(&throttle->keys);
    buckets_release(&throttle->devices);
    pthread_mutex_destroy(&throttle->lock);
}

/* ---- each caller's ---- */

static bool admit_caller(struct buckets *buckets, struct str who, int64_t per_second, struct clock *clock)
{
    return per_second == 0 || buckets_take(buckets, who, per_second, clock_now_ms(clock));
}

bool throttle_admit_principal(struct throttle *throttle, const struct principal *principal)
{
    if (principal->kind == PRINCIPAL_KEY)
        return admit_caller(&throttle->keys, principal->access_key, throttle->settings->key_rate_limit,
                            throttle->clock);
    return principal->certificate_id.n == 0 ||
           admit_caller(&throttle->devices, principal->certificate_id, throttle->settings->device_rate_limit,
                        throttle->clock);
}

static bool admit_thing(struct throttle *throttle, const struct principal *principal, struct str thing)
{
    bool is_known = principal->kind == PRINCIPAL_KEY || principal->certificate_id.n > 0;
    return is_known || thing.n == 0 ||
           admit_caller(&throttle->devices, thing, throttle->settings->device_rate_limit, throttle->clock);
}

/* ---- the account's ---- */

static bool admit_operation(struct throttle *throttle, enum operation operation, bool control)
{
    int64_t per_second =
        control ? throttle->settings->control_rate_limit : throttle->settings->data_rate_limit;
    if (per_second == 0)
        return true;
    struct bucket *bucket = control                        ? &throttle->control[operation]
                            : op_handler(operation).writes ? &throttle->data_writes
                                                           : &throttle->data_reads;
    pthread_mutex_lock(&throttle->lock);
    bool admitted = bucket_take(bucket, per_second, clock_now_ms(throttle->clock));
    pthread_mutex_unlock(&throttle->lock);
    return admitted;
}

bool throttle_admit(struct throttle *throttle, enum operation operation, const struct principal *principal,
                    struct str thing)
{
    bool control = operation_model(operation)->plane == PLANE_CONTROL;
    return throttle_admit_principal(throttle, principal) &&
           (control || admit_thing(throttle, principal, thing)) &&
           admit_operation(throttle, operation, control);
}
