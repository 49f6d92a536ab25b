/* TLS sessions of the HTTPS listeners: what they offer, whom they ask, and what they show. */
#include "support/cmocka_all.h"

#include <openssl/ssl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "support/certs_world.h"
#include "support/device_certs.h"
#include "support/tls_world.h"

enum { WAIT_S = 30 };

struct world {
    struct tls_world tls;
    struct certs_world *certs; /* a folder, empty at first */
    struct issuer ca;          /* of devices */
    char ca_path[TEMP_PATH_MAX];
    sem_t changes;
};

static int set_up(void **state)
{
    static struct world world;
    char keys_path[TEMP_PATH_MAX];
    world = (struct world){ 0 };
    tls_world_init(&world.tls);
    certs_set_up((void **)&world.certs);
    world.ca = device_cert_make(&(struct device_spec){ .common_name = "factory", .is_ca = true });
    temp_path(world.certs->folder, "devices.pem", world.ca_path);
    device_certs_write(world.ca_path, (const struct issuer *const[]){ &world.ca }, 1);
    temp_path(world.certs->folder, "access_keys", keys_path);
    temp_write_private(keys_path, "AKIAADMIN secret admin\n");
    tls_world_set(&world.tls, "access_keys", keys_path);
    sem_init(&world.changes, 0, 0);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tls_world_release(&world->tls);
    device_cert_release(&world->ca);
    sem_destroy(&world->changes);
    return certs_tear_down((void **)&world->certs);
}

static struct tls_request get(const struct world *world, int64_t port)
{
    struct tls_request request = tls_world_get(&world->tls, "/_iotjobs/health", "");
    request.port = (int)port;
    return request;
}

static bool connects(struct tls_request request)
{
    struct tls_connection *connection = tls_connect(&request);
    if (connection != NULL)
        tls_connection_close(connection);
    return connection != NULL;
}

static struct tls_told told(struct tls_request request)
{
    struct tls_told told;
    struct tls_connection *connection = tls_connect(&request);
    assert_non_null(connection);
    tls_connection_told(connection, &told);
    tls_connection_close(connection);
    return told;
}

/* https_port is on a free port; http_port as well, and speaks HTTPS. */
static void start_both(struct world *world)
{
    tls_world_set(&world->tls, "http_tls", "true");
    world->tls.http.port = free_port();
    world->tls.http.settings.http_port = world->tls.http.port;
    tls_world_start(&world->tls, NULL);
}

static int64_t devices(const struct world *world)
{
    return world->tls.http.settings.https_port;
}

/* --- HTTPS at http_port ----------------------------------------------------------------------------- */

static void http_port_speaks_https_for_the_control_plane(void **state)
{
    struct world *world = *state;
    start_both(world);
    struct tls_request jobs = get(world, world->tls.http.port);
    jobs.target = "/things/pump";
    jobs.method = "POST";
    jobs.body = STR_LIT("{}");
    tls_world_ask(jobs, 200, "\"thingName\":\"pump\"");
    jobs = get(world, world->tls.http.port);
    jobs.target = "/things/pump/jobs";
    tls_world_ask(jobs, 200, "\"executionSummaries\":[]");
    jobs.port = (int)devices(world);
    tls_world_ask(jobs, 200, "\"queuedJobs\":[]");
}

static void http_port_speaks_no_http_then(void **state)
{
    struct world *world = *state;
    struct http_answer answer;
    start_both(world);
    http_request(world->tls.http.port, "GET", "/_iotjobs/health", "", STR_NONE, &answer);
    assert_int_equal(answer.status, 0);
    http_answer_release(&answer);
}

static void it_serves_without_https_port(void **state)
{
    struct world *world = *state;
    const struct server_config config = { .settings = &world->tls.http.settings };
    tls_world_set(&world->tls, "http_tls", "true");
    world->tls.http.port = free_port();
    world->tls.http.settings.http_port = world->tls.http.port;
    world->tls.http.settings.https_port = 0;
    world->tls.http.settings.mqtts_port.n = 0;
    world->tls.http.server = server_start(&config, &world->tls.why);
    assert_non_null(world->tls.http.server);
    tls_world_ask(get(world, world->tls.http.port), 200, "\"certificate\":\"ok\"");
}

static void it_needs_a_certificate(void **state)
{
    struct world *world = *state;
    const struct server_config config = { .settings = &world->tls.http.settings };
    tls_world_set(&world->tls, "http_tls", "true");
    tls_world_set(&world->tls, "tls_certificate", "");
    tls_world_set(&world->tls, "tls_key", "");
    world->tls.http.settings.http_port = free_port();
    world->tls.http.settings.https_port = 0;
    assert_null(server_start(&config, &world->tls.why));
    assert_string_equal(world->tls.why.p, "http_tls: needs tls_certificate and tls_key");
}

/* --- whom they ask ---------------------------------------------------------------------------------- */

