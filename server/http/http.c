#include "http/http.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/problem.h"
#include "http/connection.h"
#include "http/exchange.h"
#include "http/framing.h"
#include "http/identify.h"
#include "http/listen.h"
#include "http/peer_access.h"
#include "http/s3/s3.h"

enum {
    CONNECTIONS_MAX = 1000,
    IDLE_TIMEOUT_S = 30,
    PARAMETERS_MAX = 256,          /* in a query */
    CONNECTION_MEMORY = 64 * 1024, /* request line and headers, and each piece of the body */
    LAST_ANSWERS_MS = 500,         /* how long http_stop lets answers leave */
    LIBRARY_LINE_MAX = 512,
    FETCHES_MAX = 32, /* that wait */
    /* With a fetch of its own half a minute: where an S3 does not answer, those behind hear of it in time. */
    FETCH_PATIENCE_MS = 15000,
};

struct str exchange_header(const struct exchange *x, const char *name)
{
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(x->connection, MHD_HEADER_KIND, name, strlen(name), &value, &n) !=
            MHD_YES ||
        value == NULL)
        return STR_NONE;
    return (struct str){ value, n };
}

/* --- readers ---------------------------------------------------------------------------------------- */

static void close_reader(void *db)
{
    db_close(db);
}

struct db *http_reader(struct http *http)
{
    struct db *db = pthread_getspecific(http->reader);
    if (db != NULL)
        return db;
    db = store_open_reader(http->config.store);
    if (db != NULL && pthread_setspecific(http->reader, db) != 0) {
        db_close(db);
        return NULL;
    }
    return db;
}

void http_reader_discard(struct http *http)
{
    db_close(pthread_getspecific(http->reader));
    pthread_setspecific(http->reader, NULL);
}

/* --- an exchange, as libmicrohttpd tells of it ------------------------------------------------------- */

/* The path of the absolute form, which proxies send and every server must take: http://host/path */
static struct str without_authority(struct str path)
{
    if (!str_starts_with(path, STR_LIT("http://")) && !str_starts_with(path, STR_LIT("https://")))
        return path;
    struct str rest = path;
    str_split(&rest, '/');
    str_split(&rest, '/');
    struct str authority = str_split(&rest, '/');
    if (rest.p == NULL)
        return STR_LIT("/");
    return (struct str){ authority.p + authority.n, rest.n + 1 };
}

static size_t count_parameters(struct str query)
{
    size_t n = 1;
    while (str_split(&query, '&').p != NULL && query.p != NULL)
        n++;
    return n;
}

/* The raw URI: libmicrohttpd would turn '+' into a blank and decode what is ours to split first. */
static void *on_request_line(void *context, const char *uri, struct MHD_Connection *connection)
{
    const struct http_listener *listener = context;
    struct call *call = call_new();
    if (call == NULL)
        return NULL;
    struct exchange *x = arena_alloc(&call->arena, sizeof *x);
    struct str query = arena_str(&call->arena, str_from(uri));
    if (x == NULL || query.p == NULL) {
        call_free(call);
        return NULL;
    }
    struct str path = without_authority(str_split(&query, '?'));
    *x = (struct exchange){ .http = listener->http,
                            .listener = listener,
                            .connection = connection,
                            .call = call,
                            .method = "-",
                            .sent_method = "-",
                            .path = path,
                            .query = query,
                            .content_type = "application/json",
                            .status = MHD_HTTP_OK,
                            .begun_us = clock_mono_us() };
    strbuf_init(&x->body, HTTP_BODY_MAX);
    random_uuid(x->request_id);
    call->owner = x;
    atomic_fetch_add(&x->http->exchanges, 1);
    connection_is_asked(x);
    /* They would not fit into the library's memory: it means to answer 431, and never does (0.9.75). */
    if (count_parameters(query) > PARAMETERS_MAX)
        connection_shut(connection);
    return x;
}

