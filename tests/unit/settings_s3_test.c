/* What is said of an external S3, and where its secret is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"
#include "settings_secret.h"
#include "support/cmocka_all.h"
#include "support/temp_folder.h"

#define ENDPOINT "https://minio.example:9000"

struct world {
    struct settings settings;
    struct strbuf problem;
    char folder[TEMP_PATH_MAX], file[TEMP_PATH_MAX];
};

static void set(struct world *world, const char *key, const char *value)
{
    if (!settings_set(&world->settings, str_from(key), str_from(value), &world->problem))
        fail_msg("%s", world->problem.p);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    settings_init(&world->settings);
    strbuf_init(&world->problem, PROBLEM_MAX);
    temp_folder_make(world->folder);
    temp_path(world->folder, "secret", world->file);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    temp_folder_remove(world->folder);
    settings_release(&world->settings);
    strbuf_release(&world->problem);
    free(world);
    return 0;
}

static void given_s3(struct world *world)
{
    set(world, "s3_endpoint", ENDPOINT);
    set(world, "s3_access_key", "minio");
    set(world, "s3_secret_key", "miniosecret");
}

static void assert_allowed(struct world *world)
{
    strbuf_clear(&world->problem);
    if (!settings_check(&world->settings, &world->problem))
        fail_msg("%s", world->problem.p);
}

static void assert_problem(struct world *world, bool ok, const char *expected)
{
    assert_false(ok);
    assert_string_equal(world->problem.p, expected);
    strbuf_clear(&world->problem);
}

static void assert_refused(struct world *world, const char *problem)
{
    strbuf_clear(&world->problem);
    assert_problem(world, settings_check(&world->settings, &world->problem), problem);
}

static void without_an_endpoint_there_is_nothing_to_say(void **state)
{
    struct world *world = *state;
    static const char *const keys[] = { "s3_access_key", "s3_secret_key", "s3_secret_key_file" };
    assert_allowed(world);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        set(world, keys[i], "x");
        assert_refused(world, "s3_access_key and s3_secret_key: are for s3_endpoint, which is not set");
        set(world, keys[i], "");
    }
}

static void an_endpoint_needs_a_key_and_one_secret(void **state)
{
    struct world *world = *state;
    static const char needs[] = "s3_endpoint: needs s3_access_key, and s3_secret_key or s3_secret_key_file";
    given_s3(world);
    assert_allowed(world);
    set(world, "s3_secret_key", "");
    assert_refused(world, needs);
    set(world, "s3_secret_key_file", "/nowhere");
    assert_allowed(world);
    set(world, "s3_secret_key", "too");
    assert_refused(world, "s3_secret_key and s3_secret_key_file: only one of them may be set");
    set(world, "s3_secret_key_file", "");
    set(world, "s3_access_key", "");
    assert_refused(world, needs);
}

static void an_endpoint_is_a_url_without_a_path(void **state)
{
    struct world *world = *state;
    static const char *const bad[] = {
        "minio.example",          "ftp://minio.example",        "https://",
        "https://minio.example/", "https://minio.example/path", "https://me@minio.example",
        "https://minio.example?x"
    };
    given_s3(world);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char problem[128];
        snprintf(problem, sizeof problem, "s3_endpoint: '%s' is not a URL such as " ENDPOINT, bad[i]);
        set(world, "s3_endpoint", bad[i]);
        assert_refused(world, problem);
    }
    set(world, "s3_endpoint", "http://[::1]:9000");
    assert_allowed(world);
}

static void what_signs_can_stand_in_a_scope(void **state)
{
    struct world *world = *state;
    static const char problem[] =
        "s3_access_key: is longer than 128 characters, or has a blank, comma or slash in it";
    char long_key[130];
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = '\0';
    given_s3(world);
    set(world, "s3_access_key", "a/b");
    assert_refused(world, problem);
    set(world, "s3_access_key", long_key);
    assert_refused(world, problem);
    set(world, "s3_access_key", "minio");
    set(world, "s3_region", "");
    assert_refused(world, "s3_region: '' is not a region such as eu-central-1");
    set(world, "s3_region", "eu/1");
    assert_refused(world, "s3_region: 'eu/1' is not a region such as eu-central-1");
}

static void the_cas_must_be_there(void **state)
{
    struct world *world = *state;
    given_s3(world);
    set(world, "s3_ca", "/nowhere/ca.pem");
    assert_refused(world, "s3_ca: cannot read /nowhere/ca.pem: No such file or directory");
    set(world, "s3_ca", "/dev/null");
    assert_allowed(world);
}

static void only_the_secret_is_one(void **state)
{
    (void)state;
    assert_true(settings_is_secret(STR_LIT("s3_secret_key")));
    assert_true(settings_is_secret(STR_LIT("s3-secret-key")));
    assert_false(settings_is_secret(STR_LIT("s3_secret_key_file")));
    assert_false(settings_is_secret(STR_LIT("s3_access_key")));
    assert_false(settings_is_secret(STR_LIT("unknown")));
}

/* ---- the file ---- */

