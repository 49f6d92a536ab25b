/*
 * Where a request ends, which everybody between the client and us must see in the same way: else what one
 * takes for a body is the next request for the other.
 */
#ifndef IOTJOBS_HTTP_FRAMING_H
#define IOTJOBS_HTTP_FRAMING_H

#include <microhttpd.h>

#include "api/errors.h"

/* Whether the headers of a request, once they are all here, leave no doubt. False after
 * fail(ERR_INVALID_REQUEST): it must be the connection's last. libmicrohttpd itself refuses a Content-Length
 * that is no number. */
bool framing_check(struct MHD_Connection *connection, struct err *err);

#endif
