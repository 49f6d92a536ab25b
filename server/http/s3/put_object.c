/* PutObject and CopyObject. */
#include "http/s3/actions.h"
#include "http/s3/copy_source.h"
#include "http/s3/description.h"
#include "http/s3/xml_writer.h"

/* ---- PutObject ---- */

/* Before the body is here: what is known of that comes into `content` when it is. */
static bool read_put(struct s3_request *s3)
{
    struct s3_put_object_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    if (!in || !object)
        return s3_no_memory(s3);
    *in = (struct s3_put_object_request){ .refusal = &s3->refusal,
                                          .bucket = s3->bucket,
                                          .key = s3->key,
                                          .conditions = s3_conditions(s3),
                                          .ret_object = object };
    s3->input = in;
    s3->content = &in->content;
    return s3_description_read(s3, &in->description);
}

/* What S3 does unless it is told otherwise, and what clients look for; the disk's encryption is its owner's
 * business. */
static void add_encryption(struct s3_request *s3)
{
    if (s3_header(s3, "x-amz-server-side-encryption").p)
        s3_add(s3, "x-amz-server-side-encryption", STR_LIT("AES256"));
}

static bool answer_put(struct s3_request *s3)
{
    const struct s3_put_object_request *in = s3->input;
    const struct object_row *object = in->ret_object;
    s3_add(s3, MHD_HTTP_HEADER_ETAG, arena_printf(s3->arena, "\"%.*s\"", STR(object->etag)));
    s3_add_version(s3, object->version_id);
    s3_add_checksum(s3, in->content.checksum_algorithm, CHECKSUM_FULL_OBJECT, in->content.checksum);
    add_encryption(s3);
    return true;
}

const struct s3_action s3_put_object = { .name = "PutObject",
                                         .read = read_put,
                                         .check = op_s3_check_put,
                                         .run = op_s3_put_object,
                                         .answer = answer_put,
                                         .body = BODY_FILE,
                                         .writes = true,
                                         .transfers = true };

/* ---- CopyObject ---- */

static bool read_directive(struct s3_request *s3, const char *header, bool *ret_replace)
{
    struct str value = s3_header(s3, header);
    *ret_replace = str_eq_text(value, "REPLACE");
    return *ret_replace || !value.p || str_eq_text(value, "COPY") ||
           s3_invalid_argument(s3, header, value, "Unknown directive.");
}

static bool read_copy(struct s3_request *s3)
{
    struct s3_copy_source source;
    struct s3_copy_object_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    struct str *source_version_id = arena_alloc(s3->arena, sizeof *source_version_id);
    if (!in || !object || !source_version_id)
        return s3_no_memory(s3);
    if (!s3_copy_source_read(s3, &source))
        return false;
    *in = (struct s3_copy_object_request){ .refusal = &s3->refusal,
                                           .source_bucket = source.bucket,
                                           .source_key = source.key,
                                           .source_version_id = source.version_id,
                                           .source_conditions = s3_source_conditions(s3),
                                           .bucket = s3->bucket,
                                           .key = s3->key,
                                           .conditions = s3_conditions(s3),
                                           .ret_object = object,
                                           .ret_source_version_id = source_version_id };
    s3->input = in;
    return read_directive(s3, "x-amz-metadata-directive", &in->replace_description) &&
           read_directive(s3, "x-amz-tagging-directive", &in->replace_tags) &&
           s3_description_read(s3, &in->description);
}

static bool answer_copy(struct s3_request *s3)
{
    const struct s3_copy_object_request *in = s3->input;
    const struct object_row *object = in->ret_object;
    s3_add_version(s3, object->version_id);
    if (in->ret_source_version_id->p && !str_eq_text(*in->ret_source_version_id, "null"))
        s3_add(s3, "x-amz-copy-source-version-id", *in->ret_source_version_id);
    add_encryption(s3);
    xml_begin(&s3->xml, "CopyObjectResult");
    xml_time(&s3->xml, "LastModified", object->modified_at_ms);
    xml_etag(&s3->xml, "ETag", object->etag);
    s3_write_checksum(s3, object->checksum_algorithm, object->checksum);
    xml_close(&s3->xml, "CopyObjectResult");
    return true;
}

const struct s3_action s3_copy_object = {
    .name = "CopyObject", .read = read_copy, .run = op_s3_copy_object, .answer = answer_copy, .writes = true
};
