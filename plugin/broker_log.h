/* The broker's log as a sink of ours. Broker thread only: our log keeps a ring, drained on each tick. */
#ifndef IOTJOBS_PLUGIN_BROKER_LOG_H
#define IOTJOBS_PLUGIN_BROKER_LOG_H

#include "base/log.h"

/* A log_sink_fn without a context. */
void broker_log_line(void *context, enum log_level level, const char *line);

#endif
