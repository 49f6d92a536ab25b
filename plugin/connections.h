/*
 * Who is connected, and telling the engine where the fleet index wants to know (ops/fleet/connectivity.h). No
 * broker needed. Broker thread only, but for the engine's answer.
 *
 * All clients whose ids could be names of things are known at any time, so that an index which is switched on
 * finds them. Told is only what the index follows: changes queue up and leave on the tick, some at a time,
 * one call after the other; what changes faster than that is told as it is in the end. What the engine could
 * not take or commit stays in the queue.
 */
#ifndef IOTJOBS_PLUGIN_CONNECTIONS_H
#define IOTJOBS_PLUGIN_CONNECTIONS_H

#include "engine/engine.h"
#include "ops/fleet/connectivity.h"

struct connection;

struct connections {
    struct engine *engine;
    struct clock *clock;
    struct connectivity_watch *watch;
    /* Called when the engine has done with a call: the next tick should come soon. Engine thread. */
    void (*ring)(void *context);
    void *ring_context;

    struct connection **places;      /* by client id */
    size_t size, n;                  /* size: a power of two, or 0 */
    uint64_t seed;                   /* nobody can choose ids that fall on one place */
    struct connection *first, **end; /* to be told, in the order of the changes */
    unsigned long generation;        /* of the watch when the queue was filled; 0: nobody wants to know */
    struct telling *telling;         /* the call that is on its way; NULL: none */
};

void connections_init(struct connections *connections);
/* After the engine has stopped. */
void connections_release(struct connections *connections);

/* What a client says of itself when it connects. */
struct arrival {
    const void *connection; /* see departures.h */
    struct str client_id;
    int keep_alive_s;
    bool clean_session;
};

/* Without memory the client is not known. */
void connections_came(struct connections *connections, const struct arrival *arrival);
/* `reason` is one of AWS's, of static memory. Harmless when another connection has taken over the client id.
 */
void connections_left(struct connections *connections, const void *connection, struct str client_id,
                      const char *reason);

/* On each tick. */
void connections_tell(struct connections *connections);

#endif
