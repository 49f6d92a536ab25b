/* HTTPS with certificates of devices: who shows one is limited to its thing, over TLS 1.2 and 1.3. */
#include "support/cmocka_all.h"

#include <openssl/ssl.h>
#include <string.h>

#include "base/certificate.h"
#include "base/clock.h"
#include "support/certificates.h"
#include "support/certs_world.h"
#include "support/device_certs.h"
#include "support/tls_world.h"

#define OWN_JOBS   "/things/pump/jobs"
#define OTHER_JOBS "/things/valve/jobs"
#define OPERATORS  "Host: iot.eu-central-1.amazonaws.com\r\n"

enum { LINES_MAX = 16, LINE_MAX_BYTES = 1024 };

struct world {
    struct tls_world tls;
    char folder[TEMP_PATH_MAX];
    struct log *log;
    char lines[LINES_MAX][LINE_MAX_BYTES]; /* of the log, those about certificates */
    size_t line_count;
    struct issuer ca; /* the one that tls_client_ca names */
    struct issuer pump;
    const struct issuer *showing[2]; /* what the client shows */
};

static void keep_line(void *context, enum log_level level, const char *line)
{
    struct world *world = context;
    (void)level;
    if (!str_starts_with(str_from(line), STR_LIT("client_certificate ")))
        return;
    assert_in_range(world->line_count, 0, LINES_MAX - 1);
    snprintf(world->lines[world->line_count++], LINE_MAX_BYTES, "%s", line);
}

static void create_things(const struct world *world)
{
    struct tls_request create = tls_world_get(&world->tls, "/things/pump", OPERATORS);
    create.method = "POST";
    create.body = STR_LIT("{}");
    tls_world_ask(create, 200, "\"thingName\":\"pump\"");
    create.target = "/things/valve";
    tls_world_ask(create, 200, "\"thingName\":\"valve\"");
}

static int set_up(void **state)
{
    static struct world world;
    char path[TEMP_PATH_MAX];
    world = (struct world){ 0 };
    *state = &world;
    tls_world_init(&world.tls);
    temp_folder_make(world.folder);
    world.log = log_new(keep_line, &world, LOG_NOTICE, 0);
    world.ca = device_cert_make(&(struct device_spec){ .common_name = "a factory's CA", .is_ca = true });
    world.pump = device_cert_make(&(struct device_spec){ .issuer = &world.ca, .common_name = "pump" });
    temp_path(world.folder, "clients.pem", path);
    device_certs_write(path, (const struct issuer *const[]){ &world.ca }, 1);
    tls_world_set(&world.tls, "tls_client_ca", path);
    tls_world_start(&world.tls, world.log);
    create_things(&world);
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tls_world_release(&world->tls);
    log_free(world->log);
    device_cert_release(&world->pump);
    device_cert_release(&world->ca);
    temp_folder_remove(world->folder);
    return 0;
}

/* A GET of who shows this certificate. */
static struct tls_request get_as(struct world *world, const struct issuer *pair, const char *target)
{
    struct tls_request request = tls_world_get(&world->tls, target, "");
    world->showing[0] = pair;
    request.showing = world->showing;
    return request;
}

/* As AWS refuses a certificate: {"message":"…","traceId":"…"} and a header with a colon at its end. */
static void assert_forbidden(const struct http_answer *answer, const char *words)
{
    char id[64];
    char end[128];
    assert_http_status(answer, 403);
    assert_http_header(answer, "x-amzn-ErrorType", "ForbiddenException:");
    assert_http_header(answer, "Content-Type", "application/json");
    assert_true(http_answer_header(answer, "x-amzn-RequestId", id, sizeof id));
    assert_int_equal(strlen(id), 36);
    snprintf(end, sizeof end, ",\"traceId\":\"%s\"}", id);
    assert_true(str_starts_with(strbuf_str(&answer->body), STR_LIT("{\"message\":\"")));
    assert_true(str_ends_with(strbuf_str(&answer->body), str_from(end)));
    assert_http_body_has(answer, words);
}

static void refuse(struct tls_request request, const char *words)
{
    struct http_answer answer;
    assert_true(tls_ask(&request, &answer));
    assert_forbidden(&answer, words);
    http_answer_release(&answer);
}

