#include "server.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/problem.h"
#include "base/time_text.h"
#include "base/time_zone.h"
#include "client_ca.h"
#include "device_ca.h"
#include "engine/denials.h"
#include "engine/handover.h"
#include "http/http.h"
#include "ops/artifacts/artifacts.h"
#include "ops/executions/audience.h"
#include "ops/fleet/connectivity.h"
#include "ops/security/access_changes.h"
#include "ops/security/policy_cache.h"
#include "store/store.h"
#include "tls_keeper.h"

struct server {
    struct server_config config;
    struct clock clock;
    struct time_zone *window_zone; /* NULL: UTC */
    struct store *store;
    struct issuer device_ca;
    struct tls_shown *tls;       /* NULL: no listener of TLS whose certificate is known */
    struct client_ca *client_ca; /* NULL: nobody's certificate is judged */
    struct denials *denials;
    struct policy_cache *policies;
    struct access_changes *access_changes; /* NULL: auth = open */
    struct outbox *outbox;
    struct audience *audience;
    struct connectivity_watch *connectivity;
    struct artifacts artifacts;
    struct engine *engine;
    bool engine_runs;
    struct http *http; /* NULL: its ports are off */
    char host[HOST_NAME_MAX + 1];
    char certificates[PATH_MAX]; /* the folder where the launcher makes them */
    struct tls_keeper *keeper;   /* NULL: there is nothing to keep */
    atomic_bool ready;
};

static bool is_ready(void *context)
{
    struct server *server = context;
    return atomic_load(&server->ready);
}

static void start_clock(struct server *server)
{
    const struct settings *settings = server->config.settings;
    int64_t start_ms = clock_host_ms();
    if (!settings->virtual_clock) {
        clock_init_real(&server->clock);
        return;
    }
    time_parse_iso(str_from(settings->clock_start), &start_ms); /* empty keeps the host's time */
    clock_init_virtual(&server->clock, start_ms);
}

static bool start_store(struct server *server, struct strbuf *ret_problem)
{
    const struct settings *settings = server->config.settings;
    struct store_options options = {
        .folder = settings->data,
        .in_memory = settings->in_memory,
        .durability = settings->durability,
        .log = server->config.log,
    };
    server->store = store_open(&options, ret_problem);
    return server->store != NULL;
}

static bool start_device_ca(struct server *server, struct strbuf *ret_problem)
{
    const struct settings *settings = server->config.settings;
    return device_ca_open(settings->in_memory ? NULL : settings->data, store_writer(server->store),
                          clock_host_ms(), server->config.log, &server->device_ca, ret_problem);
}

/* Also where MQTT alone has a TLS listener: our clients ask for its CA over HTTP. */
static bool start_tls(struct server *server, struct strbuf *ret_problem)
{
    const struct settings *settings = server->config.settings;
    bool named = settings->tls_certificate[0] != '\0';
    if (!settings_have_https(settings) && (!named || settings->mqtts_port.n == 0))
        return true;
    if (!named)
        return problem(ret_problem,
                       settings->https_port != 0
                           ? "https_port: needs tls_certificate and tls_key; 0 switches HTTPS off"
                           : "http_tls: needs tls_certificate and tls_key");
    server->tls = tls_shown_open(settings->tls_certificate, settings->tls_key, ret_problem);
    return server->tls != NULL;
}

static bool start_access(struct server *server, struct strbuf *ret_problem)
{
    bool enforces = server->config.settings->auth == AUTH_ENFORCE;
    server->denials = denials_new(&server->clock, server->config.log);
    server->policies = policy_cache_new();
    server->access_changes = enforces ? access_changes_new() : NULL;
    if (server->denials != NULL && server->policies != NULL && (!enforces || server->access_changes != NULL))
        return true;
    strbuf_add_text(ret_problem, "out of memory");
    return false;
}

