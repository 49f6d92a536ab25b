/* HTTPS: a whole server in memory with certificates of its own, asked over TLS. */
#include "support/cmocka_all.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pem.h"
#include "base/time_text.h"
#include "support/certs_world.h"
#include "support/tls_world.h"

static int set_up(void **state)
{
    static struct tls_world world;
    tls_world_init(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    tls_world_release(*state);
    return 0;
}

/* --- serving ---------------------------------------------------------------------------------------- */

static void https_serves_by_itself(void **state)
{
    struct tls_world *world = *state;
    tls_world_start(world, NULL);
    tls_world_ask(tls_world_get(world, "/_iotjobs/health", ""), 200, "\"status\":\"ok\"");
}

static void a_write_goes_through_the_engine_and_comes_back(void **state)
{
    struct tls_world *world = *state;
    tls_world_start(world, NULL);
    struct tls_request create =
        tls_world_get(world, "/things/pump", "Host: iot.eu-central-1.amazonaws.com\r\n");
    create.method = "POST";
    create.body = STR_LIT("{}");
    tls_world_ask(create, 200, "\"thingName\":\"pump\"");
    tls_world_ask(tls_world_get(world, "/things/pump/jobs", ""), 200, "\"queuedJobs\":[]");
}

static void a_body_over_the_ceiling_is_refused_as_over_http(void **state)
{
    static char body[1024 * 1024 + 1];
    struct tls_world *world = *state;
    tls_world_start(world, NULL);
    struct tls_request create = tls_world_get(world, "/things/pump", "");
    memset(body, ' ', sizeof body);
    create.method = "POST";
    create.body = (struct str){ body, sizeof body };
    tls_world_ask(create, 413, "RequestEntityTooLargeException");
}

static void requests_that_name_no_plane_mean_the_data_plane(void **state)
{
    static const char control_scope[] =
        "Authorization: AWS4-HMAC-SHA256 Credential=x/20300101/eu-central-1/iot/aws4_request, "
        "SignedHeaders=host, Signature=0\r\n";
    struct tls_world *world = *state;
    tls_world_start(world, NULL);
    struct tls_request create = tls_world_get(world, "/things/pump", control_scope);
    create.method = "POST";
    create.body = STR_LIT("{}");
    tls_world_ask(create, 200, "\"thingName\":\"pump\"");
    tls_world_ask(tls_world_get(world, "/things/pump/jobs", ""), 200, "\"queuedJobs\":[]");
    tls_world_ask(tls_world_get(world, "/things/pump/jobs", "Host: localhost\r\n"), 200, "\"queuedJobs\":[]");
    tls_world_ask(tls_world_get(world, "https://localhost/things/pump/jobs", ""), 200, "\"queuedJobs\":[]");
    tls_world_ask(tls_world_get(world, "/things/pump/jobs", control_scope), 200, "\"executionSummaries\":[]");
    tls_world_ask(tls_world_get(world, "/things/pump/jobs", "Host: iot.eu-central-1.amazonaws.com\r\n"), 200,
                  "\"executionSummaries\":[]");
}

static void old_protocols_are_refused(void **state)
{
    static const struct {
        int version;
        bool served;
    } versions[] = {
        { TLS1_VERSION, false }, { TLS1_1_VERSION, false }, { TLS1_2_VERSION, true }, { TLS1_3_VERSION, true }
    };
    struct tls_world *world = *state;
    tls_world_start(world, NULL);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct http_answer answer;
        struct tls_request request = tls_world_get(world, "/_iotjobs/health", "");
        request.version = versions[i].version;
        assert_int_equal(tls_ask(&request, &answer), versions[i].served);
        if (versions[i].served)
            http_answer_release(&answer);
    }
}

/* --- the CA ----------------------------------------------------------------------------------------- */

