#include "fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "mqtt_client.h"

enum {
    EVENTS_MAX = 64,
    OPEN_WITHIN_US = 30 * 1000000,
    LOOK_EVERY_US = 100000, /* for what is overdue */
    LINGER_US = 500000,     /* after the last answer: for what nobody should have sent */
    PROBLEMS_SHOWN = 5,
};

/* ---- problems ---- */

static void note(struct fleet *fleet, const struct device *device, enum verdict verdict, uint64_t count,
                 struct str detail)
{
    uint64_t before = 0;
    for (size_t i = ANSWER_RIGHT + 1; i < VERDICT_COUNT; i++)
        before += fleet->verdicts[i];
    fleet->verdicts[verdict] += count;
    if (verdict != ANSWER_RIGHT && before < PROBLEMS_SHOWN)
        fprintf(stderr, "load_devices: device %zu, %llu of %llu answered: %s: %.*s\n",
                device->connection.index, (unsigned long long)device->answered,
                (unsigned long long)device->sent, verdict_name(verdict), STR(detail));
}

/* ---- sending ---- */

static bool send_one(struct fleet *fleet, struct device *device, int64_t due_us)
{
    struct request request = { .due_us = due_us, .phase = fleet->phase_count - 1 };
    if (!device_send(device, fleet->options->qos, request))
        return connection_complain(&device->connection, "a request does not fit");
    return connection_flush(&device->connection);
}

/* When the next request of the open loop is due: the devices take turns, evenly spaced. */
static int64_t next_due_us(const struct fleet *fleet)
{
    const struct fleet_options *options = fleet->options;
    if (options->every_us == 0 || fleet->phase_count == 0 || fleet->ending)
        return INT64_MAX;
    uint64_t offset_us = fleet->scheduled * (uint64_t)options->every_us / options->devices;
    return fleet->first_due_us + (int64_t)offset_us;
}

static bool send_due(struct fleet *fleet, int64_t now_us)
{
    for (int64_t due_us = next_due_us(fleet); due_us <= now_us; due_us = next_due_us(fleet)) {
        struct device *device = &fleet->devices[fleet->scheduled++ % fleet->options->devices];
        if (device_may_send(device) && !send_one(fleet, device, due_us))
            return false;
        if (!device->failed && !device_may_send(device))
            note(fleet, device, ANSWER_LOST, device_give_up(device), STR_LIT("too many without an answer"));
    }
    return true;
}

static bool begin_load(struct fleet *fleet, int64_t now_us)
{
    fleet->first_due_us = now_us;
    for (size_t i = 0; fleet->options->every_us == 0 && i < fleet->options->devices; i++) {
        if (!send_one(fleet, &fleet->devices[i], now_us))
            return false;
    }
    return true;
}

/* ---- answers ---- */

static bool on_answer(struct fleet *fleet, struct device *device, const struct mqtt_publish *answer)
{
    struct request request;
    enum verdict verdict = device_judge(device, answer, &request);
    note(fleet, device, verdict, 1, answer->payload);
    if (verdict != ANSWER_RIGHT)
        return true;
    int64_t now_us = clock_mono_us();
    histogram_add(&fleet->phases[request.phase].latency, now_us - request.due_us);
    bool goes_on = fleet->options->every_us == 0 && !fleet->ending && device_may_send(device);
    return !goes_on || send_one(fleet, device, now_us);
}

/* One after another, so that no listener's backlog overflows. */
static bool on_opened(struct fleet *fleet, struct device *device)
{
    device->open = true;
    fleet->opened++;
    if (fleet->opened < fleet->options->devices)
        return connection_dial(&fleet->devices[fleet->opened].connection, fleet->options->port);
    return puts("open") >= 0 && fflush(stdout) == 0;
}

struct receiver {
    struct fleet *fleet;
    struct device *device;
};

static bool on_packet(void *context, const struct mqtt_packet *packet)
{
    const struct receiver *receiver = context;
    switch (packet->type) {
    case MQTT_CONNACK: return packet->return_code == 0 && on_opened(receiver->fleet, receiver->device);
    case MQTT_PUBLISH: return on_answer(receiver->fleet, receiver->device, &packet->publish);
    default: return true;
    }
}

static bool on_event(struct fleet *fleet, struct device *device, uint32_t events)
{
    struct connection *connection = &device->connection;
    struct receiver receiver = { fleet, device };
    struct connection_news news;
    if (!connection_take_event(connection, events, &news))
        return false;
    if (news.connected && !device_greet(device))
        return connection_complain(connection, "the greeting does not fit");
    if (news.received && !mqtt_take_packets(connection, on_packet, &receiver))
        return connection_complain(connection, "what it received cannot be understood");
    return connection_flush(connection);
}

/* ---- standard input ---- */

static bool begin_phase(struct fleet *fleet, struct str name)
{
    if (fleet->phase_count == FLEET_PHASES_MAX || fleet->opened < fleet->options->devices) {
        fprintf(stderr, "load_devices: no phase can begin now\n");
        return false;
    }
    int64_t now_us = clock_mono_us();
    if (fleet->phase_count > 0)
        fleet->phases[fleet->phase_count - 1].ended_us = now_us;
    struct phase *phase = &fleet->phases[fleet->phase_count++];
    snprintf(phase->name, sizeof(phase->name), "%.*s", STR(name));
    phase->began_us = now_us;
    histogram_init(&phase->latency);
    return fleet->phase_count > 1 || begin_load(fleet, now_us);
}

