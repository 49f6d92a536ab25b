/*
 * Files and rows go together: what a failed call leaves, what a restart finds, uploads that nobody completes,
 * a reset; documents that are read whole.
 */
#include "support/artifacts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ops/artifacts/artifact_text.h"
#include "ops/artifacts/doomed_files.h"
#include "store/artifacts/artifact_folder_inside.h"
#include "support/faults.h"

/* ---- after COMMIT, and only then ---- */

static bool delete_and_fail(struct op *op, const void *input)
{
    return op_s3_delete_object(op, input) && fail(op->err, ERR_INTERNAL, "after all");
}

static bool doom_everything(struct op *op, const void *input)
{
    const struct artifact_pieces *pieces = input;
    for (size_t i = 0; i < pieces->n; i++)
        if (!doom_file(op, pieces->items[i].file))
            return false;
    return fail(op->err, ERR_INTERNAL, "after all");
}

static void a_failed_call_removes_nothing(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct artifact_pieces pieces;
    struct s3_get_object_request get = { .refusal = &s->refusal,
                                         .bucket = STR_LIT("depot"),
                                         .key = STR_LIT("k"),
                                         .ret_object = &object,
                                         .ret_pieces = &pieces,
                                         .ret_delete_marker = &s->marker };
    s3_put(s, "depot", "k", "hello");
    assert_true(s3_read(s, op_s3_get_object, &get));
    assert_false(s3_try(s, doom_everything, &pieces));
    assert_int_equal(s3_files(s), 1);
    struct str gone;
    struct s3_delete_object_request delete = { .refusal = &s->refusal,
                                               .bucket = STR_LIT("depot"),
                                               .key = STR_LIT("k"),
                                               .ret_delete_marker = &s->marker,
                                               .ret_version_id = &gone };
    assert_false(s3_try(s, delete_and_fail, &delete));
    assert_string_equal(s3_text(s, "depot", "k", NULL), "hello");
}

