#include "store/artifacts/artifact_folder.h"

#include <dirent.h>
#include <errno.h>
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
#include "store/store.h"
#include "support/cmocka_all.h"
#include "support/temp_folder.h"

enum { FILES_MAX = 32 };

struct fixture {
    char data[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX]; /* of the artefacts in it */
    struct store *store;
    struct artifact_folder *folder;
    struct strbuf problem;
};

static struct artifact_folder *try_open(struct fixture *f, bool in_memory, int64_t reserve)
{
    struct artifact_folder_options options = {
        .data = f->data, .in_memory = in_memory, .durability = DURABILITY_FULL, .reserve = reserve
    };
    strbuf_clear(&f->problem);
    return artifact_folder_open(&options, store_writer(f->store), &f->problem);
}

static void open_folder(struct fixture *f)
{
    f->folder = try_open(f, false, 0);
    if (!f->folder)
        fail_msg("%s", f->problem.p);
}

static void open_again(struct fixture *f)
{
    artifact_folder_close(f->folder);
    open_folder(f);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    struct store_options options = { .folder = f->data, .durability = DURABILITY_MEMORY };
    strbuf_init(&f->problem, 8192);
    temp_folder_make(f->data);
    temp_path(f->data, "artifacts", f->path);
    f->store = store_open(&options, &f->problem);
    assert_non_null(f->store);
    open_folder(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    artifact_folder_close(f->folder);
    store_close(f->store);
    temp_folder_remove(f->path);
    temp_folder_remove(f->data);
    strbuf_release(&f->problem);
    free(f);
    return 0;
}

/* Of those that are there now. */
static size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

static size_t files(struct fixture *f)
{
    artifact_folder_settle(f->folder);
    return files_in(f->path);
}

static void path_of(struct fixture *f, const char *file, char ret_path[TEMP_PATH_MAX])
{
    temp_path(f->path, file, ret_path);
}

/* A file with that text, which stays; its name. */
static void write_file(struct artifact_folder *folder, const char *text, char ret_file[ARTIFACT_FILE_MAX])
{
    struct artifact_writer *writer = artifact_writer_new(folder);
    assert_non_null(writer);
    assert_true(artifact_writer_add(writer, text, strlen(text)));
    assert_true(artifact_writer_finish(writer));
    snprintf(ret_file, ARTIFACT_FILE_MAX, "%.*s", STR(artifact_writer_file(writer)));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
}

static struct artifact_reader *open_one(struct artifact_folder *folder, const char *file, int64_t start,
                                        int64_t size)
{
    struct artifact_piece piece = { str_from(file), start, size };
    return artifact_reader_open(folder, (struct artifact_pieces){ 1, &piece });
}

/* A row names the file. */
static void name(struct fixture *f, const char *file, int64_t size)
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
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void assert_problem(struct fixture *f, const char *wanted)
{
    assert_null(try_open(f, false, 0));
    if (!strstr(f->problem.p, wanted))
        fail_msg("said: %s", f->problem.p);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    char named[ARTIFACT_FILE_MAX], unnamed[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX];
    write_file(f->folder, "named", named);
    write_file(f->folder, "unnamed", unnamed);
    name(f, named, 5);
    path_of(f, "0a1b2c3d-0000-4000-8000-000000000002.part", path);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    path_of(f, "README", path);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    assert_int_equal(files(f), 4);
    open_again(f);
    assert_int_equal(files(f), 2);
    struct artifact_reader *reader = open_one(f->folder, named, 0, 5);
    assert_non_null(reader);
    artifact_reader_free(reader);
}

static void a_database_that_does_not_tell_removes_nothing(void **state)
{
    struct fixture *f = *state;
    struct db *db = store_writer(f->store);
    char file[ARTIFACT_FILE_MAX];
    write_file(f->folder, "named", file);
    name(f, file, 5);
    assert_true(db_script(db, "ALTER TABLE artifact_piece RENAME TO hidden"));
    artifact_folder_sweep(f->folder, db);
    assert_true(db_failed(db));
    db_clear_failure(db);
    assert_int_equal(files(f), 1);
    artifact_folder_close(f->folder);
    f->folder = try_open(f, false, 0);
    assert_null(f->folder);
    db_clear_failure(db);
    assert_int_equal(files_in(f->path), 1);
}

/* ---- writing ---- */

static void a_file_has_its_name_once_it_is_whole(void **state)
{
    struct fixture *f = *state;
    char path[TEMP_PATH_MAX];
    struct stat st;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    path_of(f, artifact_writer_file(writer).p, path);
    assert_true(artifact_writer_add(writer, "hello ", 6));
    assert_true(artifact_writer_add(writer, "", 0));
    assert_true(artifact_writer_add(writer, "world", 5));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(files(f), 1);
    assert_true(artifact_writer_finish(writer));
    assert_true(artifact_writer_finish(writer));
    assert_false(artifact_writer_add(writer, "!", 1));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 11);
    assert_int_equal(st.st_mode & 0777, 0600);
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(files(f), 1);
}

