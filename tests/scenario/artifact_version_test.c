/* Versions of objects, delete markers; buckets. */
#include "support/artifacts.h"

#include <string.h>

static int set_up(void **state)
{
    struct s3 *s = s3_new(NOON);
    s3_bucket(s, "kept", VERSIONING_ENABLED);
    *state = s;
    return 0;
}

static void set_versioning(struct s3 *s, enum bucket_versioning versioning)
{
    struct s3_bucket_request in = { .refusal = &s->refusal,
                                    .bucket = STR_LIT("kept"),
                                    .versioning = versioning };
    assert_true(s3_write(s, op_s3_put_bucket_versioning, &in));
}

/* Its version, which outlives the call. */
static const char *put(struct s3 *s, const char *text)
{
    struct object_row object = s3_put(s, "kept", "k", text);
    assert_true(object.versioned);
    return object.version_id.p;
}

static void each_put_makes_a_version(void **state)
{
    struct s3 *s = *state;
    const char *one = put(s, "one"), *two = put(s, "two");
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"), 32);
    assert_string_not_equal(one, two);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "two");
    assert_string_equal(s3_text(s, "kept", "k", one), "one");
    assert_string_equal(s3_text(s, "kept", "k", two), "two");
    assert_false(s3_get(s, "kept", "k", one).is_latest);
    assert_true(s3_get(s, "kept", "k", two).is_latest);
    assert_int_equal(s3_files(s), 2);
}

static void a_deletion_leaves_a_marker(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const char *one = put(s, "one");
    const char *marker = s3_delete(s, "kept", "k", NULL);
    assert_true(s->marker);
    assert_int_equal(strlen(marker), 32);
    assert_false(s3_try_get(s, "kept", "k", NULL, &object));
    assert_s3_refused(s, "NoSuchKey");
    assert_true(s->marker);
    assert_false(s3_try_get(s, "kept", "k", marker, &object));
    assert_s3_refused(s, "MethodNotAllowed");
    assert_true(s->marker);
    assert_string_equal(s3_text(s, "kept", "k", one), "one");
    assert_string_equal(s3_delete(s, "kept", "k", marker), marker);
    assert_true(s->marker);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "one");
}

static void a_marker_is_made_of_nothing_too(void **state)
{
    struct s3 *s = *state;
    assert_int_equal(strlen(s3_delete(s, "kept", "nothing", NULL)), 32);
    assert_int_equal(rows_in(s->w, "artifact_object"), 1);
}

static void the_version_before_is_the_newest_again(void **state)
{
    struct s3 *s = *state;
    const char *one = put(s, "one"), *two = put(s, "two"), *three = put(s, "three");
    assert_string_equal(s3_delete(s, "kept", "k", two), two);
    assert_false(s->marker);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "three");
    s3_delete(s, "kept", "k", three);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "one");
    s3_delete(s, "kept", "k", one);
    assert_int_equal(rows_in(s->w, "artifact_object"), 0);
    assert_int_equal(s3_files(s), 0);
    assert_string_equal(s3_delete(s, "kept", "k", one), one); /* it is deleted already */
    assert_int_equal(rows_in(s->w, "artifact_object"), 0);
}

static void what_was_there_before_is_the_version_null(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "k", "before");
    struct s3_bucket_request in = { .refusal = &s->refusal,
                                    .bucket = STR_LIT("depot"),
                                    .versioning = VERSIONING_ENABLED };
    assert_true(s3_write(s, op_s3_put_bucket_versioning, &in));
    s3_put(s, "depot", "k", "after");
    assert_string_equal(s3_text(s, "depot", "k", "null"), "before");
    assert_string_equal(s3_delete(s, "depot", "k", "null"), "null");
    assert_string_equal(s3_text(s, "depot", "k", NULL), "after");
}

static void while_suspended_only_the_version_null_is_replaced(void **state)
{
    struct s3 *s = *state;
    const char *one = put(s, "one");
    set_versioning(s, VERSIONING_SUSPENDED);
    assert_string_equal(put(s, "two"), "null");
    assert_string_equal(put(s, "three"), "null");
    assert_int_equal(rows_in(s->w, "artifact_object"), 2);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "three");
    assert_string_equal(s3_text(s, "kept", "k", one), "one");
    assert_string_equal(s3_delete(s, "kept", "k", NULL), "null"); /* a marker in its place */
    assert_true(s->marker);
    assert_int_equal(s3_files(s), 1);
    assert_string_equal(s3_delete(s, "kept", "k", "null"), "null");
    assert_true(s->marker);
    assert_string_equal(s3_text(s, "kept", "k", NULL), "one");
    set_versioning(s, VERSIONING_ENABLED);
    put(s, "four");
    assert_int_equal(rows_in(s->w, "artifact_object"), 2);
}

