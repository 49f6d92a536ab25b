/* CompleteMultipartUpload: the upload's content becomes the object's, as it is. */
#include <inttypes.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "ops/artifacts/artifact_check.h"
#include "ops/artifacts/artifact_version.h"
#include "ops/artifacts/artifact_work.h"
#include "settings.h"

enum { PART_BYTES_LEAST = 5 * 1024 * 1024 };

struct completion {
    struct op *op;
    const struct s3_complete_upload_request *in;
    struct upload_row upload;
    struct part_rows stored;       /* all that were uploaded */
    const struct part_row **parts; /* those of the object, in order: in->n of them */
    int64_t size;
};

static bool fail_database(struct completion *c)
{
    return fail(c->op->err, ERR_INTERNAL, "The object could not be stored.");
}

/* ---- what is asked for ---- */

static bool check_order(struct completion *c)
{
    const struct s3_complete_upload_request *in = c->in;
    if (in->n == 0 || in->n > UPLOAD_PARTS_MAX) {
        s3_refuse(in->refusal, S3_MALFORMED_XML);
        return artifact_refused(c->op);
    }
    for (size_t i = 1; i < in->n; i++) {
        if (in->parts[i].number > in->parts[i - 1].number)
            continue;
        s3_refuse(in->refusal, S3_INVALID_PART_ORDER);
        s3_refusal_add(in->refusal, "UploadId", in->upload_id);
        return artifact_refused(c->op);
    }
    return true;
}

static bool refuse_part(struct completion *c, const struct s3_completed_part *part)
{
    s3_refuse(c->in->refusal, S3_INVALID_PART);
    s3_refusal_add(c->in->refusal, "UploadId", c->in->upload_id);
    artifact_add_int(c->op, c->in->refusal, "PartNumber", part->number);
    s3_refusal_add(c->in->refusal, "ETag", part->etag);
    return artifact_refused(c->op);
}

/* AWS wants the checksums of the parts again, where the object's is made of them. */
static bool check_checksum(struct completion *c, const struct s3_completed_part *part,
                           const struct part_row *stored)
{
    enum checksum_algorithm algorithm = (enum checksum_algorithm)c->upload.checksum_algorithm;
    if (part->checksum.p)
        return (part->checksum_algorithm == algorithm && str_eq(part->checksum, stored->checksum)) ||
               refuse_part(c, part);
    if (!c->op->settings->strict || algorithm == CHECKSUM_NONE ||
        c->upload.checksum_type != CHECKSUM_COMPOSITE)
        return true;
    s3_refuse_with(c->in->refusal, c->op->arena, S3_INVALID_REQUEST,
                   "The upload was created using a %s checksum. The complete request must include the "
                   "checksum for each part. It was missing for part %" PRId64 " in the request.",
                   checksum_name(algorithm), part->number);
    return artifact_refused(c->op);
}

static bool check_part_size(struct completion *c, size_t i)
{
    const struct part_row *part = c->parts[i];
    if (part->size >= PART_BYTES_LEAST || i + 1 == c->in->n)
        return true;
    s3_refuse(c->in->refusal, S3_ENTITY_TOO_SMALL);
    artifact_add_int(c->op, c->in->refusal, "ProposedSize", part->size);
    artifact_add_int(c->op, c->in->refusal, "MinSizeAllowed", PART_BYTES_LEAST);
    artifact_add_int(c->op, c->in->refusal, "PartNumber", part->number);
    s3_refusal_add(c->in->refusal, "ETag", part->etag);
    return artifact_refused(c->op);
}

/* Both lists are in the order of their numbers. */
static bool match_parts(struct completion *c)
{
    size_t next = 0;
    for (size_t i = 0; i < c->in->n; i++) {
        const struct s3_completed_part *part = &c->in->parts[i];
        while (next < c->stored.n && c->stored.items[next].number < part->number)
            next++;
        if (next == c->stored.n || c->stored.items[next].number != part->number ||
            !str_eq_nocase(c->stored.items[next].etag, part->etag))
            return refuse_part(c, part);
        c->parts[i] = &c->stored.items[next];
        if (!check_checksum(c, part, c->parts[i]))
            return false;
    }
    return true;
}

static bool check_sizes(struct completion *c)
{
    for (size_t i = 0; i < c->in->n; i++) {
        if (!check_part_size(c, i))
            return false;
        c->size += c->parts[i]->size; /* at most 10,000 parts, none larger than an object may be */
        if (!artifact_check_size(c->op, c->size, c->in->refusal))
            return false;
    }
    return true;
}

static bool check(struct completion *c)
{
    const struct s3_complete_upload_request *in = c->in;
    struct op *op = c->op;
    if (!artifact_find_upload(op, in->bucket, in->key, in->upload_id, in->refusal, &c->upload) ||
        !check_order(c))
        return false;
    c->parts = arena_array(op->arena, in->n, sizeof(const struct part_row *));
    if (!c->parts || !store_parts_list(op->db, op->arena, c->upload.content, 0, UPLOAD_PARTS_MAX, &c->stored))
        return fail_database(c);
    return match_parts(c) && check_sizes(c) &&
           artifact_check_write(op, &in->conditions, in->bucket, in->key, in->refusal);
}

