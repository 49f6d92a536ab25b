/* From the outbox to the broker. Broker thread only. */
#ifndef IOTJOBS_PLUGIN_DELIVER_H
#define IOTJOBS_PLUGIN_DELIVER_H

#include "base/log.h"
#include "engine/outbox.h"

/*
 * Hands over everything that is there now, in order; the broker sends it in the next turn of its loop.
 *
 * Takes once, not until empty: the doorbell goes on ringing until a take finds nothing, and that extra turn
 * of the loop is what serves WebSocket clients, whose messages leave one turn late.
 */
void deliver_all(struct outbox *outbox, struct log *log);

#endif