/* Paths and queries stay as they came. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result send_answer(struct exchange *x)
{
    connection_waits(x, WAIT_FLOW);
    return x->s3 != NULL ? s3_request_send(x) : answer_send(x);
}

/* Before the request is here as a whole, or where it is not clear where it ends. */
static enum MHD_Result refuse_and_close(struct exchange *x)
{
    x->close = true;
    return send_answer(x);
}

static enum MHD_Result refuse_body(struct exchange *x)
{
    fail(&x->call->err, ERR_REQUEST_TOO_LARGE, "The request body is larger than %d bytes.", HTTP_BODY_MAX);
    return refuse_and_close(x);
}

static enum MHD_Result begin_s3(struct exchange *x, const char *method)
{
    switch (s3_request_begin(x, method)) {
    case S3_GOES_ON: return MHD_YES;
    case S3_ANSWERED_NOW: return refuse_and_close(x);
    case S3_NO_MEMORY: break;
    }
    return MHD_NO;
}

/* A body that is too large is refused before it is sent, where the client waits for that or where reading
 * it to the end would take too long. */
static enum MHD_Result on_headers(struct exchange *x, const char *method)
{
    int64_t length;
    x->stage = EXCHANGE_BODY;
    x->sent_method = method;
    x->method = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method;
    x->body.secret = str_eq_text(x->path, SESSION_PATH);
    if (!framing_check(x->connection, &x->call->err))
        return refuse_and_close(x);
    bool for_s3 = s3_is_meant(x);
    connection_waits(x, for_s3 ? WAIT_FLOW : WAIT_BODY);
    if (for_s3)
        return begin_s3(x, method);
    if (!identify_headers(x) && exchange_header(x, MHD_HTTP_HEADER_EXPECT).p != NULL)
        return refuse_and_close(x);
    if (!str_to_int(exchange_header(x, MHD_HTTP_HEADER_CONTENT_LENGTH), &length) || length <= HTTP_BODY_MAX)
        return MHD_YES;
    if (length > HTTP_BODY_DISCARD_MAX || exchange_header(x, MHD_HTTP_HEADER_EXPECT).p != NULL)
        return refuse_body(x);
    return MHD_YES;
}

/* Bodies are small, and connections may be many. */
bool exchange_has_room(struct exchange *x, size_t n)
{
    if (x->crowded_out)
        return false;
    x->reserved += n;
    x->crowded_out = atomic_fetch_add(&x->http->bodies, n) + n > HTTP_BODIES_MAX;
    return !x->crowded_out;
}

/* Keeps what fits and discards the rest, and all of what is refused already; gives the client up past the
 * second ceiling. */
static enum MHD_Result on_body(struct exchange *x, const char *bytes, size_t n)
{
    if (n > HTTP_BODY_DISCARD_MAX - x->body_n)
        return MHD_NO;
    x->body_n += n;
    if (x->body_n <= HTTP_BODY_MAX && x->call->err.code == ERR_NONE && exchange_has_room(x, n))
        strbuf_add(&x->body, bytes, n);
    else
        strbuf_release(&x->body);
    return MHD_YES;
}

static void on_done(struct call *call)
{
    struct exchange *x = call->owner;
    if (x->s3 != NULL)
        s3_request_done(x);
    MHD_resume_connection(x->connection);
}

static bool submit_call(struct exchange *x, enum serve_result to)
{
    switch (to) {
    case SERVED_BY_WORKSHOP: return workshop_submit(x->http->workshop, x->call);
    case SERVED_BY_UPLOADS: return workshop_submit(x->http->uploads, x->call);
    case SERVED_BY_FETCHES: return workshop_submit(x->http->fetches, x->call);
    case SERVED_BY_ENGINE:
    case SERVED: break;
    }
    return engine_submit(x->http->config.engine, x->call);
}

