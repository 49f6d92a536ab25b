/* What `iotjobsd provision` knows without a server: where one is, what it writes, what it says. */
#include "support/cmocka_all.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pem.h"
#include "launcher/provision/device_key.h"
#include "launcher/provision/endpoint.h"
#include "launcher/provision/guide.h"
#include "rules/security/policy_document.h"
#include "support/temp_folder.h"

struct world {
    char folder[TEMP_PATH_MAX];
    struct settings settings;
    struct command_line line;
    struct endpoint endpoint;
    struct device_files files;
    struct arena arena;
    struct strbuf why, text;
};

static bool set(struct world *world, const char *key, const char *value)
{
    return settings_set(&world->settings, str_from(key), str_from(value), &world->why);
}

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ .line = { .program = PROGRAM_PROVISION, .thing = "pump" } };
    temp_folder_make(world.folder);
    settings_init(&world.settings);
    strbuf_init(&world.why, 3 * PATH_MAX);
    strbuf_init(&world.text, GUIDE_MAX);
    arena_init(&world.arena, 1 << 20);
    *state = &world;
    return set(&world, "data", world.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_release(&world->arena);
    strbuf_release(&world->text);
    strbuf_release(&world->why);
    settings_release(&world->settings);
    temp_folder_remove(world->folder);
    return 0;
}

static void put_file(struct world *world, const char *name, const char *text)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->folder, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void put_own_ca(struct world *world)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->folder, "certs", path);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(world, "certs/ca.pem", "CA");
}

/* ---- where the server is ---- */

static void assert_found(struct world *world, const char *scheme, const char *authority, const char *devices)
{
    assert_true(endpoint_of(&world->line, &world->settings, &world->endpoint, &world->why));
    assert_string_equal(world->endpoint.scheme, scheme);
    assert_string_equal(world->endpoint.authority, authority);
    assert_string_equal(world->endpoint.devices, devices);
}

static void assert_not_found(struct world *world, const char *why)
{
    strbuf_clear(&world->why);
    assert_false(endpoint_of(&world->line, &world->settings, &world->endpoint, &world->why));
    if (strstr(world->why.p, why) == NULL)
        fail_msg("no '%s' in: %s", why, world->why.p);
}

static void with_a_certificate_of_ours_it_is_https_and_our_ca_is_trusted(void **state)
{
    struct world *world = *state;
    char ca[TEMP_PATH_MAX];
    put_own_ca(world);
    temp_path(world->folder, "certs/ca.pem", ca);
    assert_found(world, "https", "127.0.0.1:8443", "127.0.0.1");
    assert_string_equal(world->endpoint.ca, ca);
}

static void without_one_it_is_http_on_this_machine(void **state)
{
    struct world *world = *state;
    assert_found(world, "http", "127.0.0.1:5627", "127.0.0.1");
    assert_string_equal(world->endpoint.ca, "");
}

static void a_certificate_from_elsewhere_has_a_name_that_only_its_owner_knows(void **state)
{
    struct world *world = *state;
    put_own_ca(world);
    assert_true(set(world, "tls_certificate", "/etc/server.pem") && set(world, "tls_key", "/etc/server.key"));
    assert_found(world, "http", "127.0.0.1:5627", "127.0.0.1");
    assert_true(set(world, "http_port", "0"));
    assert_not_found(world, "--endpoint is needed");
}

static void who_listens_everywhere_is_asked_on_loopback_and_named_to_devices(void **state)
{
    struct world *world = *state;
    char host[ENDPOINT_HOST_MAX] = "";
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    assert_true(set(world, "bind", "0.0.0.0"));
    assert_found(world, "http", "127.0.0.1:5627", host);
    assert_true(set(world, "bind", "::"));
    assert_found(world, "http", "[::1]:5627", host);
    assert_true(set(world, "bind", "fd00::5"));
    assert_found(world, "http", "[fd00::5]:5627", "fd00::5");
}

