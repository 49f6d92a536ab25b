#include "support/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/db.h"
#include "support/revocations.h"
#include "support/world_inside.h"

enum { DENIALS_JSON_MAX = 64 * 1024 };

/* ---- devices ---- */

struct device device_of(struct issuer pair)
{
    struct device device = { .pair = pair };
    device.der = device_cert_der(&device.pair);
    device.chain[0] = device.der;
    device.chain_n = 1;
    certificate_hash(device.der, device.id);
    return device;
}

struct device device_make(const struct device_spec *spec)
{
    return device_of(device_cert_make(spec));
}

struct device device_new(const char *common_name)
{
    return device_make(&(struct device_spec){ .common_name = common_name });
}

void device_show_also(struct device *device, const struct device *other)
{
    assert_true(device->chain_n < sizeof device->chain / sizeof *device->chain);
    device->chain[device->chain_n++] = other->der;
}

void device_release(struct device *device)
{
    OPENSSL_free((void *)device->der.p);
    device_cert_release(&device->pair);
    *device = (struct device){ 0 };
}

struct device registered_device(struct world *w, const char *common_name)
{
    struct device device = device_new(common_name);
    register_device(w, &device, "ACTIVE");
    return device;
}

void register_device(struct world *w, struct device *device, const char *status)
{
    struct pem_json pem = pem_json(&device->pair);
    device->registered =
        registered_as(http(w, 200, "POST", "/certificate/register-no-ca",
                           pem_body("{\"certificatePem\":\"%s\",\"status\":\"%s\"}", pem.text, status)));
}

/* ---- the gate ---- */

static void write_cas(struct gate *gate, const struct device *const *cas, size_t n)
{
    const struct issuer *pairs[CLIENT_CHAIN_MAX];
    char path[TEMP_PATH_MAX];
    assert_in_range(n, 1, CLIENT_CHAIN_MAX);
    for (size_t i = 0; i < n; i++)
        pairs[i] = &cas[i]->pair;
    temp_path(gate->folder, "clients.pem", path);
    device_certs_write(path, pairs, n);
}

/* That of nobody who comes. */
static void open_ca(struct gate *gate)
{
    struct device nobodys = device_make(&(struct device_spec){ .common_name = "nobody's", .is_ca = true });
    struct strbuf problem;
    const struct revocations none = { .issuer = &nobodys.pair };
    char cas[TEMP_PATH_MAX], crls[TEMP_PATH_MAX];
    strbuf_init(&problem, 1024);
    temp_path(gate->folder, "clients.pem", cas);
    temp_path(gate->folder, "revoked.pem", crls);
    write_cas(gate, (const struct device *const[]){ &nobodys }, 1);
    revocations_write(crls, &none, 1);
    const struct client_ca_options options = { .cas = cas, .crls = crls, .log = gate->quiet };
    gate->ca = client_ca_open(&options, &problem);
    if (!gate->ca)
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    strbuf_release(&problem);
    device_release(&nobodys);
}

void gate_trust(struct gate *gate, const struct device *const *cas, size_t n)
{
    write_cas(gate, cas, n);
    client_ca_reload(gate->ca);
}

void gate_revoke(struct gate *gate, const struct device *ca, const struct device *revoked)
{
    const struct revocations list = { .issuer = &ca->pair, .revoked = { &revoked->pair } };
    char path[TEMP_PATH_MAX];
    temp_path(gate->folder, "revoked.pem", path);
    revocations_write(path, &list, 1);
    client_ca_look(gate->ca, clock_host_ms());
}

struct identities_config gate_config(struct gate *gate)
{
    return (struct identities_config){ .engine = gate->w->engine,
                                       .store = gate->w->store,
                                       .ca = gate->ca,
                                       .cache = gate->cache,
                                       .changes = gate->w->access_changes,
                                       .denials = gate->denials,
                                       .clock = &gate->w->clock,
                                       .settings = &gate->w->settings,
                                       .log = gate->quiet };
}