static void a_failed_put_leaves_no_file(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    assert_false(s3_try_put(s, "nowhere", "k", "hello", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "NoSuchBucket");
    assert_int_equal(s3_files(s), 0);
}

/* One change after the other fails: each time everything is as it was before, or as it should be after. */
static void whatever_fails_leaves_files_and_rows_in_step(void **state)
{
    (void)state;
    struct s3 *s = s3_new(NOON);
    int failed = 0;
    for (int change = 1; change < 100; change++) {
        s3_put(s, "depot", "k", "before");
        fail_from_change(s->w, change);
        struct s3_content content = s3_content_of(s, "after", 5);
        struct object_row object;
        struct s3_put_object_request in = { .refusal = &s->refusal,
                                            .bucket = STR_LIT("depot"),
                                            .key = STR_LIT("k"),
                                            .content = content,
                                            .ret_object = &object };
        bool ok = s3_try(s, op_s3_put_object, &in);
        if (!ok)
            artifact_folder_remove(s3_folder(s), content.file); /* as an edge does it */
        assert_string_equal(s3_text(s, "depot", "k", NULL), ok ? "after" : "before");
        fail_from_change(s->w, 0);
        advance(s->w, "PT1M"); /* a timer that failed tries again */
        assert_int_equal(s3_files(s), 1);
        failed += !ok;
        if (ok && change > 15)
            break;
    }
    assert_true(failed > 5);
    s3_free(s);
}

/* ---- restarts ---- */

static void plant(struct s3 *s, const char *name)
{
    int fd = openat(s3_folder(s)->fd, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void a_restart_removes_what_no_row_names(void **state)
{
    (void)state;
    struct s3 *s = s3_new_durable(NOON);
    s3_put(s, "depot", "k", "hello");
    plant(s, "0a1b2c3d-0000-4000-8000-000000000001");
    plant(s, "0a1b2c3d-0000-4000-8000-000000000002.part");
    plant(s, "a-note-of-the-operator");
    assert_int_equal(s3_files(s), 3);
    s3_restart(s, "2030-01-01T13:00:00Z");
    assert_int_equal(s3_files(s), 1);
    assert_string_equal(s3_text(s, "depot", "k", NULL), "hello");
    assert_int_equal(faccessat(s3_folder(s)->fd, "a-note-of-the-operator", F_OK, 0), 0);
    s3_free(s);
}

/* What is worked off bit by bit goes on after a restart. */
static void a_deletion_goes_on_after_a_restart(void **state)
{
    (void)state;
    struct s3 *s = s3_new_durable(NOON);
    s3_put(s, "depot", "k", "hello");
    world_stop_after(s->w, 1); /* the deletion itself, and not what it leaves */
    struct str gone;
    struct s3_delete_object_request in = { .refusal = &s->refusal,
                                           .bucket = STR_LIT("depot"),
                                           .key = STR_LIT("k"),
                                           .ret_delete_marker = &s->marker,
                                           .ret_version_id = &gone };
    assert_true(s3_write(s, op_s3_delete_object, &in));
    assert_int_equal(s3_files(s), 1);
    assert_int_equal(rows_in(s->w, "artifact_object"), 0);
    world_stop_after(s->w, 0);
    s3_restart(s, "2030-01-01T13:00:00Z");
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_content"), 0);
    s3_free(s);
}

static void the_key_outlives_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    struct artifact_key before, after;
    assert_true(artifact_key_open(world_db(w), &before));
    assert_int_equal(strlen(before.access_key), 20);
    assert_int_equal(strncmp(before.access_key, "IOTJ", 4), 0);
    assert_int_equal(strspn(before.access_key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 20);
    assert_int_equal(strlen(before.secret), 40);
    world_restart(w, NOON);
    assert_true(artifact_key_open(world_db(w), &after));
    assert_memory_equal(&before, &after, sizeof before);
    world_free(w);
    w = world_new(NOON);
    assert_true(artifact_key_open(world_db(w), &after));
    assert_string_not_equal(before.secret, after.secret);
    world_free(w);
}

/* ---- uploads that nobody completes ---- */

static void an_upload_that_nobody_completes_is_aborted(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const int one[] = { 1 };
    const char *first = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", first, 1, 'a', 10);
    advance(s->w, "P1D");
    const char *second = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", second, 1, 'b', 10);
    assert_int_equal(s3_files(s), 2);
    assert_json_number(advance(s->w, "P5DT23H59M59S")->body, "firedCount", 0);
    assert_int_equal(s3_files(s), 2);
    advance(s->w, "PT1S");
    assert_int_equal(s3_files(s), 1);
    assert_false(s3_complete(s, "depot", "k", first, 1, one, &object));
    assert_s3_refused(s, "NoSuchUpload");
    assert_true(s3_complete(s, "depot", "k", second, 1, one, &object));
    assert_json_number(advance(s->w, "P30D")->body, "firedCount", 0);
    assert_string_equal(s3_text(s, "depot", "k", NULL), "bbbbbbbbbb");
}

static void many_uploads_are_aborted_in_slices(void **state)
{
    struct s3 *s = *state;
    for (int i = 0; i < 250; i++)
        s3_begin(s, "depot", "k");
    advance(s->w, "P7D");
    assert_int_equal(rows_in(s->w, "artifact_upload"), 0);
    assert_int_equal(rows_in(s->w, "artifact_content"), 0);
}

static void how_long_an_upload_may_take_is_a_setting(void **state)
{
    struct s3 *s = *state;
    world_settings(s->w)->artifact_upload_lifetime_ms = 60000;
    s3_begin(s, "depot", "k");
    assert_json_number(advance(s->w, "PT59S")->body, "firedCount", 0);
    advance(s->w, "PT1S");
    assert_int_equal(rows_in(s->w, "artifact_upload"), 0);
}

/* ---- reset ---- */

static void a_reset_empties_the_folder(void **state)
{
    static const char *const tables[] = { "artifact_bucket", "artifact_object", "artifact_content",
                                          "artifact_piece",  "artifact_part",   "artifact_upload" };
    struct s3 *s = *state;
    s3_put(s, "depot", "k", "hello");
    s3_part(s, "depot", "j", s3_begin(s, "depot", "j"), 1, 'a', 10);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_true(rows_in(s->w, tables[i]) > 0);
    reset(s->w);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(rows_in(s->w, tables[i]), 0);
    assert_int_equal(s3_files(s), 0);
    s3_bucket(s, "depot", VERSIONING_NEVER);
    s3_put(s, "depot", "k", "again");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "again");
}

/* An upload that is on its way when everything is emptied: its file is not taken for a left one. */
static void a_reset_leaves_what_is_being_written(void **state)
{
    struct s3 *s = *state;
    struct artifact_writer *writer = artifact_writer_new(s3_folder(s));
    assert_true(artifact_writer_add(writer, "hello", 5));
    reset(s->w);
    assert_true(artifact_writer_finish(writer));
    assert_int_equal(s3_files(s), 1);
    artifact_writer_free(writer);
    assert_int_equal(s3_files(s), 0);
}

/* ---- documents ---- */

struct document {
    const char *bucket, *key, *version;
    size_t most;
    struct str *ret_text;
    struct s3_refusal *ret_refusal;
    bool *ret_exists;
};

static bool read_document(struct op *op, const void *input)
{
    const struct document *d = input;
    struct str bucket = str_from(d->bucket), key = str_from(d->key), version = str_from(d->version);
    artifact_read_text(op, bucket, key, version, d->most, d->ret_text, d->ret_refusal);
    *d->ret_exists = artifact_exists(op, bucket, key, version);
    return true;
}

/* The text, or the code of the refusal. */
static void assert_document(struct s3 *s, const char *bucket, const char *key, const char *version,
                            size_t most, const char *wanted, bool exists)
{
    struct str text = STR_NONE;
    struct s3_refusal refusal = { 0 };
    bool there = !exists;
    struct document d = { bucket, key, version, most, &text, &refusal, &there };
    assert_true(s3_write(s, read_document, &d));
    assert_true(str_eq_text(text.p ? text : str_from(s3_error_code(refusal.error)), wanted));
    assert_int_equal(there, exists);
}

static void a_small_object_is_read_whole(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "doc", "{\"a\"}");
    assert_document(s, "depot", "doc", NULL, 5, "{\"a\"}", true);
    assert_document(s, "depot", "doc", "null", 100, "{\"a\"}", true);
    assert_document(s, "depot", "doc", NULL, 4, "EntityTooLarge", true);
    assert_document(s, "depot", "nothing", NULL, 5, "NoSuchKey", false);
    assert_document(s, "nowhere", "doc", NULL, 5, "NoSuchBucket", false);
    assert_document(s, "depot", "doc", "other", 5, "NoSuchVersion", false);
    s3_put(s, "depot", "doc", "");
    assert_document(s, "depot", "doc", NULL, 5, "", true);
}

static void a_file_that_somebody_has_removed_is_an_error_of_ours(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct artifact_pieces pieces;
    struct s3_get_object_request get = { .refusal = &s->refusal,
                                         .bucket = STR_LIT("depot"),
                                         .key = STR_LIT("doc"),
                                         .ret_object = &object,
                                         .ret_pieces = &pieces,
                                         .ret_delete_marker = &s->marker };
    s3_put(s, "depot", "doc", "hello");
    assert_true(s3_read(s, op_s3_get_object, &get));
    artifact_folder_remove(s3_folder(s), pieces.items[0].file);
    assert_int_equal(s3_files(s), 0);
    assert_document(s, "depot", "doc", NULL, 5, "InternalError", true);
    s3_delete(s, "depot", "doc", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_set_up, s3_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failed_call_removes_nothing),
        TEST(a_failed_put_leaves_no_file),
        cmocka_unit_test(whatever_fails_leaves_files_and_rows_in_step),
        cmocka_unit_test(a_restart_removes_what_no_row_names),
        cmocka_unit_test(a_deletion_goes_on_after_a_restart),
        cmocka_unit_test(the_key_outlives_a_restart),
        TEST(an_upload_that_nobody_completes_is_aborted),
        TEST(many_uploads_are_aborted_in_slices),
        TEST(how_long_an_upload_may_take_is_a_setting),
        TEST(a_reset_empties_the_folder),
        TEST(a_reset_leaves_what_is_being_written),
        TEST(a_small_object_is_read_whole),
        TEST(a_file_that_somebody_has_removed_is_an_error_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
