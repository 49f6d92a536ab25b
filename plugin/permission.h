/*
 * Whether the broker's clients may do what they want to, and what they get if they may not (identity 3.1).
 *
 * With auth = enforce policies decide (plugin/identities); which topics below `$aws/` there are for clients
 * at all is asked with auth = open as well (plugin/access). Broker thread only. What is returned is for the
 * broker: MOSQ_ERR_SUCCESS and MOSQ_ERR_PLUGIN_DEFER let it happen, MOSQ_ERR_ACL_DENIED and MOSQ_ERR_AUTH
 * refuse it with a word where the protocol has one, MOSQ_ERR_CONN_REFUSED closes the connection without one.
 */
#ifndef IOTJOBS_PLUGIN_PERMISSION_H
#define IOTJOBS_PLUGIN_PERMISSION_H

#include "plugin/plugin.h"

/* auth = enforce */
bool permission_is_asked(const struct plugin *plugin);

int permission_to_connect(struct plugin *plugin, struct mosquitto *client);
int permission_to_publish(struct plugin *plugin, const struct mosquitto_evt_acl_check *check);
int permission_to_subscribe(struct plugin *plugin, const struct mosquitto_evt_acl_check *check);
/* For each message that is about to be delivered. */
int permission_to_read(struct plugin *plugin, const struct mosquitto_evt_acl_check *check);

/* For each answer of ours, which the broker delivers without asking. */
bool permission_to_hear(void *plugin, const void *connection, struct str topic);

/* On each tick: ends the connections of those who may not stay. True: the next tick should come soon. */
bool permission_review(struct plugin *plugin);

#endif
