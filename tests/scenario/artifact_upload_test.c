/* Multipart uploads: parts, copies of ranges, completing, listings. */
#include "support/artifacts.h"

#include <string.h>

enum { MIB = 1024 * 1024, LEAST = 5 * MIB };

static const int one[] = { 1 }, one_two[] = { 1, 2 }, one_two_three[] = { 1, 2, 3 };

/* Whether the object consists of these runs of letters: "a 5242880 b 3". */
struct run {
    char letter;
    size_t n;
};

static void assert_runs(struct s3 *s, const char *key, size_t n, const struct run *runs)
{
    const char *text = s3_text(s, "depot", key, NULL);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < runs[i].n; j++)
            if (text[j] != runs[i].letter)
                fail_msg("byte %zu of run %zu is %c", j, i, text[j]);
        text += runs[i].n;
    }
    assert_int_equal(*text, '\0');
}

static void parts_become_an_object(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "big");
    assert_false(s3_try_get(s, "depot", "big", NULL, &object));
    s3_part(s, "depot", "big", upload, 2, 'b', 3);
    s3_part(s, "depot", "big", upload, 1, 'a', LEAST);
    assert_true(s3_complete(s, "depot", "big", upload, 2, one_two, &object));
    assert_int_equal(object.size, LEAST + 3);
    assert_int_equal(object.parts, 2);
    assert_runs(s, "big", 2, (struct run[]){ { 'a', LEAST }, { 'b', 3 } });
    assert_int_equal(s3_files(s), 2);
    assert_int_equal(rows_in(s->w, "artifact_upload"), 0);
    s3_delete(s, "depot", "big", NULL);
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_part"), 0);
}

/* 20 MiB of x in parts of 8, 8 and 4, as AWS has it. */
static void the_etag_is_that_of_the_parts_etags(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "big");
    assert_string_equal(s3_part(s, "depot", "big", upload, 1, 'x', 8 * MIB),
                        "2058fb53f643fcd58a8d83a05542392b");
    s3_part(s, "depot", "big", upload, 2, 'x', 8 * MIB);
    assert_string_equal(s3_part(s, "depot", "big", upload, 3, 'x', 4 * MIB),
                        "44981362d3ba9b5bacaf017c2f29d355");
    assert_true(s3_complete(s, "depot", "big", upload, 3, one_two_three, &object));
    assert_true(str_eq_text(object.etag, "ad2c13d113cefe5ea01fbf8ec060a22f-3"));
}

static void an_upload_is_completed_once(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    assert_true(s3_complete(s, "depot", "k", upload, 1, one, &object));
    assert_false(s3_complete(s, "depot", "k", upload, 1, one, &object));
    assert_s3_refused(s, "NoSuchUpload");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "aaa");
}

static void an_upload_belongs_to_its_key(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    s3_bucket(s, "other", VERSIONING_NEVER);
    assert_false(s3_complete(s, "depot", "j", upload, 1, one, &object));
    assert_s3_refused(s, "NoSuchUpload");
    assert_s3_member(s, "UploadId", upload);
    assert_false(s3_complete(s, "other", "k", upload, 1, one, &object));
    assert_s3_refused(s, "NoSuchUpload");
}

static void what_is_wrong_with_the_parts_is_told(void **state)
{
    static const int two_one[] = { 2, 1 }, one_one[] = { 1, 1 }, one_three[] = { 1, 3 };
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 10);
    s3_part(s, "depot", "k", upload, 2, 'b', 10);
    assert_false(s3_complete(s, "depot", "k", upload, 0, one, &object));
    assert_s3_refused(s, "MalformedXML");
    assert_false(s3_complete(s, "depot", "k", upload, 2, two_one, &object));
    assert_s3_refused(s, "InvalidPartOrder");
    assert_false(s3_complete(s, "depot", "k", upload, 2, one_one, &object));
    assert_s3_refused(s, "InvalidPartOrder");
    assert_false(s3_complete(s, "depot", "k", upload, 2, one_three, &object));
    assert_s3_refused(s, "InvalidPart");
    assert_s3_member(s, "PartNumber", "3");
    assert_false(s3_complete(s, "depot", "k", upload, 2, one_two, &object));
    assert_s3_refused(s, "EntityTooSmall");
    assert_s3_member(s, "PartNumber", "1");
    assert_s3_member(s, "ProposedSize", "10");
    assert_s3_member(s, "MinSizeAllowed", "5242880");
    assert_int_equal(s3_files(s), 2);
    assert_true(s3_complete(s, "depot", "k", upload, 1, one, &object));
}

