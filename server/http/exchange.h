/*
 * One HTTP request and its answer; what the files of http/ share.
 *
 * An exchange begins with the request line and ends when libmicrohttpd has sent the answer or lost the
 * client. It lives in the arena of its call, so that one allocation carries the whole request. A pool thread
 * owns it, but for the time between its submission and the call's `done`, when the engine thread does, or the
 * workshop's.
 */
#ifndef IOTJOBS_HTTP_EXCHANGE_H
#define IOTJOBS_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "api/decode.h"
#include "base/random.h"
#include "client_ca.h"
#include "engine/workshop.h"
#include "http/http.h"
#include "http/key_ring.h"
#include "http/login_rate.h"
#include "http/sessions.h"
#include "http/tls_session.h"
#include "settings.h"

enum {
    HTTP_BODY_MAX = 1024 * 1024,
    /* A larger body is still read up to here, because a client that is writing does not see our 413. */
    HTTP_BODY_DISCARD_MAX = 8 * 1024 * 1024,
    HTTP_BODIES_MAX = 256 * 1024 * 1024, /* of all requests together, but for what goes to files */
};

struct deadlines;

/* One port, with its own pool of threads. */
struct http_listener {
    struct http *http;
    struct MHD_Daemon *daemon; /* NULL: its port is off */
    int socket;                /* ours to close since http_quiesce; -1 before */
    enum plane plane;          /* of requests that name none */
    bool tls;                  /* it speaks HTTPS, and begins sessions with these */
    struct tls_sessions sessions;
};

enum { LISTENER_HTTP, LISTENER_HTTPS, LISTENER_COUNT };

struct http {
    struct http_config config;
    struct http_listener listeners[LISTENER_COUNT];
    struct workshop *workshop; /* makes keys */
    struct workshop *uploads;  /* forces to disk what was uploaded */
    struct workshop *fetches;  /* reads documents from an external S3; NULL: there is none */
    struct key_ring *keys;     /* whose signatures count; none: everybody's (auth = open) */
    struct sessions *sessions; /* who has logged in (auth = enforce) */
    struct login_rate *logins;
    struct deadlines *deadlines; /* of the connections of both listeners */
    pthread_key_t reader;        /* each pool thread's own struct db * */
    int64_t started_ms;
    atomic_bool quiesced;
    atomic_size_t bodies;    /* bytes of them that are kept in memory */
    atomic_size_t exchanges; /* begun and not yet ended */
};

enum exchange_stage {
    EXCHANGE_HEADERS, /* the headers are not all here */
    EXCHANGE_BODY,    /* the body is arriving */
    EXCHANGE_ENGINE,  /* suspended; the engine has the call, or a workshop */
    EXCHANGE_READ,    /* the same, a workshop; the call is run here once it is back */
};

struct device_access;
struct s3_request;

struct exchange {
    struct http *http;
    const struct http_listener *listener; /* where it came in */
    struct MHD_Connection *connection;
    struct call *call; /* its `ok`, `err` and `reply` are the answer */
    enum exchange_stage stage;
    struct s3_request *s3;         /* NULL: it is not for the artefact store */
    struct device_access *access;  /* auth = enforce: what the client's certificate is good for; NULL: none */
    const struct session *session; /* who sent it came with that; NULL: with none */
    const char *method;            /* HEAD counts as GET */
    const char *sent_method;       /* as it came */
    struct str path;               /* raw */
    struct str query;              /* raw, without '?' */
    struct strbuf body;
    size_t body_n;         /* bytes that arrived, kept or not */
    size_t reserved;       /* bytes of http->bodies */
    bool crowded_out;      /* those of all others leave no room for this body */
    enum plane plane;      /* names the errors */
    const char *operation; /* for the log; NULL: none */
    const char *allow;     /* of a 405 */
    const char *content_type;
    const char *set_cookie; /* NULL: none */
    unsigned status; /* of a success 200 unless an endpoint says otherwise; of an error set when answered */
    bool close;      /* the connection ends with this answer */
    int64_t begun_us;
    char request_id[UUID_TEXT_MAX];
};

/* What is left to do once an exchange was served. */
enum serve_result {
    SERVED,             /* the answer stands in the call */
    SERVED_BY_ENGINE,   /* the call is ready to be submitted */
    SERVED_BY_WORKSHOP, /* the same, to the workshop */
    SERVED_BY_UPLOADS,  /* the same, to that of the uploads */
    SERVED_BY_FETCHES,  /* the same, to that of the fetches */
};

/* The REST API of both planes (api.c). */
enum serve_result api_serve(struct exchange *x);

/* Runs a call that reads, on this thread's own connection. */
void exchange_run_read(struct exchange *x);

/* Whether a path is one of our own, and its service (own.c). */
bool own_path(struct str path);
enum serve_result own_serve(struct exchange *x);

/* Queues what stands in the call (answer.c). */
enum MHD_Result answer_send(struct exchange *x);

/* The address of whoever has sent it, as text in the call's arena; absent: unknown. */
struct str exchange_source_ip(const struct exchange *x);

/* A header of the request; absent when it has none of that name. Valid until the exchange ends. */
struct str exchange_header(const struct exchange *x, const char *name);

/* Whether a browser sends it on behalf of a web page, and it does more than read (identify.c). */
bool exchange_writes_for_a_web_page(const struct exchange *x);

/* Before n more bytes of the body are kept: whether those of all requests leave room for them. */
bool exchange_has_room(struct exchange *x, size_t n);

/* The calling pool thread's read-only connection; NULL when it cannot be opened. */
struct db *http_reader(struct http *http);
/* Closes it, so that the next request gets a fresh one: after a failure. */
void http_reader_discard(struct http *http);

#endif