/* Which auth = enforce asks for. */
static void name_access_keys(struct world *world)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->certs->folder, "access_keys", path);
    certs_write(world->certs, "access_keys", "AKIAEXAMPLE secret admin\n");
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
    tls_world_set(&world->tls, "access_keys", path);
}

static void whoever_is_not_known_is_not_asked_unless_all_are(void **state)
{
    static const struct {
        const char *auth;
        bool has_ca, asked;
        int ca_count;
    } cases[] = { { "open", false, false, 0 },
                  { "open", true, true, 1 },
                  { "enforce", false, true, 0 },
                  { "enforce", true, true, 0 } };
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    struct world *world = *state;
    name_access_keys(world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tls_world_set(&world->tls, "auth", cases[i].auth);
        tls_world_set(&world->tls, "tls_client_ca", cases[i].has_ca ? world->ca_path : "");
        start_both(world);
        for (size_t j = 0; j < sizeof versions / sizeof *versions; j++) {
            struct tls_request request = get(world, devices(world));
            request.version = versions[j];
            struct tls_told at_devices = told(request);
            assert_int_equal(at_devices.asked, cases[i].asked);
            assert_int_equal(at_devices.ca_count, cases[i].ca_count);
            request.port = world->tls.http.port;
            assert_false(told(request).asked);
        }
        server_stop(world->tls.http.server);
        world->tls.http.server = NULL;
    }
}

/* --- what they offer -------------------------------------------------------------------------------- */

static void names_of_protocols_are_those_of_aws_and_none_is_needed(void **state)
{
    static const struct {
        const char *offered, *at_devices, *at_http;
    } cases[] = {
        { NULL, "", "" },
        { "\x0ex-amzn-http-ca", "x-amzn-http-ca", "" },
        { "\x0ex-amzn-http-ca\x08http/1.1", "x-amzn-http-ca", "http/1.1" },
        { "\x02h2\x08http/1.1", "http/1.1", "http/1.1" },
        { "\x0ex-amzn-mqtt-ca", "", "" },
        { "\x02h2", "", "" },
    };
    struct world *world = *state;
    start_both(world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tls_request request = get(world, devices(world));
        request.protocols = cases[i].offered;
        assert_string_equal(told(request).protocol, cases[i].at_devices);
        tls_world_ask(request, 200, "\"status\":\"ok\"");
        request.port = world->tls.http.port;
        assert_string_equal(told(request).protocol, cases[i].at_http);
        tls_world_ask(request, 200, "\"status\":\"ok\"");
    }
}

static void clients_may_call_the_server_what_they_like(void **state)
{
    static const char *const names[] = { "localhost", "a1b2c3-ats.iot.eu-central-1.amazonaws.com", "x" };
    struct world *world = *state;
    tls_world_start(&world->tls, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct tls_request request = get(world, devices(world));
        request.server_name = names[i];
        tls_world_ask(request, 200, "\"status\":\"ok\"");
    }
}

static void ciphers_that_are_not_up_to_it_are_refused(void **state)
{
    static const struct {
        const char *ciphers;
        bool served;
    } cases[] = {
        { "ECDHE-ECDSA-AES128-GCM-SHA256", true }, { "ECDHE-ECDSA-AES256-GCM-SHA384", true },
        { "ECDHE-ECDSA-CHACHA20-POLY1305", true }, { "ECDHE-ECDSA-AES128-CCM", false },
        { "ECDHE-ECDSA-AES128-SHA", false },       { "ECDHE-ECDSA-AES128-SHA256", false },
        { "ECDHE-ECDSA-NULL-SHA", false },         { "AES128-GCM-SHA256:AES128-SHA", false },
        { "DHE-RSA-AES128-GCM-SHA256", false },    { "aNULL", false },
    };
    struct world *world = *state;
    start_both(world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tls_request request = get(world, devices(world));
        request.version = TLS1_2_VERSION;
        request.ciphers = cases[i].ciphers;
        if (connects(request) != cases[i].served)
            fail_msg("%s: %s", cases[i].ciphers, cases[i].served ? "refused" : "served");
        request.port = world->tls.http.port;
        assert_int_equal(connects(request), cases[i].served);
    }
}

static void nobody_shakes_hands_twice(void **state)
{
    struct world *world = *state;
    tls_world_start(&world->tls, NULL);
    struct tls_request request = get(world, devices(world));
    request.version = TLS1_2_VERSION;
    struct tls_connection *connection = tls_connect(&request);
    assert_non_null(connection);
    assert_false(tls_connection_renegotiates(connection));
    tls_connection_close(connection);
}

/* --- what they verify ------------------------------------------------------------------------------ */

