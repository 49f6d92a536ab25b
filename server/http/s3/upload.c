/* Multipart uploads: begun, filled part by part, completed or given up. */
#include "http/s3/actions.h"
#include "http/s3/copy_source.h"
#include "http/s3/description.h"
#include "http/s3/xml_writer.h"

enum { PARTS_MAX = 10000 };

/* ---- CreateMultipartUpload ---- */

static bool read_algorithm(struct s3_request *s3, struct s3_create_upload_request *in)
{
    struct str name = s3_header(s3, "x-amz-checksum-algorithm");
    if (!name.p)
        return true;
    in->checksum_algorithm = checksum_by_name(name);
    return in->checksum_algorithm != CHECKSUM_NONE ||
           s3_refuse_with(
               &s3->refusal, s3->arena, S3_INVALID_REQUEST,
               "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
               "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}

static bool read_checksum_type(struct s3_request *s3, struct s3_create_upload_request *in)
{
    struct str name = s3_header(s3, "x-amz-checksum-type");
    if (in->checksum_algorithm == CHECKSUM_NONE)
        return !name.p || s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_REQUEST,
                                         "The x-amz-checksum-type header can only be used with the "
                                         "x-amz-checksum-algorithm header.");
    in->checksum_type = checksum_default_type(in->checksum_algorithm);
    if (!name.p)
        return true;
    bool composite = str_eq_text(name, "COMPOSITE");
    if (!composite && !str_eq_text(name, "FULL_OBJECT"))
        return s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_REQUEST,
                              "Value for x-amz-checksum-type header is invalid.");
    in->checksum_type = composite ? CHECKSUM_COMPOSITE : CHECKSUM_FULL_OBJECT;
    return checksum_allows(in->checksum_algorithm, in->checksum_type) ||
           s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_REQUEST,
                          "The %.*s checksum type cannot be used with the %s checksum algorithm.", STR(name),
                          checksum_name(in->checksum_algorithm));
}

static bool read_create(struct s3_request *s3)
{
    struct s3_create_upload_request *in = arena_alloc(s3->arena, sizeof *in);
    struct upload_row *upload = arena_alloc(s3->arena, sizeof *upload);
    if (!in || !upload)
        return s3_no_memory(s3);
    *in = (struct s3_create_upload_request){
        .refusal = &s3->refusal, .bucket = s3->bucket, .key = s3->key, .ret_upload = upload
    };
    s3->input = in;
    return s3_description_read(s3, &in->description) && read_algorithm(s3, in) && read_checksum_type(s3, in);
}

static bool answer_create(struct s3_request *s3)
{
    const struct s3_create_upload_request *in = s3->input;
    if (in->checksum_algorithm != CHECKSUM_NONE) {
        s3_add(s3, "x-amz-checksum-algorithm", str_from(checksum_name(in->checksum_algorithm)));
        s3_add(s3, "x-amz-checksum-type", str_from(s3_checksum_type_name((int)in->checksum_type)));
    }
    xml_begin(&s3->xml, "InitiateMultipartUploadResult");
    xml_text(&s3->xml, "Bucket", s3->bucket);
    xml_text(&s3->xml, "Key", s3->key);
    xml_text(&s3->xml, "UploadId", in->ret_upload->upload_id);
    xml_close(&s3->xml, "InitiateMultipartUploadResult");
    return true;
}

const struct s3_action s3_create_upload = { .name = "CreateMultipartUpload",
                                            .read = read_create,
                                            .run = op_s3_create_upload,
                                            .answer = answer_create,
                                            .writes = true };

/* ---- UploadPart, UploadPartCopy ---- */

static bool read_number(struct s3_request *s3, int64_t *ret_number)
{
    struct str text = s3_parameter(s3, "partNumber");
    return (str_to_int(text, ret_number) && *ret_number >= 1 && *ret_number <= PARTS_MAX) ||
           s3_invalid_argument(s3, "partNumber", text,
                               "Part number must be an integer between 1 and 10000, inclusive");
}

