/*
 * A device on libmosquitto that behaves like the libmosquitto demo of AWS's SDK for embedded C: it subscribes
 * to notify-next and to nothing else, asks for its next job with a payload of zero bytes, and counts on
 * answers that it never subscribed to.
 *
 *   zero_byte_client PORT THING
 *
 * Once it knows of a job it reports IN_PROGRESS, and again for each line on standard input, until it is told
 * that the job is over; it ends with its input. What it does and what it is sent are lines of its output:
 *
 *   subscribed · published TOPIC BYTES · received TOPIC PAYLOAD
 */
#include <cjson/cJSON.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOPIC_MAX = 512, JOB_ID_MAX = 64, KEEP_ALIVE_S = 60, TURN_MS = 1000, QOS = 1 };

struct device {
    struct mosquitto *client;
    const char *thing;
    char job_id[JOB_ID_MAX + 1]; /* empty: no job is being done */
};

static _Noreturn void die(const char *what, int error)
{
    fprintf(stderr, "zero_byte_client: %s: %s\n", what, mosquitto_strerror(error));
    exit(1);
}

static void publish(struct device *device, const char *request, const char *payload)
{
    char topic[TOPIC_MAX];
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/%s", device->thing, request);
    printf("published %s %zu\n", topic, strlen(payload));
    int error = mosquitto_publish(device->client, NULL, topic, (int)strlen(payload), payload, QOS, false);
    if (error != MOSQ_ERR_SUCCESS)
        die(topic, error);
}

static void report_progress(struct device *device)
{
    char request[TOPIC_MAX];
    if (device->job_id[0] == '\0')
        return;
    snprintf(request, sizeof request, "%s/update", device->job_id);
    publish(device, request, "{\"status\":\"IN_PROGRESS\"}");
}

/* Both $next/get/accepted and notify-next carry an execution, or none when nothing is pending. */
static void take_job(struct device *device, const char *payload, size_t n)
{
    cJSON *json = cJSON_ParseWithLength(payload, n);
    const cJSON *execution = cJSON_GetObjectItemCaseSensitive(json, "execution");
    const char *job_id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(execution, "jobId"));
    if (job_id != NULL && device->job_id[0] == '\0') {
        snprintf(device->job_id, sizeof device->job_id, "%s", job_id);
        report_progress(device);
    }
    cJSON_Delete(json);
}

static bool topic_ends_with(const char *topic, const char *end)
{
    size_t n = strlen(topic), end_n = strlen(end);
    return n >= end_n && strcmp(topic + n - end_n, end) == 0;
}

static void on_connect(struct mosquitto *client, void *context, int refusal)
{
    const struct device *device = context;
    char filter[TOPIC_MAX];
    if (refusal != 0)
        die("connect", MOSQ_ERR_CONN_REFUSED);
    snprintf(filter, sizeof filter, "$aws/things/%s/jobs/notify-next", device->thing);
    int error = mosquitto_subscribe(client, NULL, filter, QOS);
    if (error != MOSQ_ERR_SUCCESS)
        die(filter, error);
}

static void on_subscribe(struct mosquitto *client, void *context, int id, int n, const int *granted)
{
    (void)client;
    (void)id;
    if (n != 1 || granted[0] != QOS)
        die("subscribe", MOSQ_ERR_ACL_DENIED);
    puts("subscribed");
    publish(context, "$next/get", "");
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message)
{
    struct device *device = context;
    (void)client;
    printf("received %s %.*s\n", message->topic, message->payloadlen, (const char *)message->payload);
    if (topic_ends_with(message->topic, "/notify-next") ||
        topic_ends_with(message->topic, "/$next/get/accepted"))
        take_job(device, message->payload, (size_t)message->payloadlen);
    else if (topic_ends_with(message->topic, "/update/rejected"))
        device->job_id[0] = '\0';
}

/* False at the end of the input. */
static bool take_line(struct device *device)
{
    char byte;
    if (read(STDIN_FILENO, &byte, 1) != 1)
        return false;
    if (byte == '\n')
        report_progress(device);
    return true;
}

/* Waits for the broker and for the input at once; false at the end of the input. */
static bool take_turn(struct device *device)
{
    short events = mosquitto_want_write(device->client) ? POLLIN | POLLOUT : POLLIN;
    struct pollfd fds[] = { { mosquitto_socket(device->client), events, 0 }, { STDIN_FILENO, POLLIN, 0 } };
    if (poll(fds, sizeof fds / sizeof *fds, TURN_MS) < 0)
        die("poll", MOSQ_ERR_ERRNO);
    int error = MOSQ_ERR_SUCCESS;
    if (fds[0].revents & (POLLIN | POLLERR | POLLHUP))
        error = mosquitto_loop_read(device->client, 1);
    if (error == MOSQ_ERR_SUCCESS && (fds[0].revents & POLLOUT))
        error = mosquitto_loop_write(device->client, 1);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_loop_misc(device->client);
    if (error != MOSQ_ERR_SUCCESS)
        die("connection", error);
    return fds[1].revents == 0 || take_line(device);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: zero_byte_client PORT THING\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    mosquitto_lib_init();
    struct device device = { .thing = argv[2] };
    device.client = mosquitto_new(device.thing, true, &device);
    if (device.client == NULL)
        die("client", MOSQ_ERR_NOMEM);
    mosquitto_connect_callback_set(device.client, on_connect);
    mosquitto_subscribe_callback_set(device.client, on_subscribe);
    mosquitto_message_callback_set(device.client, on_message);
    int error = mosquitto_connect(device.client, "127.0.0.1", (int)strtol(argv[1], NULL, 10), KEEP_ALIVE_S);
    if (error != MOSQ_ERR_SUCCESS)
        die("connect", error);
    while (take_turn(&device))
        ;
    mosquitto_disconnect(device.client);
    mosquitto_destroy(device.client);
    mosquitto_lib_cleanup();
    return 0;
}
