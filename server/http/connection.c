#include "http/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

void connection_notify(void *context, struct MHD_Connection *connection, void **ours,
                       enum MHD_ConnectionNotificationCode what)
{
    (void)context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        free(*ours);
        return;
    }
    *ours = calloc(1, sizeof(struct connection));
    if (*ours == NULL)
        shutdown(socket_of(connection), SHUT_RDWR);
}

struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}