/* --- what a certificate permits --------------------------------------------------------------------- */

static void who_shows_none_is_anybody(void **state)
{
    struct world *world = *state;
    tls_world_ask(tls_world_get(&world->tls, OWN_JOBS, ""), 200, "\"queuedJobs\":[]");
    tls_world_ask(tls_world_get(&world->tls, OTHER_JOBS, ""), 200, "\"queuedJobs\":[]");
    tls_world_ask(tls_world_get(&world->tls, "/jobs", OPERATORS), 200, "\"jobs\":[]");
    assert_int_equal(world->line_count, 0);
}

static void a_certificate_is_for_its_own_thing(void **state)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    struct world *world = *state;
    struct issuer rsa = device_cert_make(
        &(struct device_spec){ .issuer = &world->ca, .common_name = "pump", .rsa_bits = 2048 });
    const struct issuer *const pairs[] = { &world->pump, &rsa };
    for (size_t i = 0; i < 4; i++) {
        struct tls_request request = get_as(world, pairs[i / 2], OWN_JOBS);
        request.version = versions[i % 2];
        tls_world_ask(request, 200, "\"queuedJobs\":[]");
        request.target = OTHER_JOBS;
        refuse(request, "stands for the thing pump");
    }
    assert_int_equal(world->line_count, 0);
    device_cert_release(&rsa);
}

static void a_write_to_another_thing_is_refused_before_it_is_read(void **state)
{
    struct world *world = *state;
    struct tls_request start = get_as(world, &world->pump, "/things/valve/jobs/$next");
    start.method = "PUT";
    start.body = STR_LIT("no JSON");
    refuse(start, "stands for the thing pump");
    start.target = "/things/%70ump/jobs/$next";
    start.body = STR_LIT("{}");
    tls_world_ask(start, 200, "{}");
    start.target = "/things/pump%2F/jobs/$next";
    refuse(start, "stands for the thing pump");
}

static void a_certificate_is_not_for_the_control_plane(void **state)
{
    static const struct {
        const char *method;
        const char *target;
        const char *headers;
    } cases[] = {
        { "GET", "/jobs", "" },          { "GET", "/things/pump", "" },     { "DELETE", "/things/pump", "" },
        { "POST", "/things/pump2", "" }, { "GET", OWN_JOBS, OPERATORS },    { "GET", "/policies", "" },
        { "GET", "/_iotjobs/info", "" }, { "POST", "/_iotjobs/reset", "" },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tls_request request = get_as(world, &world->pump, cases[i].target);
        request.method = cases[i].method;
        request.headers = cases[i].headers;
        refuse(request, "nothing else");
    }
    tls_world_ask(get_as(world, &world->pump, OWN_JOBS), 200, "\"queuedJobs\":[]");
}

static void a_certificate_without_the_name_of_a_thing_permits_nothing(void **state)
{
    struct world *world = *state;
    struct issuer nameless = device_cert_make(&(struct device_spec){ .issuer = &world->ca });
    refuse(get_as(world, &nameless, OWN_JOBS), "stands for no thing");
    refuse(get_as(world, &nameless, "/jobs"), "stands for no thing");
    device_cert_release(&nameless);
}

/* --- what does not count ---------------------------------------------------------------------------- */

static void a_certificate_that_does_not_count_is_refused_everything(void **state)
{
    struct world *world = *state;
    struct issuer self = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    struct issuer server = device_cert_make(
        &(struct device_spec){ .issuer = &world->ca, .common_name = "pump", .usage = "serverAuth" });
    struct issuer expired = device_cert_make(&(struct device_spec){
        .issuer = &world->ca, .common_name = "pump", .end_ms = clock_host_ms() - 1000 });
    const struct {
        const struct issuer *pair;
        const char *words;
    } cases[] = { { &self, "self-signed" },
                  { &server, "not meant for TLS clients" },
                  { &expired, "expired" } };
    static const char *const targets[] = { OWN_JOBS, "/jobs", "/nothing/at/all", "/_iotjobs/health", "/%zz" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t j = 0; j < sizeof targets / sizeof *targets; j++)
            refuse(get_as(world, cases[i].pair, targets[j]), cases[i].words);
    device_cert_release(&expired);
    device_cert_release(&server);
    device_cert_release(&self);
}

