#include "support/artifact_room.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings.h"
#include "store/artifacts/content_store.h"

static void open_again(struct artifact_room *f)
{
    artifact_folder_close(f->folder);
    f->folder = artifact_room_try_open(f, false, 0);
    assert_non_null(f->folder);
}

static void path_of(struct artifact_room *f, const char *file, char ret_path[TEMP_PATH_MAX])
{
    temp_path(f->path, file, ret_path);
}

/* A row names the file. */
static void name(struct artifact_room *f, const char *file, int64_t size)
{
    struct artifact_piece piece = { str_from(file), 0, size };
    int64_t content;
    assert_true(store_content_insert(store_writer(f->store), &content));
    assert_true(
        store_pieces_insert(store_writer(f->store), content, 0, (struct artifact_pieces){ 1, &piece }));
}

/* ---- the folder ---- */

static void the_folder_is_the_owners_alone(void **state)
{
    struct artifact_room *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void assert_problem(struct artifact_room *f, const char *wanted)
{
    assert_null(artifact_room_try_open(f, false, 0));
    if (!strstr(f->problem.p, wanted))
        fail_msg("said: %s", f->problem.p);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
    struct artifact_room *f = *state;
    char elsewhere[TEMP_PATH_MAX];
    artifact_folder_close(f->folder);
    f->folder = NULL;
    temp_folder_make(elsewhere);
    assert_int_equal(rmdir(f->path), 0);
    assert_int_equal(symlink(elsewhere, f->path), 0);
    assert_problem(f, "which may be no link");
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(mkfifo(f->path, 0600), 0);
    assert_problem(f, "cannot be opened as a folder");
    assert_int_equal(unlink(f->path), 0);
    temp_folder_remove(elsewhere);
}

static void a_start_removes_what_no_row_names(void **state)
{
    struct artifact_room *f = *state;
    char named[ARTIFACT_FILE_MAX], unnamed[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX];
    artifact_room_write(f->folder, "named", named);
    artifact_room_write(f->folder, "unnamed", unnamed);
    name(f, named, 5);
    path_of(f, "0a1b2c3d-0000-4000-8000-000000000002.part", path);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    path_of(f, "README", path);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    assert_int_equal(artifact_room_files(f), 4);
    open_again(f);
    assert_int_equal(artifact_room_files(f), 2);
    struct artifact_reader *reader = artifact_room_read(f->folder, named, 0, 5);
    assert_non_null(reader);
    artifact_reader_free(reader);
}

static void a_database_that_does_not_tell_removes_nothing(void **state)
{
    struct artifact_room *f = *state;
    struct db *db = store_writer(f->store);
    char file[ARTIFACT_FILE_MAX];
    artifact_room_write(f->folder, "named", file);
    name(f, file, 5);
    assert_true(db_script(db, "ALTER TABLE artifact_piece RENAME TO hidden"));
    artifact_folder_sweep(f->folder, db);
    assert_true(db_failed(db));
    db_clear_failure(db);
    assert_int_equal(artifact_room_files(f), 1);
    artifact_folder_close(f->folder);
    f->folder = artifact_room_try_open(f, false, 0);
    assert_null(f->folder);
    db_clear_failure(db);
    assert_int_equal(files_in(f->path), 1);
}

/* ---- removing ---- */

static void a_file_is_removed_when_nobody_reads_it_any_more(void **state)
{
    struct artifact_room *f = *state;
    char file[ARTIFACT_FILE_MAX], got[5];
    artifact_room_write(f->folder, "hello", file);
    struct artifact_reader *one = artifact_room_read(f->folder, file, 0, 5),
                           *two = artifact_room_read(f->folder, file, 0, 5);
    artifact_folder_remove(f->folder, str_from(file));
    assert_int_equal(artifact_room_files(f), 1);
    assert_int_equal(artifact_reader_read(one, 0, got, 5), 5);
    artifact_reader_free(one);
    assert_int_equal(artifact_room_files(f), 1);
    assert_int_equal(artifact_reader_read(two, 0, got, 5), 5);
    assert_memory_equal(got, "hello", 5);
    artifact_reader_free(two);
    assert_int_equal(artifact_room_files(f), 0);
}

/* It was put, and deleted, before the edge got to know that it may keep its file. */
static void a_file_that_was_kept_too_late_is_removed_all_the_same(void **state)
{
    struct artifact_room *f = *state;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_finish(writer));
    artifact_folder_remove(f->folder, artifact_writer_file(writer));
    assert_int_equal(artifact_room_files(f), 1);
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 0);
}

