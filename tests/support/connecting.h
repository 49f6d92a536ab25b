/*
 * Clients that connect to the broker and leave it, as the plugin sees them:
 *
 *     comes(w, "pump");
 *     goes(w, "pump", "CONNECTION_LOST");
 *
 * A client keeps its connection for 60 s without a word, and has a clean session. Who has come stays over a
 * change of the indexing configuration, but not over a restart.
 */
#ifndef IOTJOBS_TESTS_CONNECTING_H
#define IOTJOBS_TESTS_CONNECTING_H

#include "support/world.h"

void comes(struct world *w, const char *client);
void goes(struct world *w, const char *client, const char *reason);
/* Once around the broker's loop: whatever has to be told is told. The others do it by themselves. */
void broker_ticks(struct world *w);

#endif
