#include "support/cmocka_all.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings.h"
#include "store/schema.h"
#include "store/store.h"
#include "support/temp_folder.h"

struct fixture {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX]; /* of the database in it */
    struct strbuf problem;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    temp_folder_make(f->folder);
    temp_path(f->folder, "iotjobs.db", f->path);
    strbuf_init(&f->problem, 8192);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    temp_folder_remove(f->folder);
    strbuf_release(&f->problem);
    free(f);
    return 0;
}

static struct store *try_open(struct fixture *f, const char *folder)
{
    struct store_options options = { .folder = folder, .durability = DURABILITY_NORMAL };
    strbuf_clear(&f->problem);
    return store_open(&options, &f->problem);
}

static struct store *open_store(struct fixture *f)
{
    struct store *store = try_open(f, f->folder);
    if (!store)
        fail_msg("%s", f->problem.p);
    return store;
}

static struct store *open_in_memory(struct fixture *f)
{
    struct store_options options = { .in_memory = true };
    strbuf_clear(&f->problem);
    struct store *store = store_open(&options, &f->problem);
    if (!store)
        fail_msg("%s", f->problem.p);
    return store;
}

static void assert_refused(struct fixture *f, const char *folder, const char *beginning)
{
    assert_null(try_open(f, folder));
    if (!str_starts_with(strbuf_str(&f->problem), str_from(beginning)))
        fail_msg("said: %s", f->problem.p);
}

/* The one number that a query answers. */
static int64_t ask(struct db *db, const char *sql)
{
    struct stmt *q = db_query(db, sql, "");
    assert_true(stmt_row(q));
    int64_t value = stmt_int(q);
    stmt_done(q);
    return value;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *handle;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static size_t read_file(const char *path, char *ret_bytes, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(ret_bytes, 1, size, file);
    fclose(file);
    return n;
}

static void add_thing(struct store *store)
{
    assert_true(db_exec(store_writer(store), "INSERT INTO thing (name, thing_id) VALUES ('pump', 'id')", ""));
}

/* ---- a folder ---- */

static void a_new_folder_gets_a_database_of_the_newest_schema(void **state)
{
    struct fixture *f = *state;
    char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX];
    temp_path(f->folder, "data", folder);
    struct store *store = try_open(f, folder);
    assert_non_null(store);
    struct stat st;
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    temp_path(folder, "iotjobs.db", path);
    assert_string_equal(store_path(store), path);
    assert_int_equal(ask(store_writer(store), "PRAGMA user_version"), schema_version);
    assert_int_equal(ask(store_writer(store), "PRAGMA application_id"), 0x494f544a);
    assert_int_equal(ask(store_writer(store), "SELECT count(*) FROM thing /*scan*/"), 0);
    store_close(store);
    temp_folder_remove(folder);
}

