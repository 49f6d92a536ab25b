#include "device.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mqtt_client.h"

enum { CLIENT_ID_MAX = 64, TOKEN_MAX = 64, QUEUED_VERSION = 1 };

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [ANSWER_RIGHT] = "right",           [ANSWER_LOST] = "lost",
        [ANSWER_DUPLICATED] = "duplicated", [ANSWER_MISROUTED] = "misrouted",
        [ANSWER_DISORDERED] = "disordered", [ANSWER_REJECTED] = "rejected",
        [ANSWER_WRONG] = "wrong",
    };
    return names[verdict];
}

void device_init(struct device *device, int epoll, size_t index, const char *name)
{
    connection_init(&device->connection, epoll, index);
    snprintf(device->topic, sizeof(device->topic), "$aws/things/%s-thing-%zu/jobs/%s-job-%zu/update", name,
             index, name, index / THINGS_PER_JOB);
}

bool device_greet(struct device *device)
{
    char client_id[CLIENT_ID_MAX];
    snprintf(client_id, sizeof(client_id), "load-%d-%zu", (int)getpid(), device->connection.index);
    return mqtt_connect(&device->connection, str_from(client_id));
}

/* ---- requests ---- */

static size_t in_flight(const struct device *device)
{
    return (size_t)(device->sent - device->answered);
}

bool device_may_send(const struct device *device)
{
    return device->open && !device->failed && in_flight(device) < DEVICE_IN_FLIGHT_MAX;
}

bool device_send(struct device *device, int qos, struct request request)
{
    char payload[DEVICE_PAYLOAD_MAX];
    int n = snprintf(payload, sizeof(payload),
                     "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":%" PRIu64
                     ",\"statusDetails\":{\"n\":\"%" PRIu64 "\"},\"includeJobExecutionState\":true"
                     ",\"clientToken\":\"%zu.%" PRIu64 "\"}",
                     device->sent + QUEUED_VERSION, device->sent, device->connection.index, device->sent);
    device->packet_id = mqtt_next_packet_id(device->packet_id);
    const struct mqtt_publish publish = {
        .topic = str_from(device->topic),
        .payload = { payload, (size_t)n },
        .qos = qos,
        .packet_id = device->packet_id,
    };
    if (!mqtt_publish(&device->connection, &publish))
        return false;
    device->in_flight[device->sent++ % DEVICE_IN_FLIGHT_MAX] = request;
    return true;
}

const struct request *device_oldest(const struct device *device)
{
    return &device->in_flight[device->answered % DEVICE_IN_FLIGHT_MAX];
}

uint64_t device_give_up(struct device *device)
{
    uint64_t lost = device->sent - device->answered;
    device->answered = device->sent;
    device->failed = true;
    return lost;
}

/* ---- answers ---- */

/* "INDEX.NUMBER" of this device and one of its requests. */
static bool read_token(const struct device *device, const cJSON *answer, uint64_t *ret_number)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "clientToken"));
    struct str number = str_from(text);
    struct str index = str_split(&number, '.');
    int64_t device_index, value;
    if (!str_to_int(index, &device_index) || !str_to_int(number, &value) || value < 0)
        return false;
    *ret_number = (uint64_t)value;
    return device_index == (int64_t)device->connection.index && *ret_number < device->sent;
}

/* The state that request `number` makes. */
static bool state_is_right(const cJSON *answer, uint64_t number)
{
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(answer, "executionState");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(state, "versionNumber");
    const cJSON *details = cJSON_GetObjectItemCaseSensitive(state, "statusDetails");
    const char *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(state, "status"));
    const char *n = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(details, "n"));
    int64_t n_value;
    return cJSON_IsNumber(version) && version->valuedouble == (double)(number + QUEUED_VERSION + 1) &&
           str_eq_text(str_from(status), "IN_PROGRESS") && str_to_int(str_from(n), &n_value) &&
           n_value == (int64_t)number;
}

static enum verdict judge(const struct device *device, bool accepted, const cJSON *answer)
{
    uint64_t number;
    if (!read_token(device, answer, &number))
        return ANSWER_MISROUTED;
    if (number < device->answered)
        return ANSWER_DUPLICATED;
    if (number > device->answered)
        return ANSWER_DISORDERED;
    if (!accepted)
        return ANSWER_REJECTED;
    return state_is_right(answer, number) ? ANSWER_RIGHT : ANSWER_WRONG;
}

enum verdict device_judge(struct device *device, const struct mqtt_publish *answer,
                          struct request *ret_request)
{
    struct str topic = answer->topic;
    struct str asked = str_from(device->topic);
    if (!str_starts_with(topic, asked))
        return ANSWER_MISROUTED;
    struct str outcome = { topic.p + asked.n, topic.n - asked.n };
    bool accepted = str_eq_text(outcome, "/accepted");
    if (!accepted && !str_eq_text(outcome, "/rejected"))
        return ANSWER_MISROUTED;

    cJSON *body = cJSON_ParseWithLength(answer->payload.p, answer->payload.n);
    enum verdict verdict = judge(device, accepted, body);
    cJSON_Delete(body);
    if (verdict == ANSWER_RIGHT || verdict == ANSWER_REJECTED || verdict == ANSWER_WRONG) {
        *ret_request = *device_oldest(device);
        device->answered++;
    }
    device->failed = device->failed || verdict != ANSWER_RIGHT;
    return verdict;
}
