#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVENTS_MAX = 64, OPEN_WITHIN_MS = 10000, REFUSALS_SHOWN = 3 };

static bool send_request(struct load *load, struct client *client)
{
    size_t slot = (client->sent_first + client->sent_count) % LOAD_IN_FLIGHT_MAX;
    client->sent_us[slot] = clock_mono_us();
    client->sent_count++;
    client->due_us = 0;
    if (!load->options->protocol->request(load, client))
        return connection_complain(&client->connection, "a request does not fit");
    return true;
}

/* The last connection is open: the load begins. */
static bool load_begin(struct load *load)
{
    load->measure_from_us = clock_mono_us() + load->options->warmup_ms * 1000;
    load->measure_until_us = load->measure_from_us + load->options->measure_ms * 1000;
    for (size_t i = 0; i < load->options->connections; i++) {
        struct client *client = &load->clients[i];
        for (size_t k = 0; k < load->options->in_flight; k++) {
            if (!send_request(load, client))
                return false;
        }
        if (!connection_flush(&client->connection))
            return false;
    }
    return true;
}

/* One after another, so that no listener's backlog overflows. */
bool load_opened(struct load *load, struct client *client)
{
    if (client->open)
        return connection_complain(&client->connection, "opened twice");
    client->open = true;
    load->opened++;
    if (load->opened < load->options->connections)
        return connection_dial(&load->clients[load->opened].connection, load->options->port);
    return load_begin(load);
}

bool load_answered(struct load *load, struct client *client, struct str refusal)
{
    if (client->sent_count == 0)
        return connection_complain(&client->connection, "an answer that nothing asked for");
    int64_t now_us = clock_mono_us();
    int64_t sent_us = client->sent_us[client->sent_first];
    client->sent_first = (client->sent_first + 1) % LOAD_IN_FLIGHT_MAX;
    client->sent_count--;
    if (refusal.p != NULL && load->refused++ < REFUSALS_SHOWN)
        fprintf(stderr, "loadgen: connection %zu: refused: %.*s\n", client->connection.index, STR(refusal));
    if (refusal.p == NULL && now_us >= load->measure_from_us && now_us < load->measure_until_us)
        histogram_add(&load->latency, now_us - sent_us);
    if (load->options->pause_ms == 0)
        return send_request(load, client);
    client->due_us = now_us + load->options->pause_ms * 1000;
    return true;
}

static bool on_event(struct load *load, struct client *client, uint32_t events)
{
    const struct load_protocol *protocol = load->options->protocol;
    struct connection *connection = &client->connection;
    struct connection_news news;
    if (!connection_take_event(connection, events, &news))
        return false;
    if (news.connected && !protocol->greet(load, client))
        return connection_complain(connection, "the greeting does not fit");
    if (news.received && !protocol->receive(load, client))
        return connection_complain(connection, "an answer cannot be understood");
    return connection_flush(connection);
}

/* Sends what has paused long enough; returns when to look again, at `until_us` at the latest. */
static bool run_pauses(struct load *load, int64_t now_us, int64_t until_us, int64_t *ret_next_us)
{
    int64_t next_us = until_us;
    for (size_t i = 0; load->options->pause_ms > 0 && i < load->options->connections; i++) {
        struct client *client = &load->clients[i];
        if (client->due_us == 0)
            continue;
        if (client->due_us > now_us) {
            next_us = client->due_us < next_us ? client->due_us : next_us;
            continue;
        }
        if (!send_request(load, client) || !connection_flush(&client->connection))
            return false;
    }
    *ret_next_us = next_us;
    return true;
}

static bool load_loop(struct load *load)
{
    int64_t open_until_us = clock_mono_us() + OPEN_WITHIN_MS * 1000;
    for (;;) {
        int64_t now_us = clock_mono_us();
        bool began = load->measure_until_us != 0;
        int64_t until_us = began ? load->measure_until_us : open_until_us;
        if (now_us >= until_us && began)
            return true;
        if (now_us >= until_us)
            return connection_complain(&load->clients[load->opened].connection, "not open in time");
        int64_t next_us;
        if (!run_pauses(load, now_us, until_us, &next_us))
            return false;

        struct epoll_event events[EVENTS_MAX];
        int wait_ms = (int)((next_us - now_us + 999) / 1000);
        int n = epoll_wait(load->epoll, events, EVENTS_MAX, wait_ms);
        if (n < 0 && errno != EINTR) {
            perror("loadgen: epoll_wait");
            return false;
        }
        for (int i = 0; i < n; i++) {
            const struct connection *connection = events[i].data.ptr;
            if (!on_event(load, &load->clients[connection->index], events[i].events))
                return false;
        }
    }
}

/* A request that is still without an answer counts for the longest time. */
static void note_unanswered(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++) {
        const struct client *client = &load->clients[i];
        int64_t age_us = load->measure_until_us - client->sent_us[client->sent_first];
        if (client->sent_count > 0 && age_us > load->latency.max_us)
            load->latency.max_us = age_us;
    }
}

static void load_close(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++) {
        struct client *client = &load->clients[i];
        if (client->open)
            (void)load->options->protocol->leave(client); /* without room there is no farewell */
        connection_release(&client->connection);
    }
    close(load->epoll);
    free(load->clients);
    load->clients = NULL;
}

bool load_run(struct load *load)
{
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->clients = calloc(load->options->connections, sizeof(*load->clients));
    if (load->epoll < 0 || load->clients == NULL) {
        perror("loadgen");
        free(load->clients);
        return false;
    }
    for (size_t i = 0; i < load->options->connections; i++)
        connection_init(&load->clients[i].connection, load->epoll, i);
    histogram_init(&load->latency);
    bool ok = connection_dial(&load->clients[0].connection, load->options->port) && load_loop(load);
    if (ok)
        note_unanswered(load);
    load_close(load);
    return ok;
}