static void a_wrong_etag_is_refused(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    struct s3_completed_part part = { .number = 1, .etag = STR_LIT("5d41402abc4b2a76b9719d911017c592") };
    struct s3_complete_upload_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = str_from(upload),
        .n = 1,
        .parts = &part,
        .ret_object = &object,
    };
    assert_false(s3_write(s, op_s3_complete_upload, &in));
    assert_s3_refused(s, "InvalidPart");
    assert_s3_member(s, "ETag", "5d41402abc4b2a76b9719d911017c592");
    part.etag = STR_LIT("47BCE5C74F589F4867DBD57E9CA9F808"); /* in either case */
    assert_true(s3_write(s, op_s3_complete_upload, &in));
}

static void the_object_as_a_whole_has_a_largest_size(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    world_settings(s->w)->artifact_object_limit = LEAST + 2;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', LEAST);
    s3_part(s, "depot", "k", upload, 2, 'a', 3);
    assert_false(s3_complete(s, "depot", "k", upload, 2, one_two, &object));
    assert_s3_refused(s, "EntityTooLarge");
}

static void a_part_that_comes_again_replaces_the_first(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    s3_part(s, "depot", "k", upload, 1, 'b', 4);
    assert_int_equal(s3_files(s), 1);
    assert_true(s3_complete(s, "depot", "k", upload, 1, one, &object));
    assert_string_equal(s3_text(s, "depot", "k", NULL), "bbbb");
}

static void parts_that_nobody_asks_for_are_left_out(void **state)
{
    static const int wanted[] = { 2, 4, 5 };
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "k");
    for (int number = 1; number <= 7; number++)
        s3_part(s, "depot", "k", upload, number, (char)('0' + number), LEAST);
    assert_true(s3_complete(s, "depot", "k", upload, 3, wanted, &object));
    assert_runs(s, "k", 3, (struct run[]){ { '2', LEAST }, { '4', LEAST }, { '5', LEAST } });
    assert_int_equal(s3_files(s), 3);
    assert_int_equal(rows_in(s->w, "artifact_part"), 3);
    assert_int_equal(rows_in(s->w, "artifact_content"), 1);
}

static void an_aborted_upload_leaves_nothing(void **state)
{
    struct s3 *s = *state;
    const char *upload = s3_begin(s, "depot", "k");
    struct s3_abort_upload_request in = {
        .refusal = &s->refusal, .bucket = STR_LIT("depot"), .key = STR_LIT("k"), .upload_id = str_from(upload)
    };
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    assert_true(s3_write(s, op_s3_abort_upload, &in));
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_content"), 0);
    assert_int_equal(rows_in(s->w, "timer"), 0);
    assert_false(s3_write(s, op_s3_abort_upload, &in));
    assert_s3_refused(s, "NoSuchUpload");
}

static void completing_can_have_conditions(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct s3_completed_part part = { .number = 1, .etag = STR_LIT("47bce5c74f589f4867dbd57e9ca9f808") };
    const char *upload = s3_begin(s, "depot", "k");
    s3_part(s, "depot", "k", upload, 1, 'a', 3);
    s3_put(s, "depot", "k", "there");
    struct s3_complete_upload_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = str_from(upload),
        .conditions = { .if_none_match = STR_LIT("*") },
        .n = 1,
        .parts = &part,
        .ret_object = &object,
    };
    assert_false(s3_write(s, op_s3_complete_upload, &in));
    assert_s3_refused(s, "PreconditionFailed");
    s3_delete(s, "depot", "k", NULL);
    assert_true(s3_write(s, op_s3_complete_upload, &in));
}

