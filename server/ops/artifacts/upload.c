/* Multipart uploads: beginning, parts, aborting. Completing: upload_complete.c. */
#include <inttypes.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifact_pieces.h"
#include "ops/artifacts/artifact_source.h"
#include "ops/artifacts/artifact_version.h"
#include "ops/artifacts/artifact_work.h"

enum { UPLOAD_ID_LETTERS = 64 };

static bool fail_database(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The upload could not be stored.");
}

/* ---- beginning ---- */

static bool check_checksum(struct op *op, const struct s3_create_upload_request *in)
{
    if (in->checksum_algorithm == CHECKSUM_NONE || checksum_allows(in->checksum_algorithm, in->checksum_type))
        return true;
    s3_refuse_with(in->refusal, op->arena, S3_INVALID_REQUEST,
                   "The %s checksum type cannot be used with the %s checksum algorithm.",
                   in->checksum_type == CHECKSUM_COMPOSITE ? "COMPOSITE" : "FULL_OBJECT",
                   checksum_name(in->checksum_algorithm));
    return artifact_refused(op);
}

bool op_s3_create_upload(struct op *op, const void *input)
{
    const struct s3_create_upload_request *in = input;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket) ||
        !artifact_check_key(op, in->key, in->refusal) || !check_checksum(op, in))
        return false;
    struct upload_row upload = {
        .upload_id = artifact_random_id(op, UPLOAD_ID_LETTERS),
        .bucket = in->bucket,
        .key = in->key,
        .begun_at_ms = op->now_ms,
        .headers = in->description.headers.p ? in->description.headers : STR_LIT("{}"),
        .tags = in->description.tags,
        .checksum_algorithm = (int)in->checksum_algorithm,
        .checksum_type = (int)in->checksum_type,
    };
    if (!store_content_insert(op->db, &upload.content) || !store_upload_insert(op->db, &upload))
        return fail_database(op);
    *in->ret_upload = upload;
    return artifact_uploads_changed(op);
}

/* ---- parts ---- */

static bool check_number(struct op *op, const struct s3_upload_part_request *in)
{
    if (in->number >= 1 && in->number <= UPLOAD_PARTS_MAX)
        return true;
    s3_refuse_with(in->refusal, op->arena, S3_INVALID_ARGUMENT,
                   "Part number must be an integer between 1 and %d, inclusive", UPLOAD_PARTS_MAX);
    s3_refusal_add(in->refusal, "ArgumentName", STR_LIT("partNumber"));
    artifact_add_int(op, in->refusal, "ArgumentValue", in->number);
    return artifact_refused(op);
}

static bool find_upload(struct op *op, const struct s3_upload_part_request *in, struct upload_row *ret_upload)
{
    if (!check_number(op, in) ||
        !artifact_find_upload(op, in->bucket, in->key, in->upload_id, in->refusal, ret_upload))
        return false;
    if (in->ret_upload)
        *in->ret_upload = *ret_upload;
    return true;
}

bool op_s3_check_upload(struct op *op, const void *input)
{
    struct upload_row upload;
    return find_upload(op, input, &upload);
}

/* As S3 names them in its message, which is in lower case. */
static const char *shown(int algorithm)
{
    static const char *const names[CHECKSUM_COUNT] = { "null",      "crc32", "crc32c",
                                                       "crc64nvme", "sha1",  "sha256" };
    return names[algorithm];
}

/* A part that comes without a checksum is taken; the object has none then. */
static bool check_algorithm(struct op *op, const struct s3_upload_part_request *in,
                            const struct upload_row *upload)
{
    int given = (int)in->content.checksum_algorithm;
    if (given == CHECKSUM_NONE || given == upload->checksum_algorithm)
        return true;
    s3_refuse_with(in->refusal, op->arena, S3_INVALID_REQUEST,
                   "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
                   shown(upload->checksum_algorithm), shown(given));
    return artifact_refused(op);
}

/* The bytes of one part, and what is said of them. */
struct new_part {
    struct part_row row;
    struct artifact_pieces pieces;
};

static bool part_of_content(struct op *op, const struct s3_upload_part_request *in,
                            const struct upload_row *upload, struct new_part *ret_part)
{
    struct artifact_piece *piece = arena_alloc(op->arena, sizeof *piece);
    if (!piece || !check_algorithm(op, in, upload))
        return false;
    *piece = (struct artifact_piece){ .file = in->content.file, .size = in->content.size };
    ret_part->pieces = (struct artifact_pieces){ 1, piece };
    ret_part->row.size = in->content.size;
    ret_part->row.etag = in->content.etag;
    if (in->content.checksum_algorithm != CHECKSUM_NONE)
        ret_part->row.checksum = in->content.checksum;
    return true;
}

/* S3 has the MD5 of the copied bytes, which nobody has read here: of a whole object that was put at once that
 * is its own, else it is that of where they come from. */
static struct str etag_of_copy(struct op *op, const struct object_row *source, int64_t first, int64_t last)
{
    unsigned char md5[DIGEST_BYTES_MAX];
    if (source->parts == 0 && first == 0 && last == source->size - 1)
        return source->etag;
    struct str from = arena_printf(op->arena, "%.*s %" PRId64 "-%" PRId64, STR(source->etag), first, last);
    if (!from.p || !digest_of(DIGEST_MD5, from, md5))
        return STR_NONE;
    return hex_text(md5, MD5_BYTES, op->arena);
}

