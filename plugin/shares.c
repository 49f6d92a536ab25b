#include "plugin/shares.h"

#include "base/random.h"

enum { SHARES_OF_INBOX = 20, SHARE_LEAST = 100 };

void shares_init(struct shares *shares)
{
    random_bytes(&shares->seed, sizeof shares->seed);
    for (size_t i = 0; i < SHARES; i++)
        atomic_init(&shares->waiting[i], 0);
}

unsigned shares_each(int64_t inbox_limit)
{
    int64_t each = inbox_limit / SHARES_OF_INBOX;
    return each > SHARE_LEAST ? (unsigned)each : SHARE_LEAST;
}

share *shares_enter(struct shares *shares, struct str client, unsigned most)
{
    share *own = &shares->waiting[str_hash(client, shares->seed) % SHARES];
    if (atomic_fetch_add(own, 1) < most)
        return own;
    shares_leave(own);
    return NULL;
}

void shares_leave(share *own)
{
    if (own != NULL)
        atomic_fetch_sub(own, 1);
}
