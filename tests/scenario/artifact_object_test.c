/* Objects: putting, getting, deleting, copying, tags, conditions; buckets without versions. */
#include "support/artifacts.h"

#include <string.h>

static void what_was_put_is_there(void **state)
{
    struct s3 *s = *state;
    struct object_row object = s3_put(s, "depot", "pump/fw-1.0.bin", "hello");
    assert_true(str_eq_text(object.etag, "5d41402abc4b2a76b9719d911017c592"));
    assert_true(str_eq_text(object.version_id, "null"));
    assert_false(object.versioned);
    assert_int_equal(object.modified_at_ms, NOON_S * INT64_C(1000));
    object = s3_get(s, "depot", "pump/fw-1.0.bin", NULL);
    assert_int_equal(object.size, 5);
    assert_true(object.is_latest);
    assert_true(str_eq_text(object.headers, "{\"content-type\":\"text/plain\"}"));
    assert_null(object.tags.p);
    assert_string_equal(s3_text(s, "depot", "pump/fw-1.0.bin", NULL), "hello");
    assert_string_equal(s3_text(s, "depot", "pump/fw-1.0.bin", "null"), "hello");
}

static void an_object_of_no_bytes_is_one(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "empty", "");
    assert_int_equal(s3_get(s, "depot", "empty", NULL).size, 0);
    assert_string_equal(s3_text(s, "depot", "empty", NULL), "");
    s3_delete(s, "depot", "empty", NULL);
    assert_int_equal(s3_files(s), 0);
}

static void what_is_put_again_replaces_what_was_there(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "k", "one");
    s3_put(s, "depot", "k", "two");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "two");
    assert_int_equal(rows_in(s->w, "artifact_object"), 1);
    assert_int_equal(s3_files(s), 1);
}

static void what_is_deleted_is_gone_and_so_is_its_file(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    s3_put(s, "depot", "k", "one");
    assert_string_equal(s3_delete(s, "depot", "k", NULL), "");
    assert_false(s->marker);
    assert_false(s3_try_get(s, "depot", "k", NULL, &object));
    assert_s3_refused(s, "NoSuchKey");
    assert_s3_member(s, "Key", "k");
    assert_false(s->marker);
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_content"), 0);
    assert_string_equal(s3_delete(s, "depot", "k", NULL), ""); /* it is deleted already */
}

