/*
 * Devices that all update at once, on one thread and one epoll, and what came of it.
 *
 * Standard input steers: each line begins a phase of that name, the first one begins the load; its end ends
 * the load. Then every request still gets its time to be answered, and what comes too much its time to
 * arrive.
 */
#ifndef IOTJOBS_LOAD_FLEET_H
#define IOTJOBS_LOAD_FLEET_H

#include "device.h"
#include "histogram.h"

enum {
    FLEET_DEVICES_MAX = 5000,
    FLEET_PHASES_MAX = 8,
    FLEET_LINE_MAX = 64,
};

struct fleet_options {
    uint16_t port; /* MQTT, on 127.0.0.1 */
    const char *name;
    size_t devices;
    int qos;
    int64_t every_us;         /* each device sends so often, answered or not; 0: when it has its answer */
    int64_t answer_within_us; /* what takes longer is lost */
};

/* Requests belong to the phase in which they were due. */
struct phase {
    char name[FLEET_LINE_MAX];
    int64_t began_us, ended_us;
    struct histogram latency; /* of right answers, from when the request was due */
};

struct fleet {
    const struct fleet_options *options;
    struct device *devices; /* options->devices of them */
    int epoll;
    size_t opened;
    struct phase phases[FLEET_PHASES_MAX];
    size_t phase_count;
    uint64_t scheduled; /* requests of the open loop so far */
    int64_t first_due_us;
    bool ending; /* standard input has ended */
    char line[FLEET_LINE_MAX];
    size_t line_n;
    uint64_t verdicts[VERDICT_COUNT];
};

/* Runs to the end. False: a connection broke, or memory did; the reason is on standard error. Problems with
 * answers are not that: they are counted, and the first ones shown. */
bool fleet_run(struct fleet *fleet, const struct fleet_options *options);
void fleet_release(struct fleet *fleet);

#endif
