/* The file of access keys: what is taken, and what is said of what is not. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access_keys.h"
#include "support/temp_folder.h"

struct world {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX];
    struct access_keys keys;
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ 0 };
    temp_folder_make(world.folder);
    temp_path(world.folder, "keys", world.path);
    strbuf_init(&world.why, 4096);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    access_keys_release(&world->keys);
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    return 0;
}

static bool read_keys(struct world *world, struct str text, mode_t mode)
{
    FILE *file = fopen(world->path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(world->path, mode), 0);
    strbuf_clear(&world->why);
    access_keys_release(&world->keys);
    return access_keys_read(world->path, &world->keys, &world->why);
}

static void assert_refused(struct world *world, const char *text, const char *why)
{
    assert_false(read_keys(world, str_from(text), 0600));
    if (strstr(world->why.p, why) == NULL)
        fail_msg("no '%s' in: %s", why, world->why.p);
    assert_null(strstr(world->why.p, "hush"));
    assert_int_equal(world->keys.n, 0);
}

static void keys_are_found_with_their_secrets_and_roles(void **state)
{
    struct world *world = *state;
    assert_true(read_keys(world,
                          STR_LIT("# who may what\n\nAKIAONE secret/+one admin\n"
                                  "\tAKIATWO  two\toperator\r\n  AKIATHREE three read-only"),
                          0600));
    assert_int_equal(world->keys.n, 3);
    const struct access_key *key = access_keys_find(&world->keys, STR_LIT("AKIAONE"));
    assert_string_equal(key->secret, "secret/+one");
    assert_int_equal(key->role, ROLE_ADMIN);
    key = access_keys_find(&world->keys, STR_LIT("AKIATWO"));
    assert_string_equal(key->secret, "two");
    assert_int_equal(key->role, ROLE_OPERATOR);
    assert_int_equal(access_keys_find(&world->keys, STR_LIT("AKIATHREE"))->role, ROLE_READ_ONLY);
    assert_null(access_keys_find(&world->keys, STR_LIT("AKIAFOUR")));
    assert_null(access_keys_find(&world->keys, STR_LIT("AKIA")));
    assert_null(access_keys_find(&world->keys, STR_NONE));
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0644, 0620, 0601 };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_false(read_keys(world, STR_LIT("A b admin\n"), modes[i]));
        assert_non_null(strstr(world->why.p, "chmod 600"));
    }
    assert_true(read_keys(world, STR_LIT("A b admin\n"), 0400));
}

static void a_wrong_line_is_named_and_no_secret_is_shown(void **state)
{
    struct world *world = *state;
    assert_refused(world, "A hush\n", ":1: a line is KEY SECRET ROLE");
    assert_refused(world, "A b admin\nB hush admin more\n", ":2: a line is KEY SECRET ROLE");
    assert_refused(world, "\n#\nA hush owner\n", ":3: the role is none of admin, operator and read-only");
    assert_refused(world, "A/B hush admin\n", ":1: the key");
    assert_refused(world, "A\xc3\xa4 hush admin\n", ":1: the key");
    assert_refused(world, "A hush\x01 admin\n", ":1: the secret");
    assert_refused(world, "A b admin\nA hush admin\n", ":2: this key has a line above already");
    assert_refused(world, "# nobody\n", "there is no key in it");
    assert_refused(world, "", "there is no key in it");
}

static void lengths_are_limited(void **state)
{
    struct world *world = *state;
    char line[512], key[ACCESS_KEY_BYTES_MAX + 2];
    memset(key, 'K', sizeof key);
    key[sizeof key - 1] = '\0';
    snprintf(line, sizeof line, "%s hush admin\n", key);
    assert_refused(world, line, "the key is longer");
    snprintf(line, sizeof line, "A hush%s admin\n", key);
    assert_refused(world, line, "the secret is longer");
    key[ACCESS_KEY_BYTES_MAX] = '\0';
    snprintf(line, sizeof line, "%s %s admin\n", key, key);
    assert_true(read_keys(world, str_from(line), 0600));
    assert_non_null(access_keys_find(&world->keys, str_from(key)));
}

static void the_number_of_keys_is_limited(void **state)
{
    struct world *world = *state;
    struct strbuf text;
    strbuf_init(&text, (size_t)1024 * 1024);
    for (int i = 0; i < ACCESS_KEYS_MAX; i++)
        strbuf_printf(&text, "KEY%d s operator\n", i);
    assert_true(read_keys(world, strbuf_str(&text), 0600));
    assert_int_equal(world->keys.n, ACCESS_KEYS_MAX);
    strbuf_add_text(&text, "ONEMORE hush operator\n");
    assert_refused(world, text.p, "there are more than 1000 keys");
    while (text.n < (size_t)600 * 1024)
        strbuf_add_text(&text, "# a comment that makes the file long\n");
    assert_refused(world, text.p, "is larger than");
    strbuf_release(&text);
}

static void what_is_no_file_is_refused(void **state)
{
    struct world *world = *state;
    assert_false(access_keys_read(world->path, &world->keys, &world->why));
    assert_non_null(strstr(world->why.p, "cannot read "));
    strbuf_clear(&world->why);
    assert_false(access_keys_read(world->folder, &world->keys, &world->why));
    assert_non_null(strstr(world->why.p, "is not a file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_are_found_with_their_secrets_and_roles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_others_may_read_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_line_is_named_and_no_secret_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lengths_are_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_number_of_keys_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