static void names_are_checked(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    char long_key[1026];
    memset(long_key, 'k', 1025);
    long_key[1025] = '\0';
    assert_false(s3_try_put(s, "depot", long_key, "x", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "KeyTooLongError");
    assert_s3_member(s, "Size", "1025");
    long_key[1024] = '\0';
    s3_put(s, "depot", long_key, "x");
    assert_string_equal(s3_text(s, "depot", long_key, NULL), "x");
    assert_false(s3_try_put(s, "depot", "", "x", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "InvalidURI");
    assert_false(s3_try_put(s, "depot", "\xff", "x", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "InvalidURI");
    assert_false(s3_try_put(s, "No", "k", "x", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "InvalidBucketName");
    assert_false(s3_try_put(s, "nowhere", "k", "x", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "NoSuchBucket");
    assert_s3_member(s, "BucketName", "nowhere");
    assert_false(s3_try_get(s, "depot", "k", "no/version", &object));
    assert_s3_refused(s, "InvalidArgument");
    assert_false(s3_try_get(s, "depot", "k", "abc", &object));
    assert_s3_refused(s, "NoSuchVersion");
}

static void no_key_is_a_path(void **state)
{
    static const char *const keys[] = { "..",          "../../etc/passwd",
                                        "/etc/passwd", "a//b",
                                        "a/./b",       "a/../../b",
                                        ".part",       "\xc3\xa4 b+c&d=e?f#g%20h~" };
    struct s3 *s = *state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        s3_put(s, "depot", keys[i], keys[i]);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_string_equal(s3_text(s, "depot", keys[i], NULL), keys[i]);
    assert_int_equal(s3_files(s), sizeof keys / sizeof keys[0]);
}

static void an_object_has_a_largest_size(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    world_settings(s->w)->artifact_object_limit = 4;
    s3_put(s, "depot", "k", "four");
    assert_false(s3_try_put(s, "depot", "k", "fives", (struct preconditions){ 0 }, &object));
    assert_s3_refused(s, "EntityTooLarge");
    assert_s3_member(s, "ProposedSize", "5");
    assert_s3_member(s, "MaxSizeAllowed", "4");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "four");
}

/* ---- conditions ---- */

static void a_put_can_ask_that_nothing_is_there(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const struct preconditions none = { .if_none_match = STR_LIT("*") };
    assert_true(s3_try_put(s, "depot", "k", "one", none, &object));
    assert_false(s3_try_put(s, "depot", "k", "two", none, &object));
    assert_s3_refused(s, "PreconditionFailed");
    assert_s3_member(s, "Condition", "If-None-Match");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "one");
    s3_delete(s, "depot", "k", NULL);
    assert_true(s3_try_put(s, "depot", "k", "two", none, &object));
}

static void a_put_can_ask_what_is_there(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const struct preconditions hello = { .if_match = STR_LIT("\"5d41402abc4b2a76b9719d911017c592\"") };
    assert_false(s3_try_put(s, "depot", "k", "x", hello, &object));
    assert_s3_refused(s, "NoSuchKey");
    s3_put(s, "depot", "k", "hello");
    assert_true(s3_try_put(s, "depot", "k", "bye", hello, &object));
    assert_false(s3_try_put(s, "depot", "k", "x", hello, &object));
    assert_s3_refused(s, "PreconditionFailed");
    assert_s3_member(s, "Condition", "If-Match");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "bye");
}

static void a_put_is_checked_before_its_body_comes(void **state)
{
    struct s3 *s = *state;
    struct s3_put_object_request in = { .refusal = &s->refusal,
                                        .bucket = STR_LIT("depot"),
                                        .key = STR_LIT("k"),
                                        .conditions = { .if_none_match = STR_LIT("*") } };
    assert_true(s3_read(s, op_s3_check_put, &in));
    s3_put(s, "depot", "k", "x");
    assert_false(s3_read(s, op_s3_check_put, &in));
    assert_s3_refused(s, "PreconditionFailed");
    in.bucket = STR_LIT("nowhere");
    assert_false(s3_read(s, op_s3_check_put, &in));
    assert_s3_refused(s, "NoSuchBucket");
}

/* ---- copies ---- */

static void a_copy_shares_the_file(void **state)
{
    struct s3 *s = *state;
    struct object_row original = s3_put(s, "depot", "a", "hello");
    struct object_row copy = s3_copy(s, "depot", "a", "b");
    assert_true(str_eq(copy.etag, original.etag));
    assert_int_equal(s3_files(s), 1);
    s3_delete(s, "depot", "a", NULL);
    assert_int_equal(s3_files(s), 1);
    assert_string_equal(s3_text(s, "depot", "b", NULL), "hello");
    assert_true(str_eq_text(s3_get(s, "depot", "b", NULL).headers, "{\"content-type\":\"text/plain\"}"));
    s3_copy(s, "depot", "b", "c");
    s3_put(s, "depot", "b", "other");
    assert_string_equal(s3_text(s, "depot", "c", NULL), "hello");
    s3_delete(s, "depot", "c", NULL);
    s3_delete(s, "depot", "b", NULL);
    assert_int_equal(s3_files(s), 0);
}

static struct s3_copy_object_request copy_request(struct s3 *s, struct object_row *object,
                                                  struct str *source_version)
{
    return (struct s3_copy_object_request){
        .refusal = &s->refusal,
        .source_bucket = STR_LIT("depot"),
        .source_key = STR_LIT("k"),
        .bucket = STR_LIT("depot"),
        .key = STR_LIT("k"),
        .ret_object = object,
        .ret_source_version_id = source_version,
    };
}

static void a_copy_to_itself_must_change_something(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct str source_version;
    struct s3_copy_object_request in = copy_request(s, &object, &source_version);
    s3_put(s, "depot", "k", "hello");
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "InvalidRequest");
    in.replace_description = in.replace_tags = true;
    in.description.headers = STR_LIT("{\"content-type\":\"x/y\"}");
    in.description.tags = STR_LIT("{\"a\":\"b\"}");
    assert_true(s3_write(s, op_s3_copy_object, &in));
    assert_null(source_version.p);
    object = s3_get(s, "depot", "k", NULL);
    assert_true(str_eq_text(object.headers, "{\"content-type\":\"x/y\"}"));
    assert_true(str_eq_text(object.tags, "{\"a\":\"b\"}"));
    assert_string_equal(s3_text(s, "depot", "k", NULL), "hello");
    assert_int_equal(s3_files(s), 1);
    assert_int_equal(rows_in(s->w, "artifact_object"), 1);
}

static void the_source_of_a_copy_can_have_conditions(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct str source_version;
    struct s3_copy_object_request in = copy_request(s, &object, &source_version);
    s3_put(s, "depot", "k", "hello");
    in.key = STR_LIT("copy");
    in.source_conditions.if_match = STR_LIT("\"00000000000000000000000000000000\"");
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "PreconditionFailed");
    assert_s3_member(s, "Condition", "x-amz-copy-source-If-Match");
    in.source_conditions.if_match = STR_LIT("*");
    in.conditions.if_none_match = STR_LIT("*");
    assert_true(s3_write(s, op_s3_copy_object, &in));
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "PreconditionFailed");
    in.source_key = STR_LIT("nothing");
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "NoSuchKey");
}

/* ---- tags ---- */

static void tags_come_and_go(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct s3_tags_request in = { .refusal = &s->refusal,
                                  .bucket = STR_LIT("depot"),
                                  .key = STR_LIT("k"),
                                  .tags = STR_LIT("{\"a\":\"1\"}"),
                                  .ret_object = &object };
    assert_false(s3_write(s, op_s3_put_object_tags, &in));
    assert_s3_refused(s, "NoSuchKey");
    s3_put(s, "depot", "k", "hello");
    assert_true(s3_write(s, op_s3_put_object_tags, &in));
    assert_true(str_eq_text(s3_get(s, "depot", "k", NULL).tags, "{\"a\":\"1\"}"));
    in.tags = STR_NONE;
    assert_true(s3_write(s, op_s3_put_object_tags, &in));
    assert_null(s3_get(s, "depot", "k", NULL).tags.p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_set_up, s3_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_is_there),
        TEST(an_object_of_no_bytes_is_one),
        TEST(what_is_put_again_replaces_what_was_there),
        TEST(what_is_deleted_is_gone_and_so_is_its_file),
        TEST(names_are_checked),
        TEST(no_key_is_a_path),
        TEST(an_object_has_a_largest_size),
        TEST(a_put_can_ask_that_nothing_is_there),
        TEST(a_put_can_ask_what_is_there),
        TEST(a_put_is_checked_before_its_body_comes),
        TEST(a_copy_shares_the_file),
        TEST(a_copy_to_itself_must_change_something),
        TEST(the_source_of_a_copy_can_have_conditions),
        TEST(tags_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
