#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

bool connection_complain(const struct connection *connection, const char *what)
{
    fprintf(stderr, "%s: connection %zu: %s\n", program_invocation_short_name, connection->index, what);
    return false;
}

void connection_init(struct connection *connection, int epoll, size_t index)
{
    *connection = (struct connection){ .fd = -1, .epoll = epoll, .index = index };
}

static bool watch(struct connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    if (epoll_ctl(connection->epoll, operation, connection->fd, &event) != 0)
        return connection_complain(connection, strerror(errno));
    return true;
}

bool connection_dial(struct connection *connection, uint16_t port)
{
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        return connection_complain(connection, strerror(errno));
    int on = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno != EINPROGRESS)
        return connection_complain(connection, strerror(errno));
    connection->out_waits = true; /* writable means connected */
    return watch(connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void connection_release(struct connection *connection)
{
    if (connection->fd < 0)
        return;
    if (connection->out_n > 0)
        (void)!send(connection->fd, connection->out, connection->out_n, MSG_NOSIGNAL);
    close(connection->fd);
    connection->fd = -1;
}

/* Whether the attempt to connect succeeded. */
static bool check_dial(const struct connection *connection)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return connection_complain(connection, strerror(error != 0 ? error : errno));
    return true;
}

static bool receive(struct connection *connection, bool *ret_more)
{
    size_t room = CONNECTION_IN_MAX - connection->in_n;
    ssize_t n = recv(connection->fd, connection->in + connection->in_n, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n < 0)
        return connection_complain(connection, strerror(errno));
    if (n == 0)
        return connection_complain(connection,
                                   room == 0 ? "an answer is too large" : "the server closed the connection");
    connection->in_n += (size_t)n;
    *ret_more = true;
    return true;
}

bool connection_take_event(struct connection *connection, uint32_t events, struct connection_news *ret_news)
{
    *ret_news = (struct connection_news){ .connected = false };
    if (!connection->connected && (events & (EPOLLOUT | EPOLLERR))) {
        if (!check_dial(connection))
            return false;
        connection->connected = ret_news->connected = true;
    }
    return !(events & (EPOLLIN | EPOLLHUP)) || receive(connection, &ret_news->received);
}

void connection_consume(struct connection *connection, size_t n)
{
    connection->in_n -= n;
    memmove(connection->in, connection->in + n, connection->in_n);
}

bool connection_flush(struct connection *connection)
{
    while (connection->out_n > 0) {
        ssize_t n = send(connection->fd, connection->out, connection->out_n, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return connection_complain(connection, strerror(errno));
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
    return watch(connection, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}