static void a_ca_between_comes_with_the_certificate(void **state)
{
    struct world *world = *state;
    struct issuer line = device_cert_make(
        &(struct device_spec){ .issuer = &world->ca, .common_name = "line 7", .is_ca = true });
    struct issuer pump = device_cert_make(&(struct device_spec){ .issuer = &line, .common_name = "pump" });
    const struct issuer *const chain[] = { &pump, &line, NULL };
    struct tls_request request = tls_world_get(&world->tls, OWN_JOBS, "");
    request.showing = chain;
    tls_world_ask(request, 200, "\"queuedJobs\":[]");
    refuse(get_as(world, &pump, OWN_JOBS), "no CA that this server trusts has signed it");
    device_cert_release(&pump);
    device_cert_release(&line);
}

/* --- what is registered ----------------------------------------------------------------------------- */

/* Somebody without a certificate, who may do anything, does this. */
static void operate(const struct world *world, const char *method, const char *target, const char *principal,
                    const char *body)
{
    char headers[256];
    snprintf(headers, sizeof headers, OPERATORS "x-amzn-principal: %s\r\n", principal);
    struct tls_request request = tls_world_get(&world->tls, target, headers);
    struct http_answer answer;
    request.method = method;
    request.body = str_from(body);
    assert_true(tls_ask(&request, &answer));
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
}

struct known {
    char id[CERTIFICATE_ID_DIGITS + 1];
    char arn[128];
    char path[128]; /* of its status */
};

static struct known name_certificate(const struct issuer *pair)
{
    struct known known;
    struct str der = device_cert_der(pair);
    certificate_hash(der, known.id);
    OPENSSL_free((void *)der.p);
    snprintf(known.arn, sizeof known.arn, "arn:aws:iot:us-east-1:000000000000:cert/%s", known.id);
    snprintf(known.path, sizeof known.path, "/certificates/%s?newStatus=", known.id);
    return known;
}

static struct known register_certificate(const struct world *world, const struct issuer *pair)
{
    struct pem_json pem = pem_json(pair);
    operate(world, "POST", "/certificate/register-no-ca", "-",
            pem_body("{\"certificatePem\":\"%s\",\"status\":\"ACTIVE\"}", pem.text));
    return name_certificate(pair);
}

static void set_status(const struct world *world, const struct known *known, const char *status)
{
    char target[192];
    snprintf(target, sizeof target, "%s%s", known->path, status);
    operate(world, "PUT", target, "-", "");
}

static void a_registered_certificate_stands_for_what_it_is_attached_to(void **state)
{
    static const char others[] = "the things that it is attached to";
    struct world *world = *state;
    struct known pump = register_certificate(world, &world->pump);
    refuse(get_as(world, &world->pump, OWN_JOBS), others);
    operate(world, "PUT", "/things/valve/principals", pump.arn, "");
    tls_world_ask(get_as(world, &world->pump, OTHER_JOBS), 200, "\"queuedJobs\":[]");
    refuse(get_as(world, &world->pump, OWN_JOBS), others);
    operate(world, "PUT", "/things/pump/principals", pump.arn, "");
    tls_world_ask(get_as(world, &world->pump, OWN_JOBS), 200, "\"queuedJobs\":[]");
    tls_world_ask(get_as(world, &world->pump, OTHER_JOBS), 200, "\"queuedJobs\":[]");
    static const char *const forbidden[] = { "/jobs", "/things/pump", "/_iotjobs/info", "/certificates",
                                             "/things/pump2/jobs" };
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        refuse(get_as(world, &world->pump, forbidden[i]), others);
    operate(world, "DELETE", "/things/valve/principals", pump.arn, "");
    refuse(get_as(world, &world->pump, OTHER_JOBS), others);
}

static void a_registered_certificate_counts_while_it_is_active(void **state)
{
    static const char *const targets[] = { OWN_JOBS, "/jobs", "/nothing/at/all", "/_iotjobs/health" };
    static const struct {
        const char *status, *words;
    } cases[] = { { "INACTIVE", "its status is INACTIVE" }, { "REVOKED", "its status is REVOKED" } };
    struct world *world = *state;
    struct known pump = register_certificate(world, &world->pump);
    operate(world, "PUT", "/things/pump/principals", pump.arn, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_status(world, &pump, cases[i].status);
        for (size_t j = 0; j < sizeof targets / sizeof *targets; j++)
            refuse(get_as(world, &world->pump, targets[j]), cases[i].words);
        if (i == 0)
            set_status(world, &pump, "ACTIVE");
        if (i == 0)
            tls_world_ask(get_as(world, &world->pump, OWN_JOBS), 200, "\"queuedJobs\":[]");
    }
}