static void nobody_else_reads_the_files(void **state)
{
    static const char *const files[] = { "iotjobs.db", "iotjobs.db-wal", "iotjobs.db-shm" };
    struct fixture *f = *state;
    mode_t before = umask(0022);
    struct store *store = open_store(f);
    add_thing(store);
    umask(before);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[TEMP_PATH_MAX];
        struct stat st;
        temp_path(f->folder, files[i], path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    store_close(store);
}

static void what_was_written_is_there_after_opening_again(void **state)
{
    struct fixture *f = *state;
    struct store *store = open_store(f);
    add_thing(store);
    store_close(store);
    store = open_store(f);
    assert_int_equal(ask(store_writer(store), "SELECT count(*) FROM thing /*scan*/"), 1);
    assert_int_equal(ask(store_writer(store), "PRAGMA user_version"), schema_version);
    store_close(store);
}

static void a_migration_that_was_cut_off_is_done_again(void **state)
{
    struct fixture *f = *state;
    /* The application's mark is there, the schema is not: killed right before the first step's commit. */
    run_sql(f->path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x494f544a");
    struct store *store = open_store(f);
    assert_int_equal(ask(store_writer(store), "PRAGMA user_version"), schema_version);
    store_close(store);
}

static void an_empty_file_becomes_a_database(void **state)
{
    struct fixture *f = *state;
    close(open(f->path, O_CREAT | O_WRONLY, 0600));
    struct store *store = open_store(f);
    add_thing(store);
    store_close(store);
}

static void the_database_of_a_newer_server_is_refused(void **state)
{
    struct fixture *f = *state;
    store_close(open_store(f));
    run_sql(f->path, "PRAGMA user_version = 99");
    char expected[1024];
    snprintf(expected, sizeof expected,
             "%s was written by a newer iotjobsd (schema 99, this one knows %d); use that one", f->path,
             schema_version);
    assert_refused(f, f->folder, expected);
}

static void a_foreign_database_is_refused_and_left_as_it_is(void **state)
{
    static const char *const foreign[] = {
        "CREATE TABLE notes (text)",
        "CREATE TABLE notes (text); PRAGMA application_id = 77",
        "PRAGMA application_id = 77",
        "CREATE TABLE notes (text); PRAGMA user_version = 99",
    };
    enum { SIZE = 64 * 1024 };
    struct fixture *f = *state;
    char *before = malloc(SIZE), *after = malloc(SIZE);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        char expected[1024];
        unlink(f->path);
        run_sql(f->path, foreign[i]);
        size_t n = read_file(f->path, before, SIZE);
        snprintf(expected, sizeof expected, "%s is not a database of iotjobsd; …", f->path);
        expected[strlen(expected) - strlen("…")] = '\0';
        assert_refused(f, f->folder, expected);
        assert_int_equal(read_file(f->path, after, SIZE), n);
        assert_memory_equal(before, after, n);
    }
    free(before);
    free(after);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("not a database\n", file);
    fclose(file);
    char expected[1024];
    snprintf(expected, sizeof expected, "cannot open the database %s: file is not a database", f->path);
    assert_refused(f, f->folder, expected);
}

static void a_folder_that_cannot_be_written_is_one_clear_line(void **state)
{
    struct fixture *f = *state;
    char path[TEMP_PATH_MAX];
    assert_refused(f, "/proc", "data: cannot write to the folder /proc: ");
    temp_path(f->folder, "missing/data", path);
    assert_refused(f, path, "data: cannot make the folder ");
    temp_path(f->folder, "file", path);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_refused(f, path, "data: cannot write to the folder ");
    char *long_path = malloc(6000);
    memset(long_path, 'x', 5999);
    long_path[5999] = '\0';
    assert_refused(f, long_path, "data: the path of the folder is too long");
    free(long_path);
}

static void a_folder_belongs_to_one_server_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct store *store = open_store(f);
    char expected[1024];
    snprintf(expected, sizeof expected,
             "data: another iotjobsd uses the folder %s; stop it, or choose another with --data", f->folder);
    assert_refused(f, f->folder, expected);
    add_thing(store);
    store_close(store);
    store_close(open_store(f));
}

/* ---- readers ---- */

static void readers_see_what_is_committed_and_write_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *store = open_store(f);
    struct db *reader = store_open_reader(store);
    assert_non_null(reader);
    assert_true(db_begin(store_writer(store)));
    add_thing(store);
    assert_int_equal(ask(reader, "SELECT count(*) FROM thing /*scan*/"), 0);
    assert_true(db_keep(store_writer(store)) && db_commit(store_writer(store)));
    assert_int_equal(ask(reader, "SELECT count(*) FROM thing /*scan*/"), 1);
    assert_false(db_exec(reader, "DELETE FROM thing /*scan*/", ""));
    db_close(reader);
    store_close(store);
}

/* ---- secrets ---- */

static void read_secret(struct db *db, const char *name, unsigned char key[STORE_SECRET_BYTES])
{
    memset(key, 0, STORE_SECRET_BYTES);
    assert_true(store_secret(db, str_from(name), key));
}

static void a_secret_is_made_once_and_outlives_reset_and_restart(void **state)
{
    struct fixture *f = *state;
    unsigned char first[STORE_SECRET_BYTES], again[STORE_SECRET_BYTES], other[STORE_SECRET_BYTES];
    struct store *store = open_store(f);
    read_secret(store_writer(store), "page_token", first);
    read_secret(store_writer(store), "other", other);
    assert_memory_not_equal(first, other, STORE_SECRET_BYTES);
    assert_true(store_reset(store_writer(store)));
    struct db *reader = store_open_reader(store);
    read_secret(reader, "page_token", again);
    assert_memory_equal(first, again, STORE_SECRET_BYTES);
    db_close(reader);
    store_close(store);
    store = open_store(f);
    read_secret(store_writer(store), "page_token", again);
    assert_memory_equal(first, again, STORE_SECRET_BYTES);
    store_close(store);
}

