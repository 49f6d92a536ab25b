/* Operations on objects: putting, getting, deleting, tags. */
#include "ops/artifacts/artifact.h"
#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifact_version.h"

static bool fail_database(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The object could not be stored.");
}

/* ---- putting ---- */

static bool check_put(struct op *op, const struct s3_put_object_request *in, struct bucket_row *ret_bucket)
{
    return artifact_find_bucket(op, in->bucket, in->refusal, ret_bucket) &&
           artifact_check_key(op, in->key, in->refusal) &&
           artifact_check_write(op, &in->conditions, in->bucket, in->key, in->refusal);
}

bool op_s3_check_put(struct op *op, const void *input)
{
    struct bucket_row bucket;
    return check_put(op, input, &bucket);
}

/* A content of one piece: the whole file. */
static bool store_content(struct op *op, const struct s3_content *content, int64_t *ret_content)
{
    struct artifact_piece piece = { .file = content->file, .size = content->size };
    struct artifact_pieces pieces = { 1, &piece };
    return (store_content_insert(op->db, ret_content) &&
            store_pieces_insert(op->db, *ret_content, 0, pieces)) ||
           fail_database(op);
}

bool op_s3_put_object(struct op *op, const void *input)
{
    const struct s3_put_object_request *in = input;
    const struct s3_content *content = &in->content;
    struct bucket_row bucket;
    struct object_row object = {
        .bucket = in->bucket,
        .key = in->key,
        .size = content->size,
        .etag = content->etag,
        .headers = in->description.headers.p ? in->description.headers : STR_LIT("{}"),
        .tags = in->description.tags,
        .checksum_algorithm = (int)content->checksum_algorithm,
        .checksum_type = CHECKSUM_FULL_OBJECT,
        .checksum = content->checksum_algorithm == CHECKSUM_NONE ? STR_NONE : content->checksum,
    };
    if (!check_put(op, in, &bucket) || !artifact_check_size(op, content->size, in->refusal) ||
        !store_content(op, content, &object.content) || !artifact_version_add(op, &bucket, &object))
        return false;
    *in->ret_object = object;
    return true;
}

/* ---- getting ---- */

bool op_s3_get_object(struct op *op, const void *input)
{
    const struct s3_get_object_request *in = input;
    struct object_row object;
    struct artifact_pieces pieces;
    if (!artifact_find_object(op, in->bucket, in->key, in->version_id, in->refusal, &object,
                              in->ret_delete_marker))
        return false;
    if (in->ret_pieces) {
        if (!store_pieces_get(op->db, op->arena, object.content, &pieces))
            return fail(op->err, ERR_INTERNAL, "The object could not be read.");
        *in->ret_pieces = pieces;
    }
    *in->ret_object = object;
    return true;
}

/* ---- deleting ---- */

struct deletion {
    struct str bucket, key, version_id;
    bool delete_marker; /* one was made, or what was deleted was one */
    struct str deleted; /* version of what was deleted, or of the marker; absent: neither */
};

static bool check_deletion(struct op *op, const struct deletion *deletion, struct s3_refusal *refusal)
{
    return artifact_check_key(op, deletion->key, refusal) &&
           artifact_check_version(op, deletion->version_id, refusal);
}

static bool delete_version(struct op *op, struct deletion *deletion)
{
    struct object_row object;
    deletion->deleted = deletion->version_id;
    if (!store_object_get(op->db, op->arena, deletion->bucket, deletion->key, deletion->version_id, &object))
        return true;
    deletion->delete_marker = object.delete_marker;
    return artifact_version_remove(op, &object);
}

static bool put_marker(struct op *op, const struct bucket_row *bucket, struct deletion *deletion)
{
    struct object_row marker = {
        .bucket = deletion->bucket,
        .key = deletion->key,
        .delete_marker = true,
        .etag = STR_LIT(""),
        .headers = STR_LIT("{}"),
    };
    deletion->delete_marker = true;
    if (!artifact_version_add(op, bucket, &marker))
        return false;
    deletion->deleted = marker.version_id;
    return true;
}

/* After check_deletion. */
static bool delete_object(struct op *op, const struct bucket_row *bucket, struct deletion *deletion)
{
    struct object_row object;
    if (deletion->version_id.p)
        return delete_version(op, deletion);
    if (bucket->versioning != VERSIONING_NEVER)
        return put_marker(op, bucket, deletion);
    return !store_object_get(op->db, op->arena, deletion->bucket, deletion->key, STR_NONE, &object) ||
           artifact_version_remove(op, &object);
}

bool op_s3_delete_object(struct op *op, const void *input)
{
    const struct s3_delete_object_request *in = input;
    struct bucket_row bucket;
    struct deletion deletion = { .bucket = in->bucket, .key = in->key, .version_id = in->version_id };
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket) ||
        !check_deletion(op, &deletion, in->refusal) || !delete_object(op, &bucket, &deletion))
        return false;
    *in->ret_delete_marker = deletion.delete_marker;
    *in->ret_version_id = deletion.deleted;
    return true;
}

/* What is refused of one object must not become the failure of all. */
static bool item_valid(struct op *op, const struct deletion *deletion, struct s3_refusal *refusal)
{
    struct err err;
    err_init(&err, op->arena);
    struct op one = *op;
    one.err = &err;
    return check_deletion(&one, deletion, refusal);
}

bool op_s3_delete_objects(struct op *op, const void *input)
{
    const struct s3_delete_objects_request *in = input;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket))
        return false;
    for (size_t i = 0; i < in->n; i++) {
        struct s3_delete_objects_item *item = &in->items[i];
        struct deletion deletion = { .bucket = in->bucket, .key = item->key, .version_id = item->version_id };
        if (!item_valid(op, &deletion, &item->refusal))
            continue;
        if (!delete_object(op, &bucket, &deletion))
            return false;
        item->delete_marker = deletion.delete_marker;
        item->deleted_version_id = deletion.deleted;
    }
    return true;
}

/* ---- tags ---- */

bool op_s3_put_object_tags(struct op *op, const void *input)
{
    const struct s3_tags_request *in = input;
    struct object_row object;
    if (!artifact_find_object(op, in->bucket, in->key, in->version_id, in->refusal, &object, NULL))
        return false;
    if (!store_object_set_tags(op->db, object.object_id, in->tags))
        return fail_database(op);
    object.tags = in->tags;
    *in->ret_object = object;
    return true;
}
