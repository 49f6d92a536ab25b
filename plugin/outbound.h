/*
 * Answers to devices: what `accepted` and `rejected` hold and where they go. No broker needed.
 *
 * The answer's topic is the request's, with /accepted or /rejected behind it; its QoS is the request's, at
 * most 1; it goes to the client that asked, whether or not that has a subscription.
 */
#ifndef IOTJOBS_PLUGIN_OUTBOUND_H
#define IOTJOBS_PLUGIN_OUTBOUND_H

#include "engine/call.h"
#include "engine/outbox.h"
#include "plugin/shares.h"

/* Who asked, and how: the `owner` of a call from MQTT, in the call's arena. */
struct asker {
    struct outbox *outbox;
    const void *connection; /* see departures.h */
    struct str client_id;
    struct str topic; /* of the request */
    int qos;          /* of the request */
    uint64_t asked;   /* departures.now when it came */
    share *share;     /* where it counts as waiting; NULL: it does not */
};

/* A call_done_fn: puts the answer in the outbox and frees the call. Without memory there is no answer. */
void outbound_answer(struct call *call);

/* Who gets the answer; for messages made here. */
const struct asker *outbound_asker(const struct message *message);

/* The payload of a rejection: clientToken (if there was one), timestamp, code, message, then what the
 * error carries besides, such as executionState. */
void outbound_write_rejection(const struct call *call, struct strbuf *out);

#endif
