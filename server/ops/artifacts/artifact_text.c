#include "ops/artifacts/artifact_text.h"

#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifacts.h"

/* The operation goes on, whatever S3 would refuse. */
static bool find(struct op *op, struct str bucket, struct str key, struct str version_id,
                 struct object_row *ret_object, struct s3_refusal *ret_refusal)
{
    struct err err;
    err_init(&err, op->arena);
    struct op look = *op;
    look.err = &err;
    return artifact_find_object(&look, bucket, key, version_id, ret_refusal, ret_object, NULL);
}

static bool read_bytes(struct op *op, const struct object_row *object, struct str *ret_text)
{
    struct artifact_pieces pieces;
    char *text = arena_alloc(op->arena, (size_t)object->size + 1);
    if (!text || !store_pieces_get(op->db, op->arena, object->content, &pieces))
        return false;
    struct artifact_reader *reader = artifact_reader_open(op->artifacts->folder, pieces);
    bool ok = reader && artifact_reader_read(reader, 0, text, (size_t)object->size) == object->size;
    artifact_reader_free(reader);
    if (ok)
        *ret_text = (struct str){ text, (size_t)object->size };
    return ok;
}

static bool read_text(struct op *op, struct str bucket, struct str key, struct str version_id, size_t most,
                      struct str *ret_text, struct s3_refusal *ret_refusal)
{
    struct object_row object;
    if (!find(op, bucket, key, version_id, &object, ret_refusal))
        return false;
    if ((uint64_t)object.size > most) {
        s3_refuse_with(ret_refusal, op->arena, S3_ENTITY_TOO_LARGE,
                       "It is %lld bytes long; at most %zu bytes are allowed", (long long)object.size, most);
        artifact_add_int(op, ret_refusal, "ProposedSize", object.size);
        artifact_add_int(op, ret_refusal, "MaxSizeAllowed", (int64_t)most);
        return false;
    }
    return read_bytes(op, &object, ret_text) || s3_refuse(ret_refusal, S3_INTERNAL_ERROR);
}

bool artifact_read_text(struct op *op, struct str bucket, struct str key, struct str version_id, size_t most,
                        struct str *ret_text, struct s3_refusal *ret_refusal)
{
    struct artifact_folder *folder = op->artifacts ? op->artifacts->folder : NULL;
    if (!folder)
        return s3_refuse(ret_refusal, S3_INTERNAL_ERROR);
    artifact_folder_begin_read(folder);
    bool ok = read_text(op, bucket, key, version_id, most, ret_text, ret_refusal);
    artifact_folder_end_read(folder);
    return ok;
}

bool artifact_exists(struct op *op, struct str bucket, struct str key, struct str version_id)
{
    struct object_row object;
    struct s3_refusal refusal = { 0 };
    return find(op, bucket, key, version_id, &object, &refusal);
}

bool artifact_bucket_exists(struct op *op, struct str bucket, struct bucket_row *ret_bucket)
{
    return store_bucket_get(op->db, op->arena, bucket, ret_bucket);
}