static bool read_part(struct s3_request *s3)
{
    struct s3_upload_part_request *in = arena_alloc(s3->arena, sizeof *in);
    struct part_row *part = arena_alloc(s3->arena, sizeof *part);
    struct upload_row *upload = arena_alloc(s3->arena, sizeof *upload);
    if (!in || !part || !upload)
        return s3_no_memory(s3);
    *in = (struct s3_upload_part_request){ .refusal = &s3->refusal,
                                           .bucket = s3->bucket,
                                           .key = s3->key,
                                           .upload_id = s3_parameter(s3, "uploadId"),
                                           .ret_part = part,
                                           .ret_upload = upload };
    s3->input = in;
    s3->content = &in->content;
    return read_number(s3, &in->number);
}

/* The object's checksum is made of those of its parts, whether the client has sent them or not. */
static bool want_checksum(struct s3_request *s3)
{
    const struct s3_upload_part_request *in = s3->input;
    return s3_body_want_checksum(s3, (enum checksum_algorithm)in->ret_upload->checksum_algorithm);
}

static bool answer_part(struct s3_request *s3)
{
    const struct s3_upload_part_request *in = s3->input;
    s3_add(s3, MHD_HTTP_HEADER_ETAG, arena_printf(s3->arena, "\"%.*s\"", STR(in->ret_part->etag)));
    if (in->content.checksum_algorithm != CHECKSUM_NONE)
        s3_add(s3, checksum_header(in->content.checksum_algorithm), in->content.checksum);
    return true;
}

const struct s3_action s3_upload_part = { .name = "UploadPart",
                                          .read = read_part,
                                          .check = op_s3_check_upload,
                                          .checked = want_checksum,
                                          .run = op_s3_upload_part,
                                          .answer = answer_part,
                                          .body = BODY_FILE,
                                          .writes = true };

static bool read_part_copy(struct s3_request *s3)
{
    struct s3_copy_source source;
    if (!read_part(s3) || !s3_copy_source_read(s3, &source))
        return false;
    struct s3_upload_part_request *in = s3->input;
    s3->content = NULL;
    in->source_bucket = source.bucket;
    in->source_key = source.key;
    in->source_version_id = source.version_id;
    in->source_conditions = s3_source_conditions(s3);
    in->source_range = s3_header(s3, "x-amz-copy-source-range");
    return true;
}

static bool answer_part_copy(struct s3_request *s3)
{
    const struct s3_upload_part_request *in = s3->input;
    xml_begin(&s3->xml, "CopyPartResult");
    xml_time(&s3->xml, "LastModified", in->ret_part->modified_at_ms);
    xml_etag(&s3->xml, "ETag", in->ret_part->etag);
    xml_close(&s3->xml, "CopyPartResult");
    return true;
}

const struct s3_action s3_upload_part_copy = { .name = "UploadPartCopy",
                                               .read = read_part_copy,
                                               .run = op_s3_upload_part,
                                               .answer = answer_part_copy,
                                               .writes = true };

/* ---- CompleteMultipartUpload ---- */

static struct str without_quotes(struct str etag)
{
    return etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"'
               ? (struct str){ etag.p + 1, etag.n - 2 }
               : etag;
}

/* One checksum at most. */
static void read_part_checksum(const struct xml_element *element, struct s3_completed_part *part)
{
    for (enum checksum_algorithm algorithm = CHECKSUM_NONE + 1; algorithm < CHECKSUM_COUNT; algorithm++) {
        struct str value = xml_child_word(element, checksum_element(algorithm));
        if (!value.p)
            continue;
        part->checksum_algorithm = algorithm;
        part->checksum = value;
        return;
    }
}

static bool read_completed_part(struct s3_request *s3, const struct xml_element *element,
                                struct s3_completed_part *ret_part)
{
    struct s3_completed_part part = { .etag = without_quotes(xml_child_word(element, "ETag")) };
    if (!part.etag.p || !str_to_int(xml_child_word(element, "PartNumber"), &part.number))
        return s3_refuse(&s3->refusal, S3_MALFORMED_XML);
    if (part.number < 1 || part.number > PARTS_MAX)
        return s3_invalid_argument(s3, "partNumber", xml_child_word(element, "PartNumber"),
                                   "Part number must be an integer between 1 and 10000, inclusive");
    read_part_checksum(element, &part);
    *ret_part = part;
    return true;
}

