/* The administrator's access key, made where there is none. */
#include "support/cmocka_all.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access_keys.h"
#include "launcher/first_key.h"
#include "support/temp_folder.h"

struct world {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX];
    struct first_key first;
    struct access_keys keys;
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ 0 };
    temp_folder_make(world.folder);
    temp_path(world.folder, "access_keys", world.path);
    strbuf_init(&world.why, 8192);
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

static void assert_is_the_only_key(struct world *world)
{
    assert_true(access_keys_read(world->first.path, &world->keys, &world->why));
    assert_int_equal(world->keys.n, 1);
    assert_string_equal(world->keys.items[0].key, world->first.key);
    assert_string_equal(world->keys.items[0].secret, world->first.secret);
    assert_int_equal(world->keys.items[0].role, ROLE_ADMIN);
}

static void the_first_key_is_an_administrators_in_a_file_for_its_owner_alone(void **state)
{
    struct world *world = *state;
    struct stat about;
    mode_t before = umask(0);
    bool ok = first_key_in_folder(world->folder, &world->first, &world->why);
    umask(before);
    assert_true(ok);
    assert_true(world->first.made);
    assert_string_equal(world->first.path, world->path);
    assert_int_equal(stat(world->path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_is_the_only_key(world);
}

static void it_has_the_form_of_awss(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 100; i++) {
        assert_true(first_key_in_memory(&world->first, &world->why));
        assert_int_equal(strlen(world->first.key), 20);
        assert_memory_equal(world->first.key, "AKIA", 4);
        assert_int_equal(strspn(world->first.key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 20);
        assert_int_equal(strlen(world->first.secret), 40);
        assert_int_equal(
            strspn(world->first.secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
            40);
    }
}

static void no_two_are_the_same(void **state)
{
    struct world *world = *state;
    struct first_key other;
    assert_true(first_key_in_memory(&world->first, &world->why));
    assert_true(first_key_in_memory(&other, &world->why));
    assert_string_not_equal(world->first.key, other.key);
    assert_string_not_equal(world->first.secret, other.secret);
}

static void the_second_start_finds_the_key_of_the_first(void **state)
{
    struct world *world = *state;
    struct first_key again;
    assert_true(first_key_in_folder(world->folder, &world->first, &world->why));
    assert_true(first_key_in_folder(world->folder, &again, &world->why));
    assert_false(again.made);
    assert_string_equal(again.path, world->path);
    assert_string_equal(again.secret, "");
    assert_is_the_only_key(world);
}

static void a_file_that_is_there_stays_as_it_is_even_an_empty_one(void **state)
{
    struct world *world = *state;
    struct stat about;
    FILE *file = fopen(world->path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_true(first_key_in_folder(world->folder, &world->first, &world->why));
    assert_false(world->first.made);
    assert_int_equal(stat(world->path, &about), 0);
    assert_int_equal(about.st_size, 0);
}

static void in_memory_it_is_in_a_file_for_its_owner_alone(void **state)
{
    struct world *world = *state;
    assert_true(first_key_in_memory(&world->first, &world->why));
    assert_true(world->first.made);
    assert_is_the_only_key(world); /* which refuses what others may read */
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct world *world = *state;
    temp_path(world->folder, "nowhere", world->path);
    assert_false(first_key_in_folder(world->path, &world->first, &world->why));
    assert_non_null(strstr(world->why.p, world->path));
}

static void wiping_leaves_neither_key_nor_secret(void **state)
{
    struct world *world = *state;
    assert_true(first_key_in_memory(&world->first, &world->why));
    first_key_wipe(&world->first);
    const struct first_key blank = { 0 };
    assert_memory_equal(world->first.key, blank.key, sizeof blank.key);
    assert_memory_equal(world->first.secret, blank.secret, sizeof blank.secret);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_first_key_is_an_administrators_in_a_file_for_its_owner_alone),
        TEST(it_has_the_form_of_awss),
        TEST(no_two_are_the_same),
        TEST(the_second_start_finds_the_key_of_the_first),
        TEST(a_file_that_is_there_stays_as_it_is_even_an_empty_one),
        TEST(in_memory_it_is_in_a_file_for_its_owner_alone),
        TEST(a_folder_that_is_not_there_is_named),
        TEST(wiping_leaves_neither_key_nor_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