static void an_endpoint_that_is_given_counts(void **state)
{
    struct world *world = *state;
    static const char *const cases[][4] = {
        { "https://iot.example:8443", "https", "iot.example:8443", "iot.example" },
        { "https://iot.example/", "https", "iot.example", "iot.example" },
        { "https://[fd00::5]:8443", "https", "[fd00::5]:8443", "fd00::5" },
        { "http://127.0.0.1:5627", "http", "127.0.0.1:5627", "127.0.0.1" },
        { "http://localhost:5627", "http", "localhost:5627", "localhost" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world->line.endpoint = cases[i][0];
        assert_found(world, cases[i][1], cases[i][2], cases[i][3]);
    }
}

static void an_endpoint_that_is_none_is_refused(void **state)
{
    struct world *world = *state;
    static const char *const cases[] = {
        "iot.example:8443",
        "ftp://iot.example",
        "https://me:secret@iot.example",
        "https://iot.example/x",
        "https://",
        "https://iot.example?a=b",
        "https://iot.example\r\nx: y",
        "file:///etc/passwd",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world->line.endpoint = cases[i];
        assert_not_found(world, "is not a URL such as");
    }
}

static void an_endpoint_elsewhere_without_tls_is_refused(void **state)
{
    struct world *world = *state;
    world->line.endpoint = "http://iot.example:5627";
    assert_not_found(world, "use https");
}

static void a_ca_that_cannot_be_read_is_named(void **state)
{
    struct world *world = *state;
    world->line.ca = "/nonexistent/ca.pem";
    assert_not_found(world, "/nonexistent/ca.pem");
}

/* ---- what can be a device ---- */

static void names_of_things_are_checked(void **state)
{
    struct world *world = *state;
    char longest[COMMON_NAME_MAX + 2] = "";
    assert_true(provision_check_thing("pump-1:a_B", &world->why));
    static const char *const bad[] = { "", "a b", "a/b", "..", "p\xc3\xbc" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(provision_check_thing(bad[i], &world->why));
    memset(longest, 'a', COMMON_NAME_MAX);
    assert_true(provision_check_thing(longest, &world->why));
    longest[COMMON_NAME_MAX] = 'a';
    assert_false(provision_check_thing(longest, &world->why));
}

static void the_request_names_the_thing_and_is_signed_with_the_key(void **state)
{
    struct world *world = *state;
    struct strbuf key_text;
    char name[COMMON_NAME_MAX + 1];
    strbuf_init(&key_text, PEM_TEXT_MAX);
    assert_true(device_key_make("pump", &key_text, &world->text));
    EVP_PKEY *key = pem_parse_key(strbuf_str(&key_text));
    X509_REQ *request = pem_parse_request(strbuf_str(&world->text));
    assert_non_null(key);
    assert_non_null(request);
    assert_int_equal(X509_REQ_verify(request, key), 1);
    assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(request)), 1);
    assert_int_equal(
        X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(request), NID_commonName, name, sizeof name),
        strlen("pump"));
    assert_string_equal(name, "pump");
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    strbuf_release(&key_text);
}

/* ---- files ---- */

static const struct str texts[DEVICE_FILES] = { { "CERT", 4 }, { "KEY", 3 }, { "CA", 2 } };

static bool write_files(struct world *world, const struct str all[DEVICE_FILES])
{
    char out[TEMP_PATH_MAX];
    temp_path(world->folder, "out", out);
    strbuf_clear(&world->why);
    return device_files_plan(out, "pump", &world->files, &world->why) &&
           device_files_write(&world->files, all, &world->why);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, mode);
}

static void the_key_is_for_its_owner_alone_whatever_the_umask(void **state)
{
    struct world *world = *state;
    mode_t before = umask(0);
    bool ok = write_files(world, texts);
    umask(before);
    assert_true(ok);
    assert_mode(world->files.folder, 0700);
    assert_mode(world->files.paths[DEVICE_PRIVATE_KEY], 0600);
    assert_mode(world->files.paths[DEVICE_CERTIFICATE], 0644);
}

static void nothing_is_overwritten_and_a_plan_finds_out_first(void **state)
{
    struct world *world = *state;
    assert_true(write_files(world, texts));
    assert_false(write_files(world, texts));
    assert_non_null(strstr(world->why.p, "pump.cert.pem is there already"));
    assert_false(world->files.made_folder);
}