static bool end_load(struct fleet *fleet)
{
    fleet->ending = true;
    if (fleet->phase_count > 0)
        fleet->phases[fleet->phase_count - 1].ended_us = clock_mono_us();
    return epoll_ctl(fleet->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL) == 0;
}

static bool on_input(struct fleet *fleet)
{
    ssize_t n = read(STDIN_FILENO, fleet->line + fleet->line_n, sizeof(fleet->line) - fleet->line_n);
    if (n < 0)
        return errno == EINTR;
    if (n == 0)
        return end_load(fleet);
    fleet->line_n += (size_t)n;
    const char *end;
    while ((end = memchr(fleet->line, '\n', fleet->line_n)) != NULL) {
        size_t length = (size_t)(end - fleet->line);
        if (!begin_phase(fleet, (struct str){ fleet->line, length }))
            return false;
        fleet->line_n -= length + 1;
        memmove(fleet->line, end + 1, fleet->line_n);
    }
    if (fleet->line_n == sizeof(fleet->line))
        fprintf(stderr, "load_devices: a line of standard input is too long\n");
    return fleet->line_n < sizeof(fleet->line);
}

/* ---- the loop ---- */

/* Gives up what is overdue; returns how many requests are in flight. */
static uint64_t look_around(struct fleet *fleet, int64_t now_us)
{
    uint64_t in_flight = 0;
    for (size_t i = 0; i < fleet->options->devices; i++) {
        struct device *device = &fleet->devices[i];
        uint64_t count = device->sent - device->answered;
        if (count > 0 && now_us - device_oldest(device)->due_us > fleet->options->answer_within_us) {
            note(fleet, device, ANSWER_LOST, device_give_up(device), STR_LIT("no answer in time"));
            count = 0;
        }
        in_flight += count;
    }
    return in_flight;
}

static bool wait_for_events(struct fleet *fleet, int64_t wait_us)
{
    struct epoll_event events[EVENTS_MAX];
    if (wait_us < 0)
        wait_us = 0;
    struct timespec wait = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
    int n = epoll_pwait2(fleet->epoll, events, EVENTS_MAX, &wait, NULL);
    if (n < 0 && errno != EINTR) {
        perror("load_devices: epoll_pwait2");
        return false;
    }
    for (int i = 0; i < n; i++) {
        const struct connection *connection = events[i].data.ptr; /* NULL: standard input */
        bool ok = connection == NULL ? on_input(fleet)
                                     : on_event(fleet, &fleet->devices[connection->index], events[i].events);
        if (!ok)
            return false;
    }
    return true;
}

static bool fleet_loop(struct fleet *fleet)
{
    int64_t open_until_us = clock_mono_us() + OPEN_WITHIN_US;
    int64_t look_at_us = 0, quiet_since_us = 0;
    for (;;) {
        int64_t now_us = clock_mono_us();
        if (!send_due(fleet, now_us))
            return false;
        if (now_us >= look_at_us) {
            look_at_us = now_us + LOOK_EVERY_US;
            bool quiet = look_around(fleet, now_us) == 0 && fleet->ending;
            quiet_since_us = !quiet ? 0 : quiet_since_us != 0 ? quiet_since_us : now_us;
            if (quiet && now_us - quiet_since_us >= LINGER_US)
                return true;
            if (now_us >= open_until_us && fleet->opened < fleet->options->devices)
                return connection_complain(&fleet->devices[fleet->opened].connection, "not open in time");
        }
        int64_t due_us = next_due_us(fleet);
        if (!wait_for_events(fleet, (due_us < look_at_us ? due_us : look_at_us) - now_us))
            return false;
    }
}

bool fleet_run(struct fleet *fleet, const struct fleet_options *options)
{
    *fleet = (struct fleet){ .options = options, .epoll = epoll_create1(EPOLL_CLOEXEC) };
    fleet->devices = calloc(options->devices, sizeof(*fleet->devices));
    struct epoll_event input = { .events = EPOLLIN, .data.ptr = NULL };
    if (fleet->epoll < 0 || fleet->devices == NULL ||
        epoll_ctl(fleet->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0) {
        perror("load_devices");
        return false;
    }
    for (size_t i = 0; i < options->devices; i++)
        device_init(&fleet->devices[i], fleet->epoll, i, options->name);
    return connection_dial(&fleet->devices[0].connection, options->port) && fleet_loop(fleet);
}

void fleet_release(struct fleet *fleet)
{
    for (size_t i = 0; fleet->devices != NULL && i < fleet->options->devices; i++) {
        struct device *device = &fleet->devices[i];
        if (device->open)
            (void)mqtt_disconnect(&device->connection); /* without room there is no farewell */
        connection_release(&device->connection);
    }
    if (fleet->epoll >= 0)
        close(fleet->epoll);
    free(fleet->devices);
    fleet->devices = NULL;
}