/* A whole object's checksum is that of the part, if it is of the upload's kind. */
static struct str checksum_of_copy(const struct object_row *source, int64_t size,
                                   const struct upload_row *upload)
{
    bool same = source->checksum_algorithm == upload->checksum_algorithm && size == source->size &&
                source->checksum_type == CHECKSUM_FULL_OBJECT;
    return same ? source->checksum : STR_NONE;
}

static bool part_of_copy(struct op *op, const struct s3_upload_part_request *in,
                         const struct upload_row *upload, struct new_part *ret_part)
{
    struct artifact_source from = {
        .bucket = in->source_bucket,
        .key = in->source_key,
        .version_id = in->source_version_id,
        .conditions = in->source_conditions,
    };
    struct object_row source;
    struct artifact_pieces all;
    int64_t first, last;
    if (!artifact_source_find(op, &from, in->refusal, &source) ||
        !artifact_source_range(op, in->source_range, source.size, in->refusal, &first, &last))
        return false;
    int64_t size = last - first + 1;
    if (!artifact_source_check_size(op, size, in->refusal))
        return false;
    ret_part->row.size = size;
    ret_part->row.etag = etag_of_copy(op, &source, first, last);
    ret_part->row.checksum = checksum_of_copy(&source, size, upload);
    return (ret_part->row.etag.p && store_pieces_get(op->db, op->arena, source.content, &all) &&
            artifact_pieces_cut(all, first, last, op->arena, &ret_part->pieces)) ||
           fail_database(op);
}

/* Of a part that is uploaded again the old pieces become a content that nobody owns. */
static bool take_away_pieces(struct op *op, const struct upload_row *upload, int64_t number, int64_t *ret_n)
{
    struct part_row before;
    int64_t gone;
    *ret_n = 0;
    if (!store_part_get(op->db, op->arena, upload->content, number, &before))
        return true;
    return (store_content_insert(op->db, &gone) &&
            store_pieces_move(op->db, upload->content, number, number, gone, ret_n) &&
            artifact_drop_content(op, gone)) ||
           fail_database(op);
}

static bool check_pieces(struct op *op, const struct upload_row *upload, const struct new_part *part,
                         struct s3_refusal *refusal)
{
    if (upload->pieces + (int64_t)part->pieces.n <= CONTENT_PIECES_MAX)
        return true;
    s3_refuse_with(refusal, op->arena, S3_INVALID_REQUEST,
                   "The object would consist of more than %d pieces: copy larger ranges, or ranges that "
                   "begin and end where parts of the source do.",
                   CONTENT_PIECES_MAX);
    return artifact_refused(op);
}

static bool store_part(struct op *op, const struct upload_row *upload, const struct new_part *part)
{
    int64_t gone;
    if (!take_away_pieces(op, upload, part->row.number, &gone))
        return false;
    int64_t pieces = upload->pieces - gone + (int64_t)part->pieces.n;
    return (store_pieces_insert(op->db, upload->content, part->row.number, part->pieces) &&
            store_part_put(op->db, upload->content, &part->row) &&
            store_upload_set_pieces(op->db, upload->id, pieces)) ||
           fail_database(op);
}

bool op_s3_upload_part(struct op *op, const void *input)
{
    const struct s3_upload_part_request *in = input;
    struct upload_row upload;
    struct new_part part = { .row = { .number = in->number, .modified_at_ms = op->now_ms } };
    if (!find_upload(op, in, &upload))
        return false;
    bool made =
        in->source_bucket.p ? part_of_copy(op, in, &upload, &part) : part_of_content(op, in, &upload, &part);
    if (!made || !artifact_check_size(op, part.row.size, in->refusal) ||
        !check_pieces(op, &upload, &part, in->refusal) || !store_part(op, &upload, &part))
        return false;
    *in->ret_part = part.row;
    return true;
}

/* ---- the others ---- */

bool op_s3_abort_upload(struct op *op, const void *input)
{
    const struct s3_abort_upload_request *in = input;
    struct upload_row upload;
    return artifact_find_upload(op, in->bucket, in->key, in->upload_id, in->refusal, &upload) &&
           artifact_abort_upload(op, &upload) && artifact_uploads_changed(op);
}

bool op_s3_list_parts(struct op *op, const void *input)
{
    const struct s3_list_parts_request *in = input;
    struct upload_row upload;
    struct part_rows parts;
    int64_t max = in->max < 0 ? 0 : in->max;
    if (!artifact_find_upload(op, in->bucket, in->key, in->upload_id, in->refusal, &upload))
        return false;
    if (!store_parts_list(op->db, op->arena, upload.content, in->after, max + 1, &parts))
        return fail(op->err, ERR_INTERNAL, "The parts could not be read.");
    *in->ret_truncated = max > 0 && (int64_t)parts.n > max;
    if ((int64_t)parts.n > max)
        parts.n = (size_t)max;
    *in->ret_upload = upload;
    *in->ret_parts = parts;
    return true;
}
