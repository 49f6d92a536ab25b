/* S3 over HTTPS: as over HTTP; and what a device's certificate leaves of it. */
#include "support/cmocka_all.h"

#include <string.h>

#include "base/clock.h"
#include "support/certs_world.h"
#include "support/device_certs.h"
#include "support/s3_client.h"
#include "support/tls_world.h"

#define HELLO "hello firmware\n"
#define K     "/_s3/fws/k"

struct world {
    struct tls_world tls;
    char folder[TEMP_PATH_MAX];
    struct issuer ca; /* the one that tls_client_ca names */
    struct issuer pump;
    struct issuer stranger; /* of another CA */
    const struct issuer *showing[2];
    struct arena arena;
};

static struct tls_request request_of(struct world *world, const struct issuer *pair, const char *method,
                                     const char *target, struct str body)
{
    struct tls_request request = tls_world_get(&world->tls, target, "");
    world->showing[0] = pair;
    request.showing = pair ? world->showing : NULL;
    request.method = method;
    request.body = body;
    return request;
}

static void ask(struct world *world, const struct issuer *pair, const char *method, const char *target,
                struct str body, int status, const char *text)
{
    struct http_answer answer;
    struct tls_request request = request_of(world, pair, method, target, body);
    assert_true(tls_ask(&request, &answer));
    assert_http_status(&answer, status);
    if (text[0])
        assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

static void refuse(struct world *world, const struct issuer *pair, const char *method, const char *target,
                   struct str body, const char *words)
{
    struct http_answer answer;
    struct tls_request request = request_of(world, pair, method, target, body);
    assert_true(tls_ask(&request, &answer));
    assert_s3_error(&answer, 403, "AccessDenied");
    assert_http_body_has(&answer, words);
    http_answer_release(&answer);
}

static const char *presign(struct world *world, const char *method, const char *target)
{
    return s3_presign((int)world->tls.http.settings.https_port, method, target, 300, clock_host_ms(),
                      &world->arena);
}

static int set_up(void **state)
{
    static struct world world;
    char path[TEMP_PATH_MAX];
    world = (struct world){ 0 };
    *state = &world;
    tls_world_init(&world.tls);
    temp_folder_make(world.folder);
    arena_init(&world.arena, (size_t)1024 * 1024);
    world.ca = device_cert_make(&(struct device_spec){ .common_name = "a factory's CA", .is_ca = true });
    world.pump = device_cert_make(&(struct device_spec){ .issuer = &world.ca, .common_name = "pump" });
    world.stranger = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    temp_path(world.folder, "clients.pem", path);
    device_certs_write(path, (const struct issuer *const[]){ &world.ca }, 1);
    tls_world_set(&world.tls, "tls_client_ca", path);
    tls_world_start(&world.tls, NULL);
    ask(&world, NULL, "PUT", "/_s3/fws", STR_LIT(""), 200, "");
    ask(&world, NULL, "PUT", K, STR_LIT(HELLO), 200, "");
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tls_world_release(&world->tls);
    device_cert_release(&world->pump);
    device_cert_release(&world->stranger);
    device_cert_release(&world->ca);
    arena_release(&world->arena);
    temp_folder_remove(world->folder);
    return 0;
}

static void who_shows_no_certificate_is_served_as_over_http(void **state)
{
    struct world *world = *state;
    ask(world, NULL, "GET", K, STR_NONE, 200, HELLO);
    ask(world, NULL, "GET", presign(world, "GET", K), STR_NONE, 200, HELLO);
    ask(world, NULL, "GET", "/_s3/fws?list-type=2", STR_NONE, 200, "<Key>k</Key>");
    ask(world, NULL, "DELETE", K, STR_NONE, 204, "");
}

static void a_large_object_comes_whole(void **state)
{
    static char bytes[3 * 1024 * 1024 + 1];
    struct world *world = *state;
    struct http_answer answer;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 % 251);
    ask(world, NULL, "PUT", "/_s3/fws/large", (struct str){ bytes, sizeof bytes }, 200, "");
    struct tls_request request = request_of(world, NULL, "GET", "/_s3/fws/large", STR_NONE);
    assert_true(tls_ask(&request, &answer));
    assert_int_equal(answer.body.n, sizeof bytes);
    assert_memory_equal(answer.body.p, bytes, sizeof bytes);
    http_answer_release(&answer);
}

static void a_device_may_use_the_urls_of_its_documents(void **state)
{
    struct world *world = *state;
    ask(world, &world->pump, "GET", presign(world, "GET", K), STR_NONE, 200, HELLO);
    ask(world, &world->pump, "HEAD", presign(world, "HEAD", K), STR_NONE, 200, "");
    ask(world, &world->pump, "PUT", presign(world, "PUT", "/_s3/fws/log"), STR_LIT("a log"), 200, "");
    ask(world, NULL, "GET", "/_s3/fws/log", STR_NONE, 200, "a log");
}

static void a_device_may_do_nothing_else(void **state)
{
    static const char words[] =
        "Who shows a client certificate may get objects and put them with a presigned URL";
    struct world *world = *state;
    refuse(world, &world->pump, "GET", K, STR_NONE, words);
    refuse(world, &world->pump, "PUT", K, STR_LIT("evil"), words);
    refuse(world, &world->pump, "DELETE", presign(world, "DELETE", K), STR_NONE, words);
    refuse(world, &world->pump, "GET", presign(world, "GET", "/_s3/fws?list-type=2"), STR_NONE, words);
    refuse(world, &world->pump, "GET", presign(world, "GET", "/_s3"), STR_NONE, words);
    refuse(world, &world->pump, "PUT", presign(world, "PUT", "/_s3/other"), STR_LIT(""), words);
    refuse(world, &world->pump, "POST", presign(world, "POST", "/_s3/fws/k?uploads"), STR_LIT(""), words);
    ask(world, NULL, "GET", K, STR_NONE, 200, HELLO);
}

static void a_certificate_that_does_not_count_may_do_nothing(void **state)
{
    struct world *world = *state;
    refuse(world, &world->stranger, "GET", presign(world, "GET", K), STR_NONE,
           "The client certificate is not accepted");
    refuse(world, &world->stranger, "GET", K, STR_NONE, "The client certificate is not accepted");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_shows_no_certificate_is_served_as_over_http),  TEST(a_large_object_comes_whole),
        TEST(a_device_may_use_the_urls_of_its_documents),       TEST(a_device_may_do_nothing_else),
        TEST(a_certificate_that_does_not_count_may_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
