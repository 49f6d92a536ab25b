/*
 * The load generator's inside: one thread, one epoll, closed loop. Every connection keeps a fixed
 * number of requests in flight and sends the next one when an answer comes.
 */
#ifndef IOTJOBS_BENCH_LOAD_H
#define IOTJOBS_BENCH_LOAD_H

#include "base/str.h"
#include "connection.h"
#include "histogram.h"

enum {
    LOAD_CONNECTIONS_MAX = 1000,
    LOAD_IN_FLIGHT_MAX = 16,
    LOAD_MS_MAX = 60000,
    LOAD_TOPIC_MAX = 128,
};

struct load_options {
    const struct load_protocol *protocol;
    uint16_t port; /* on 127.0.0.1 */
    size_t connections;
    size_t in_flight; /* per connection */
    int64_t warmup_ms, measure_ms;
    int64_t pause_ms;   /* between an answer and the next request; 0: none */
    int qos;            /* MQTT */
    const char *path;   /* HTTP; "{n}" in it stands for a number that no other request has */
    const char *method; /* HTTP */
    const char *body;   /* HTTP; NULL: none */
    int64_t number;     /* of the first request */
};

struct client {
    struct connection connection;
    bool open;                           /* requests may be sent */
    int64_t sent_us[LOAD_IN_FLIGHT_MAX]; /* a ring: requests are answered in order */
    size_t sent_first, sent_count;
    int64_t due_us; /* after a pause; 0: nothing to send */
    uint16_t packet_id;
    char topic[LOAD_TOPIC_MAX];
};

struct load {
    const struct load_options *options;
    struct client *clients; /* options->connections of them */
    int epoll;
    size_t opened;
    int64_t measure_from_us, measure_until_us; /* 0 until every connection is open */
    struct histogram latency;                  /* of the answers in the measured time */
    uint64_t refused;                          /* answers that say no */
    uint64_t requests;                         /* sent so far */
};

struct load_protocol {
    /* The TCP connection stands: appends what opens the protocol, or calls load_opened at once. */
    bool (*greet)(struct load *load, struct client *client);
    /* Appends one request. */
    bool (*request)(struct load *load, struct client *client);
    /* Consumes what is whole in connection.in, calling load_opened and load_answered. False: broken. */
    bool (*receive)(struct load *load, struct client *client);
    /* Appends what ends the protocol politely. */
    bool (*leave)(struct client *client);
};

extern const struct load_protocol load_mqtt, load_http;

/* For protocols. */
bool load_opened(struct load *load, struct client *client);
/* `refusal` is the text of an answer that says no; absent: the request was carried out. */
bool load_answered(struct load *load, struct client *client, struct str refusal);

/* Runs the whole load. False: the reason is on standard error. */
bool load_run(struct load *load);

#endif
