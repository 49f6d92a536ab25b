/*
 * The HTTP front end (libmicrohttpd): REST API of both planes, /_iotjobs/… and the artefact store as S3
 * speaks it (http/s3).
 *
 * Requests that only read run on the HTTP thread with that thread's own read-only connection; requests
 * that write are submitted to the engine while the connection is suspended.
 *
 * HTTPS at https_port is the same with one difference: a request that does not say which plane it means, by
 * its signature or its Host, means the data plane, as on AWS's port for devices. Where tls_client_ca names
 * CAs it asks clients for a certificate, and with auth = enforce always: who shows none is anybody, who shows
 * one may do what rules/security/access.h says of it, and who shows one that does not count may do nothing.
 * HTTPS at http_port (http_tls) is HTTP at http_port, and nobody is asked.
 *
 * With auth = open nobody has to say who he is, but to the artefact store where there are access keys
 * (access_keys.h). With auth = enforce everybody has: by a signature, a certificate, or a session
 * (http/identify.h). What a browser sends on behalf of a web page (it has an Origin) may only read, unless
 * the page is our own and comes with a session.
 */
#ifndef IOTJOBS_HTTP_HTTP_H
#define IOTJOBS_HTTP_HTTP_H

#include "engine/denials.h"
#include "engine/engine.h"
#include "store/store.h"

struct client_ca;
struct policy_cache;
struct http;
struct tls_shown;

struct http_config {
    struct engine *engine;
    struct clock *clock;
    const struct settings *settings;
    const struct time_zone *window_zone; /* of maintenance windows; NULL: UTC */
    struct log *log;
    struct denials *denials; /* hears what was denied */
    struct policy_cache *policies;
    const struct issuer *issuer; /* signs devices' certificates; borrowed until http_stop */
    struct client_ca *client_ca; /* judges what HTTPS clients show; NULL: they are not asked */
    struct tls_shown *tls;       /* what the TLS listeners show, MQTT's too; NULL: there are none */
    const struct artifacts *artifacts;
    struct store *store;          /* its readers serve the requests that only read */
    bool (*ready)(void *context); /* whether the whole server serves */
    void *ready_context;
};

/* Binds and listens on http_port and https_port, where they are on. NULL: `ret_problem` says why (port in
 * use, no threads). */
struct http *http_start(const struct http_config *config, struct strbuf *ret_problem);
/* Reads the access keys again. If that fails the old ones stay in force, and the log says why. One thread at
 * a time; it reads a small file, and waits for nobody. */
void http_reload(struct http *http);
/* Takes no more connections; what is suspended is still answered by the engine. */
void http_quiesce(struct http *http);
/* After engine_stop: ends the threads and frees. */
void http_stop(struct http *http);

#endif