static void what_is_not_kept_is_removed(void **state)
{
    struct fixture *f = *state;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_add(writer, "hello", 5));
    artifact_writer_free(writer);
    assert_int_equal(files(f), 0);
    writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_finish(writer));
    artifact_writer_free(writer);
    assert_int_equal(files(f), 0);
    artifact_writer_free(NULL);
}

static void writing_stops_before_the_disk_is_full(void **state)
{
    struct fixture *f = *state;
    artifact_folder_close(f->folder);
    f->folder = try_open(f, false, INT64_C(1) << 60);
    assert_non_null(f->folder);
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_non_null(writer);
    assert_false(artifact_writer_add(writer, "x", 1));
    assert_false(artifact_writer_add(writer, "", 0));
    assert_false(artifact_writer_finish(writer));
    artifact_writer_free(writer);
    assert_int_equal(files(f), 0);
}

static void a_large_file_is_written_in_many_pieces(void **state)
{
    enum { PIECE = 1024 * 1024 + 7, PIECES = 40 };
    struct fixture *f = *state;
    char *bytes = malloc(PIECE), *back = malloc(PIECE);
    char file[ARTIFACT_FILE_MAX];
    assert_true(bytes && back);
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    for (int i = 0; i < PIECES; i++) {
        memset(bytes, 'a' + i % 26, PIECE);
        assert_true(artifact_writer_add(writer, bytes, PIECE));
    }
    assert_true(artifact_writer_finish(writer));
    snprintf(file, sizeof file, "%.*s", STR(artifact_writer_file(writer)));
    struct artifact_reader *reader = open_one(f->folder, file, 0, (int64_t)PIECE * PIECES);
    for (int i = 0; i < PIECES; i++) {
        memset(bytes, 'a' + i % 26, PIECE);
        assert_int_equal(artifact_reader_read(reader, (int64_t)PIECE * i, back, PIECE), PIECE);
        assert_memory_equal(bytes, back, PIECE);
    }
    assert_int_equal(artifact_reader_read(reader, (int64_t)PIECE * PIECES, back, 1), 0);
    artifact_reader_free(reader);
    artifact_writer_free(writer);
    free(bytes);
    free(back);
}

/* ---- reading ---- */

static void pieces_read_as_one(void **state)
{
    struct fixture *f = *state;
    char digits[ARTIFACT_FILE_MAX], letters[ARTIFACT_FILE_MAX];
    write_file(f->folder, "0123456789", digits);
    write_file(f->folder, "abcdef", letters);
    const struct artifact_piece pieces[] = {
        { str_from(digits), 2, 3 },  { str_from(letters), 0, 0 }, { str_from(letters), 5, 1 },
        { str_from(letters), 0, 4 }, { str_from(digits), 0, 10 }, { str_from(digits), 9, 0 },
    };
    const char whole[] = "234fabcd0123456789";
    struct artifact_reader *reader = artifact_reader_open(f->folder, (struct artifact_pieces){ 6, pieces });
    assert_non_null(reader);
    for (size_t from = 0; from <= 20; from++) {
        for (size_t n = 0; n <= 20; n++) {
            char got[32] = { 0 };
            size_t left = from < 18 ? 18 - from : 0, wanted = n < left ? n : left;
            assert_int_equal(artifact_reader_read(reader, (int64_t)from, got, n), wanted);
            assert_memory_equal(got, whole + (from < 18 ? from : 18), wanted);
        }
    }
    int64_t start;
    assert_int_equal(artifact_reader_descriptor(reader, &start), -1);
    artifact_reader_free(reader);
}

static void one_piece_has_a_descriptor(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX], got[4] = { 0 };
    int64_t start;
    write_file(f->folder, "0123456789", file);
    struct artifact_reader *reader = open_one(f->folder, file, 3, 4);
    int fd = artifact_reader_descriptor(reader, &start);
    artifact_reader_free(reader);
    assert_true(fd >= 0);
    assert_int_equal(start, 3);
    assert_int_equal(pread(fd, got, 4, start), 4);
    assert_memory_equal(got, "3456", 4);
    close(fd);
}

