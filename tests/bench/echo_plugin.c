/*
 * The baseline of the MQTT rows: a broker plugin that answers every UpdateJobExecution at once, from
 * the broker's own callback, with a fixed payload, and does nothing else. No server inside the same
 * broker can be faster.
 */
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdio.h>
#include <string.h>

enum { TOPIC_MAX = 512 };

static const char answer[] = "{\"clientToken\":\"bench\",\"timestamp\":1760000010}";

static int on_message(int event, void *event_data, void *user_data)
{
    (void)event;
    (void)user_data;
    const struct mosquitto_evt_message *message = event_data;
    bool matches = false;
    if (mosquitto_topic_matches_sub("$aws/things/+/jobs/+/update", message->topic, &matches) != 0 || !matches)
        return MOSQ_ERR_SUCCESS;
    char topic[TOPIC_MAX];
    int n = snprintf(topic, sizeof(topic), "%s/accepted", message->topic);
    if (n < 0 || (size_t)n >= sizeof(topic))
        return MOSQ_ERR_SUCCESS;
    return mosquitto_broker_publish_copy(mosquitto_client_id(message->client), topic, sizeof(answer) - 1,
                                         answer, message->qos, false, NULL);
}

mosq_plugin_EXPORT __attribute__((visibility("default"))) int mosquitto_plugin_version(
    int supported_version_count, const int *supported_versions)
{
    for (int i = 0; i < supported_version_count; i++) {
        if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
            return MOSQ_PLUGIN_VERSION;
    }
    return -1;
}

mosq_plugin_EXPORT __attribute__((visibility("default"))) int mosquitto_plugin_init(
    mosquitto_plugin_id_t *identifier, void **userdata, struct mosquitto_opt *options, int option_count)
{
    (void)options;
    (void)option_count;
    *userdata = identifier;
    return mosquitto_callback_register(identifier, MOSQ_EVT_MESSAGE, on_message, NULL, NULL);
}

mosq_plugin_EXPORT __attribute__((visibility("default"))) int mosquitto_plugin_cleanup(
    void *userdata, struct mosquitto_opt *options, int option_count)
{
    (void)options;
    (void)option_count;
    return mosquitto_callback_unregister(userdata, MOSQ_EVT_MESSAGE, on_message, NULL);
}