/* ---- checksums ---- */

static const char *begin_with_checksum(struct s3 *s, enum checksum_algorithm algorithm,
                                       enum checksum_type type)
{
    struct upload_row upload;
    struct s3_create_upload_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .checksum_algorithm = algorithm,
        .checksum_type = type,
        .ret_upload = &upload,
    };
    return s3_write(s, op_s3_create_upload, &in) ? upload.upload_id.p : NULL;
}

static bool part_with_checksum(struct s3 *s, const char *upload, int number, size_t n,
                               enum checksum_algorithm algorithm, const char *checksum)
{
    static char bytes[8 * MIB];
    struct part_row part;
    struct upload_row row;
    memset(bytes, 'x', n);
    struct s3_upload_part_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = arena_printf(&s->calls[0]->arena, "%.64s", upload),
        .number = number,
        .content = s3_content_of(s, bytes, n),
        .ret_part = &part,
        .ret_upload = &row,
    };
    in.content.checksum_algorithm = algorithm;
    in.content.checksum = str_from(checksum);
    return s3_write(s, op_s3_upload_part, &in);
}

static bool complete_with_checksums(struct s3 *s, const char *upload, const char *const checksums[3],
                                    struct object_row *ret_object)
{
    static const char *const etags[] = { "2058fb53f643fcd58a8d83a05542392b",
                                         "2058fb53f643fcd58a8d83a05542392b",
                                         "44981362d3ba9b5bacaf017c2f29d355" };
    struct s3_completed_part parts[3];
    for (int i = 0; i < 3; i++)
        parts[i] = (struct s3_completed_part){ .number = i + 1,
                                               .etag = str_from(etags[i]),
                                               .checksum_algorithm = CHECKSUM_CRC32,
                                               .checksum = str_from(checksums[i]) };
    struct s3_complete_upload_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = arena_printf(&s->calls[0]->arena, "%.64s", upload),
        .n = 3,
        .parts = parts,
        .ret_object = ret_object,
    };
    return s3_write(s, op_s3_complete_upload, &in);
}

static const char *const crcs[] = { "MIHo9w==", "MIHo9w==", "x5xlmg==" };

static const char *given_20_mib(struct s3 *s, enum checksum_type type)
{
    const char *upload = begin_with_checksum(s, CHECKSUM_CRC32, type);
    assert_non_null(upload);
    for (int i = 0; i < 3; i++)
        assert_true(part_with_checksum(s, upload, i + 1, i < 2 ? 8 * MIB : 4 * MIB, CHECKSUM_CRC32, crcs[i]));
    return upload;
}

static void the_checksum_is_made_of_those_of_the_parts(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    assert_true(complete_with_checksums(s, given_20_mib(s, CHECKSUM_COMPOSITE), crcs, &object));
    assert_true(str_eq_text(object.checksum, "s10s6A==-3"));
    assert_int_equal(object.checksum_algorithm, CHECKSUM_CRC32);
    assert_int_equal(object.checksum_type, CHECKSUM_COMPOSITE);
    assert_true(complete_with_checksums(s, given_20_mib(s, CHECKSUM_FULL_OBJECT), crcs, &object));
    assert_true(str_eq_text(object.checksum, "wzn+bw=="));
    assert_int_equal(object.checksum_type, CHECKSUM_FULL_OBJECT);
}

static void a_wrong_checksum_of_a_part_is_refused(void **state)
{
    static const char *const wrong[] = { "MIHo9w==", "x5xlmg==", "x5xlmg==" };
    static const char *const missing[] = { "MIHo9w==", NULL, "x5xlmg==" };
    struct s3 *s = *state;
    struct object_row object;
    const char *upload = given_20_mib(s, CHECKSUM_COMPOSITE);
    assert_false(complete_with_checksums(s, upload, wrong, &object));
    assert_s3_refused(s, "InvalidPart");
    assert_s3_member(s, "PartNumber", "2");
    world_settings(s->w)->strict = true;
    assert_false(complete_with_checksums(s, upload, missing, &object));
    assert_s3_refused(s, "InvalidRequest");
    world_settings(s->w)->strict = false;
    assert_true(complete_with_checksums(s, upload, missing, &object));
    assert_true(str_eq_text(object.checksum, "s10s6A==-3"));
}

