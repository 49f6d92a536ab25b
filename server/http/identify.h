/*
 * Who sends a request of the API, or to /_iotjobs, before anything else is decided about it.
 *
 * auth = open: a client certificate says who, else it is anybody; signatures are read for their scope alone.
 * auth = enforce: a signature says who (its access key, with the role of that), else a client certificate,
 * else the cookie of a session (sessions.h), else it is nobody. A signature that does not hold, and a
 * certificate that does not count, are refused: nobody falls back to being somebody else.
 *
 * A browser lets any page send requests here, with the cookie if it has one, and names the page in Origin
 * unless the request only reads. Such pages may only read, but for our own: whoever comes with a session has
 * to send its CSRF token with everything that does more than read.
 */
#ifndef IOTJOBS_HTTP_IDENTIFY_H
#define IOTJOBS_HTTP_IDENTIFY_H

#include "http/exchange.h"

#define SESSION_COOKIE "iotjobsd_session"
#define SESSION_PATH   "/_iotjobs/session"

/* Reads the keys; before the first request. False: `ret_problem` says why. identify_stop in any case. */
bool identify_start(struct http *http, struct strbuf *ret_problem);
void identify_stop(struct http *http);

/* Before a body comes. False after fail(): whatever it is, the request will be refused. */
bool identify_headers(struct exchange *x);

/* With the whole request; writes call->principal, and x->session. False after fail(). */
bool identify(struct exchange *x);

/* The token in the cookie; absent: there is none. */
struct str identify_token(const struct exchange *x);

#endif