/* Suspended first: the engine may be done before engine_submit returns. */
static enum MHD_Result submit(struct exchange *x, enum serve_result to)
{
    x->stage = x->call->edge_runs ? EXCHANGE_READ : EXCHANGE_ENGINE;
    x->call->done = on_done;
    MHD_suspend_connection(x->connection);
    if (!submit_call(x, to)) {
        fail(&x->call->err, ERR_THROTTLING, "Rate exceeded");
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

static enum MHD_Result finish(struct exchange *x, enum serve_result result)
{
    return result == SERVED ? send_answer(x) : submit(x, result);
}

static enum MHD_Result on_complete_request(struct exchange *x)
{
    connection_waits(x, WAIT_SERVER);
    if (x->s3 != NULL)
        return finish(x, s3_request_serve(x));
    if (x->call->err.code != ERR_NONE)
        return send_answer(x);
    if (x->body_n > HTTP_BODY_MAX)
        return refuse_body(x);
    if (x->crowded_out)
        fail(&x->call->err, ERR_THROTTLING,
             "The server is reading too many requests at once; try again later.");
    else if (x->body.failed)
        fail(&x->call->err, ERR_INTERNAL, "The server is out of memory for this request.");
    if (x->call->err.code != ERR_NONE || !identify(x))
        return send_answer(x);
    return finish(x, own_path(x->path) ? own_serve(x) : api_serve(x));
}

/* Called with the headers, with each piece of the body, without a piece at its end, and again after a resume.
 */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *body, size_t *body_n,
                                  void **exchange)
{
    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    struct exchange *x = *exchange;
    if (x == NULL)
        return MHD_NO;
    if (x->stage == EXCHANGE_HEADERS)
        return on_headers(x, method);
    if (x->stage == EXCHANGE_READ && x->call->err.code == ERR_NONE)
        exchange_run_read(x);
    if (x->stage == EXCHANGE_ENGINE || x->stage == EXCHANGE_READ)
        return send_answer(x);
    if (*body_n == 0)
        return on_complete_request(x);
    size_t n = *body_n;
    *body_n = 0;
    if (x->s3 != NULL)
        return s3_request_body(x, body, n) ? MHD_YES : MHD_NO;
    return on_body(x, body, n);
}

static void log_exchange(const struct exchange *x)
{
    log_write(x->http->config.log, x->status >= MHD_HTTP_INTERNAL_SERVER_ERROR ? LOG_WARNING : LOG_DEBUG,
              "http method=%s path=%.*s status=%u operation=%s duration_us=%lld request_id=%s", x->method,
              STR(x->path), x->status, x->operation != NULL ? x->operation : "-",
              (long long)(clock_mono_us() - x->begun_us), x->request_id);
}

static void on_end(void *context, struct MHD_Connection *connection, void **exchange,
                   enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct http *http = context;
    struct exchange *x = *exchange;
    if (x == NULL)
        return;
    log_exchange(x);
    connection_waits(x, WAIT_REQUEST);
    if (x->s3 != NULL)
        s3_request_end(x);
    peer_access_release(x);
    strbuf_release(&x->body);
    atomic_fetch_sub(&http->bodies, x->reserved);
    call_free(x->call);
    *exchange = NULL;
    atomic_fetch_sub(&http->exchanges, 1);
}

static void on_library_log(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_library_log(void *context, const char *format, va_list args)
{
    const struct http *http = context;
    char line[LIBRARY_LINE_MAX];
    vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\n")] = '\0';
    log_write(http->config.log, LOG_INFO, "http_library says=%s", line);
}

/* --- start and stop --------------------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct http_listener *listener, int socket,
                                       struct MHD_OptionItem *more)
{
    static const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                                  MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    struct http *http = listener->http;
    unsigned threads = (unsigned)http->config.settings->http_threads;
    return MHD_start_daemon(
        more[0].option == MHD_OPTION_END ? flags : flags | MHD_USE_TLS, 0, NULL, NULL, on_request, http,
        MHD_OPTION_EXTERNAL_LOGGER, on_library_log, http, /* first: it hears of the others */
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)http->config.settings->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_URI_LOG_CALLBACK, on_request_line, listener, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        http, MHD_OPTION_NOTIFY_COMPLETED, on_end, http, MHD_OPTION_NOTIFY_CONNECTION, connection_notify,
        listener, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

/* The pool's threads inherit the mask: signals are the business of the host's own thread. */
static struct MHD_Daemon *start_daemon_without_signals(struct http_listener *listener, int socket,
                                                       struct MHD_OptionItem *more)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon = start_daemon(listener, socket, more);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

/* Binds, listens and serves; port 0 leaves it off. libmicrohttpd closes the socket, even if it does not
 * start. */
static bool start_listener(struct http_listener *listener, const char *setting, int64_t port,
                           struct MHD_OptionItem *more, struct strbuf *ret_problem)
{
    if (port == 0)
        return true;
    int socket = listen_on(listener->http->config.settings->bind, port, setting, ret_problem);
    if (socket < 0)
        return false;
    listener->daemon = start_daemon_without_signals(listener, socket, more);
    if (listener->daemon == NULL)
        strbuf_printf(ret_problem, "%s: libmicrohttpd does not start: %s", setting, strerror(errno));
    return listener->daemon != NULL;
}

/* What the library is given here it shows to nobody: each session has the certificate that is in force then
 * (http/tls_session). */
static bool start_https_listener(struct http_listener *listener, const char *setting, int64_t port,
                                 struct strbuf *ret_problem)
{
    struct tls_shown *shown = listener->http->config.tls;
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return problem(ret_problem, "%s: this libmicrohttpd was built without TLS; set %s", setting,
                       listener->plane == PLANE_CONTROL ? "http_tls to false" : "it to 0");
    const struct tls *tls = tls_shown_hold(shown);
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificates },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (char *)tls_priorities },
        { MHD_OPTION_END, 0, NULL },
    };
    bool ok = start_listener(listener, setting, port, options, ret_problem);
    tls_shown_let_go(shown, tls);
    return ok;
}

