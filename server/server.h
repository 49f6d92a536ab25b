/*
 * Assembles the server from its parts and takes it down again, mirrored:
 * settings → time zone → store (migrate) → devices' CA → clients' CAs → engine → timer → HTTP.  The plugin
 * adds MQTT.
 */
#ifndef IOTJOBS_SERVER_H
#define IOTJOBS_SERVER_H

#include "engine/engine.h"
#include "settings.h"

struct server;

struct server_config {
    const struct settings *settings; /* borrowed until server_stop */
    struct log *log;
    void (*ring)(void *context); /* see engine_config */
    void *ring_context;
    /* The files of the settings tls_certificate and tls_key are other ones from now on, and HTTPS shows them.
     * On a thread of the server's, which waits for it; NULL: nobody wants to know. */
    void (*certificate_changed)(void *context);
    void *certificate_context;
};

/* NULL: one sentence in `ret_problem`. */
struct server *server_start(const struct server_config *config, struct strbuf *ret_problem);
void server_stop(struct server *server);

/* Reads what may have changed while it runs again: the access keys at once; soon the server's certificate,
 * the CAs of devices and what they have revoked. What cannot be used stays as it is, and the log says why.
 * One thread at a time. */
void server_reload(struct server *server);

struct client_ca;
struct access_changes;
struct denials;
struct policy_cache;

struct engine *server_engine(struct server *server);
struct outbox *server_outbox(struct server *server);
struct audience *server_audience(struct server *server);
struct connectivity_watch *server_connectivity(struct server *server);
struct denials *server_denials(struct server *server);
struct store *server_store(struct server *server);
struct policy_cache *server_policy_cache(struct server *server);
/* For the one who keeps decisions about clients that are connected; NULL with auth = open. */
struct access_changes *server_access_changes(struct server *server);
/* Judges the certificates of clients; NULL: there is no CA for that (tls_client_ca), or no TLS listener. */
struct client_ca *server_client_ca(struct server *server);
struct clock *server_clock(struct server *server); /* for the time stamps of what an edge answers by itself */

/* The host of the server says that every listener answers; `ready` is 200 from now on. Any thread. */
void server_set_ready(struct server *server);

#endif