/* Else whoever deletes what was revoked would make it count again. */
static void a_deleted_certificate_counts_no_more(void **state)
{
    struct world *world = *state;
    struct known pump = register_certificate(world, &world->pump);
    char target[128];
    set_status(world, &pump, "INACTIVE");
    snprintf(target, sizeof target, "/certificates/%s", pump.id);
    operate(world, "DELETE", target, "-", "");
    refuse(get_as(world, &world->pump, OWN_JOBS), "it was deleted");
    refuse(get_as(world, &world->pump, "/jobs"), "it was deleted");
    register_certificate(world, &world->pump);
    operate(world, "PUT", "/things/pump/principals", pump.arn, "");
    tls_world_ask(get_as(world, &world->pump, OWN_JOBS), 200, "\"queuedJobs\":[]");
}

/* Its signature is its CA's as much as the first one's. */
static void a_certificate_with_another_signature_is_the_same_one(void **state)
{
    struct world *world = *state;
    struct issuer twin = device_cert_twin(&world->pump);
    char target[128];
    tls_world_ask(get_as(world, &twin, OWN_JOBS), 200, "\"queuedJobs\":[]");
    struct known pump = register_certificate(world, &world->pump);
    assert_string_not_equal(name_certificate(&twin).id, pump.id);
    refuse(get_as(world, &twin, OWN_JOBS), "the things that it is attached to");
    operate(world, "PUT", "/things/valve/principals", pump.arn, "");
    tls_world_ask(get_as(world, &twin, OTHER_JOBS), 200, "\"queuedJobs\":[]");
    operate(world, "DELETE", "/things/valve/principals", pump.arn, "");
    set_status(world, &pump, "REVOKED");
    refuse(get_as(world, &twin, OWN_JOBS), "its status is REVOKED");
    snprintf(target, sizeof target, "/certificates/%s", pump.id);
    operate(world, "DELETE", target, "-", "");
    refuse(get_as(world, &twin, OWN_JOBS), "it was deleted");
    device_cert_release(&twin);
}

/* As after a reset: whoever had it made chose its common name. */
static void what_was_made_here_counts_for_nothing_by_itself(void **state)
{
    struct world *world = *state;
    struct issuer made = { issue_client(&world->ca, world->pump.key,
                                        X509_get_subject_name(world->pump.certificate), clock_host_ms()),
                           world->pump.key };
    assert_non_null(made.certificate);
    EVP_PKEY_up_ref(made.key);
    refuse(get_as(world, &made, OWN_JOBS), "it is not registered");
    struct known known = register_certificate(world, &made);
    operate(world, "PUT", "/things/valve/principals", known.arn, "");
    tls_world_ask(get_as(world, &made, OTHER_JOBS), 200, "\"queuedJobs\":[]");
    operate(world, "POST", "/_iotjobs/reset", "-", "{}");
    create_things(world);
    refuse(get_as(world, &made, OWN_JOBS), "it is not registered");
    refuse(get_as(world, &made, OTHER_JOBS), "it is not registered");
    device_cert_release(&made);
}

/* --- connections ------------------------------------------------------------------------------------ */

/* The status of one more request on a connection. */
static int status_of(struct tls_connection *connection, struct tls_request request)
{
    struct http_answer answer;
    assert_true(tls_connection_ask(connection, &request, &answer));
    int status = answer.status;
    http_answer_release(&answer);
    return status;
}

static void a_connection_keeps_its_principal(void **state)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct tls_request own = get_as(world, &world->pump, OWN_JOBS);
        own.version = versions[i];
        struct tls_request other = own;
        other.target = OTHER_JOBS;
        struct tls_connection *connection = tls_connect(&own);
        assert_non_null(connection);
        for (int j = 0; j < 3; j++) {
            assert_int_equal(status_of(connection, own), 200);
            assert_int_equal(status_of(connection, other), 403);
        }
        tls_connection_close(connection);
    }
}