static bool start_client_ca(struct server *server, struct strbuf *ret_problem)
{
    const struct settings *settings = server->config.settings;
    const struct client_ca_options options = { .cas = settings->tls_client_ca,
                                               .crls = settings->tls_client_crl,
                                               .log = server->config.log };
    if (settings->auth == AUTH_OPEN && (settings->tls_client_ca[0] == '\0' || !settings_have_tls(settings)))
        return true;
    server->client_ca = client_ca_open(&options, ret_problem);
    return server->client_ca != NULL;
}

static bool start_artifacts(struct server *server, struct strbuf *ret_problem)
{
    const struct settings *settings = server->config.settings;
    struct artifact_folder_options options = {
        .data = settings->data,
        .in_memory = settings->in_memory,
        .durability = settings->durability,
        .reserve = settings->artifact_reserve,
        .store = server->store,
        .log = server->config.log,
    };
    if (!artifact_key_open(store_writer(server->store), &server->artifacts.key)) {
        strbuf_add_text(ret_problem, "the key of the artefact store cannot be stored");
        return false;
    }
    artifact_url_find(settings, server->artifacts.url);
    server->artifacts.folder = artifact_folder_open(&options, store_writer(server->store), ret_problem);
    return server->artifacts.folder != NULL;
}

/* Of a broker that somebody else has configured nobody knows who listens: bridges and earlier sessions do. */
static bool start_audience(struct server *server)
{
    server->audience = audience_new(!server->config.settings->track_subscriptions);
    return server->audience != NULL && audience_load(server->audience, store_writer(server->store));
}

static struct handover handover_of(const struct server *server)
{
    return (struct handover){
        .db = store_writer(server->store),
        .outbox = server->outbox,
        .log = server->config.log,
        .window_time_zone = str_from(server->config.settings->window_time_zone),
        .everyone_listens = !server->config.settings->track_subscriptions,
    };
}

static bool take_over(struct server *server)
{
    struct handover handover = handover_of(server);
    return handover_begin(&handover, clock_now_ms(&server->clock));
}

static bool start_engine(struct server *server, struct strbuf *ret_problem)
{
    server->outbox = outbox_new();
    server->connectivity = connectivity_watch_new();
    if (server->outbox != NULL && server->connectivity != NULL && start_audience(server) &&
        take_over(server)) {
        struct engine_config config = {
            .db = store_writer(server->store),
            .clock = &server->clock,
            .settings = server->config.settings,
            .window_zone = server->window_zone,
            .log = server->config.log,
            .outbox = server->outbox,
            .audience = server->audience,
            .connectivity = server->connectivity,
            .access_changes = server->access_changes,
            .artifacts = &server->artifacts,
            .ring = server->config.ring,
            .ring_context = server->config.ring_context,
        };
        server->engine = engine_new(&config);
    }
    server->engine_runs = server->engine != NULL && engine_start(server->engine);
    if (!server->engine_runs)
        strbuf_add_text(ret_problem, "the engine cannot start: out of memory or threads");
    return server->engine_runs;
}

/* Whether what is shown is what the launcher has made in the data folder. */
static bool has_made_certificate(struct server *server)
{
    const struct settings *settings = server->config.settings;
    size_t n = (size_t)snprintf(server->certificates, PATH_MAX, "%s/certs", settings->data);
    return !settings->in_memory && n < PATH_MAX &&
           strncmp(settings->tls_certificate, server->certificates, n) == 0 &&
           strcmp(settings->tls_certificate + n, "/server.pem") == 0;
}

/* Last: it tells others of what it finds. */
static bool start_keeper(struct server *server, struct strbuf *ret_problem)
{
    if (server->tls == NULL && server->client_ca == NULL)
        return true;
    gethostname(server->host, sizeof server->host - 1);
    const struct tls_keeper_options options = {
        .shown = server->tls,
        .client_ca = server->client_ca,
        .folder = has_made_certificate(server) ? server->certificates : NULL,
        .names = { .host = server->host, .bind = server->config.settings->bind },
        .log = server->config.log,
        .changed = server->config.certificate_changed,
        .changed_context = server->config.certificate_context,
    };
    server->keeper = tls_keeper_start(&options);
    return server->keeper != NULL ||
           problem(ret_problem, "the host has no thread left for looking after certificates");
}