static bool start_one(struct http_listener *listener, const char *setting, int64_t port,
                      struct strbuf *ret_problem)
{
    struct MHD_OptionItem nothing = { MHD_OPTION_END, 0, NULL };
    if (port == 0 || !listener->tls)
        return start_listener(listener, setting, port, &nothing, ret_problem);
    return start_https_listener(listener, setting, port, ret_problem);
}

static bool start_listeners(struct http *http, struct strbuf *ret_problem)
{
    const struct settings *settings = http->config.settings;
    return start_one(&http->listeners[LISTENER_HTTP], "http_port", settings->http_port, ret_problem) &&
           start_one(&http->listeners[LISTENER_HTTPS], "https_port", settings->https_port, ret_problem);
}

static void init_listener(struct http *http, int which, enum plane plane, bool tls)
{
    const struct http_config *config = &http->config;
    struct http_listener *listener = &http->listeners[which];
    *listener = (struct http_listener){
        .http = http,
        .socket = -1,
        .plane = plane,
        .tls = tls,
        .sessions = { .shown = config->tls, .client_ca = config->client_ca, .log = config->log },
    };
    tls_sessions_init(&listener->sessions, plane == PLANE_DATA, config->settings->auth == AUTH_ENFORCE);
}

static bool start_fetches(struct http *http)
{
    const struct workshop_options fetches = { .engine = http->config.engine,
                                              .thread = "iotjobs-fetches",
                                              .calls = FETCHES_MAX,
                                              .patience_ms = FETCH_PATIENCE_MS };
    if (http->config.settings->s3_endpoint[0] == '\0')
        return true;
    http->fetches = workshop_start(&fetches);
    return http->fetches != NULL;
}