static void clients_get_the_ca_over_http(void **state)
{
    struct tls_world *world = *state;
    struct http_answer answer;
    world->http.port = free_port();
    world->http.settings.http_port = world->http.port;
    tls_world_start(world, NULL);
    http_request(world->http.port, "GET", "/_iotjobs/ca.pem", "", STR_NONE, &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "Content-Type", "application/x-pem-file");
    assert_string_equal(answer.body.p, world->ca);
    http_answer_release(&answer);
}

static void without_tls_there_is_no_ca(void **state)
{
    struct tls_world *world = *state;
    const struct server_config config = { .settings = &world->http.settings };
    world->http.port = free_port();
    world->http.settings.http_port = world->http.port;
    world->http.settings.https_port = 0;
    world->http.settings.mqtts_port.n = 0;
    world->http.server = server_start(&config, &world->why);
    assert_non_null(world->http.server);
    http_ask_error(&world->http, "GET", "/_iotjobs/ca.pem", NULL, 404, "ResourceNotFoundException");
}

static void mqtt_over_tls_alone_has_its_ca_told_too(void **state)
{
    struct tls_world *world = *state;
    const struct server_config config = { .settings = &world->http.settings };
    world->http.port = free_port();
    world->http.settings.http_port = world->http.port;
    world->http.settings.https_port = 0;
    world->http.server = server_start(&config, &world->why);
    assert_non_null(world->http.server);
    http_ask(&world->http, "GET", "/_iotjobs/ca.pem", NULL, 200, "-----BEGIN CERTIFICATE-----");
}

/* A chain without its end, as public CAs hand it out. */
static void the_ca_of_a_certificate_from_elsewhere_is_not_known(void **state)
{
    char path[] = "/tmp/iotjobs-chain-XXXXXX";
    struct tls_world *world = *state;
    struct stack_st_X509 *chain = NULL;
    struct strbuf leaf;
    strbuf_init(&leaf, PEM_TEXT_MAX);
    assert_true(pem_read_certificates(world->certificates.server, &chain, &world->why));
    assert_true(pem_add_certificate(&leaf, sk_X509_value(chain, 0)));
    int fd = mkstemp(path);
    assert_int_equal(write(fd, leaf.p, leaf.n), (ssize_t)leaf.n);
    close(fd);
    tls_world_set(world, "tls_certificate", path);
    tls_world_start(world, NULL);
    unlink(path);
    tls_world_ask(tls_world_get(world, "/_iotjobs/ca.pem", ""), 404, "issued elsewhere");
    sk_X509_pop_free(chain, X509_free);
    strbuf_release(&leaf);
}

/* --- the end of the certificate ----------------------------------------------------------------------- */

/* A server that shows a certificate made so many days ago, and tells of it over HTTP. */
static void start_with_old_certificate(struct tls_world *world, int64_t days)
{
    const struct server_config config = { .settings = &world->http.settings };
    struct certificates *certificates = &world->certificates;
    certs_close_memory(certificates->server);
    certs_close_memory(certificates->key);
    certs_close_memory(certificates->ca);
    assert_true(certificates_in_memory(&certs_names, clock_host_ms() - days * CERTS_DAY_MS, certificates,
                                       &world->why));
    tls_world_set(world, "tls_certificate", certificates->server);
    tls_world_set(world, "tls_key", certificates->key);
    world->http.port = free_port();
    world->http.settings.http_port = world->http.port;
    world->http.settings.https_port = 0;
    world->http.server = server_start(&config, &world->why);
    assert_non_null(world->http.server);
}

static void health_and_info_tell_of_the_certificate(void **state)
{
    struct tls_world *world = *state;
    char expected[128];
    char end[TIME_TEXT_MAX];
    X509 *certificate = certs_read(world->certificates.server);
    time_format_iso(pem_time_ms(X509_get0_notAfter(certificate)), end);
    X509_free(certificate);
    snprintf(expected, sizeof expected, "\"tls\":{\"certificate_expires_at\":\"%s\"}", end);
    tls_world_start(world, NULL);
    tls_world_ask(tls_world_get(world, "/_iotjobs/info", ""), 200, expected);
    tls_world_ask(tls_world_get(world, "/_iotjobs/health", ""), 200, "\"certificate\":\"ok\"");
}