/* With the durability `normal` a commit is there before it is on disk. */
static void a_file_stays_until_the_commit_that_dooms_it_is_on_disk(void **state)
{
    struct artifact_room *f = *state;
    const struct store_options options = { .folder = f->data, .durability = DURABILITY_NORMAL };
    char file[ARTIFACT_FILE_MAX], log[TEMP_PATH_MAX], away[TEMP_PATH_MAX];
    artifact_folder_close(f->folder);
    store_close(f->store);
    f->store = store_open(&options, &f->problem);
    assert_non_null(f->store);
    f->folder = artifact_room_try_open(f, false, 0);
    assert_non_null(f->folder);
    artifact_room_write(f->folder, "hello", file);
    name(f, file, 5);
    temp_path(f->data, "iotjobs.db-wal", log);
    temp_path(f->data, "away", away);
    assert_int_equal(rename(log, away), 0);
    artifact_folder_remove(f->folder, str_from(file));
    assert_int_equal(artifact_room_files(f), 1);
    assert_int_equal(rename(away, log), 0);
    artifact_folder_remove(f->folder, str_from(file));
    assert_int_equal(artifact_room_files(f), 0);
}

static void names_of_others_are_not_removed(void **state)
{
    struct artifact_room *f = *state;
    artifact_folder_remove(f->folder, STR_LIT("../iotjobs.db"));
    artifact_folder_remove(f->folder, STR_LIT("0a1b2c3d-0000-4000-8000-000000000001")); /* not there */
    artifact_folder_remove(f->folder, STR_NONE);
    assert_int_equal(artifact_room_files(f), 0);
    assert_int_equal(access(f->data, F_OK), 0);
    char path[TEMP_PATH_MAX];
    temp_path(f->data, "iotjobs.db", path);
    assert_int_equal(access(path, F_OK), 0);
}

static void a_sweep_takes_what_is_read_and_leaves_what_is_written(void **state)
{
    struct artifact_room *f = *state;
    char file[ARTIFACT_FILE_MAX];
    artifact_room_write(f->folder, "hello", file);
    struct artifact_reader *reader = artifact_room_read(f->folder, file, 0, 5);
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    artifact_folder_sweep(f->folder, store_writer(f->store));
    assert_int_equal(artifact_room_files(f), 2);
    artifact_reader_free(reader);
    assert_int_equal(artifact_room_files(f), 1);
    assert_true(artifact_writer_finish(writer));
    artifact_folder_sweep(f->folder, store_writer(f->store));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 1);
}

/* Who has begun to look before the removal finds what he has found. */
static void a_removal_waits_for_those_who_are_looking(void **state)
{
    struct artifact_room *f = *state;
    for (int i = 0; i < 200; i++) {
        char file[ARTIFACT_FILE_MAX];
        artifact_room_write(f->folder, "hello", file);
        artifact_folder_begin_read(f->folder);
        artifact_folder_remove(f->folder, str_from(file));
        sched_yield();
        struct artifact_reader *reader = artifact_room_read(f->folder, file, 0, 5);
        assert_non_null(reader);
        artifact_folder_end_read(f->folder);
        assert_int_equal(artifact_room_files(f), 1);
        artifact_reader_free(reader);
        assert_int_equal(artifact_room_files(f), 0);
    }
}

struct crowd {
    struct artifact_room *f;
    pthread_mutex_t lock;
    char file[ARTIFACT_FILE_MAX]; /* the newest: what the database would say */
    atomic_bool stop;
    atomic_int reads;
};

/* As an HTTP thread does it. */
static void *read_the_newest(void *context)
{
    struct crowd *crowd = context;
    while (!atomic_load(&crowd->stop)) {
        char file[ARTIFACT_FILE_MAX], got[5];
        artifact_folder_begin_read(crowd->f->folder);
        pthread_mutex_lock(&crowd->lock);
        memcpy(file, crowd->file, sizeof file);
        pthread_mutex_unlock(&crowd->lock);
        struct artifact_reader *reader = artifact_room_read(crowd->f->folder, file, 0, 5);
        artifact_folder_end_read(crowd->f->folder);
        if (!reader || artifact_reader_read(reader, 0, got, 5) != 5 || memcmp(got, "hello", 5) != 0)
            return context;
        artifact_reader_free(reader);
        atomic_fetch_add(&crowd->reads, 1);
    }
    return NULL;
}