static void say_nothing(void *context, enum log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

struct gate *gate_new(struct world *w)
{
    struct gate *gate = calloc(1, sizeof *gate);
    assert_non_null(gate);
    gate->w = w;
    assert_true(settings_set(&w->settings, STR_LIT("auth"), STR_LIT("enforce"), NULL));
    w->access_changes = access_changes_new();
    world_reopen_engine(w);
    temp_folder_make(gate->folder);
    gate->quiet = log_new(say_nothing, NULL, LOG_ERROR, 0);
    gate->cache = policy_cache_new();
    gate->denials = denials_new(&w->clock, gate->quiet);
    open_ca(gate);
    gate->as.source_ip = STR_LIT("192.0.2.7");
    const struct identities_config config = gate_config(gate);
    assert_true(identities_init(&gate->identities, &config));
    return gate;
}

void gate_free(struct gate *gate)
{
    struct world *w = gate->w;
    identities_release(&gate->identities);
    client_ca_free(gate->ca);
    denials_free(gate->denials);
    policy_cache_free(gate->cache);
    temp_folder_remove(gate->folder);
    struct access_changes *changes = w->access_changes;
    struct log *quiet = gate->quiet;
    cJSON_Delete(gate->seen);
    free(gate);
    world_free(w);
    access_changes_free(changes);
    log_free(quiet);
}

int gate_set_up(void **state)
{
    *state = gate_new(world_with_pump(NOON));
    return 0;
}

int gate_tear_down(void **state)
{
    gate_free(*state);
    return 0;
}

/* ---- coming and going ---- */

/* NULL: nobody of that name is here. "": a place that is free. */
static struct visit *find_visit(struct gate *gate, const char *client_id)
{
    for (size_t i = 0; i < VISITS_MAX; i++)
        if (strcmp(gate->visits[i].client_id, client_id) == 0)
            return &gate->visits[i];
    return NULL;
}

static struct visit *visit_of(struct gate *gate, const char *client_id)
{
    struct visit *visit = find_visit(gate, client_id);
    if (!visit)
        fail_msg("%s is not connected", client_id);
    return visit;
}

enum admission comes_to(struct gate *gate, const struct device *device, const char *client_id)
{
    assert_null(find_visit(gate, client_id));
    struct visit *visit = visit_of(gate, "");
    snprintf(visit->client_id, sizeof visit->client_id, "%s", client_id);
    visit->newcomer = gate->as;
    visit->newcomer.connection = visit;
    visit->newcomer.client_id = str_from(visit->client_id);
    visit->newcomer.chain_n = device ? device->chain_n : 0;
    visit->newcomer.chain = device ? device->chain : NULL;
    enum admission admission = identities_admit(&gate->identities, &visit->newcomer);
    assert_int_equal(identities_knows(&gate->identities, visit), admission == ADMITTED);
    if (admission != ADMITTED)
        visit->client_id[0] = '\0';
    world_run_engine(gate->w); /* whoever registers itself is registered */
    world_hear(gate->w);
    return admission;
}

void assert_comes(struct gate *gate, const struct device *device, const char *client_id)
{
    int64_t denials = denials_total(gate);
    if (comes_to(gate, device, client_id) != ADMITTED)
        fail_msg("%s was refused: %s", client_id, json_at(newest_denial(gate), "reason")->valuestring);
    assert_int_equal(denials_total(gate), denials);
}

static void assert_refused(struct gate *gate, const struct device *device, const char *client_id,
                           enum admission expected, const char *reason)
{
    int64_t denials = denials_total(gate);
    assert_int_equal(comes_to(gate, device, client_id), expected);
    assert_int_equal(denials_total(gate), denials + 1);
    assert_json_string(newest_denial(gate), "action", "iot:Connect");
    assert_json_string(newest_denial(gate), "reason", reason);
    assert_json_string(newest_denial(gate), "clientId", client_id);
}

void assert_not_accepted(struct gate *gate, const struct device *device, const char *client_id,
                         const char *reason)
{
    assert_refused(gate, device, client_id, CERTIFICATE_REFUSED, reason);
}

void assert_connect_denied(struct gate *gate, const struct device *device, const char *client_id,
                           const char *reason)
{
    assert_refused(gate, device, client_id, CONNECT_DENIED, reason);
}

void leaves(struct gate *gate, const char *client_id)
{
    struct visit *visit = visit_of(gate, client_id);
    identities_left(&gate->identities, visit);
    visit->client_id[0] = '\0';
}

/* ---- what they may ---- */

bool client_may(struct gate *gate, const char *client_id, const struct action *action, const char *topic)
{
    return identities_may(&gate->identities, visit_of(gate, client_id), action,
                          action == &action_subscribe ? "topicfilter" : "topic", str_from(topic));
}

void assert_may(struct gate *gate, const char *client_id, const struct action *action, const char *topic)
{
    int64_t denials = denials_total(gate);
    if (!client_may(gate, client_id, action, topic))
        fail_msg("%s may not %.*s %s", client_id, STR(action->name), topic);
    assert_int_equal(denials_total(gate), denials);
}

void assert_may_not(struct gate *gate, const char *client_id, const struct action *action, const char *topic)
{
    if (client_may(gate, client_id, action, topic))
        fail_msg("%s may %.*s %s", client_id, STR(action->name), topic);
}

static const cJSON *read_denials(struct gate *gate)
{
    struct strbuf text;
    strbuf_init(&text, DENIALS_JSON_MAX);
    struct json json = json_to(&text);
    json_object_begin(&json);
    denials_write(gate->denials, 1, &json);
    json_object_end(&json);
    assert_false(text.failed);
    cJSON_Delete(gate->seen);
    gate->seen = cJSON_ParseWithLength(text.p, text.n);
    assert_non_null(gate->seen);
    strbuf_release(&text);
    return gate->seen;
}

const cJSON *newest_denial(struct gate *gate)
{
    const cJSON *newest = json_at(read_denials(gate), "denials.0");
    assert_non_null(newest);
    return newest;
}

int64_t denials_total(struct gate *gate)
{
    return (int64_t)json_at(read_denials(gate), "total")->valuedouble;
}

/* ---- reviews ---- */

static void note_cut(void *context, const void *connection, const char *client_id)
{
    struct gate *gate = context;
    struct visit *visit = (struct visit *)connection;
    assert_string_equal(visit->client_id, client_id);
    assert_true(gate->cut_n < VISITS_MAX);
    gate->cut[gate->cut_n++] = visit;
}

static void let_go(struct gate *gate, size_t from)
{
    for (size_t i = from; i < gate->cut_n; i++)
        identities_left(&gate->identities, gate->cut[i]);
}

bool review_once(struct gate *gate)
{
    size_t before = gate->cut_n;
    bool more = identities_review(&gate->identities, note_cut, gate);
    let_go(gate, before);
    return more || gate->cut_n > before; /* who has left is forgotten by another tick */
}

void reviews(struct gate *gate)
{
    while (review_once(gate))
        ;
}

void assert_cut(struct gate *gate, const char *clients)
{
    char text[CUT_TEXT_MAX] = "";
    size_t n = 0;
    reviews(gate);
    for (size_t i = 0; i < gate->cut_n; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? " " : "", gate->cut[i]->client_id);
        assert_true(n < sizeof text);
    }
    assert_string_equal(text, clients);
    forget_cut(gate);
}

void forget_cut(struct gate *gate)
{
    for (size_t i = 0; i < gate->cut_n; i++)
        gate->cut[i]->client_id[0] = '\0';
    gate->cut_n = 0;
}

/* ---- a database that does not answer ---- */

void lose_certificates(struct gate *gate)
{
    assert_true(db_script(world_db(gate->w), "ALTER TABLE certificate RENAME TO lost_certificate"));
}

void find_certificates_again(struct gate *gate)
{
    assert_true(db_script(world_db(gate->w), "ALTER TABLE lost_certificate RENAME TO certificate"));
}