static struct s3_copy_object_request copy_of(struct s3 *s, const char *version, struct object_row *object,
                                             struct str *source_version)
{
    return (struct s3_copy_object_request){
        .refusal = &s->refusal,
        .source_bucket = STR_LIT("kept"),
        .source_key = STR_LIT("k"),
        .source_version_id = str_from(version),
        .bucket = STR_LIT("kept"),
        .key = STR_LIT("k"),
        .ret_object = object,
        .ret_source_version_id = source_version,
    };
}

static void an_old_version_is_restored_by_a_copy(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct str source_version;
    const char *one = put(s, "one");
    put(s, "two");
    struct s3_copy_object_request in = copy_of(s, one, &object, &source_version);
    assert_true(s3_write(s, op_s3_copy_object, &in));
    assert_true(str_eq_text(source_version, one));
    assert_string_equal(s3_text(s, "kept", "k", NULL), "one");
    assert_int_equal(rows_in(s->w, "artifact_object"), 3);
    assert_int_equal(s3_files(s), 2);
}

static void a_marker_cannot_be_copied(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    struct str source_version;
    put(s, "one");
    const char *marker = s3_delete(s, "kept", "k", NULL);
    struct s3_copy_object_request in = copy_of(s, NULL, &object, &source_version);
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "NoSuchKey");
    in = copy_of(s, marker, &object, &source_version);
    assert_false(s3_write(s, op_s3_copy_object, &in));
    assert_s3_refused(s, "InvalidRequest");
}

static void a_marker_counts_as_nothing_for_conditions(void **state)
{
    struct s3 *s = *state;
    struct object_row object;
    const struct preconditions none = { .if_none_match = STR_LIT("*") };
    put(s, "one");
    s3_delete(s, "kept", "k", NULL);
    assert_true(s3_try_put(s, "kept", "k", "two", none, &object));
}

static void many_are_deleted_at_once(void **state)
{
    struct s3 *s = *state;
    const char *one = put(s, "one");
    s3_put(s, "kept", "other", "x");
    struct s3_delete_objects_item items[] = {
        { .key = STR_LIT("k"), .version_id = str_from(one) },          { .key = STR_LIT("other") },
        { .key = STR_LIT("nothing"), .version_id = STR_LIT("never") }, { .key = STR_LIT("") },
        { .key = STR_LIT("k"), .version_id = STR_LIT("a b") },
    };
    struct s3_delete_objects_request in = {
        .refusal = &s->refusal, .bucket = STR_LIT("kept"), .n = 5, .items = items
    };
    assert_true(s3_write(s, op_s3_delete_objects, &in));
    assert_int_equal(items[0].refusal.error, S3_OK);
    assert_true(str_eq_text(items[0].deleted_version_id, one));
    assert_false(items[0].delete_marker);
    assert_true(items[1].delete_marker);
    assert_int_equal(items[1].deleted_version_id.n, 32);
    assert_int_equal(items[2].refusal.error, S3_OK);
    assert_int_equal(items[3].refusal.error, S3_INVALID_URI);
    assert_int_equal(items[4].refusal.error, S3_INVALID_ARGUMENT);
    assert_int_equal(s3_files(s), 1);
}

/* ---- buckets ---- */

static bool run_bucket(struct s3 *s, op_fn *run, const char *name, const char *location, const char *region,
                       struct bucket_row *ret_bucket)
{
    struct s3_bucket_request in = { .refusal = &s->refusal,
                                    .bucket = str_from(name),
                                    .location = str_from(location),
                                    .caller_region = str_from(region),
                                    .ret_bucket = ret_bucket };
    return s3_write(s, run, &in);
}

static void buckets_are_made_in_a_region(void **state)
{
    struct s3 *s = *state;
    struct bucket_row bucket;
    assert_true(run_bucket(s, op_s3_create_bucket, "one", NULL, NULL, &bucket));
    assert_true(str_eq_text(bucket.region, "us-east-1"));
    assert_true(run_bucket(s, op_s3_create_bucket, "two", NULL, "eu-central-1", &bucket));
    assert_true(str_eq_text(bucket.region, "eu-central-1"));
    assert_true(run_bucket(s, op_s3_create_bucket, "three", "EU", NULL, &bucket));
    assert_true(run_bucket(s, op_s3_head_bucket, "three", NULL, NULL, &bucket));
    assert_true(str_eq_text(bucket.region, "eu-west-1"));
    assert_int_equal(bucket.versioning, VERSIONING_NEVER);
    assert_false(run_bucket(s, op_s3_create_bucket, "four", "no region", NULL, &bucket));
    assert_s3_refused(s, "InvalidLocationConstraint");
    assert_false(run_bucket(s, op_s3_create_bucket, "1.2.3.4", NULL, NULL, &bucket));
    assert_s3_refused(s, "InvalidBucketName");
}

