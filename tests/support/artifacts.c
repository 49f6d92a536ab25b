#include "support/artifacts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "store/artifacts/artifact_folder_inside.h"
#include "support/world_inside.h"

enum { CALLS_MAX = 100000, PARTS_MAX = 16 };

/* ---- life ---- */

static struct s3 *make(struct world *w)
{
    struct s3 *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->w = w;
    s->reader = store_open_reader(w->store);
    assert_non_null(s->reader);
    s->calls = calloc(CALLS_MAX, sizeof(struct call *));
    assert_non_null(s->calls);
    s3_bucket(s, "depot", VERSIONING_NEVER);
    return s;
}

struct s3 *s3_new(const char *start)
{
    return make(world_new(start));
}

struct s3 *s3_new_durable(const char *start)
{
    return make(world_new_durable(start));
}

static void close_reader(struct s3 *s)
{
    assert_int_equal(db_alarms(s->reader), 0);
    db_close(s->reader);
}

void s3_restart(struct s3 *s, const char *now)
{
    close_reader(s);
    world_restart(s->w, now);
    s->reader = store_open_reader(s->w->store);
    assert_non_null(s->reader);
}

void s3_free(struct s3 *s)
{
    close_reader(s);
    for (size_t i = 0; i < s->call_n; i++)
        call_free(s->calls[i]);
    free(s->calls);
    world_free(s->w);
    free(s);
}

int s3_set_up(void **state)
{
    *state = s3_new(NOON);
    return 0;
}

int s3_tear_down(void **state)
{
    s3_free(*state);
    return 0;
}

/* ---- files ---- */

struct artifact_folder *s3_folder(struct s3 *s)
{
    return s->w->artifacts.folder;
}

