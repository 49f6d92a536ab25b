/* Our own endpoints below /_iotjobs/: one row each in own.c, one file for each subject. */
#ifndef IOTJOBS_HTTP_OWN_H
#define IOTJOBS_HTTP_OWN_H

#include "http/exchange.h"

/*
 * Writes the answer, one JSON object unless it sets another content_type, to call->reply; or, where the
 * endpoint goes through the engine, prepares the call. False after fail(): the error is answered.
 */
typedef bool own_fn(struct exchange *x);

own_fn own_root;
own_fn own_health;
own_fn own_ready;
own_fn own_info;
own_fn own_ca;
own_fn own_clock;
own_fn own_clock_change;
own_fn own_reset;
own_fn own_session;
own_fn own_login;
own_fn own_logout;
own_fn own_denials;

#endif
