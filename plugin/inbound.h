/*
 * What clients publish becomes a call of the engine. No broker needed.
 *
 * A publication on a jobs topic is routed, decoded and submitted; its answer leaves through the outbox
 * (plugin/outbound.h), to the client that asked and nobody else. What can be refused without the database
 * (a topic that means nothing, a payload that does not decode, an inbox that is full, or as full of one
 * client's requests as it may be) is refused at once.
 */
#ifndef IOTJOBS_PLUGIN_INBOUND_H
#define IOTJOBS_PLUGIN_INBOUND_H

#include "engine/engine.h"
#include "plugin/departures.h"
#include "plugin/shares.h"

/* AWS's limit for the payload of one message. */
enum { INBOUND_PAYLOAD_MAX = 128 * 1024 };

/* Where calls go, where their answers go, the time of those that never get to the engine, and who has left.
 */
struct inbound {
    struct engine *engine;
    struct outbox *outbox;
    struct clock *clock;
    struct departures *departures;
    struct shares *shares; /* of the inbox */
    unsigned share;        /* how many requests of one client may wait */
};

/* Everything is borrowed for the length of inbound_take. */
struct publication {
    const void *connection; /* see departures.h */
    struct str client_id;
    struct str certificate_id; /* of the client, where it has to show one; absent: it has not */
    struct str topic;
    struct str payload;
    int qos;
};

/* Ignores topics that are not requests to the service. Any one thread at a time. */
void inbound_take(const struct inbound *inbound, const struct publication *publication);

#endif