size_t s3_files(struct s3 *s)
{
    struct artifact_folder *folder = s3_folder(s);
    size_t n = 0;
    artifact_folder_settle(folder);
    DIR *dir = opendir(folder->path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        n += artifact_file_valid(str_from(entry->d_name)) || strstr(entry->d_name, ARTIFACT_PART_SUFFIX);
    closedir(dir);
    return n;
}

static void check_files(struct s3 *s)
{
    assert_int_equal(s3_files(s), rows_in(s->w, "(SELECT DISTINCT file FROM artifact_piece)"));
}

/* ---- running ---- */

static struct call *new_call(struct s3 *s, op_fn *run, const void *input)
{
    struct call *call = call_new();
    assert_non_null(call);
    assert_true(s->call_n < CALLS_MAX);
    s->calls[s->call_n++] = call;
    call->run = run;
    call->input = input;
    call->owner = s->w;
    call->done = world_done;
    s->refusal = (struct s3_refusal){ 0 };
    return call;
}

static bool verdict(struct s3 *s, const struct call *call)
{
    if (!call->ok && call->err.code != ERR_S3_REFUSED)
        fail_msg("not refused by S3, but: %.*s", STR(call->err.message));
    assert_int_equal(call->ok, s->refusal.error == S3_OK);
    return call->ok;
}

static struct call *write_call(struct s3 *s, op_fn *run, const void *input)
{
    struct call *call = new_call(s, run, input);
    assert_true(engine_submit(s->w->engine, call));
    world_run_engine(s->w);
    world_hear(s->w);
    return call;
}

bool s3_write(struct s3 *s, op_fn *run, const void *input)
{
    return verdict(s, write_call(s, run, input));
}

bool s3_try(struct s3 *s, op_fn *run, const void *input)
{
    return write_call(s, run, input)->ok;
}

bool s3_read(struct s3 *s, op_fn *run, const void *input)
{
    struct call *call = new_call(s, run, input);
    struct call_world world = { .db = s->reader,
                                .settings = &s->w->settings,
                                .log = s->w->log,
                                .now_ms = clock_now_ms(&s->w->clock),
                                .artifacts = &s->w->artifacts };
    artifact_folder_begin_read(s3_folder(s));
    assert_true(db_begin_read(s->reader));
    call_run(call, &world);
    db_end_read(s->reader);
    artifact_folder_end_read(s3_folder(s));
    return verdict(s, call);
}

void assert_s3_refused(const struct s3 *s, const char *code)
{
    if (s->refusal.error == S3_OK)
        fail_msg("not refused, but wanted: %s", code);
    assert_string_equal(s3_error_code(s->refusal.error), code);
}

void assert_s3_member(const struct s3 *s, const char *name, const char *value)
{
    for (size_t i = 0; i < s->refusal.n; i++) {
        if (strcmp(s->refusal.members[i].name, name) != 0)
            continue;
        if (!str_eq_text(s->refusal.members[i].value, value))
            fail_msg("%s is %.*s", name, STR(s->refusal.members[i].value));
        return;
    }
    fail_msg("no %s in the refusal", name);
}

/* ---- steps ---- */

void s3_bucket(struct s3 *s, const char *bucket, enum bucket_versioning versioning)
{
    struct s3_bucket_request in = { .refusal = &s->refusal,
                                    .bucket = str_from(bucket),
                                    .versioning = versioning };
    assert_true(s3_write(s, op_s3_create_bucket, &in));
    if (versioning != VERSIONING_NEVER)
        assert_true(s3_write(s, op_s3_put_bucket_versioning, &in));
}

/* In the arena of the latest call. */
static struct arena *arena_of(struct s3 *s)
{
    return &s->calls[s->call_n - 1]->arena;
}

static struct s3_content write_content(struct s3 *s, struct artifact_writer *writer, const void *bytes,
                                       size_t n)
{
    unsigned char md5[DIGEST_BYTES_MAX];
    assert_non_null(writer);
    assert_true(artifact_writer_add(writer, bytes, n));
    assert_true(artifact_writer_finish(writer));
    assert_true(digest_of(DIGEST_MD5, (struct str){ bytes, n }, md5));
    return (struct s3_content){ .file = arena_str(arena_of(s), artifact_writer_file(writer)),
                                .size = (int64_t)n,
                                .etag = hex_text(md5, MD5_BYTES, arena_of(s)) };
}

struct s3_content s3_content_of(struct s3 *s, const void *bytes, size_t n)
{
    struct artifact_writer *writer = artifact_writer_new(s3_folder(s));
    struct s3_content content = write_content(s, writer, bytes, n);
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    return content;
}

bool s3_try_put(struct s3 *s, const char *bucket, const char *key, const char *text,
                struct preconditions conditions, struct object_row *ret_object)
{
    struct artifact_writer *writer = artifact_writer_new(s3_folder(s));
    struct s3_put_object_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .conditions = conditions,
        .content = write_content(s, writer, text, strlen(text)),
        .description = { .headers = STR_LIT("{\"content-type\":\"text/plain\"}") },
        .ret_object = ret_object,
    };
    bool ok = s3_write(s, op_s3_put_object, &in);
    if (ok)
        artifact_writer_keep(writer);
    artifact_writer_free(writer);
    check_files(s);
    return ok;
}

struct object_row s3_put(struct s3 *s, const char *bucket, const char *key, const char *text)
{
    struct object_row object;
    if (!s3_try_put(s, bucket, key, text, (struct preconditions){ 0 }, &object))
        fail_msg("%s: %s", key, s3_error_code(s->refusal.error));
    return object;
}

static bool get(struct s3 *s, const char *bucket, const char *key, const char *version,
                struct object_row *ret_object, struct artifact_pieces *ret_pieces)
{
    s->marker = false;
    struct s3_get_object_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .version_id = str_from(version),
        .ret_object = ret_object,
        .ret_pieces = ret_pieces,
        .ret_delete_marker = &s->marker,
    };
    return s3_read(s, op_s3_get_object, &in);
}

bool s3_try_get(struct s3 *s, const char *bucket, const char *key, const char *version,
                struct object_row *ret_object)
{
    return get(s, bucket, key, version, ret_object, NULL);
}

struct object_row s3_get(struct s3 *s, const char *bucket, const char *key, const char *version)
{
    struct object_row object;
    if (!get(s, bucket, key, version, &object, NULL))
        fail_msg("%s: %s", key, s3_error_code(s->refusal.error));
    return object;
}