static void algorithms_do_not_mix(void **state)
{
    struct s3 *s = *state;
    assert_null(begin_with_checksum(s, CHECKSUM_SHA256, CHECKSUM_FULL_OBJECT));
    assert_s3_refused(s, "InvalidRequest");
    const char *upload = begin_with_checksum(s, CHECKSUM_NONE, CHECKSUM_FULL_OBJECT);
    assert_false(part_with_checksum(s, upload, 1, 1, CHECKSUM_CRC32C, "qTxfkw=="));
    assert_s3_refused(s, "InvalidRequest");
    assert_true(str_eq_text(s->refusal.message,
                            "Checksum Type mismatch occurred, expected checksum Type: null, "
                            "actual checksum Type: crc32c"));
}

/* ---- copies ---- */

static bool copy_part(struct s3 *s, const char *upload, int number, const char *source, const char *range,
                      struct part_row *ret_part)
{
    struct s3_upload_part_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("copy"),
        .upload_id = str_from(upload),
        .number = number,
        .source_bucket = STR_LIT("depot"),
        .source_key = str_from(source),
        .source_range = str_from(range),
        .ret_part = ret_part,
    };
    return s3_write(s, op_s3_upload_part, &in);
}

/* An object of three pieces: five MiB of a, of b, and three of c. */
static void given_source(struct s3 *s)
{
    struct object_row object;
    const char *upload = s3_begin(s, "depot", "source");
    s3_part(s, "depot", "source", upload, 1, 'a', LEAST);
    s3_part(s, "depot", "source", upload, 2, 'b', LEAST);
    s3_part(s, "depot", "source", upload, 3, 'c', 3);
    assert_true(s3_complete(s, "depot", "source", upload, 3, one_two_three, &object));
}

static void parts_can_be_ranges_of_other_objects(void **state)
{
    struct s3 *s = *state;
    struct part_row part;
    struct object_row object;
    given_source(s);
    const char *upload = s3_begin(s, "depot", "copy");
    assert_true(copy_part(s, upload, 1, "source", "bytes=5242870-10485761", &part));
    assert_int_equal(part.size, 10 + LEAST + 2);
    assert_true(copy_part(s, upload, 2, "source", "bytes=1-2", &part));
    assert_true(s3_complete(s, "depot", "copy", upload, 2, one_two, &object));
    assert_runs(s, "copy", 4, (struct run[]){ { 'a', 10 }, { 'b', LEAST }, { 'c', 2 }, { 'a', 2 } });
    assert_int_equal(s3_files(s), 3);
    s3_delete(s, "depot", "source", NULL);
    assert_int_equal(s3_files(s), 3);
    assert_runs(s, "copy", 4, (struct run[]){ { 'a', 10 }, { 'b', LEAST }, { 'c', 2 }, { 'a', 2 } });
    s3_delete(s, "depot", "copy", NULL);
    assert_int_equal(s3_files(s), 0);
}

static void a_whole_object_is_a_part_with_its_etag(void **state)
{
    struct s3 *s = *state;
    struct part_row part;
    struct object_row object;
    s3_put(s, "depot", "source", "hello");
    const char *upload = s3_begin(s, "depot", "copy");
    assert_true(copy_part(s, upload, 1, "source", NULL, &part));
    assert_true(str_eq_text(part.etag, "5d41402abc4b2a76b9719d911017c592"));
    assert_true(s3_complete(s, "depot", "copy", upload, 1, one, &object));
    assert_string_equal(s3_text(s, "depot", "copy", NULL), "hello");
    assert_int_equal(s3_files(s), 1);
}