/* ---- what comes of it ---- */

/* The MD5 of the parts' MD5s, and how many there are. */
static bool make_etag(struct completion *c, struct str *ret_etag)
{
    unsigned char md5[DIGEST_BYTES_MAX];
    struct digest *digest = digest_new(DIGEST_MD5);
    bool ok = digest != NULL;
    for (size_t i = 0; ok && i < c->in->n; i++) {
        ok = hex_read(c->parts[i]->etag, md5, MD5_BYTES);
        if (ok)
            digest_add(digest, md5, MD5_BYTES);
    }
    ok = ok && digest_end(digest, md5);
    digest_free(digest);
    if (!ok)
        return fail_database(c);
    struct str hex = hex_text(md5, MD5_BYTES, c->op->arena);
    *ret_etag = arena_printf(c->op->arena, "%.*s-%zu", STR(hex), c->in->n);
    return true;
}

/* Absent where a part has none. */
static bool make_checksum(struct completion *c, struct str *ret_checksum)
{
    enum checksum_algorithm algorithm = (enum checksum_algorithm)c->upload.checksum_algorithm;
    char value[CHECKSUM_TEXT_MAX];
    struct checksum_part *parts = arena_array(c->op->arena, c->in->n, sizeof *parts);
    *ret_checksum = STR_NONE;
    if (!parts)
        return fail_database(c);
    for (size_t i = 0; i < c->in->n; i++) {
        parts[i] = (struct checksum_part){ .value = c->parts[i]->checksum, .size = c->parts[i]->size };
        if (!parts[i].value.p)
            return true;
    }
    if (algorithm != CHECKSUM_NONE &&
        checksum_of_parts(algorithm, (enum checksum_type)c->upload.checksum_type, parts, c->in->n, value))
        *ret_checksum = arena_str(c->op->arena, str_from(value));
    return true;
}

/* The parts from number to number, which the object does not have. */
static bool leave_out(struct completion *c, int64_t first, int64_t last, int64_t gone)
{
    int64_t n;
    return store_pieces_move(c->op->db, c->upload.content, first, last, gone, &n) &&
           store_parts_move(c->op->db, c->upload.content, first, last, gone);
}

/* What was uploaded and not asked for becomes a content that nobody owns. */
static bool leave_out_others(struct completion *c)
{
    int64_t gone, before = 0;
    if (c->stored.n == c->in->n)
        return true;
    bool ok = store_content_insert(c->op->db, &gone);
    for (size_t i = 0; ok && i < c->in->n; i++) {
        int64_t number = c->parts[i]->number;
        /* Between two that are neighbours in what was uploaded there is nothing. */
        bool gap = i == 0 ? c->parts[0] != c->stored.items : c->parts[i] != c->parts[i - 1] + 1;
        ok = !gap || leave_out(c, before + 1, number - 1, gone);
        before = number;
    }
    ok = ok && leave_out(c, before + 1, UPLOAD_PARTS_MAX, gone) && artifact_drop_content(c->op, gone);
    return ok || fail_database(c);
}

static bool store(struct completion *c, struct object_row *object)
{
    struct op *op = c->op;
    struct bucket_row bucket;
    if (!artifact_find_bucket(op, c->in->bucket, c->in->refusal, &bucket) || !leave_out_others(c))
        return false;
    if (!store_upload_delete(op->db, c->upload.id))
        return fail_database(c);
    return artifact_version_add(op, &bucket, object) && artifact_uploads_changed(op);
}

/* Whether it is what the client has reckoned, if it says so. */
static bool check_result(struct completion *c, struct str checksum)
{
    const struct s3_complete_upload_request *in = c->in;
    if (!in->checksum.p)
        return true;
    if ((int)in->checksum_algorithm == c->upload.checksum_algorithm && str_eq(in->checksum, checksum))
        return true;
    s3_refuse_with(in->refusal, c->op->arena, S3_BAD_DIGEST,
                   "The %s you specified did not match the calculated checksum.",
                   checksum_name(in->checksum_algorithm));
    return artifact_refused(c->op);
}

bool op_s3_complete_upload(struct op *op, const void *input)
{
    const struct s3_complete_upload_request *in = input;
    struct completion c = { .op = op, .in = in };
    struct str etag, checksum;
    if (!check(&c) || !make_etag(&c, &etag) || !make_checksum(&c, &checksum) || !check_result(&c, checksum))
        return false;
    struct object_row object = {
        .bucket = in->bucket,
        .key = in->key,
        .content = c.upload.content,
        .size = c.size,
        .etag = etag,
        .headers = c.upload.headers,
        .tags = c.upload.tags,
        .checksum_algorithm = checksum.p ? c.upload.checksum_algorithm : CHECKSUM_NONE,
        .checksum_type = checksum.p ? c.upload.checksum_type : CHECKSUM_FULL_OBJECT,
        .checksum = checksum,
        .parts = (int64_t)in->n,
    };
    if (!store(&c, &object))
        return false;
    *in->ret_object = object;
    return true;
}