static bool start_workshops(struct http *http, struct strbuf *ret_problem)
{
    const struct workshop_options keys = { .engine = http->config.engine,
                                           .issuer = http->config.issuer,
                                           .thread = "iotjobs-keys",
                                           .calls = WORKSHOP_KEYS_MAX };
    const struct workshop_options uploads = { .engine = http->config.engine,
                                              .thread = "iotjobs-uploads",
                                              .calls = CONNECTIONS_MAX };
    http->workshop = workshop_start(&keys);
    http->uploads = workshop_start(&uploads);
    if (http->workshop != NULL && http->uploads != NULL && start_fetches(http))
        return true;
    strbuf_add_text(ret_problem, "http: the host has no thread left for making keys, uploads or fetches");
    return false;
}

static bool start_deadlines(struct http *http, struct strbuf *ret_problem)
{
    const struct settings *settings = http->config.settings;
    const struct deadline_rules rules = {
        .headers_ms = settings->http_header_timeout_ms,
        .body_ms = settings->http_body_timeout_ms,
        .flow_ms = settings->http_body_timeout_ms,
        .idle_ms = IDLE_TIMEOUT_S * 1000,
    };
    http->deadlines = deadlines_start(&rules, http->config.log);
    return http->deadlines != NULL ||
           problem(ret_problem, "http: the host has no thread left for watching over connections");
}

static void stop_workshops(struct http *http)
{
    workshop_stop(http->fetches);
    workshop_stop(http->workshop);
    workshop_stop(http->uploads);
}

/* Also one that never started wholly. */
static void http_free(struct http *http)
{
    stop_workshops(http);
    for (size_t i = 0; i < LISTENER_COUNT; i++) {
        struct http_listener *listener = &http->listeners[i];
        if (listener->daemon != NULL)
            MHD_stop_daemon(listener->daemon);
        if (listener->socket >= 0)
            close(listener->socket);
        tls_sessions_release(&listener->sessions);
    }
    workshop_free(http->workshop);
    workshop_free(http->uploads);
    workshop_free(http->fetches);
    identify_stop(http);
    deadlines_stop(http->deadlines);
    pthread_key_delete(http->reader);
    free(http);
}

struct http *http_start(const struct http_config *config, struct strbuf *ret_problem)
{
    struct http *http = malloc(sizeof *http);
    if (http == NULL) {
        strbuf_add_text(ret_problem, "http: out of memory");
        return NULL;
    }
    *http = (struct http){
        .config = *config,
        .started_ms = clock_now_ms(config->clock),
    };
    if (pthread_key_create(&http->reader, close_reader) != 0) {
        strbuf_add_text(ret_problem, "http: the process has no room for another thread key");
        free(http);
        return NULL;
    }
    init_listener(http, LISTENER_HTTP, PLANE_CONTROL, config->settings->http_tls);
    init_listener(http, LISTENER_HTTPS, PLANE_DATA, true);
    if (identify_start(http, ret_problem) && start_workshops(http, ret_problem) &&
        start_deadlines(http, ret_problem) && start_listeners(http, ret_problem))
        return http;
    http_free(http);
    return NULL;
}

void http_quiesce(struct http *http)
{
    atomic_store(&http->quiesced, true);
    for (size_t i = 0; i < LISTENER_COUNT; i++)
        if (http->listeners[i].daemon != NULL)
            http->listeners[i].socket = MHD_quiesce_daemon(http->listeners[i].daemon);
    stop_workshops(http);
}

/* libmicrohttpd drops what it has not sent when it stops; answers to committed writes deserve a moment. */
static void let_answers_leave(struct http *http)
{
    static const struct timespec one_ms = { .tv_nsec = 1000000 };
    for (int waited_ms = 0; waited_ms < LAST_ANSWERS_MS && atomic_load(&http->exchanges) > 0; waited_ms++)
        nanosleep(&one_ms, NULL);
}

void http_stop(struct http *http)
{
    let_answers_leave(http);
    http_free(http);
}
