/*
 * How many requests of each client wait for the engine: one that publishes without end may fill its share of
 * the inbox, and not the inbox.
 *
 * A fixed table of counts by the client's hash, so that two clients of thousands may count as one; which two
 * differs with each start. Any thread.
 */
#ifndef IOTJOBS_PLUGIN_SHARES_H
#define IOTJOBS_PLUGIN_SHARES_H

#include <stdatomic.h>

#include "base/str.h"

enum { SHARES = 65536 };

struct shares {
    uint64_t seed;
    atomic_uint waiting[SHARES];
};

/* Where a client's requests are counted. Borrowed from the table. */
typedef atomic_uint share;

void shares_init(struct shares *shares);

/* How many requests of one client may wait where so many of all may. */
unsigned shares_each(int64_t inbox_limit);

/* Counts one more request of that client; NULL: `most` of them wait already. */
share *shares_enter(struct shares *shares, struct str client, unsigned most);
/* It was answered. NULL is fine. */
void shares_leave(share *own);

#endif