static void ranges_are_checked(void **state)
{
    static const char *const wrong[] = {
        "bytes=0-5", "bytes=3-2",  "bytes=-1", "bytes=0-",
        "0-1",       "bytes=0--1", "b",        "bytes=99999999999999999999-0"
    };
    struct s3 *s = *state;
    struct part_row part;
    s3_put(s, "depot", "source", "hello");
    const char *upload = s3_begin(s, "depot", "copy");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(copy_part(s, upload, 1, "source", wrong[i], &part));
        assert_s3_refused(s, "InvalidArgument");
        assert_s3_member(s, "ArgumentValue", wrong[i]);
    }
    assert_true(copy_part(s, upload, 1, "source", "bytes=4-4", &part));
    assert_int_equal(part.size, 1);
    assert_false(copy_part(s, upload, 1, "nothing", NULL, &part));
    assert_s3_refused(s, "NoSuchKey");
    assert_false(copy_part(s, upload, 0, "source", NULL, &part));
    assert_s3_refused(s, "InvalidArgument");
    assert_false(copy_part(s, upload, 10001, "source", NULL, &part));
    assert_s3_refused(s, "InvalidArgument");
}

/* ---- large ones ---- */

/* Parts 2 to n of five MiB, written into the database, all of the first one's file. */
static void given_parts(struct s3 *s, int n)
{
    assert_true(db_exec(world_db(s->w),
                        "WITH RECURSIVE i (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM i WHERE n < ?1) "
                        "INSERT INTO artifact_part SELECT content, i.n, size, etag, checksum, modified_at_ms "
                        "FROM i JOIN artifact_part AS p ON p.number = 1 /*scan*/",
                        "i", (int64_t)n));
    assert_true(db_exec(world_db(s->w),
                        "WITH RECURSIVE i (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM i WHERE n < ?1) "
                        "INSERT INTO artifact_piece SELECT content, i.n << 16, file, start, size "
                        "FROM i JOIN artifact_piece AS p ON p.position = 1 << 16 /*scan*/",
                        "i", (int64_t)n));
    assert_true(db_exec(world_db(s->w), "UPDATE artifact_upload SET pieces = ?1 /*scan*/", "i", (int64_t)n));
}

static void the_most_parts_become_an_object_and_go(void **state)
{
    static struct s3_completed_part parts[10000];
    struct s3 *s = *state;
    struct object_row object;
    struct part_row part;
    const char *upload = s3_begin(s, "depot", "k");
    struct str etag = str_from(s3_part(s, "depot", "k", upload, 1, 'a', LEAST));
    given_parts(s, 10000);
    for (int i = 0; i < 10000; i++)
        parts[i] = (struct s3_completed_part){ .number = i + 1, .etag = etag };
    struct s3_complete_upload_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = str_from(upload),
        .n = 10000,
        .parts = parts,
        .ret_object = &object,
    };
    assert_true(s3_write(s, op_s3_complete_upload, &in));
    assert_int_equal(object.size, INT64_C(10000) * LEAST);
    assert_int_equal(object.parts, 10000);
    /* 20,000 pieces and no more. */
    const char *copy = s3_begin(s, "depot", "copy");
    assert_true(copy_part(s, copy, 1, "k", "bytes=1-5368709120", &part));
    assert_true(copy_part(s, copy, 2, "k", "bytes=1-5368709120", &part));
    for (int number = 3; copy_part(s, copy, number, "k", "bytes=1-5368709120", &part); number++)
        assert_true(number <= 20);
    assert_s3_refused(s, "InvalidRequest");
    s3_delete(s, "depot", "k", NULL);
    assert_int_equal(s3_files(s), 1);
    struct s3_abort_upload_request abort = { .refusal = &s->refusal,
                                             .bucket = STR_LIT("depot"),
                                             .key = STR_LIT("copy"),
                                             .upload_id = str_from(copy) };
    assert_true(s3_write(s, op_s3_abort_upload, &abort));
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_piece"), 0);
}

/* ---- listings ---- */

