/* The plugin as the broker sees it: what lives from mosquitto_plugin_init to mosquitto_plugin_cleanup.
 * Broker thread only. */
#ifndef IOTJOBS_PLUGIN_PLUGIN_H
#define IOTJOBS_PLUGIN_PLUGIN_H

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "plugin/broker_tls.h"
#include "plugin/connections.h"
#include "plugin/deliver.h"
#include "plugin/doorbell.h"
#include "plugin/identities.h"
#include "plugin/inbound.h"
#include "plugin/subscribers.h"
#include "server.h"

struct plugin {
    mosquitto_plugin_id_t *identifier; /* the broker's name for us */
    struct settings settings;
    struct log *log; /* rings; drained on each tick */
    struct doorbell doorbell;
    struct server *server;
    struct inbound inbound;
    struct shares shares;
    struct subscribers subscribers;
    struct delivery delivery;
    struct departures departures;
    struct connections connections;
    struct broker_tls tls;
    struct identities identities;     /* all zero with auth = open */
    struct mosquitto *arriving;       /* asked to connect; not known yet whether it may */
    const struct mosquitto *shut_out; /* did what it may not: its connection is being closed */
    bool ticked;                      /* the broker's loop runs, all listeners answer */
    bool silence_reported;            /* that no tick comes */
    bool last_word_due;               /* see hooks.h */
};

#endif
