#include "plugin/departures.h"

#include "base/random.h"

void departures_init(struct departures *departures)
{
    *departures = (struct departures){ 0 };
    random_bytes(&departures->seed, sizeof departures->seed);
}

static uint64_t hash_of(const struct departures *departures, const void *connection)
{
    return str_hash((struct str){ (const char *)&connection, sizeof connection }, departures->seed);
}

void departures_note(struct departures *departures, const void *connection)
{
    uint64_t who = hash_of(departures, connection);
    departures->latest[who % DEPARTURES_KEPT] = (struct departure){ who, ++departures->now };
}

bool departures_since(const struct departures *departures, const void *connection, uint64_t then)
{
    uint64_t who = hash_of(departures, connection);
    const struct departure *latest = &departures->latest[who % DEPARTURES_KEPT];
    return latest->who == who && latest->when > then;
}
