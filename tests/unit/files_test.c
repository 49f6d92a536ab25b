#include "support/cmocka_all.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/files.h"
#include "store/store.h"

struct world {
    char folder[PATH_MAX]; /* removed at the end, with all that is in it */
    char path[PATH_MAX];   /* what the function under test gave */
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    snprintf(world.folder, sizeof world.folder, "/tmp/files-test-XXXXXX");
    strbuf_init(&world.why, 3 * PATH_MAX);
    *state = &world;
    return mkdtemp(world.folder) == NULL;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    strbuf_release(&world->why);
    return nftw(world->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of `name` in the test's folder; the last one stays valid. */
static const char *in_folder(const struct world *world, const char *name)
{
    static char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    return path;
}

static void make_file(const struct world *world, const char *name, mode_t mode)
{
    int fd = open(in_folder(world, name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    close(fd);
}

static void assert_file_holds(const char *path, const char *text)
{
    char got[256] = "";
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t n = fread(got, 1, sizeof got - 1, file);
    fclose(file);
    assert_int_equal(n, strlen(text));
    assert_string_equal(got, text);
}

static void the_data_folder_is_made_with_the_folders_above_it(void **state)
{
    struct world *world = *state;
    assert_true(files_prepare_data(in_folder(world, "a/b"), world->path, &world->why));
    assert_string_equal(world->path, in_folder(world, "a/b"));
    assert_int_equal(access(in_folder(world, "a/b"), W_OK), 0);
}

static void the_path_of_the_data_folder_becomes_absolute(void **state)
{
    struct world *world = *state;
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(world->folder), 0);
    bool ok = files_prepare_data("./here", world->path, &world->why);
    assert_int_equal(chdir(before), 0);
    assert_true(ok);
    assert_string_equal(world->path, in_folder(world, "here"));
}

static void two_servers_cannot_share_a_data_folder(void **state)
{
    struct world *world = *state;
    const struct store_options options = { .folder = world->folder };
    struct store *store = store_open(&options, &world->why);
    assert_non_null(store);
    assert_false(files_prepare_data(world->folder, world->path, &world->why));
    assert_non_null(strstr(world->why.p, "is in use by another server"));
    store_close(store);
    assert_true(files_prepare_data(world->folder, world->path, &world->why));
}

/* Before it has become the broker, too: a second start must not write into the folder. */
static void a_data_folder_is_held_from_its_preparation_on(void **state)
{
    struct world *world = *state;
    assert_true(files_prepare_data(world->folder, world->path, &world->why));
    assert_false(files_prepare_data(world->folder, world->path, &world->why));
    assert_non_null(strstr(world->why.p, "is in use by another server"));
}

static void a_start_that_failed_holds_no_data_folder(void **state)
{
    struct world *world = *state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(files_prepare_data(world->folder, world->path, &world->why) ? 0 : 1);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(files_prepare_data(world->folder, world->path, &world->why));
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, mode);
}

static void data_folder_and_configuration_are_for_their_owner_alone(void **state)
{
    struct world *world = *state;
    const char *folder = in_folder(world, "data");
    mode_t before = umask(0);
    bool ok = files_prepare_data(folder, world->path, &world->why);
    assert_true(ok);
    assert_mode(folder, 0700);
    ok = files_write_config(folder, STR_LIT("x\n"), world->path, &world->why);
    umask(before);
    assert_true(ok);
    assert_mode(world->path, 0600);
    assert_mode(in_folder(world, "data/iotjobs.lock"), 0600);
}

static void a_data_folder_that_cannot_be_is_named_with_the_reason(void **state)
{
    struct world *world = *state;
    make_file(world, "file", 0600);
    assert_false(files_prepare_data(in_folder(world, "file/data"), world->path, &world->why));
    assert_non_null(strstr(world->why.p, "data: "));
    assert_non_null(strstr(world->why.p, "Not a directory"));
}

static void a_configuration_in_memory_can_be_read_again_and_again(void **state)
{
    struct world *world = *state;
    assert_true(files_write_config(NULL, STR_LIT("user root\n"), world->path, &world->why));
    for (int i = 0; i < 2; i++)
        assert_file_holds(world->path, "user root\n");
}

static void a_configuration_in_a_folder_replaces_the_last_one(void **state)
{
    struct world *world = *state;
    assert_true(files_write_config(world->folder, STR_LIT("a longer one\n"), world->path, &world->why));
    assert_true(files_write_config(world->folder, STR_LIT("new\n"), world->path, &world->why));
    assert_file_holds(in_folder(world, "mosquitto.conf"), "new\n");
}

static void a_configuration_is_not_written_through_a_link(void **state)
{
    struct world *world = *state;
    make_file(world, "elsewhere", 0600);
    assert_int_equal(symlink("elsewhere", in_folder(world, "mosquitto.conf")), 0);
    assert_false(files_write_config(world->folder, STR_LIT("x\n"), world->path, &world->why));
    assert_file_holds(in_folder(world, "elsewhere"), "");
}

static void the_broker_is_found_by_path_or_by_name(void **state)
{
    struct world *world = *state;
    make_file(world, "my-broker", 0700);
    assert_true(files_find_broker(in_folder(world, "my-broker"), world->path, &world->why));
    assert_string_equal(world->path, in_folder(world, "my-broker"));
    assert_true(files_find_broker("sh", world->path, &world->why));
    assert_int_equal(access(world->path, X_OK), 0);
}

static void what_is_no_program_is_no_broker(void **state)
{
    struct world *world = *state;
    make_file(world, "text", 0600);
    assert_false(files_find_broker(in_folder(world, "text"), world->path, &world->why));
    assert_false(files_find_broker(world->folder, world->path, &world->why));
    strbuf_clear(&world->why);
    assert_false(files_find_broker("no-such-broker", world->path, &world->why));
    assert_non_null(strstr(world->why.p, "apt install mosquitto"));
}

static void a_missing_plugin_is_named(void **state)
{
    struct world *world = *state;
    assert_false(files_find_plugin(in_folder(world, "no.so"), world->path, &world->why));
    assert_non_null(strstr(world->why.p, "no.so: No such file or directory"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_data_folder_is_made_with_the_folders_above_it),
        TEST(the_path_of_the_data_folder_becomes_absolute),
        TEST(two_servers_cannot_share_a_data_folder),
        TEST(a_data_folder_is_held_from_its_preparation_on),
        TEST(a_start_that_failed_holds_no_data_folder),
        TEST(data_folder_and_configuration_are_for_their_owner_alone),
        TEST(a_data_folder_that_cannot_be_is_named_with_the_reason),
        TEST(a_configuration_in_memory_can_be_read_again_and_again),
        TEST(a_configuration_in_a_folder_replaces_the_last_one),
        TEST(a_configuration_is_not_written_through_a_link),
        TEST(the_broker_is_found_by_path_or_by_name),
        TEST(what_is_no_program_is_no_broker),
        TEST(a_missing_plugin_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