static void parts_are_listed_in_pages(void **state)
{
    struct s3 *s = *state;
    struct upload_row row;
    struct part_rows parts;
    bool truncated;
    const char *upload = s3_begin(s, "depot", "k");
    for (int number = 1; number <= 9; number += 4)
        s3_part(s, "depot", "k", upload, number, 'a', (size_t)number);
    struct s3_list_parts_request in = {
        .refusal = &s->refusal,
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .upload_id = str_from(upload),
        .max = 2,
        .ret_upload = &row,
        .ret_parts = &parts,
        .ret_truncated = &truncated,
    };
    assert_true(s3_read(s, op_s3_list_parts, &in));
    assert_int_equal(parts.n, 2);
    assert_true(truncated);
    assert_int_equal(parts.items[1].number, 5);
    assert_int_equal(parts.items[1].size, 5);
    in.after = 5;
    assert_true(s3_read(s, op_s3_list_parts, &in));
    assert_int_equal(parts.n, 1);
    assert_false(truncated);
    assert_int_equal(parts.items[0].number, 9);
}

static void assert_uploads(struct s3 *s, struct s3_list_uploads_request *in, int64_t max, const char *wanted)
{
    struct upload_rows uploads;
    struct str_rows prefixes;
    bool truncated = true;
    struct strbuf list;
    strbuf_init(&list, 4096);
    in->refusal = &s->refusal;
    in->bucket = STR_LIT("depot");
    in->max = max;
    in->ret_uploads = &uploads;
    in->ret_prefixes = &prefixes;
    in->ret_truncated = &truncated;
    for (int pages = 0; truncated && pages < 20; pages++) {
        assert_true(s3_read(s, op_s3_list_uploads, in));
        for (size_t i = 0; i < uploads.n; i++) {
            strbuf_printf(&list, "%.*s|", STR(uploads.items[i].key));
            in->key_marker = uploads.items[i].key;
            in->upload_id_marker = uploads.items[i].upload_id;
        }
        for (size_t i = 0; i < prefixes.n; i++) {
            strbuf_printf(&list, "+%.*s|", STR(prefixes.items[i]));
            in->key_marker = prefixes.items[i];
            in->upload_id_marker = STR_NONE;
        }
    }
    assert_string_equal(list.p, wanted);
    strbuf_release(&list);
}

static void uploads_are_listed_by_key(void **state)
{
    struct s3 *s = *state;
    s3_begin(s, "depot", "b");
    s3_begin(s, "depot", "a");
    s3_begin(s, "depot", "b");
    s3_begin(s, "depot", "c/x");
    s3_begin(s, "depot", "c/y");
    s3_begin(s, "depot", "b");
    for (int64_t max = 1; max <= 7; max++) {
        struct s3_list_uploads_request in = { 0 };
        assert_uploads(s, &in, max, "a|b|b|b|c/x|c/y|");
    }
    struct s3_list_uploads_request in = { .delimiter = STR_LIT("/") };
    assert_uploads(s, &in, 1000, "a|b|b|b|+c/|");
    in = (struct s3_list_uploads_request){ .prefix = STR_LIT("c") };
    assert_uploads(s, &in, 1, "c/x|c/y|");
    in = (struct s3_list_uploads_request){ .key_marker = STR_LIT("b") };
    assert_uploads(s, &in, 1000, "c/x|c/y|");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_set_up, s3_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_become_an_object),
        TEST(the_etag_is_that_of_the_parts_etags),
        TEST(an_upload_is_completed_once),
        TEST(an_upload_belongs_to_its_key),
        TEST(what_is_wrong_with_the_parts_is_told),
        TEST(a_wrong_etag_is_refused),
        TEST(the_object_as_a_whole_has_a_largest_size),
        TEST(a_part_that_comes_again_replaces_the_first),
        TEST(parts_that_nobody_asks_for_are_left_out),
        TEST(an_aborted_upload_leaves_nothing),
        TEST(completing_can_have_conditions),
        TEST(the_checksum_is_made_of_those_of_the_parts),
        TEST(a_wrong_checksum_of_a_part_is_refused),
        TEST(algorithms_do_not_mix),
        TEST(parts_can_be_ranges_of_other_objects),
        TEST(a_whole_object_is_a_part_with_its_etag),
        TEST(ranges_are_checked),
        TEST(the_most_parts_become_an_object_and_go),
        TEST(parts_are_listed_in_pages),
        TEST(uploads_are_listed_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
