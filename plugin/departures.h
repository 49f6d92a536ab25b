/*
 * Which clients have gone while their requests were on the way: an answer goes to the connection that asked,
 * and to no later one of the same client id. The broker would keep it for a session that lasts, and hand it
 * to a device that has long asked again. Broker thread only.
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
        uint64_t who; /* hash of the client id */
        uint64_t when;
    } latest[DEPARTURES_KEPT];
};

void departures_init(struct departures *departures);
void departures_note(struct departures *departures, struct str client_id);
/* Whether the client has gone since departures->now was `then`. */
bool departures_since(const struct departures *departures, struct str client_id, uint64_t then);

#endif
