/*
 * S3's operations on a world, without HTTP: what is written goes through the engine, what is read through a
 * reader's connection of its own, as the HTTP threads do it.
 *
 *     struct s3 *s = s3_new(NOON);
 *     s3_put(s, "depot", "pump/1.0", "hello");
 *     assert_string_equal(s3_text(s, "depot", "pump/1.0", NULL), "hello");
 *     s3_free(s);
 *
 * After each step the files on disk are those that the database names.
 */
#ifndef IOTJOBS_TESTS_ARTIFACTS_H
#define IOTJOBS_TESTS_ARTIFACTS_H

#include "support/world.h"

#include "ops/artifacts/artifact.h"
#include "ops/artifacts/artifacts.h"

struct s3 {
    struct world *w;
    struct db *reader;
    struct s3_refusal refusal; /* of the latest operation */
    bool marker;               /* the latest s3_get found a delete marker */
    struct call **calls;       /* results live in their arenas */
    size_t call_n;
};

struct s3 *s3_new(const char *start); /* with the bucket "depot", without versions */
struct s3 *s3_new_durable(const char *start);
void s3_restart(struct s3 *s, const char *now);
void s3_free(struct s3 *s);
/* cmocka's set-up and tear-down; *state is one at NOON. */
int s3_set_up(void **state);
int s3_tear_down(void **state);

struct artifact_folder *s3_folder(struct s3 *s);
/* Files in the folder, once nothing is to be removed. */
size_t s3_files(struct s3 *s);

/* Runs the operation; its input's refusal is &s->refusal. False: it was refused by S3; any other failure
 * fails the test. */
bool s3_write(struct s3 *s, op_fn *run, const void *input);
bool s3_read(struct s3 *s, op_fn *run, const void *input);
/* As s3_write; it may fail in any way. */
bool s3_try(struct s3 *s, op_fn *run, const void *input);
/* The latest was refused with that code. */
void assert_s3_refused(const struct s3 *s, const char *code);
/* The refusal has that element. */
void assert_s3_member(const struct s3 *s, const char *name, const char *value);

void s3_bucket(struct s3 *s, const char *bucket, enum bucket_versioning versioning);

/* Bytes in a file of the folder, as an edge hands them over; kept, whatever comes. */
struct s3_content s3_content_of(struct s3 *s, const void *bytes, size_t n);

/* These must succeed. NULL for a version: the newest. */
struct object_row s3_put(struct s3 *s, const char *bucket, const char *key, const char *text);
struct object_row s3_get(struct s3 *s, const char *bucket, const char *key, const char *version);
const char *s3_text(struct s3 *s, const char *bucket, const char *key, const char *version);
/* The version that went or the marker that came; "" for neither. */
const char *s3_delete(struct s3 *s, const char *bucket, const char *key, const char *version);
struct object_row s3_copy(struct s3 *s, const char *bucket, const char *from, const char *to);

/* The same with conditions; false: refused. */
bool s3_try_put(struct s3 *s, const char *bucket, const char *key, const char *text,
                struct preconditions conditions, struct object_row *ret_object);
bool s3_try_get(struct s3 *s, const char *bucket, const char *key, const char *version,
                struct object_row *ret_object);

/* ---- multipart uploads ---- */

const char *s3_begin(struct s3 *s, const char *bucket, const char *key);
/* n bytes of the letter; its ETag. */
const char *s3_part(struct s3 *s, const char *bucket, const char *key, const char *upload, int number,
                    char letter, size_t n);
bool s3_complete(struct s3 *s, const char *bucket, const char *key, const char *upload, size_t n,
                 const int *numbers, struct object_row *ret_object);

#endif
