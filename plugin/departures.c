#include "plugin/departures.h"

#include "base/random.h"

void departures_init(struct departures *departures)
{
    *departures = (struct departures){ 0 };
    random_bytes(&departures->seed, sizeof departures->seed);
}

void departures_note(struct departures *departures, struct str client_id)
{
    uint64_t who = str_hash(client_id, departures->seed);
    departures->latest[who % DEPARTURES_KEPT] = (struct departure){ who, ++departures->now };
}

bool departures_since(const struct departures *departures, struct str client_id, uint64_t then)
{
    uint64_t who = str_hash(client_id, departures->seed);
    const struct departure *latest = &departures->latest[who % DEPARTURES_KEPT];
    return latest->who == who && latest->when > then;
}
