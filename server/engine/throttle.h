/*
 * Request rates (control plane 8.1): off unless the settings control_rate_limit and data_rate_limit say
 * otherwise, so that clients' retries can be tested. Each operation of the control plane has a bucket of its
 * own; the data plane has one for reads and one for writes. A bucket holds one second's worth and is refilled
 * by the server's clock: where that is frozen, nothing comes in.
 *
 * Any thread.
 */
#ifndef IOTJOBS_ENGINE_THROTTLE_H
#define IOTJOBS_ENGINE_THROTTLE_H

#include <pthread.h>

#include "api/model.h"
#include "base/clock.h"
#include "settings.h"

struct bucket {
    int64_t thousandths; /* of a request */
    int64_t filled_ms;   /* when they were counted */
    bool used;           /* false: it is full */
};

struct throttle {
    pthread_mutex_t lock;
    const struct settings *settings;
    struct clock *clock;
    struct bucket control[OPERATION_COUNT];
    struct bucket data_reads, data_writes;
};

void throttle_init(struct throttle *throttle, const struct settings *settings, struct clock *clock);
void throttle_release(struct throttle *throttle);

/* Whether one more request for the operation is within its rate; if so, it counts. */
bool throttle_admit(struct throttle *throttle, enum operation operation);

#endif
