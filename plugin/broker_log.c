#include "plugin/broker_log.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>

void broker_log_line(void *context, enum log_level level, const char *line)
{
    static const int levels[] = {
        [LOG_ERROR] = MOSQ_LOG_ERR, [LOG_WARNING] = MOSQ_LOG_WARNING, [LOG_NOTICE] = MOSQ_LOG_NOTICE,
        [LOG_INFO] = MOSQ_LOG_INFO, [LOG_DEBUG] = MOSQ_LOG_DEBUG,
    };
    (void)context;
    mosquitto_log_printf(levels[level], "iotjobs: %s", line);
}
