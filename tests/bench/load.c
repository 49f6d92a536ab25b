#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVENTS_MAX = 64, OPEN_WITHIN_MS = 10000, REFUSALS_SHOWN = 3 };

static bool complain(const struct connection *connection, const char *what)
{
    fprintf(stderr, "loadgen: connection %zu: %s\n", connection->index, what);
    return false;
}

void connection_consume(struct connection *connection, size_t n)
{
    connection->in_n -= n;
    memmove(connection->in, connection->in + n, connection->in_n);
}

static bool connection_watch(struct load *load, struct connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    if (epoll_ctl(load->epoll, operation, connection->fd, &event) != 0)
        return complain(connection, strerror(errno));
    return true;
}

/* Sends what is in `out`; what the socket does not take waits for epoll. */
static bool connection_flush(struct load *load, struct connection *connection)
{
    while (connection->out_n > 0) {
        ssize_t n = send(connection->fd, connection->out, connection->out_n, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return complain(connection, strerror(errno));
        if (n < 0 && errno == EAGAIN)
            break;
        if (n > 0) {
            connection->out_n -= (size_t)n;
            memmove(connection->out, connection->out + n, connection->out_n);
        }
    }
    bool waits = connection->out_n > 0;
    if (waits == connection->out_waits)
        return true;
    connection->out_waits = waits;
    return connection_watch(load, connection, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static bool connection_dial(struct load *load, struct connection *connection)
{
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        return complain(connection, strerror(errno));
    int on = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(load->options->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno != EINPROGRESS)
        return complain(connection, strerror(errno));
    connection->out_waits = true; /* writable means connected */
    return connection_watch(load, connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static bool connection_request(struct load *load, struct connection *connection)
{
    size_t slot = (connection->sent_first + connection->sent_count) % LOAD_IN_FLIGHT_MAX;
    connection->sent_us[slot] = clock_mono_us();
    connection->sent_count++;
    connection->due_us = 0;
    if (!load->options->protocol->request(load, connection))
        return complain(connection, "a request does not fit");
    return true;
}

/* The last connection is open: the load begins. */
static bool load_begin(struct load *load)
{
    load->measure_from_us = clock_mono_us() + load->options->warmup_ms * 1000;
    load->measure_until_us = load->measure_from_us + load->options->measure_ms * 1000;
    for (size_t i = 0; i < load->options->connections; i++) {
        struct connection *connection = &load->connections[i];
        for (size_t k = 0; k < load->options->in_flight; k++) {
            if (!connection_request(load, connection))
                return false;
        }
        if (!connection_flush(load, connection))
            return false;
    }
    return true;
}

/* One after another, so that no listener's backlog overflows. */
bool load_opened(struct load *load, struct connection *connection)
{
    if (connection->open)
        return complain(connection, "opened twice");
    connection->open = true;
    load->opened++;
    if (load->opened < load->options->connections)
        return connection_dial(load, &load->connections[load->opened]);
    return load_begin(load);
}

bool load_answered(struct load *load, struct connection *connection, struct str refusal)
{
    if (connection->sent_count == 0)
        return complain(connection, "an answer that nothing asked for");
    int64_t now_us = clock_mono_us();
    int64_t sent_us = connection->sent_us[connection->sent_first];
    connection->sent_first = (connection->sent_first + 1) % LOAD_IN_FLIGHT_MAX;
    connection->sent_count--;
    if (refusal.p != NULL && load->refused++ < REFUSALS_SHOWN)
        fprintf(stderr, "loadgen: connection %zu: refused: %.*s\n", connection->index, STR(refusal));
    if (refusal.p == NULL && now_us >= load->measure_from_us && now_us < load->measure_until_us)
        histogram_add(&load->latency, now_us - sent_us);
    if (load->options->pause_ms == 0)
        return connection_request(load, connection);
    connection->due_us = now_us + load->options->pause_ms * 1000;
    return true;
}

static bool on_connected(struct load *load, struct connection *connection)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return complain(connection, strerror(error != 0 ? error : errno));
    if (!load->options->protocol->greet(load, connection))
        return complain(connection, "the greeting does not fit");
    return true;
}

static bool on_readable(struct load *load, struct connection *connection)
{
    ssize_t n = recv(connection->fd, connection->in + connection->in_n, LOAD_IN_MAX - connection->in_n, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n < 0)
        return complain(connection, strerror(errno));
    if (n == 0)
        return complain(connection, connection->in_n == LOAD_IN_MAX ? "an answer is too large"
                                                                    : "the server closed the connection");
    connection->in_n += (size_t)n;
    if (!load->options->protocol->receive(load, connection))
        return complain(connection, "an answer cannot be understood");
    return true;
}

static bool on_event(struct load *load, struct connection *connection, uint32_t events)
{
    bool connecting = !connection->open && connection->out_waits && connection->out_n == 0;
    if (connecting && (events & (EPOLLOUT | EPOLLERR)) && !on_connected(load, connection))
        return false;
    if ((events & (EPOLLIN | EPOLLHUP)) && !on_readable(load, connection))
        return false;
    return connection_flush(load, connection);
}

/* Sends what has paused long enough; returns when to look again, at `until_us` at the latest. */
static bool run_pauses(struct load *load, int64_t now_us, int64_t until_us, int64_t *ret_next_us)
{
    int64_t next_us = until_us;
    for (size_t i = 0; load->options->pause_ms > 0 && i < load->options->connections; i++) {
        struct connection *connection = &load->connections[i];
        if (connection->due_us == 0)
            continue;
        if (connection->due_us > now_us) {
            next_us = connection->due_us < next_us ? connection->due_us : next_us;
            continue;
        }
        if (!connection_request(load, connection) || !connection_flush(load, connection))
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
            return complain(&load->connections[load->opened], "not open in time");
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
            if (!on_event(load, events[i].data.ptr, events[i].events))
                return false;
        }
    }
}

/* A request that is still without an answer counts for the longest time. */
static void note_unanswered(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++) {
        const struct connection *connection = &load->connections[i];
        int64_t age_us = load->measure_until_us - connection->sent_us[connection->sent_first];
        if (connection->sent_count > 0 && age_us > load->latency.max_us)
            load->latency.max_us = age_us;
    }
}

static void load_close(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++) {
        struct connection *connection = &load->connections[i];
        if (connection->fd < 0)
            continue;
        if (connection->open && load->options->protocol->leave(connection))
            (void)!send(connection->fd, connection->out, connection->out_n, MSG_NOSIGNAL);
        close(connection->fd);
    }
    close(load->epoll);
    free(load->connections);
    load->connections = NULL;
}

bool load_run(struct load *load)
{
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->connections = calloc(load->options->connections, sizeof(*load->connections));
    if (load->epoll < 0 || load->connections == NULL) {
        perror("loadgen");
        free(load->connections);
        return false;
    }
    for (size_t i = 0; i < load->options->connections; i++)
        load->connections[i] = (struct connection){ .fd = -1, .index = i };
    histogram_init(&load->latency);
    bool ok = connection_dial(load, &load->connections[0]) && load_loop(load);
    if (ok)
        note_unanswered(load);
    load_close(load);
    return ok;
}