static void a_bucket_is_made_again_in_the_first_region_alone(void **state)
{
    struct s3 *s = *state;
    struct bucket_row bucket;
    assert_true(run_bucket(s, op_s3_create_bucket, "one", NULL, NULL, &bucket));
    s3_put(s, "one", "k", "x");
    assert_true(run_bucket(s, op_s3_create_bucket, "one", NULL, NULL, &bucket));
    assert_string_equal(s3_text(s, "one", "k", NULL), "x");
    assert_true(run_bucket(s, op_s3_create_bucket, "two", "eu-west-1", NULL, &bucket));
    assert_false(run_bucket(s, op_s3_create_bucket, "two", "eu-west-1", NULL, &bucket));
    assert_s3_refused(s, "BucketAlreadyOwnedByYou");
    assert_s3_member(s, "BucketName", "two");
}

static void a_strict_server_has_an_endpoint_for_each_region(void **state)
{
    struct s3 *s = *state;
    struct bucket_row bucket;
    world_settings(s->w)->strict = true;
    assert_false(run_bucket(s, op_s3_create_bucket, "one", NULL, "eu-west-1", &bucket));
    assert_s3_refused(s, "IllegalLocationConstraintException");
    assert_false(run_bucket(s, op_s3_create_bucket, "one", "eu-west-2", "eu-west-1", &bucket));
    assert_s3_refused(s, "IllegalLocationConstraintException");
    assert_false(run_bucket(s, op_s3_create_bucket, "one", "us-east-1", "us-east-1", &bucket));
    assert_s3_refused(s, "InvalidLocationConstraint");
    assert_true(run_bucket(s, op_s3_create_bucket, "one", "eu-west-1", "eu-west-1", &bucket));
    assert_true(run_bucket(s, op_s3_create_bucket, "two", "eu-west-1", "us-east-1", &bucket));
}

static void only_an_empty_bucket_is_deleted(void **state)
{
    struct s3 *s = *state;
    const char *one = put(s, "one");
    assert_false(run_bucket(s, op_s3_delete_bucket, "kept", NULL, NULL, NULL));
    assert_s3_refused(s, "BucketNotEmpty");
    const char *marker = s3_delete(s, "kept", "k", NULL);
    s3_delete(s, "kept", "k", one);
    assert_false(run_bucket(s, op_s3_delete_bucket, "kept", NULL, NULL, NULL));
    assert_s3_refused(s, "BucketNotEmpty");
    s3_delete(s, "kept", "k", marker);
    assert_true(run_bucket(s, op_s3_delete_bucket, "kept", NULL, NULL, NULL));
    assert_false(run_bucket(s, op_s3_head_bucket, "kept", NULL, NULL, NULL));
    assert_s3_refused(s, "NoSuchBucket");
}

static void uploads_go_with_their_bucket(void **state)
{
    struct s3 *s = *state;
    const char *upload = s3_begin(s, "kept", "k");
    s3_part(s, "kept", "k", upload, 1, 'a', 10);
    s3_begin(s, "depot", "k");
    assert_true(run_bucket(s, op_s3_delete_bucket, "kept", NULL, NULL, NULL));
    assert_int_equal(rows_in(s->w, "artifact_upload"), 1);
    assert_int_equal(s3_files(s), 0);
    assert_int_equal(rows_in(s->w, "artifact_part"), 0);
}

static void buckets_are_listed_by_name(void **state)
{
    struct s3 *s = *state;
    struct bucket_rows rows;
    bool truncated;
    s3_bucket(s, "kept-too", VERSIONING_NEVER);
    s3_bucket(s, "another", VERSIONING_NEVER);
    struct s3_list_buckets_request in = {
        .refusal = &s->refusal, .max = 1000, .ret_buckets = &rows, .ret_truncated = &truncated
    };
    assert_true(s3_read(s, op_s3_list_buckets, &in));
    assert_int_equal(rows.n, 4);
    assert_false(truncated);
    assert_true(str_eq_text(rows.items[0].name, "another"));
    assert_true(str_eq_text(rows.items[3].name, "kept-too"));
    in.prefix = STR_LIT("kept");
    in.max = 1;
    assert_true(s3_read(s, op_s3_list_buckets, &in));
    assert_int_equal(rows.n, 1);
    assert_true(truncated);
    in.after = STR_LIT("kept");
    assert_true(s3_read(s, op_s3_list_buckets, &in));
    assert_int_equal(rows.n, 1);
    assert_false(truncated);
    assert_true(str_eq_text(rows.items[0].name, "kept-too"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, s3_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_put_makes_a_version),
        TEST(a_deletion_leaves_a_marker),
        TEST(a_marker_is_made_of_nothing_too),
        TEST(the_version_before_is_the_newest_again),
        TEST(what_was_there_before_is_the_version_null),
        TEST(while_suspended_only_the_version_null_is_replaced),
        TEST(an_old_version_is_restored_by_a_copy),
        TEST(a_marker_cannot_be_copied),
        TEST(a_marker_counts_as_nothing_for_conditions),
        TEST(many_are_deleted_at_once),
        TEST(buckets_are_made_in_a_region),
        TEST(a_bucket_is_made_again_in_the_first_region_alone),
        TEST(a_strict_server_has_an_endpoint_for_each_region),
        TEST(only_an_empty_bucket_is_deleted),
        TEST(uploads_go_with_their_bucket),
        TEST(buckets_are_listed_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