static bool read_completed_parts(struct s3_request *s3, const struct xml_element *root,
                                 struct s3_complete_upload_request *in)
{
    size_t n = xml_count(root, "Part"), i = 0;
    if (n == 0 || n > PARTS_MAX)
        return s3_refuse(&s3->refusal, S3_MALFORMED_XML);
    in->parts = arena_array(s3->arena, n, sizeof *in->parts);
    if (!in->parts)
        return s3_no_memory(s3);
    for (const struct xml_element *part = xml_child(root, "Part"); part; part = xml_next(part))
        if (!read_completed_part(s3, part, &in->parts[i++]))
            return false;
    in->n = n;
    return true;
}

static void read_checksum_of_result(const struct s3_request *s3, struct s3_complete_upload_request *in)
{
    for (enum checksum_algorithm algorithm = CHECKSUM_NONE + 1; algorithm < CHECKSUM_COUNT; algorithm++) {
        struct str value = s3_header_only(s3, checksum_header(algorithm));
        if (!value.p)
            continue;
        in->checksum_algorithm = algorithm;
        in->checksum = value;
        return;
    }
}

static bool read_complete(struct s3_request *s3)
{
    struct s3_complete_upload_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    if (!in || !object)
        return s3_no_memory(s3);
    const struct xml_element *root = s3_xml_body(s3, "CompleteMultipartUpload");
    if (!root)
        return false;
    *in = (struct s3_complete_upload_request){ .refusal = &s3->refusal,
                                               .bucket = s3->bucket,
                                               .key = s3->key,
                                               .upload_id = s3_parameter(s3, "uploadId"),
                                               .conditions = s3_conditions(s3),
                                               .ret_object = object };
    s3->input = in;
    read_checksum_of_result(s3, in);
    return read_completed_parts(s3, root, in);
}

/* As the client has reached it. */
static struct str location_of(struct s3_request *s3)
{
    const struct exchange *x = s3->x;
    return arena_printf(s3->arena, "%s://%.*s%.*s", x->listener->tls ? "https" : "http",
                        STR(exchange_header(x, MHD_HTTP_HEADER_HOST)), STR(x->path));
}

static bool answer_complete(struct s3_request *s3)
{
    const struct s3_complete_upload_request *in = s3->input;
    const struct object_row *object = in->ret_object;
    struct strbuf *out = &s3->xml;
    s3_add_version(s3, object->version_id);
    xml_begin(out, "CompleteMultipartUploadResult");
    xml_text(out, "Location", location_of(s3));
    xml_text(out, "Bucket", s3->bucket);
    xml_text(out, "Key", s3->key);
    xml_etag(out, "ETag", object->etag);
    if (object->checksum_algorithm != CHECKSUM_NONE && object->checksum.p) {
        s3_write_checksum(s3, object->checksum_algorithm, object->checksum);
        xml_text(out, "ChecksumType", str_from(s3_checksum_type_name(object->checksum_type)));
    }
    xml_close(out, "CompleteMultipartUploadResult");
    return true;
}

const struct s3_action s3_complete_upload = { .name = "CompleteMultipartUpload",
                                              .read = read_complete,
                                              .run = op_s3_complete_upload,
                                              .answer = answer_complete,
                                              .body = BODY_XML,
                                              .checksums_of_result = true,
                                              .writes = true };

/* ---- AbortMultipartUpload ---- */

static bool read_abort(struct s3_request *s3)
{
    struct s3_abort_upload_request *in = arena_alloc(s3->arena, sizeof *in);
    if (!in)
        return s3_no_memory(s3);
    *in = (struct s3_abort_upload_request){ .refusal = &s3->refusal,
                                            .bucket = s3->bucket,
                                            .key = s3->key,
                                            .upload_id = s3_parameter(s3, "uploadId") };
    s3->input = in;
    return true;
}

static bool answer_abort(struct s3_request *s3)
{
    s3->status = MHD_HTTP_NO_CONTENT;
    return true;
}

const struct s3_action s3_abort_upload = { .name = "AbortMultipartUpload",
                                           .read = read_abort,
                                           .run = op_s3_abort_upload,
                                           .answer = answer_abort,
                                           .writes = true };