static void the_same_ca_may_be_there_and_another_may_not(void **state)
{
    struct world *world = *state;
    char out[TEMP_PATH_MAX];
    temp_path(world->folder, "out", out);
    assert_int_equal(mkdir(out, 0700), 0);
    put_file(world, "out/ca.pem", "CA");
    assert_true(write_files(world, texts));
    assert_false(world->files.made[DEVICE_CA]);
    assert_true(device_files_remove(&world->files));
    put_file(world, "out/ca.pem", "CAB");
    assert_false(write_files(world, texts));
    assert_non_null(strstr(world->why.p, "ca.pem is there already"));
    assert_true(device_files_remove(&world->files));
    assert_int_equal(access(world->files.paths[DEVICE_CA], F_OK), 0);
    assert_int_not_equal(access(world->files.paths[DEVICE_PRIVATE_KEY], F_OK), 0);
}

static void what_was_made_can_be_removed(void **state)
{
    struct world *world = *state;
    assert_true(write_files(world, texts));
    assert_true(device_files_remove(&world->files));
    assert_int_not_equal(access(world->files.folder, F_OK), 0);
}

static void a_ca_that_is_not_known_has_no_file(void **state)
{
    struct world *world = *state;
    const struct str without[DEVICE_FILES] = { texts[0], texts[1], STR_NONE };
    char path[TEMP_PATH_MAX];
    assert_true(write_files(world, without));
    temp_path(world->folder, "out/ca.pem", path);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_string_equal(world->files.paths[DEVICE_CA], "");
}

/* ---- what is said ---- */

static void the_policy_is_one_that_the_server_takes(void **state)
{
    struct world *world = *state;
    struct err err = { 0 };
    struct policy_document document;
    struct str text = provision_policy(STR_LIT("arn:aws:iot:eu-central-1:123456789012:"), &world->arena);
    assert_non_null(text.p);
    assert_true(policy_document_parse(text, &world->arena, &document, &err));
    assert_non_null(
        strstr(text.p, "\"arn:aws:iot:eu-central-1:123456789012:client/${iot:Connection.Thing.ThingName}\""));
}

static struct provision known(const char *certificate, const char *ca)
{
    struct provision p = {
        .thing = "pump", .certificate_id = STR_LIT("abc"), .mqtts_port = 8883, .https_port = 8443
    };
    snprintf(p.files.paths[DEVICE_CERTIFICATE], PATH_MAX, "%s", certificate);
    snprintf(p.files.paths[DEVICE_PRIVATE_KEY], PATH_MAX, "/k");
    snprintf(p.files.paths[DEVICE_CA], PATH_MAX, "%s", ca);
    return p;
}

static void paths_are_quoted_as_shells_and_json_want_it(void **state)
{
    struct world *world = *state;
    struct provision p = known("/it's \"mine\"", "/c");
    assert_true(guide_write(&p, "iot.example", &world->text));
    assert_non_null(strstr(world->text.p, "--cafile /c --cert '/it'\\''s \"mine\"' --key /k -i pump"));
    assert_non_null(strstr(world->text.p, "\"cert\": \"/it's \\\"mine\\\"\","));
}

static void listeners_that_are_off_are_not_told(void **state)
{
    struct world *world = *state;
    struct provision p = known("/x", "");
    p.mqtts_port = p.https_port = 0;
    assert_true(guide_write(&p, "iot.example", &world->text));
    assert_null(strstr(world->text.p, "mosquitto_sub"));
    assert_null(strstr(world->text.p, "curl"));
    assert_null(strstr(world->text.p, "root-ca"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(with_a_certificate_of_ours_it_is_https_and_our_ca_is_trusted),
        TEST(without_one_it_is_http_on_this_machine),
        TEST(a_certificate_from_elsewhere_has_a_name_that_only_its_owner_knows),
        TEST(who_listens_everywhere_is_asked_on_loopback_and_named_to_devices),
        TEST(an_endpoint_that_is_given_counts),
        TEST(an_endpoint_that_is_none_is_refused),
        TEST(an_endpoint_elsewhere_without_tls_is_refused),
        TEST(a_ca_that_cannot_be_read_is_named),
        TEST(names_of_things_are_checked),
        TEST(the_request_names_the_thing_and_is_signed_with_the_key),
        TEST(the_key_is_for_its_owner_alone_whatever_the_umask),
        TEST(nothing_is_overwritten_and_a_plan_finds_out_first),
        TEST(the_same_ca_may_be_there_and_another_may_not),
        TEST(what_was_made_can_be_removed),
        TEST(a_ca_that_is_not_known_has_no_file),
        TEST(the_policy_is_one_that_the_server_takes),
        TEST(paths_are_quoted_as_shells_and_json_want_it),
        TEST(listeners_that_are_off_are_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