static void two_stores_have_different_secrets(void **state)
{
    struct fixture *f = *state;
    unsigned char first[STORE_SECRET_BYTES], second[STORE_SECRET_BYTES];
    struct store *one = open_in_memory(f), *other = open_in_memory(f);
    read_secret(store_writer(one), "page_token", first);
    read_secret(store_writer(other), "page_token", second);
    assert_memory_not_equal(first, second, STORE_SECRET_BYTES);
    store_close(one);
    store_close(other);
}

/* ---- in memory ---- */

static void folder_of(const char *path, char ret_folder[TEMP_PATH_MAX])
{
    assert_true(strlen(path) < TEMP_PATH_MAX);
    snprintf(ret_folder, TEMP_PATH_MAX, "%.*s", (int)(strrchr(path, '/') - path), path);
}

static void a_store_in_memory_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    char folder[TEMP_PATH_MAX];
    struct store *store = open_in_memory(f);
    folder_of(store_path(store), folder);
    assert_int_equal(access(folder, F_OK), 0);
    add_thing(store);
    struct db *reader = store_open_reader(store);
    assert_int_equal(ask(reader, "SELECT count(*) FROM thing /*scan*/"), 1);
    db_close(reader);
    store_close(store);
    assert_int_equal(access(folder, F_OK), -1);
}

static void several_stores_in_memory_know_nothing_of_each_other(void **state)
{
    struct fixture *f = *state;
    struct store *one = open_in_memory(f), *other = open_in_memory(f);
    add_thing(one);
    assert_int_equal(ask(store_writer(other), "SELECT count(*) FROM thing /*scan*/"), 0);
    store_close(one);
    add_thing(other);
    store_close(other);
}

/* Opens a store in memory, tells its path, and dies without closing it. */
static void be_killed(int path_fd)
{
    struct store_options options = { .in_memory = true };
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    struct store *store = store_open(&options, &problem);
    if (store && write(path_fd, store_path(store), strlen(store_path(store))) > 0)
        kill(getpid(), SIGKILL);
    _exit(1);
}

static void the_folder_of_a_killed_server_is_removed_by_the_next_one(void **state)
{
    struct fixture *f = *state;
    int fds[2], status;
    char path[TEMP_PATH_MAX] = "", folder[TEMP_PATH_MAX];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0)
        be_killed(fds[1]);
    assert_true(read(fds[0], path, sizeof path - 1) > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    close(fds[0]);
    close(fds[1]);
    folder_of(path, folder);
    assert_int_equal(access(folder, F_OK), 0);
    store_close(open_in_memory(f));
    assert_int_equal(access(folder, F_OK), -1);
}

static void *open_and_close(void *failures)
{
    enum { TIMES = 40 };
    struct store_options options = { .in_memory = true };
    struct strbuf problem;
    strbuf_init(&problem, 8192);
    for (int i = 0; i < TIMES; i++) {
        struct store *store = store_open(&options, &problem);
        if (!store)
            atomic_fetch_add((atomic_int *)failures, 1);
        store_close(store);
    }
    if (problem.n)
        print_error("%s\n", problem.p);
    strbuf_release(&problem);
    return NULL;
}

/* Each new one looks for folders that were left behind, and must not take a young one for such. */
static void servers_that_start_together_do_not_disturb_each_other(void **state)
{
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    atomic_int failures = 0;
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, &failures), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(failures, 0);
}

static void closing_nothing_is_harmless(void **state)
{
    (void)state;
    store_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_folder_gets_a_database_of_the_newest_schema),
        TEST(nobody_else_reads_the_files),
        TEST(what_was_written_is_there_after_opening_again),
        TEST(a_migration_that_was_cut_off_is_done_again),
        TEST(an_empty_file_becomes_a_database),
        TEST(the_database_of_a_newer_server_is_refused),
        TEST(a_foreign_database_is_refused_and_left_as_it_is),
        TEST(a_file_that_is_no_database_is_refused),
        TEST(a_folder_that_cannot_be_written_is_one_clear_line),
        TEST(a_folder_belongs_to_one_server_at_a_time),
        TEST(readers_see_what_is_committed_and_write_nothing),
        TEST(a_secret_is_made_once_and_outlives_reset_and_restart),
        TEST(two_stores_have_different_secrets),
        TEST(a_store_in_memory_leaves_nothing_behind),
        TEST(several_stores_in_memory_know_nothing_of_each_other),
        TEST(the_folder_of_a_killed_server_is_removed_by_the_next_one),
        TEST(servers_that_start_together_do_not_disturb_each_other),
        TEST(closing_nothing_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
