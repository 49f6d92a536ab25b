/*
 * A device that updates its one job execution and judges every answer.
 *
 * Requests are numbered from 0, and request k is the one that makes version k + 2 of an execution that was
 * queued with version 1. So number, version before, version after, status details and client token all follow
 * from each other, and an answer is checked to the last member.
 */
#ifndef IOTJOBS_LOAD_DEVICE_H
#define IOTJOBS_LOAD_DEVICE_H

#include "connection.h"
#include "mqtt_wire.h"

enum {
    DEVICE_IN_FLIGHT_MAX = 1024,
    DEVICE_TOPIC_MAX = 256,
    DEVICE_PAYLOAD_MAX = 256,
    THINGS_PER_JOB = 100,
};

/* What an answer, or its absence, is. */
enum verdict {
    ANSWER_RIGHT,
    ANSWER_LOST,
    ANSWER_DUPLICATED, /* the request has had its answer */
    ANSWER_MISROUTED,  /* about another thing, with another device's token, or to nothing that was asked */
    ANSWER_DISORDERED, /* earlier requests have no answer yet */
    ANSWER_REJECTED,
    ANSWER_WRONG, /* accepted, with a state that is not what the request made */
    VERDICT_COUNT,
};

struct request {
    int64_t due_us; /* when it was, or should have been, sent */
    size_t phase;
};

struct device {
    struct connection connection;
    char topic[DEVICE_TOPIC_MAX]; /* of its requests */
    uint16_t packet_id;
    uint64_t sent, answered;                        /* answered <= sent; the difference is in flight */
    struct request in_flight[DEVICE_IN_FLIGHT_MAX]; /* a ring: request k is in slot k modulo its size */
    bool open;                                      /* requests may be sent */
    bool failed;                                    /* something went wrong: it sends no more */
};

const char *verdict_name(enum verdict verdict);

/* Device `index` is thing "NAME-thing-<index>" with job "NAME-job-<index / THINGS_PER_JOB>". */
void device_init(struct device *device, int epoll, size_t index, const char *name);
/* Appends its CONNECT. */
bool device_greet(struct device *device);

bool device_may_send(const struct device *device);
/* Appends the next request. False: the connection's `out` is full. */
bool device_send(struct device *device, int qos, struct request request);

/* Of the oldest request in flight; requires that there is one. */
const struct request *device_oldest(const struct device *device);

/* Judges what has arrived. A right answer takes the oldest request out of flight, and so does a wrong or
 * rejected one; the request is then in *ret_request. Any other changes nothing. */
enum verdict device_judge(struct device *device, const struct mqtt_publish *answer,
                          struct request *ret_request);

/* Counts everything in flight as lost: returns how many that are. */
uint64_t device_give_up(struct device *device);

#endif
