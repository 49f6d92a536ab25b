/*
 * Which connections have gone while their requests were on the way: an answer goes to the connection that
 * asked, and to no later one of the same client id. The broker would keep it for a session that lasts, and
 * hand it to a device that has long asked again. Broker thread only.
 *
 * By connection, not by client id: the broker tells of the end of a WebSocket connection only after another
 * has taken over its id, and may have asked. A connection is the address of what the broker keeps of it,
 * never looked at; one that is used again counts from its next departure on. Until the broker tells, answers
 * to the old WebSocket connection reach the new one.
 *
 * A fixed table of the latest departures; one that was overwritten is forgotten, and then the broker decides
 * as it does for itself.
 */
#ifndef IOTJOBS_PLUGIN_DEPARTURES_H
#define IOTJOBS_PLUGIN_DEPARTURES_H

#include "base/str.h"

enum { DEPARTURES_KEPT = 4096 };

struct departures {
    uint64_t seed;
    uint64_t now; /* counts departures */
    struct departure {
        uint64_t who; /* hash of the connection */
        uint64_t when;
    } latest[DEPARTURES_KEPT];
};

void departures_init(struct departures *departures);
void departures_note(struct departures *departures, const void *connection);
/* Whether the connection has gone since departures->now was `then`. */
bool departures_since(const struct departures *departures, const void *connection, uint64_t then);

#endif