const char *s3_text(struct s3 *s, const char *bucket, const char *key, const char *version)
{
    struct object_row object;
    struct artifact_pieces pieces;
    if (!get(s, bucket, key, version, &object, &pieces))
        fail_msg("%s: %s", key, s3_error_code(s->refusal.error));
    char *text = arena_alloc(arena_of(s), (size_t)object.size + 1);
    assert_non_null(text);
    artifact_folder_begin_read(s3_folder(s));
    struct artifact_reader *reader = artifact_reader_open(s3_folder(s), pieces);
    artifact_folder_end_read(s3_folder(s));
    assert_non_null(reader);
    assert_int_equal(artifact_reader_read(reader, 0, text, (size_t)object.size), object.size);
    artifact_reader_free(reader);
    return text;
}

const char *s3_delete(struct s3 *s, const char *bucket, const char *key, const char *version)
{
    struct str gone = STR_NONE;
    struct s3_delete_object_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .version_id = str_from(version),
        .ret_delete_marker = &s->marker,
        .ret_version_id = &gone,
    };
    if (!s3_write(s, op_s3_delete_object, &in))
        fail_msg("%s: %s", key, s3_error_code(s->refusal.error));
    check_files(s);
    return gone.p ? arena_str(arena_of(s), gone).p : "";
}

struct object_row s3_copy(struct s3 *s, const char *bucket, const char *from, const char *to)
{
    struct object_row object;
    struct str source_version;
    struct s3_copy_object_request in = {
        .refusal = &s->refusal,
        .source_bucket = str_from(bucket),
        .source_key = str_from(from),
        .bucket = str_from(bucket),
        .key = str_from(to),
        .ret_object = &object,
        .ret_source_version_id = &source_version,
    };
    if (!s3_write(s, op_s3_copy_object, &in))
        fail_msg("%s: %s", from, s3_error_code(s->refusal.error));
    check_files(s);
    return object;
}

/* ---- multipart uploads ---- */

const char *s3_begin(struct s3 *s, const char *bucket, const char *key)
{
    struct upload_row upload;
    struct s3_create_upload_request in = {
        .refusal = &s->refusal, .bucket = str_from(bucket), .key = str_from(key), .ret_upload = &upload
    };
    if (!s3_write(s, op_s3_create_upload, &in))
        fail_msg("%s: %s", key, s3_error_code(s->refusal.error));
    return arena_str(arena_of(s), upload.upload_id).p;
}

const char *s3_part(struct s3 *s, const char *bucket, const char *key, const char *upload, int number,
                    char letter, size_t n)
{
    struct part_row part;
    char *bytes = malloc(n + 1);
    assert_non_null(bytes);
    memset(bytes, letter, n);
    struct artifact_writer *writer = artifact_writer_new(s3_folder(s));
    struct s3_upload_part_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .upload_id = str_from(upload),
        .number = number,
        .content = write_content(s, writer, bytes, n),
        .ret_part = &part,
    };
    free(bytes);
    if (!s3_write(s, op_s3_upload_part, &in))
        fail_msg("part %d: %s", number, s3_error_code(s->refusal.error));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
    check_files(s);
    return part.etag.p;
}

/* What ListParts says. */
static struct str etag_of_part(struct s3 *s, const char *bucket, const char *key, const char *upload,
                               int number)
{
    struct upload_row row;
    struct part_rows parts;
    bool truncated;
    struct s3_list_parts_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .upload_id = str_from(upload),
        .after = number - 1,
        .max = 1,
        .ret_upload = &row,
        .ret_parts = &parts,
        .ret_truncated = &truncated,
    };
    bool found = s3_read(s, op_s3_list_parts, &in) && parts.n == 1 && parts.items[0].number == number;
    return found ? parts.items[0].etag : STR_LIT("00000000000000000000000000000000");
}

bool s3_complete(struct s3 *s, const char *bucket, const char *key, const char *upload, size_t n,
                 const int *numbers, struct object_row *ret_object)
{
    struct s3_completed_part parts[PARTS_MAX] = { 0 };
    assert_true(n <= PARTS_MAX);
    for (size_t i = 0; i < n; i++) {
        parts[i].number = numbers[i];
        parts[i].etag = etag_of_part(s, bucket, key, upload, numbers[i]);
    }
    struct s3_complete_upload_request in = {
        .refusal = &s->refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .upload_id = str_from(upload),
        .n = n,
        .parts = parts,
        .ret_object = ret_object,
    };
    bool ok = s3_write(s, op_s3_complete_upload, &in);
    check_files(s);
    return ok;
}