static void what_is_missing_is_noticed_at_once(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX];
    write_file(f->folder, "0123456789", file);
    assert_null(open_one(f->folder, "0a1b2c3d-0000-4000-8000-000000000001", 0, 1));
    assert_null(open_one(f->folder, file, 0, 11));
    assert_null(open_one(f->folder, file, 10, 1));
    struct artifact_reader *reader = open_one(f->folder, file, 10, 0);
    assert_non_null(reader);
    artifact_reader_free(reader);
}

static void nothing_but_our_own_files_is_opened(void **state)
{
    static const char own[] = "0a1b2c3d-0000-4000-8000-000000000001";
    struct fixture *f = *state;
    char path[TEMP_PATH_MAX], secret[TEMP_PATH_MAX];
    temp_path(f->data, "iotjobs.db", secret);
    assert_null(open_one(f->folder, "../iotjobs.db", 0, 1));
    assert_null(open_one(f->folder, "", 0, 0));
    assert_null(open_one(f->folder, "0A1B2C3D-0000-4000-8000-000000000001", 0, 0));
    path_of(f, own, path);
    assert_int_equal(symlink(secret, path), 0);
    assert_null(open_one(f->folder, own, 0, 1));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* and nobody waits for one who writes to it */
    assert_null(open_one(f->folder, own, 0, 0));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(open_one(f->folder, own, 0, 0));
    assert_int_equal(rmdir(path), 0);
}

/* Somebody puts a link in the place of a file whose reader is open already. */
static void a_link_that_comes_later_is_not_followed(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX], secret[TEMP_PATH_MAX], byte;
    int64_t start;
    write_file(f->folder, "hello", file);
    struct artifact_reader *reader = open_one(f->folder, file, 0, 5);
    path_of(f, file, path);
    temp_path(f->data, "iotjobs.db", secret);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(secret, path), 0);
    assert_int_equal(artifact_reader_read(reader, 0, &byte, 1), -1);
    assert_int_equal(artifact_reader_descriptor(reader, &start), -1);
    artifact_reader_free(reader);
}

static void a_file_that_has_become_shorter_is_an_error(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX], got[10];
    write_file(f->folder, "0123456789", file);
    struct artifact_reader *reader = open_one(f->folder, file, 0, 10);
    path_of(f, file, path);
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(artifact_reader_read(reader, 0, got, 4), 4);
    assert_int_equal(artifact_reader_read(reader, 0, got, 5), -1);
    artifact_reader_free(reader);
}

/* ---- removing ---- */

static void a_file_is_removed_when_nobody_reads_it_any_more(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX], got[5];
    write_file(f->folder, "hello", file);
    struct artifact_reader *one = open_one(f->folder, file, 0, 5), *two = open_one(f->folder, file, 0, 5);
    artifact_folder_remove(f->folder, str_from(file));
    assert_int_equal(files(f), 1);
    assert_int_equal(artifact_reader_read(one, 0, got, 5), 5);
    artifact_reader_free(one);
    assert_int_equal(files(f), 1);
    assert_int_equal(artifact_reader_read(two, 0, got, 5), 5);
    assert_memory_equal(got, "hello", 5);
    artifact_reader_free(two);
    assert_int_equal(files(f), 0);
}

/* It was put, and deleted, before the edge got to know that it may keep its file. */
static void a_file_that_was_kept_too_late_is_removed_all_the_same(void **state)
{
    struct fixture *f = *state;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_finish(writer));
    artifact_folder_remove(f->folder, artifact_writer_file(writer));
    assert_int_equal(files(f), 1);
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(files(f), 0);
}

static void names_of_others_are_not_removed(void **state)
{
    struct fixture *f = *state;
    artifact_folder_remove(f->folder, STR_LIT("../iotjobs.db"));
    artifact_folder_remove(f->folder, STR_LIT("0a1b2c3d-0000-4000-8000-000000000001")); /* not there */
    artifact_folder_remove(f->folder, STR_NONE);
    assert_int_equal(files(f), 0);
    assert_int_equal(access(f->data, F_OK), 0);
    char path[TEMP_PATH_MAX];
    temp_path(f->data, "iotjobs.db", path);
    assert_int_equal(access(path, F_OK), 0);
}

static void a_sweep_takes_what_is_read_and_leaves_what_is_written(void **state)
{
    struct fixture *f = *state;
    char file[ARTIFACT_FILE_MAX];
    write_file(f->folder, "hello", file);
    struct artifact_reader *reader = open_one(f->folder, file, 0, 5);
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    artifact_folder_sweep(f->folder, store_writer(f->store));
    assert_int_equal(files(f), 2);
    artifact_reader_free(reader);
    assert_int_equal(files(f), 1);
    assert_true(artifact_writer_finish(writer));
    artifact_folder_sweep(f->folder, store_writer(f->store));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(files(f), 1);
}

