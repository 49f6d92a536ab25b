/*
 * By when a client has to be done with what he is at. libmicrohttpd's time-out is of silence alone: whoever
 * sends a byte now and then would keep his connection, of which there are not many, for ever.
 *
 *     accepted ─▶ HEADERS ─▶ BODY or FLOW ─▶ SERVER ─▶ FLOW ─▶ WAITING ─▶ HEADERS …
 *
 * A thread looks at all connections once a second and shuts those down that are late, as if the client had
 * left; libmicrohttpd finds that out by itself, and cleans up. Times are the host's.
 *
 * Any thread, unless it says otherwise.
 */
#ifndef IOTJOBS_HTTP_DEADLINE_H
#define IOTJOBS_HTTP_DEADLINE_H

#include "base/log.h"

/* What a connection waits for. */
enum deadline_wait {
    WAIT_HEADERS, /* the TLS handshake and the headers, as a whole, within headers_ms */
    WAIT_BODY,    /* a body that is small, as a whole, within body_ms */
    WAIT_FLOW, /* a large body, or that the client takes an answer: FLOW_LEAST bytes a second, over flow_ms */
    WAIT_SERVER,  /* us: as long as it takes */
    WAIT_REQUEST, /* the next request: its headers within idle_ms and headers_ms together */
};

enum { FLOW_LEAST = 1024 };

struct deadline_rules {
    int64_t headers_ms, body_ms, flow_ms, idle_ms;
};

struct deadlines;

/* One connection's. Its owner's memory, and what is in it ours. */
struct deadline {
    int socket;
    enum deadline_wait wait;
    int64_t since_us; /* clock_mono_us */
    bool measured;    /* FLOW: what follows is known */
    uint64_t moved;   /* bytes, in both directions, by since_us */
    struct deadline *next, **here;
};

/* NULL: there is no memory, or no thread. Both are borrowed until the stop. */
struct deadlines *deadlines_start(const struct deadline_rules *rules, struct log *log);
/* When every connection was removed. NULL is fine. */
void deadlines_stop(struct deadlines *deadlines);

/* From then on, and with WAIT_HEADERS. The socket stays open until deadlines_remove. */
void deadlines_add(struct deadlines *deadlines, struct deadline *deadline, int socket);
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);

/* The connection waits for something else from now on. */
void deadlines_wait(struct deadlines *deadlines, struct deadline *deadline, enum deadline_wait wait);
/* A request has begun to come: the connection waits for its headers, if it has waited for a request. */
void deadlines_request(struct deadlines *deadlines, struct deadline *deadline);

/* What the thread does once a second. */
void deadlines_look(struct deadlines *deadlines, int64_t now_us);

/* For /_iotjobs/info and tests. */
struct deadlines_stats {
    uint64_t connections, late; /* there now; shut down so far */
};
struct deadlines_stats deadlines_stats(struct deadlines *deadlines);

#endif
