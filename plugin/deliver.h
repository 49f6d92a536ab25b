/*
 * From the outbox to the broker. Broker thread only.
 *
 * What is handed over lies in a list of the broker's until the next turn of its loop; if that never comes,
 * because the broker stops, it is lost. So messages for subscribers are kept until the next tick says that
 * the turn came, and go back to the outbox, which outlives the broker, if it does not.
 */
#ifndef IOTJOBS_PLUGIN_DELIVER_H
#define IOTJOBS_PLUGIN_DELIVER_H

#include "base/log.h"
#include "engine/outbox.h"
#include "plugin/departures.h"

struct delivery {
    struct outbox *outbox;
    const struct departures *departures;
    struct log *log;
    /* Whether an answer to the topic may be delivered to who has asked: the broker, which does not ask
     * whether he has subscribed to it, does not ask that either. */
    bool (*may_hear)(void *context, const void *connection, struct str topic);
    void *context;
    struct message *handed_over; /* since the last tick */
};

/*
 * On each tick: hands over what is there now, in order; the broker sends it in the next turn of its loop.
 * True: something was there, so another tick should come soon.
 *
 * Takes once, not until empty: that extra turn of the loop is what serves WebSocket clients, whose messages
 * leave one turn late. And it takes no more than some messages for subscribers at a time: in between, the
 * broker serves everybody else, and those who subscribed to a whole fleet acknowledge what they got.
 */
bool deliver_some(struct delivery *delivery);

/* The broker's loop has ended. */
void deliver_return(struct delivery *delivery);

#endif