/* Who has begun to look before the removal finds what he has found. */
static void a_removal_waits_for_those_who_are_looking(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 200; i++) {
        char file[ARTIFACT_FILE_MAX];
        write_file(f->folder, "hello", file);
        artifact_folder_begin_read(f->folder);
        artifact_folder_remove(f->folder, str_from(file));
        sched_yield();
        struct artifact_reader *reader = open_one(f->folder, file, 0, 5);
        assert_non_null(reader);
        artifact_folder_end_read(f->folder);
        assert_int_equal(files(f), 1);
        artifact_reader_free(reader);
        assert_int_equal(files(f), 0);
    }
}

struct crowd {
    struct fixture *f;
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
        struct artifact_reader *reader = open_one(crowd->f->folder, file, 0, 5);
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
    struct fixture *f = *state;
    struct crowd crowd = { .f = f };
    pthread_t threads[READERS];
    pthread_mutex_init(&crowd.lock, NULL);
    write_file(f->folder, "hello", crowd.file);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_the_newest, &crowd), 0);
    for (int i = 0; i < ROUNDS || atomic_load(&crowd.reads) < ROUNDS; i++) {
        char before[ARTIFACT_FILE_MAX], next[ARTIFACT_FILE_MAX];
        write_file(f->folder, "hello", next);
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
    assert_int_equal(files(f), 1);
}

/* ---- in memory ---- */

static void what_is_in_memory_goes_with_the_server(void **state)
{
    struct fixture *f = *state;
    char root[TEMP_PATH_MAX], file[ARTIFACT_FILE_MAX];
    temp_folder_make(root);
    setenv("TMPDIR", root, 1);
    struct artifact_folder *one = try_open(f, true, 0), *two = try_open(f, true, 0);
    assert_true(one && two);
    write_file(one, "hello", file);
    write_file(two, "hello", file);
    assert_int_equal(files_in(root), 2);
    artifact_folder_close(one);
    assert_int_equal(files_in(root), 1);
    struct artifact_reader *reader = open_one(two, file, 0, 5); /* nobody has taken it for a left one */
    assert_non_null(reader);
    artifact_reader_free(reader);
    artifact_folder_close(two);
    assert_int_equal(files_in(root), 0);
    unsetenv("TMPDIR");
    temp_folder_remove(root);
}

static void what_a_killed_server_left_in_memory_goes_with_the_next(void **state)
{
    struct fixture *f = *state;
    char root[TEMP_PATH_MAX];
    temp_folder_make(root);
    setenv("TMPDIR", root, 1);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char file[ARTIFACT_FILE_MAX];
        struct artifact_folder *folder = try_open(f, true, 0);
        if (folder) {
            write_file(folder, "hello", file);
            artifact_writer_new(folder);
        }
        _exit(folder ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(files_in(root), 1);
    struct artifact_folder *folder = try_open(f, true, 0);
    assert_non_null(folder);
    assert_int_equal(files_in(root), 1);
    artifact_folder_close(folder);
    assert_int_equal(files_in(root), 0);
    unsetenv("TMPDIR");
    temp_folder_remove(root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_folder_is_the_owners_alone),
        TEST(a_link_in_its_place_is_not_followed),
        TEST(a_start_removes_what_no_row_names),
        TEST(a_database_that_does_not_tell_removes_nothing),
        TEST(a_file_has_its_name_once_it_is_whole),
        TEST(what_is_not_kept_is_removed),
        TEST(writing_stops_before_the_disk_is_full),
        TEST(a_large_file_is_written_in_many_pieces),
        TEST(pieces_read_as_one),
        TEST(one_piece_has_a_descriptor),
        TEST(what_is_missing_is_noticed_at_once),
        TEST(nothing_but_our_own_files_is_opened),
        TEST(a_link_that_comes_later_is_not_followed),
        TEST(a_file_that_has_become_shorter_is_an_error),
        TEST(a_file_is_removed_when_nobody_reads_it_any_more),
        TEST(a_file_that_was_kept_too_late_is_removed_all_the_same),
        TEST(names_of_others_are_not_removed),
        TEST(a_sweep_takes_what_is_read_and_leaves_what_is_written),
        TEST(a_removal_waits_for_those_who_are_looking),
        TEST(readers_never_find_a_file_gone_while_others_are_removed),
        TEST(what_is_in_memory_goes_with_the_server),
        TEST(what_a_killed_server_left_in_memory_goes_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
