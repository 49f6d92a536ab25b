#include "http/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

void connection_shut(struct MHD_Connection *connection)
{
    shutdown(socket_of(connection), SHUT_RDWR);
}

/* False: out of memory. */
static bool begin_session(struct http_listener *listener, struct MHD_Connection *theirs,
                          struct connection *connection)
{
    if (listener->tls)
        connection->credentials = tls_session_begin(&listener->sessions, theirs);
    return !listener->tls || connection->credentials != NULL;
}

static void opened(struct http_listener *listener, struct MHD_Connection *theirs, void **ours)
{
    struct connection *connection = calloc(1, sizeof *connection);
    int socket = socket_of(theirs);
    *ours = connection;
    if (connection != NULL)
        deadlines_add(listener->http->deadlines, &connection->deadline, socket);
    if (connection == NULL || !begin_session(listener, theirs, connection))
        shutdown(socket, SHUT_RDWR);
}

static void closed(struct http_listener *listener, struct MHD_Connection *theirs,
                   struct connection *connection)
{
    if (connection == NULL)
        return;
    deadlines_remove(listener->http->deadlines, &connection->deadline);
    if (connection->credentials != NULL)
        tls_session_end(&listener->sessions, theirs, connection->credentials);
    free(connection);
}

void connection_notify(void *context, struct MHD_Connection *connection, void **ours,
                       enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        opened(context, connection, ours);
    else
        closed(context, connection, *ours);
}

struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

void connection_waits(const struct exchange *x, enum deadline_wait wait)
{
    struct connection *connection = connection_of(x->connection);
    if (connection != NULL)
        deadlines_wait(x->http->deadlines, &connection->deadline, wait);
}

void connection_is_asked(const struct exchange *x)
{
    struct connection *connection = connection_of(x->connection);
    if (connection != NULL)
        deadlines_request(x->http->deadlines, &connection->deadline);
}
