/* Reading from an external S3, asked of one that is good, and of many that are not. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/artifacts/remote_s3.h"
#include "settings.h"
#include "support/fake_s3.h"
#include "support/http_client.h"
#include "support/scratch.h"
#include "support/temp_folder.h"

#define DOCUMENT "{\"action\":\"update\"}"

enum { MOST = 64 };

struct world {
    struct scratch *scratch;
    void *scratch_state;
    struct settings settings;
    struct fake_s3_config config;
    struct fake_s3 *s3;
    struct remote_s3 remote;
    struct s3_location location;
    char folder[TEMP_PATH_MAX], ca[TEMP_PATH_MAX];
};

static struct world the_world;

static void set(struct world *world, const char *key, const char *value)
{
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    if (!settings_set(&world->settings, str_from(key), str_from(value), &problem))
        fail_msg("%s", problem.p);
    strbuf_release(&problem);
}

static int set_up(void **state)
{
    struct world *world = &the_world;
    *world = (struct world){ 0 };
    scratch_set_up(&world->scratch_state);
    world->scratch = world->scratch_state;
    settings_init(&world->settings);
    temp_folder_make(world->folder);
    temp_path(world->folder, "ca.pem", world->ca);
    world->config = (struct fake_s3_config){ .path = "/firmware/pump/doc.json", .object = STR_LIT(DOCUMENT) };
    world->location = (struct s3_location){ .bucket = STR_LIT("firmware"), .key = STR_LIT("pump/doc.json") };
    set(world, "s3_access_key", FAKE_S3_KEY);
    set(world, "s3_secret_key", FAKE_S3_SECRET);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    if (world->s3)
        fake_s3_stop(world->s3);
    temp_folder_remove(world->folder);
    settings_release(&world->settings);
    return scratch_tear_down(&world->scratch_state);
}

static void point_to(struct world *world, const char *scheme, const char *host, int port)
{
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "%s://%s:%d", scheme, host, port);
    set(world, "s3_endpoint", endpoint);
    world->remote = remote_s3_of(&world->settings);
    world->remote.connect_ms = 2000;
    world->remote.total_ms = 5000;
}

static void start(struct world *world)
{
    world->s3 = fake_s3_start(&world->config);
    point_to(world, world->config.ca_file ? "https" : "http", "127.0.0.1", fake_s3_port(world->s3));
}

static void change_manner(struct world *world, enum fake_s3_manner manner)
{
    world->config.manner = manner;
    fake_s3_change(world->s3, &world->config);
}

static void change_object(struct world *world, struct str object)
{
    world->config.object = object;
    fake_s3_change(world->s3, &world->config);
}

static bool read_at(struct world *world, int64_t host_ms, struct str *ret_text, struct str *ret_problem)
{
    return remote_s3_read(&world->remote, &world->location, MOST, host_ms, &world->scratch->arena, ret_text,
                          ret_problem);
}

static void assert_reads(struct world *world, const char *expected)
{
    struct str text, problem = STR_NONE;
    if (!read_at(world, clock_host_ms(), &text, &problem))
        fail_msg("%.*s", STR(problem));
    assert_true(str_eq_text(text, expected));
}

/* The problem has both in it. */
static void assert_fails_at(struct world *world, int64_t host_ms, const char *words, const char *more)
{
    struct str text, problem;
    assert_false(read_at(world, host_ms, &text, &problem));
    if (!memmem(problem.p, problem.n, words, strlen(words)) ||
        !memmem(problem.p, problem.n, more, strlen(more)))
        fail_msg("%.*s", STR(problem));
}

static void assert_fails(struct world *world, const char *words, const char *more)
{
    assert_fails_at(world, clock_host_ms(), words, more);
}

/* ---- what is there ---- */

static void an_object_is_read_with_a_signature_that_holds(void **state)
{
    struct world *world = *state;
    start(world);
    assert_reads(world, DOCUMENT);
    assert_int_equal(fake_s3_requests(world->s3), 1);
}

static void keys_are_encoded_and_stay_what_they_are(void **state)
{
    struct world *world = *state;
    world->location.key = STR_LIT("../a b+c&d=e?f#g%20/./\xc3\xa4");
    world->config.path = "/firmware/../a%20b%2Bc%26d%3De%3Ff%23g%2520/./%C3%A4";
    start(world);
    assert_reads(world, DOCUMENT);
}

static void a_version_is_asked_for(void **state)
{
    struct world *world = *state;
    world->location.version_id = STR_LIT("a/b=");
    world->config.query = "versionId=a%2Fb%3D";
    start(world);
    assert_reads(world, DOCUMENT);
}

static void the_bucket_can_be_part_of_the_host(void **state)
{
    struct world *world = *state;
    world->config.path = "/pump/doc.json";
    world->s3 = fake_s3_start(&world->config);
    set(world, "s3_path_style", "false");
    point_to(world, "http", "localhost", fake_s3_port(world->s3));
    assert_reads(world, DOCUMENT); /* names below localhost are this host */
}