static void what_becomes_of_a_certificate_holds_from_the_next_request_on(void **state)
{
    struct world *world = *state;
    struct known pump = register_certificate(world, &world->pump);
    struct tls_request own = get_as(world, &world->pump, OWN_JOBS);
    struct tls_connection *connection = tls_connect(&own);
    assert_non_null(connection);
    assert_int_equal(status_of(connection, own), 403);
    operate(world, "PUT", "/things/pump/principals", pump.arn, "");
    assert_int_equal(status_of(connection, own), 200);
    set_status(world, &pump, "INACTIVE");
    assert_int_equal(status_of(connection, own), 403);
    set_status(world, &pump, "ACTIVE");
    assert_int_equal(status_of(connection, own), 200);
    operate(world, "DELETE", "/things/pump/principals", pump.arn, "");
    assert_int_equal(status_of(connection, own), 403);
    tls_connection_close(connection);
}

static void a_refused_certificate_is_one_line_in_the_log(void **state)
{
    struct world *world = *state;
    struct issuer self = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    struct tls_request request = get_as(world, &self, OWN_JOBS);
    struct tls_connection *connection = tls_connect(&request);
    assert_non_null(connection);
    for (int i = 0; i < 3; i++)
        assert_int_equal(status_of(connection, request), 403);
    tls_connection_close(connection);
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], " refused=it is self-signed"));
    device_cert_release(&self);
}

/* Else who resumed would be who the first connection was. */
static void sessions_are_not_resumed(void **state)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct tls_request own = get_as(world, &world->pump, OWN_JOBS);
        own.version = versions[i];
        struct tls_connection *connection = tls_connect(&own);
        assert_non_null(connection);
        assert_int_equal(status_of(connection, own), 200); /* TLS 1.3 sends tickets with the first answer */
        assert_false(tls_connection_resumes(connection, own.port));
        tls_connection_close(connection);
    }
}

/* --- settings --------------------------------------------------------------------------------------- */

static void without_a_ca_nobody_is_asked(void **state)
{
    struct world *world = *state;
    struct issuer self = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    server_stop(world->tls.http.server);
    world->tls.http.server = NULL;
    tls_world_set(&world->tls, "tls_client_ca", "");
    tls_world_start(&world->tls, world->log);
    tls_world_ask(get_as(world, &self, "/_iotjobs/health"), 200, "\"status\":\"ok\"");
    device_cert_release(&self);
}

static void a_file_that_cannot_be_used_is_one_line(void **state)
{
    struct world *world = *state;
    struct strbuf *why = &world->tls.why;
    struct settings *settings = &world->tls.http.settings;
    const struct server_config config = { .settings = settings };
    server_stop(world->tls.http.server);
    world->tls.http.server = NULL;
    tls_world_set(&world->tls, "tls_client_ca", "/nonexistent/ca.pem");
    strbuf_clear(why);
    assert_null(server_start(&config, why));
    assert_string_equal(why->p, "cannot read /nonexistent/ca.pem: No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_shows_none_is_anybody),
        TEST(a_certificate_is_for_its_own_thing),
        TEST(a_write_to_another_thing_is_refused_before_it_is_read),
        TEST(a_certificate_is_not_for_the_control_plane),
        TEST(a_certificate_without_the_name_of_a_thing_permits_nothing),
        TEST(a_certificate_that_does_not_count_is_refused_everything),
        TEST(a_ca_between_comes_with_the_certificate),
        TEST(a_registered_certificate_stands_for_what_it_is_attached_to),
        TEST(a_registered_certificate_counts_while_it_is_active),
        TEST(a_deleted_certificate_counts_no_more),
        TEST(a_certificate_with_another_signature_is_the_same_one),
        TEST(what_was_made_here_counts_for_nothing_by_itself),
        TEST(what_becomes_of_a_certificate_holds_from_the_next_request_on),
        TEST(a_connection_keeps_its_principal),
        TEST(a_refused_certificate_is_one_line_in_the_log),
        TEST(sessions_are_not_resumed),
        TEST(without_a_ca_nobody_is_asked),
        TEST(a_file_that_cannot_be_used_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
