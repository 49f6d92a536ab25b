/*
 * Who subscribes to what, told to the audience (ops/executions/audience). Broker thread only, but for the
 * answer.
 *
 * The broker asks whether a subscription is allowed before it makes it: that is where the audience learns of
 * it, so nothing can be published in between that it should have heard.
 */
#ifndef IOTJOBS_PLUGIN_SUBSCRIBERS_H
#define IOTJOBS_PLUGIN_SUBSCRIBERS_H

#include "engine/engine.h"
#include "ops/executions/audience.h"

struct subscribers {
    struct engine *engine;
    struct audience *audience;
    struct log *log;
};

/* `persistent`: the session may outlive this process, hence its subscriptions. False: too much is waiting to
 * store it now; the client is to be refused, and tries again. */
bool subscribers_note(struct subscribers *subscribers, struct str filter, bool persistent);

#endif
