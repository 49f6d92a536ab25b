/* Keys that are replaced while others look something up in them. */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/key_ring.h"
#include "support/temp_folder.h"

struct world {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX];
    struct key_ring *ring;
    struct strbuf why;
};

static void write_keys(const struct world *world, const char *lines)
{
    FILE *file = fopen(world->path, "we");
    assert_non_null(file);
    assert_true(fputs(lines, file) >= 0);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ 0 };
    temp_folder_make(world.folder);
    temp_path(world.folder, "keys", world.path);
    strbuf_init(&world.why, 4096);
    write_keys(&world, "A one admin\nB two read-only\n");
    world.ring = key_ring_open(world.path, &world.why);
    *state = &world;
    return world.ring != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    key_ring_close(world->ring);
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    return 0;
}

static const char *secret_of(const struct access_keys *keys, const char *name)
{
    const struct access_key *key = access_keys_find(keys, str_from(name));
    return key != NULL ? key->secret : "-";
}

static void keys_that_are_held_stay_what_they_were(void **state)
{
    struct world *world = *state;
    const struct access_keys *before = key_ring_hold(world->ring);
    write_keys(world, "A three operator\n");
    assert_true(key_ring_reload(world->ring, &world->why));
    const struct access_keys *after = key_ring_hold(world->ring);
    assert_string_equal(secret_of(before, "A"), "one");
    assert_string_equal(secret_of(before, "B"), "two");
    assert_string_equal(secret_of(after, "A"), "three");
    assert_string_equal(secret_of(after, "B"), "-");
    key_ring_let_go(world->ring, before);
    key_ring_let_go(world->ring, after);
}

static void a_file_that_is_wrong_changes_nothing(void **state)
{
    struct world *world = *state;
    write_keys(world, "A three\n");
    assert_false(key_ring_reload(world->ring, &world->why));
    assert_non_null(strstr(world->why.p, "a line is KEY SECRET ROLE"));
    const struct access_keys *keys = key_ring_hold(world->ring);
    assert_string_equal(secret_of(keys, "A"), "one");
    key_ring_let_go(world->ring, keys);
    strbuf_clear(&world->why);
    assert_int_equal(chmod(world->path, 0644), 0);
    assert_false(key_ring_reload(world->ring, &world->why));
    assert_null(key_ring_open(world->path, &world->why));
}

static void without_a_file_there_are_no_keys(void **state)
{
    struct world *world = *state;
    struct key_ring *ring = key_ring_open("", &world->why);
    const struct access_keys *keys = key_ring_hold(ring);
    assert_int_equal(keys->n, 0);
    key_ring_let_go(ring, keys);
    key_ring_close(ring);
    key_ring_close(NULL);
}

/* ---- threads ---- */

enum { READERS = 3, RELOADS = 50 };

struct readers {
    struct key_ring *ring;
    atomic_bool over;
    atomic_size_t wrong, rounds;
};

/* Whoever holds keys sees those of one file, all of them. */
static void *read_keys(void *context)
{
    struct readers *readers = context;
    while (!atomic_load(&readers->over)) {
        const struct access_keys *keys = key_ring_hold(readers->ring);
        if (keys->n != 2 || strcmp(secret_of(keys, "A"), secret_of(keys, "B")) != 0)
            atomic_fetch_add(&readers->wrong, 1);
        key_ring_let_go(readers->ring, keys);
        atomic_fetch_add(&readers->rounds, 1);
    }
    return NULL;
}

static void threads_see_one_file_or_the_other(void **state)
{
    struct world *world = *state;
    struct readers readers = { .ring = world->ring };
    pthread_t threads[READERS];
    write_keys(world, "A 0 admin\nB 0 admin\n");
    assert_true(key_ring_reload(world->ring, &world->why));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_keys, &readers), 0);
    for (int i = 0; i < RELOADS || atomic_load(&readers.rounds) < RELOADS; i++) {
        char lines[64];
        snprintf(lines, sizeof lines, "A %d admin\nB %d admin\n", i, i);
        write_keys(world, lines);
        assert_true(key_ring_reload(world->ring, &world->why));
    }
    atomic_store(&readers.over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&readers.wrong), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(keys_that_are_held_stay_what_they_were),
        TEST(a_file_that_is_wrong_changes_nothing),
        TEST(without_a_file_there_are_no_keys),
        TEST(threads_see_one_file_or_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