static void health_warns_before_the_certificate_ends(void **state)
{
    struct tls_world *world = *state;
    start_with_old_certificate(world, SERVER_DAYS - 10);
    http_ask(&world->http, "GET", "/_iotjobs/health", NULL, 200, "{\"status\":\"ok\"");
    http_ask(&world->http, "GET", "/_iotjobs/health", NULL, 200, "\"certificate\":\"expires in 9 days\"");
}

static void health_is_degraded_once_the_certificate_has_ended(void **state)
{
    struct tls_world *world = *state;
    start_with_old_certificate(world, SERVER_DAYS + 1);
    http_ask(&world->http, "GET", "/_iotjobs/health", NULL, 200, "{\"status\":\"degraded\"");
    http_ask(&world->http, "GET", "/_iotjobs/health", NULL, 200, "\"certificate\":\"expired\"");
}

/* --- what keeps it from starting -------------------------------------------------------------------- */

static void assert_refused(struct tls_world *world, const char *words)
{
    const struct server_config config = { .settings = &world->http.settings };
    strbuf_clear(&world->why);
    world->http.server = server_start(&config, &world->why);
    assert_null(world->http.server);
    if (strstr(world->why.p, words) == NULL)
        fail_msg("no '%s' in: %s", words, world->why.p);
    assert_null(strchr(world->why.p, '\n'));
}

static void files_that_cannot_be_used_are_one_line(void **state)
{
    struct tls_world *world = *state;
    world->http.settings.https_port = free_port();
    tls_world_set(world, "tls_key", "/nonexistent/server.key");
    assert_refused(world, "cannot read /nonexistent/server.key: No such file or directory");
    tls_world_set(world, "tls_key", world->certificates.ca);
    assert_refused(world, "holds no private key in PEM form");
    tls_world_set(world, "tls_key", world->certificates.key);
    tls_world_set(world, "tls_certificate", world->certificates.key);
    assert_refused(world, "holds no certificate in PEM form");
    tls_world_set(world, "tls_certificate", world->certificates.ca);
    assert_refused(world, "is not the key of the first certificate in");
    tls_world_set(world, "tls_certificate", "");
    tls_world_set(world, "tls_key", "");
    assert_refused(world, "https_port: needs tls_certificate and tls_key");
}

static void a_port_in_use_is_one_line_and_takes_the_other_listener_down(void **state)
{
    struct tls_world *world = *state;
    world->http.settings.http_port = free_port();
    tls_world_start(world, NULL);
    struct settings other = world->http.settings;
    const struct server_config config = { .settings = &other };
    other.http_port = free_port();
    strbuf_clear(&world->why);
    assert_null(server_start(&config, &world->why));
    assert_non_null(strstr(world->why.p, "https_port: cannot listen on port"));
    assert_int_equal(http_connect((int)other.http_port), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(https_serves_by_itself),
        TEST(a_write_goes_through_the_engine_and_comes_back),
        TEST(a_body_over_the_ceiling_is_refused_as_over_http),
        TEST(requests_that_name_no_plane_mean_the_data_plane),
        TEST(old_protocols_are_refused),
        TEST(clients_get_the_ca_over_http),
        TEST(without_tls_there_is_no_ca),
        TEST(mqtt_over_tls_alone_has_its_ca_told_too),
        TEST(the_ca_of_a_certificate_from_elsewhere_is_not_known),
        TEST(health_and_info_tell_of_the_certificate),
        TEST(health_warns_before_the_certificate_ends),
        TEST(health_is_degraded_once_the_certificate_has_ended),
        TEST(files_that_cannot_be_used_are_one_line),
        TEST(a_port_in_use_is_one_line_and_takes_the_other_listener_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
