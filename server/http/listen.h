/* The listening socket. Made here and not by libmicrohttpd, to say why it cannot be made. */
#ifndef IOTJOBS_HTTP_LISTEN_H
#define IOTJOBS_HTTP_LISTEN_H

#include "base/strbuf.h"

/* A non-blocking socket that listens on an IPv4 or IPv6 address. -1: one sentence in `ret_problem`, which
 * names the setting that the port comes from. */
int listen_on(const char *address, int64_t port, const char *setting, struct strbuf *ret_problem);

#endif