static void an_object_may_be_empty_and_as_large_as_allowed(void **state)
{
    static char large[MOST + 1];
    struct world *world = *state;
    memset(large, 'x', MOST);
    world->config.object = STR_LIT("");
    start(world);
    assert_reads(world, "");
    change_object(world, (struct str){ large, MOST });
    assert_reads(world, large);
    change_object(world, (struct str){ large, MOST + 1 });
    assert_fails(world, "it is larger than 64 bytes", "");
}

/* ---- what is refused ---- */

static void a_wrong_secret_is_told(void **state)
{
    struct world *world = *state;
    set(world, "s3_secret_key", "wrong");
    start(world);
    assert_fails(world, "does not let us read it (403 SignatureDoesNotMatch)", "http://127.0.0.1:");
    set(world, "s3_access_key", "AKIAUNKNOWN");
    world->remote = remote_s3_of(&world->settings);
    assert_fails(world, "does not let us read it (403 InvalidAccessKeyId)", "");
}

static void a_signature_of_long_ago_is_told(void **state)
{
    struct world *world = *state;
    start(world);
    assert_fails_at(world, clock_host_ms() - INT64_C(3600000), "(403 RequestTimeTooSkewed)", "");
}

static void a_missing_object_is_told(void **state)
{
    struct world *world = *state;
    start(world);
    world->location.key = STR_LIT("pump/other.json");
    assert_fails(world, "has no such object (404 NoSuchKey)", "");
}

static void redirects_are_not_followed(void **state)
{
    struct world *world = *state;
    world->config.manner = FAKE_S3_REDIRECTS;
    start(world);
    assert_fails(world, "does not give it (307)", "");
    assert_int_equal(fake_s3_requests(world->s3), 1);
}

static void an_endless_answer_is_cut_off(void **state)
{
    struct world *world = *state;
    world->config.manner = FAKE_S3_NEVER_ENDS;
    start(world);
    assert_fails(world, "it is larger than 64 bytes", "");
    change_manner(world, FAKE_S3_REFUSES_ENDLESSLY);
    assert_fails(world, "does not give it (500 InternalError)", "");
}

/* ---- who does not answer ---- */

static void nobody_listens(void **state)
{
    struct world *world = *state;
    point_to(world, "http", "127.0.0.1", free_port());
    assert_fails(world, "cannot be reached", "http://127.0.0.1:");
}

static void a_host_that_does_not_exist(void **state)
{
    struct world *world = *state;
    point_to(world, "http", "nowhere.invalid", 9000);
    assert_fails(world, "http://nowhere.invalid:9000 cannot be found", "");
}

static void an_answer_that_does_not_come(void **state)
{
    struct world *world = *state;
    world->config.manner = FAKE_S3_NEVER_ANSWERS;
    start(world);
    world->remote.total_ms = 50;
    assert_fails(world, "does not answer in time", "");
    change_manner(world, FAKE_S3_STOPS_HALFWAY);
    assert_fails(world, "does not answer in time", "");
}

static void an_answer_that_breaks_off(void **state)
{
    struct world *world = *state;
    world->config.manner = FAKE_S3_HANGS_UP;
    start(world);
    assert_fails(world, "does not answer as S3 does", "");
}

static void an_answer_that_is_no_http(void **state)
{
    struct world *world = *state;
    world->config.manner = FAKE_S3_TALKS_GARBAGE;
    start(world);
    assert_fails(world, "does not answer as S3 does", "");
}

#define REFUSED(xml) "HTTP/1.1 500 No\r\n\r\n" xml
#define LETTERS_64   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static void odd_answers_are_told_and_nothing_of_them_is_believed(void **state)
{
    static const struct {
        struct str answer;
        const char *words;
    } rows[] = {
        { STR_LIT(REFUSED("<Error><Code>SlowDown</Code></Error>")), " does not give it (500 SlowDown)" },
        { STR_LIT(REFUSED("")), " does not give it (500)" },
        { STR_LIT(REFUSED("no XML")), " does not give it (500)" },
        { STR_LIT(REFUSED("<Code")), " does not give it (500)" },
        { STR_LIT(REFUSED("<Code>")), " does not give it (500)" },
        { STR_LIT(REFUSED("<Code>a b</Code>")), " does not give it (500)" },
        { STR_LIT(REFUSED("<Code>\0</Code>")), " does not give it (500)" },
        { STR_LIT(REFUSED("<Code>" LETTERS_64 "</Code>")), " does not give it (500 " LETTERS_64 ")" },
        { STR_LIT(REFUSED("<Code>" LETTERS_64 "a</Code>")), " does not give it (500)" },
        { STR_LIT("HTTP/1.1 204 No Content\r\n\r\n"), " does not give it (204)" },
        { STR_LIT("HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\n{"), " does not give it (206)" },
        { STR_LIT("HTTP/1.1 304 Not Modified\r\n\r\n"), " does not give it (304)" },
        { STR_LIT("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), " does not answer as S3 does" },
        { STR_LIT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
          " does not answer as S3 does" },
        { STR_LIT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}"),
          " does not answer as S3 does" },
        { STR_LIT("HTTP/1.1 200"), " does not answer as S3 does" },
        { STR_LIT("HTTP/1.1 100 Continue\r\n\r\n"), " does not answer as S3 does" },
        { STR_LIT(""), " does not answer as S3 does" },
    };
    struct world *world = *state;
    world->config.manner = FAKE_S3_SAYS;
    start(world);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        change_object(world, rows[i].answer);
        assert_fails(world, rows[i].words, "");
    }
}