static bool start_http(struct server *server, struct strbuf *ret_problem)
{
    struct http_config config = {
        .engine = server->engine,
        .clock = &server->clock,
        .settings = server->config.settings,
        .window_zone = server->window_zone,
        .log = server->config.log,
        .denials = server->denials,
        .policies = server->policies,
        .issuer = &server->device_ca,
        .client_ca = server->client_ca,
        .tls = server->tls,
        .artifacts = &server->artifacts,
        .store = server->store,
        .ready = is_ready,
        .ready_context = server,
    };
    if (server->config.settings->http_port == 0 && server->config.settings->https_port == 0)
        return true;
    server->http = http_start(&config, ret_problem);
    return server->http != NULL;
}

struct server *server_start(const struct server_config *config, struct strbuf *ret_problem)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        strbuf_add_text(ret_problem, "out of memory");
        return NULL;
    }
    server->config = *config;
    start_clock(server);
    if (start_access(server, ret_problem) &&
        time_zone_open(config->settings->window_time_zone, &server->window_zone, ret_problem) &&
        start_store(server, ret_problem) && start_device_ca(server, ret_problem) &&
        start_tls(server, ret_problem) && start_client_ca(server, ret_problem) &&
        start_artifacts(server, ret_problem) && start_engine(server, ret_problem) &&
        start_http(server, ret_problem) && start_keeper(server, ret_problem))
        return server;
    server_stop(server);
    return NULL;
}

/* Also takes down what a start that failed half-way has left. */
void server_stop(struct server *server)
{
    tls_keeper_stop(server->keeper);
    if (server->http != NULL)
        http_quiesce(server->http);
    if (server->engine_runs)
        engine_stop(server->engine);
    if (server->http != NULL)
        http_stop(server->http);
    if (server->engine_runs) {
        struct handover handover = handover_of(server);
        handover.audience_incomplete = audience_owes_row(server->audience);
        handover_end(&handover);
    }
    if (server->engine != NULL)
        engine_free(server->engine);
    if (server->outbox != NULL)
        outbox_free(server->outbox);
    audience_free(server->audience);
    connectivity_watch_free(server->connectivity);
    client_ca_free(server->client_ca);
    tls_shown_free(server->tls);
    issuer_release(&server->device_ca);
    artifact_folder_close(server->artifacts.folder);
    if (server->store != NULL)
        store_close(server->store);
    access_changes_free(server->access_changes);
    policy_cache_free(server->policies);
    denials_free(server->denials);
    clock_release(&server->clock);
    time_zone_free(server->window_zone);
    free(server);
}

struct engine *server_engine(struct server *server)
{
    return server->engine;
}

struct outbox *server_outbox(struct server *server)
{
    return server->outbox;
}

struct audience *server_audience(struct server *server)
{
    return server->audience;
}

struct connectivity_watch *server_connectivity(struct server *server)
{
    return server->connectivity;
}

void server_reload(struct server *server)
{
    if (server->keeper != NULL)
        tls_keeper_reread(server->keeper);
    if (server->http != NULL)
        http_reload(server->http);
}

void server_set_ready(struct server *server)
{
    atomic_store(&server->ready, true);
}

struct denials *server_denials(struct server *server)
{
    return server->denials;
}

struct client_ca *server_client_ca(struct server *server)
{
    return server->client_ca;
}

struct store *server_store(struct server *server)
{
    return server->store;
}

struct policy_cache *server_policy_cache(struct server *server)
{
    return server->policies;
}

struct access_changes *server_access_changes(struct server *server)
{
    return server->access_changes;
}

struct clock *server_clock(struct server *server)
{
    return &server->clock;
}