static void given_file(struct world *world, const char *text, mode_t mode)
{
    FILE *file = fopen(world->file, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(world->file, mode), 0);
    set(world, "s3_secret_key_file", world->file);
}

static void assert_taken(struct world *world, const char *text, const char *secret)
{
    given_file(world, text, 0600);
    set(world, "s3_secret_key", "");
    if (!settings_take_secret(&world->settings, &world->problem))
        fail_msg("%s", world->problem.p);
    assert_string_equal(world->settings.s3_secret_key, secret);
}

/* `%s` in the problem is the file. */
static void assert_not_taken(struct world *world, const char *problem, const char *more)
{
    char expected[TEMP_PATH_MAX + 256];
    snprintf(expected, sizeof expected, "s3_secret_key_file: %s%s%s", problem,
             world->settings.s3_secret_key_file, more);
    strbuf_clear(&world->problem);
    assert_problem(world, settings_take_secret(&world->settings, &world->problem), expected);
    assert_string_equal(world->settings.s3_secret_key, "");
}

static void the_first_line_is_the_secret(void **state)
{
    struct world *world = *state;
    char longest[SECRET_BYTES_MAX + 3];
    assert_taken(world, "miniosecret", "miniosecret");
    assert_taken(world, "mini+o/s=ecret\nnot this\n", "mini+o/s=ecret");
    assert_taken(world, "miniosecret\r\n", "miniosecret");
    memset(longest, 's', sizeof longest);
    memcpy(longest + SECRET_BYTES_MAX, "\r\n", 3);
    given_file(world, longest, 0400);
    assert_true(settings_take_secret(&world->settings, &world->problem));
    assert_int_equal(strlen(world->settings.s3_secret_key), SECRET_BYTES_MAX);
}

static void a_line_that_is_no_secret_is_refused_without_showing_it(void **state)
{
    struct world *world = *state;
    char too_long[SECRET_BYTES_MAX + 2];
    memset(too_long, 's', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const lines[] = { "", "\n", "\nsecret\n", too_long };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        given_file(world, lines[i], 0600);
        assert_not_taken(world, "the first line of ", " is empty, or longer than 256 characters");
    }
    given_file(world, "two words\n", 0600);
    assert_not_taken(world, "the first line of ",
                     " has a character that is no letter, digit or sign of ASCII");
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    struct world *world = *state;
    static const mode_t modes[] = { 0640, 0604, 0620, 0610, 0666 };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        given_file(world, "miniosecret\n", modes[i]);
        assert_not_taken(world, "others than its owner may read or write ", "; chmod 600 it");
    }
}

static void what_is_no_file_is_refused(void **state)
{
    struct world *world = *state;
    set(world, "s3_secret_key_file", "/nowhere/secret");
    assert_not_taken(world, "cannot read ", ": No such file or directory");
    set(world, "s3_secret_key_file", "/dev/null");
    assert_not_taken(world, "", " is not a file");
    assert_int_equal(mkfifo(world->file, 0600), 0); /* which nobody writes to */
    set(world, "s3_secret_key_file", world->file);
    assert_not_taken(world, "", " is not a file");
}

static void without_a_file_nothing_is_taken(void **state)
{
    struct world *world = *state;
    given_s3(world);
    assert_true(settings_take_secret(&world->settings, &world->problem));
    assert_string_equal(world->settings.s3_secret_key, "miniosecret");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(without_an_endpoint_there_is_nothing_to_say),
        TEST(an_endpoint_needs_a_key_and_one_secret),
        TEST(an_endpoint_is_a_url_without_a_path),
        TEST(what_signs_can_stand_in_a_scope),
        TEST(the_cas_must_be_there),
        TEST(only_the_secret_is_one),
        TEST(the_first_line_is_the_secret),
        TEST(a_line_that_is_no_secret_is_refused_without_showing_it),
        TEST(a_file_that_others_can_read_is_refused),
        TEST(what_is_no_file_is_refused),
        TEST(without_a_file_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