static atomic_bool stop;

static void *stop_later(void *context)
{
    struct world *world = context;
    fake_s3_wait(world->s3, 1);
    atomic_store(&stop, true);
    return NULL;
}

static void who_waits_is_set_free_by_a_stop(void **state)
{
    struct world *world = *state;
    pthread_t thread;
    world->config.manner = FAKE_S3_NEVER_ANSWERS;
    start(world);
    world->remote.total_ms = 600000; /* longer than any test may take */
    world->remote.stop = &stop;
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&thread, NULL, stop_later, world), 0);
    assert_fails(world, "is not waited for", "");
    pthread_join(thread, NULL);
}

/* ---- TLS ---- */

static void over_tls_the_ca_must_be_the_one_that_is_named(void **state)
{
    struct world *world = *state;
    char other[TEMP_PATH_MAX];
    world->config.ca_file = world->ca;
    start(world);
    set(world, "s3_ca", world->ca);
    world->remote.ca = world->settings.s3_ca;
    assert_reads(world, DOCUMENT);
    world->remote.ca = "";
    assert_fails(world, "has a certificate that is not trusted", "https://127.0.0.1:");
    temp_path(world->folder, "other.pem", other);
    const struct fake_s3_config twin = { .ca_file = other };
    fake_s3_stop(fake_s3_start(&twin));
    world->remote.ca = other;
    assert_fails(world, "has a certificate that is not trusted", "");
    assert_int_equal(fake_s3_requests(world->s3), 1);
}

static void a_certificate_is_for_its_names_alone(void **state)
{
    struct world *world = *state;
    world->config.ca_file = world->ca;
    start(world);
    set(world, "s3_path_style", "false");
    point_to(world, "https", "localhost", fake_s3_port(world->s3));
    world->remote.ca = world->ca;
    assert_fails(world, "has a certificate that is not trusted", "firmware.localhost");
}

static void plain_http_is_no_tls(void **state)
{
    struct world *world = *state;
    start(world);
    point_to(world, "https", "127.0.0.1", fake_s3_port(world->s3));
    world->remote.connect_ms = 50; /* the other side waits for the end of a request */
    assert_fails(world, "does not answer in time", "https://127.0.0.1:");
}

/* ---- the endpoint ---- */

static void a_port_that_is_the_usual_one_is_left_out_of_the_host(void **state)
{
    static const struct {
        const char *endpoint, *host;
    } rows[] = {
        { "https://minio.example:443", "minio.example" },
        { "http://minio.example:80", "minio.example" },
        { "https://minio.example:80", "minio.example:80" },
        { "http://minio.example:443", "minio.example:443" },
        { "https://minio.example:8443", "minio.example:8443" },
        { "https://minio.example", "minio.example" },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set(world, "s3_endpoint", rows[i].endpoint);
        assert_true(str_eq_text(s3_home_external(&world->settings).host, rows[i].host));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(an_object_is_read_with_a_signature_that_holds),
        TEST(keys_are_encoded_and_stay_what_they_are),
        TEST(a_version_is_asked_for),
        TEST(the_bucket_can_be_part_of_the_host),
        TEST(an_object_may_be_empty_and_as_large_as_allowed),
        TEST(a_wrong_secret_is_told),
        TEST(a_signature_of_long_ago_is_told),
        TEST(a_missing_object_is_told),
        TEST(redirects_are_not_followed),
        TEST(an_endless_answer_is_cut_off),
        TEST(nobody_listens),
        TEST(a_host_that_does_not_exist),
        TEST(an_answer_that_does_not_come),
        TEST(an_answer_that_breaks_off),
        TEST(an_answer_that_is_no_http),
        TEST(odd_answers_are_told_and_nothing_of_them_is_believed),
        TEST(who_waits_is_set_free_by_a_stop),
        TEST(over_tls_the_ca_must_be_the_one_that_is_named),
        TEST(a_certificate_is_for_its_names_alone),
        TEST(plain_http_is_no_tls),
        TEST(a_port_that_is_the_usual_one_is_left_out_of_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
