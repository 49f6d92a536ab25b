/* Files of the artefact folder: writing and reading. */
#include "support/artifact_room.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_of(struct artifact_room *f, const char *file, char ret_path[TEMP_PATH_MAX])
{
    temp_path(f->path, file, ret_path);
}

/* ---- writing ---- */

static void a_file_has_its_name_once_it_is_whole(void **state)
{
    struct artifact_room *f = *state;
    char path[TEMP_PATH_MAX];
    struct stat st;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    path_of(f, artifact_writer_file(writer).p, path);
    assert_true(artifact_writer_add(writer, "hello ", 6));
    assert_true(artifact_writer_add(writer, "", 0));
    assert_true(artifact_writer_add(writer, "world", 5));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(artifact_room_files(f), 1);
    assert_true(artifact_writer_finish(writer));
    assert_true(artifact_writer_finish(writer));
    assert_false(artifact_writer_add(writer, "!", 1));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 11);
    assert_int_equal(st.st_mode & 0777, 0600);
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 1);
}

static void what_is_not_kept_is_removed(void **state)
{
    struct artifact_room *f = *state;
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_add(writer, "hello", 5));
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 0);
    writer = artifact_writer_new(f->folder);
    assert_true(artifact_writer_finish(writer));
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 0);
    artifact_writer_free(NULL);
}

static void writing_stops_before_the_disk_is_full(void **state)
{
    struct artifact_room *f = *state;
    artifact_folder_close(f->folder);
    f->folder = artifact_room_try_open(f, false, INT64_C(1) << 60);
    assert_non_null(f->folder);
    struct artifact_writer *writer = artifact_writer_new(f->folder);
    assert_non_null(writer);
    assert_false(artifact_writer_add(writer, "x", 1));
    assert_false(artifact_writer_add(writer, "", 0));
    assert_false(artifact_writer_finish(writer));
    artifact_writer_free(writer);
    assert_int_equal(artifact_room_files(f), 0);
}

static void a_large_file_is_written_in_many_pieces(void **state)
{
    enum { PIECE = 1024 * 1024 + 7, PIECES = 40 };
    struct artifact_room *f = *state;
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
    struct artifact_reader *reader = artifact_room_read(f->folder, file, 0, (int64_t)PIECE * PIECES);
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
    struct artifact_room *f = *state;
    char digits[ARTIFACT_FILE_MAX], letters[ARTIFACT_FILE_MAX];
    artifact_room_write(f->folder, "0123456789", digits);
    artifact_room_write(f->folder, "abcdef", letters);
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
    artifact_reader_free(reader);
}

static void what_is_missing_is_noticed_at_once(void **state)
{
    struct artifact_room *f = *state;
    char file[ARTIFACT_FILE_MAX];
    artifact_room_write(f->folder, "0123456789", file);
    assert_null(artifact_room_read(f->folder, "0a1b2c3d-0000-4000-8000-000000000001", 0, 1));
    assert_null(artifact_room_read(f->folder, file, 0, 11));
    assert_null(artifact_room_read(f->folder, file, 10, 1));
    struct artifact_reader *reader = artifact_room_read(f->folder, file, 10, 0);
    assert_non_null(reader);
    artifact_reader_free(reader);
}

static void nothing_but_our_own_files_is_opened(void **state)
{
    static const char own[] = "0a1b2c3d-0000-4000-8000-000000000001";
    struct artifact_room *f = *state;
    char path[TEMP_PATH_MAX], secret[TEMP_PATH_MAX];
    temp_path(f->data, "iotjobs.db", secret);
    assert_null(artifact_room_read(f->folder, "../iotjobs.db", 0, 1));
    assert_null(artifact_room_read(f->folder, "", 0, 0));
    assert_null(artifact_room_read(f->folder, "0A1B2C3D-0000-4000-8000-000000000001", 0, 0));
    path_of(f, own, path);
    assert_int_equal(symlink(secret, path), 0);
    assert_null(artifact_room_read(f->folder, own, 0, 1));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* and nobody waits for one who writes to it */
    assert_null(artifact_room_read(f->folder, own, 0, 0));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(artifact_room_read(f->folder, own, 0, 0));
    assert_int_equal(rmdir(path), 0);
}

/* Somebody puts a link in the place of a file whose reader is open already. */
static void a_link_that_comes_later_is_not_followed(void **state)
{
    struct artifact_room *f = *state;
    char file[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX], secret[TEMP_PATH_MAX], byte;
    artifact_room_write(f->folder, "hello", file);
    struct artifact_reader *reader = artifact_room_read(f->folder, file, 0, 5);
    path_of(f, file, path);
    temp_path(f->data, "iotjobs.db", secret);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(secret, path), 0);
    assert_int_equal(artifact_reader_read(reader, 0, &byte, 1), -1);
    artifact_reader_free(reader);
}

static void a_file_that_has_become_shorter_is_an_error(void **state)
{
    struct artifact_room *f = *state;
    char file[ARTIFACT_FILE_MAX], path[TEMP_PATH_MAX], got[10];
    artifact_room_write(f->folder, "0123456789", file);
    struct artifact_reader *reader = artifact_room_read(f->folder, file, 0, 10);
    path_of(f, file, path);
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(artifact_reader_read(reader, 0, got, 4), 4);
    assert_int_equal(artifact_reader_read(reader, 0, got, 5), -1);
    artifact_reader_free(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, artifact_room_set_up, artifact_room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_has_its_name_once_it_is_whole),
        TEST(what_is_not_kept_is_removed),
        TEST(writing_stops_before_the_disk_is_full),
        TEST(a_large_file_is_written_in_many_pieces),
        TEST(pieces_read_as_one),
        TEST(what_is_missing_is_noticed_at_once),
        TEST(nothing_but_our_own_files_is_opened),
        TEST(a_link_that_comes_later_is_not_followed),
        TEST(a_file_that_has_become_shorter_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