static void readers_never_find_a_file_gone_while_others_are_removed(void **state)
{
    enum { READERS = 3, ROUNDS = 300 };
    struct artifact_room *f = *state;
    struct crowd crowd = { .f = f };
    pthread_t threads[READERS];
    pthread_mutex_init(&crowd.lock, NULL);
    artifact_room_write(f->folder, "hello", crowd.file);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_the_newest, &crowd), 0);
    for (int i = 0; i < ROUNDS || atomic_load(&crowd.reads) < ROUNDS; i++) {
        char before[ARTIFACT_FILE_MAX], next[ARTIFACT_FILE_MAX];
        artifact_room_write(f->folder, "hello", next);
        pthread_mutex_lock(&crowd.lock);
        memcpy(before, crowd.file, sizeof before);
        memcpy(crowd.file, next, sizeof next);
        pthread_mutex_unlock(&crowd.lock);
        artifact_folder_remove(f->folder, str_from(before));
    }
    atomic_store(&crowd.stop, true);
    for (int i = 0; i < READERS; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    pthread_mutex_destroy(&crowd.lock);
    assert_int_equal(artifact_room_files(f), 1);
}

/* ---- in memory ---- */

static void what_is_in_memory_goes_with_the_server(void **state)
{
    struct artifact_room *f = *state;
    char root[TEMP_PATH_MAX], file[ARTIFACT_FILE_MAX];
    temp_folder_make(root);
    setenv("TMPDIR", root, 1);
    struct artifact_folder *one = artifact_room_try_open(f, true, 0),
                           *two = artifact_room_try_open(f, true, 0);
    assert_true(one && two);
    artifact_room_write(one, "hello", file);
    artifact_room_write(two, "hello", file);
    assert_int_equal(files_in(root), 2);
    artifact_folder_close(one);
    assert_int_equal(files_in(root), 1);
    struct artifact_reader *reader =
        artifact_room_read(two, file, 0, 5); /* nobody has taken it for a left one */
    assert_non_null(reader);
    artifact_reader_free(reader);
    artifact_folder_close(two);
    assert_int_equal(files_in(root), 0);
    unsetenv("TMPDIR");
    temp_folder_remove(root);
}

static void what_a_killed_server_left_in_memory_goes_with_the_next(void **state)
{
    struct artifact_room *f = *state;
    char root[TEMP_PATH_MAX];
    temp_folder_make(root);
    setenv("TMPDIR", root, 1);
    artifact_folder_close(f->folder); /* with its thread: one that forks should have no other */
    f->folder = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char file[ARTIFACT_FILE_MAX];
        struct artifact_folder *folder = artifact_room_try_open(f, true, 0);
        if (folder) {
            artifact_room_write(folder, "hello", file);
            artifact_writer_new(folder);
        }
        _exit(folder ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(files_in(root), 1);
    struct artifact_folder *folder = artifact_room_try_open(f, true, 0);
    assert_non_null(folder);
    assert_int_equal(files_in(root), 1);
    artifact_folder_close(folder);
    assert_int_equal(files_in(root), 0);
    unsetenv("TMPDIR");
    temp_folder_remove(root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, artifact_room_set_up, artifact_room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_folder_is_the_owners_alone),
        TEST(a_link_in_its_place_is_not_followed),
        TEST(a_start_removes_what_no_row_names),
        TEST(a_database_that_does_not_tell_removes_nothing),
        TEST(a_file_is_removed_when_nobody_reads_it_any_more),
        TEST(a_file_that_was_kept_too_late_is_removed_all_the_same),
        TEST(a_file_stays_until_the_commit_that_dooms_it_is_on_disk),
        TEST(names_of_others_are_not_removed),
        TEST(a_sweep_takes_what_is_read_and_leaves_what_is_written),
        TEST(a_removal_waits_for_those_who_are_looking),
        TEST(readers_never_find_a_file_gone_while_others_are_removed),
        TEST(what_is_in_memory_goes_with_the_server),
        TEST(what_a_killed_server_left_in_memory_goes_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
