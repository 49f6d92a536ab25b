/*
 * The broker's configuration, made from ours: a text for mosquitto.conf(5).
 *
 * Our settings reach the plugin through it: one `plugin_opt_KEY VALUE` line for each that differs from its
 * default.
 */
#ifndef IOTJOBS_LAUNCHER_BROKER_CONFIG_H
#define IOTJOBS_LAUNCHER_BROKER_CONFIG_H

#include "settings.h"

struct broker_config {
    const struct settings *settings; /* `data` is absolute; where TLS is on, its files are named */
    const char *plugin;              /* file */
    const char *idle_socket;         /* a path without blanks, used where mqtt_port and mqtts_port are 0 */
    int64_t memory_max;              /* bytes that the broker, without us, may take; 0: no limit */
    int64_t descriptors_max;         /* of its process, which is ours too; 0: not known */
    bool as_root;
};

enum { BROKER_CONFIG_MAX = 64 * 1024 };

/* Appends the whole configuration. False: a value cannot stand in it. */
bool broker_config_write(const struct broker_config *config, struct strbuf *out, struct strbuf *ret_problem);

#endif