/* Of 2048 bits a long exponent costs milliseconds; of what a stranger may send, hours. */
static void a_key_that_takes_long_is_refused_before_it_is_used(void **state)
{
    static const struct {
        const char *auth;
        int version, exponent_bits;
        bool served;
    } cases[] = {
        { "enforce", TLS1_2_VERSION, 64, true }, { "enforce", TLS1_2_VERSION, 65, false },
        { "enforce", TLS1_3_VERSION, 64, true }, { "enforce", TLS1_3_VERSION, 65, false },
        { "open", TLS1_2_VERSION, 65, false },   { "open", TLS1_3_VERSION, 65, false },
    };
    struct world *world = *state;
    tls_world_set(&world->tls, "tls_client_ca", world->ca_path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct issuer device =
            device_cert_make(&(struct device_spec){ .issuer = &world->ca,
                                                    .common_name = "pump",
                                                    .rsa_bits = 2048,
                                                    .exponent_bits = cases[i].exponent_bits });
        const struct issuer *const showing[] = { &device, NULL };
        struct http_answer answer;
        tls_world_set(&world->tls, "auth", cases[i].auth);
        tls_world_start(&world->tls, NULL);
        struct tls_request request = get(world, devices(world));
        request.version = cases[i].version;
        request.showing = showing;
        /* In TLS 1.3 the client is done before the server has verified anything: only an answer tells. */
        bool served = tls_ask(&request, &answer) && answer.status != 0;
        if (served != cases[i].served)
            fail_msg("case %zu: %s", i, served ? "served" : "refused");
        if (served)
            http_answer_release(&answer);
        request.showing = NULL;
        assert_true(connects(request));
        server_stop(world->tls.http.server);
        world->tls.http.server = NULL;
        device_cert_release(&device);
    }
}

/* --- what they show --------------------------------------------------------------------------------- */

static void note_change(void *context)
{
    sem_post(&((struct world *)context)->changes);
}

static void wait_for_change(struct world *world)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    assert_int_equal(sem_timedwait(&world->changes, &until), 0);
}

static char *ca_text(const struct certs_world *certs)
{
    static struct certs_contents contents;
    certs_look(certs, &contents);
    return contents.text[1];
}

static int status_of(struct tls_connection *connection, struct tls_request request)
{
    struct http_answer answer;
    assert_true(tls_connection_ask(connection, &request, &answer));
    int status = answer.status;
    http_answer_release(&answer);
    return status;
}

/* One that was made today, and whose CA is the folder's. */
static void show_folder(struct world *world, const struct certs_world *certs)
{
    tls_world_set(&world->tls, "tls_certificate", certs->certificates.server);
    tls_world_set(&world->tls, "tls_key", certs->certificates.key);
    world->tls.ca = ca_text(certs);
    const struct server_config config = { .settings = &world->tls.http.settings,
                                          .certificate_changed = note_change,
                                          .certificate_context = world };
    world->tls.http.settings.https_port = free_port();
    world->tls.http.server = server_start(&config, &world->tls.why);
    if (world->tls.http.server == NULL)
        fail_msg("%s", world->tls.why.p);
}

static void another_certificate_is_shown_to_the_next_connection(void **state)
{
    static struct certs_world other;
    static char ca_before[8 * 1024];
    struct world *world = *state;
    char *in_memory = world->tls.ca;
    certs_prepare(world->certs, clock_host_ms());
    show_folder(world, world->certs);
    snprintf(ca_before, sizeof ca_before, "%s", world->tls.ca);
    world->tls.ca = ca_before;
    struct tls_request before = get(world, devices(world));
    struct tls_connection *connection = tls_connect(&before);
    assert_non_null(connection);
    assert_int_equal(status_of(connection, before), 200);

    certs_other_set_up(&other);
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++)
        certs_remove(&other, certs_files[i]);
    certs_prepare(&other, clock_host_ms());
    certs_copy(&other, world->certs, "server.key");
    certs_copy(&other, world->certs, "server.pem");
    server_reload(world->tls.http.server);
    wait_for_change(world);
    struct tls_request after = before;
    after.ca = ca_text(&other);
    assert_false(connects(before));
    assert_int_equal(status_of(connection, before), 200);
    tls_world_ask(after, 200, "\"certificate\":\"ok\"");
    after.target = "/_iotjobs/ca.pem";
    tls_world_ask(after, 200, after.ca);

    certs_write(world->certs, "server.pem", "nonsense");
    server_reload(world->tls.http.server);
    server_stop(world->tls.http.server); /* waits for what is being read */
    world->tls.http.server = NULL;
    tls_connection_close(connection);
    certs_other_tear_down(&other);
    world->tls.ca = in_memory;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(http_port_speaks_https_for_the_control_plane),
        TEST(http_port_speaks_no_http_then),
        TEST(it_serves_without_https_port),
        TEST(it_needs_a_certificate),
        TEST(whoever_is_not_known_is_not_asked_unless_all_are),
        TEST(names_of_protocols_are_those_of_aws_and_none_is_needed),
        TEST(clients_may_call_the_server_what_they_like),
        TEST(ciphers_that_are_not_up_to_it_are_refused),
        TEST(nobody_shakes_hands_twice),
        TEST(a_key_that_takes_long_is_refused_before_it_is_used),
        TEST(another_certificate_is_shown_to_the_next_connection),
    };
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to a server that has closed */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
