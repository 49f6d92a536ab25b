/* Rows of the audience: things that somebody may listen to across a restart (ops/executions/audience). */
#ifndef IOTJOBS_STORE_AUDIENCE_STORE_H
#define IOTJOBS_STORE_AUDIENCE_STORE_H

#include "store/db.h"

/* "" stands for every thing. Harmless when the row is there. */
bool store_audience_add(struct db *db, struct str thing);

/* Calls `each` with every row; `thing` is borrowed for the length of the call. */
bool store_audience_each(struct db *db, void (*each)(void *context, struct str thing), void *context);

#endif
