/* ListParts and ListMultipartUploads. */
#include "http/s3/actions.h"
#include "http/s3/xml_writer.h"

enum { PAGE_MAX = 1000 };

/* ---- ListParts ---- */

struct parts_request {
    struct s3_list_parts_request list;
    bool url_encoding;
};

static bool read_list_parts(struct s3_request *s3)
{
    struct parts_request *in = arena_alloc(s3->arena, sizeof *in);
    struct upload_row *upload = arena_alloc(s3->arena, sizeof *upload);
    struct part_rows *parts = arena_alloc(s3->arena, sizeof *parts);
    bool *truncated = arena_alloc(s3->arena, sizeof *truncated);
    if (!in || !upload || !parts || !truncated)
        return s3_no_memory(s3);
    in->list = (struct s3_list_parts_request){ .refusal = &s3->refusal,
                                               .bucket = s3->bucket,
                                               .key = s3->key,
                                               .upload_id = s3_parameter(s3, "uploadId"),
                                               .ret_upload = upload,
                                               .ret_parts = parts,
                                               .ret_truncated = truncated };
    s3->input = in;
    return s3_parameter_number(s3, "max-parts", PAGE_MAX, 0, PAGE_MAX, &in->list.max) &&
           s3_parameter_number(s3, "part-number-marker", 0, 0, INT32_MAX, &in->list.after) &&
           s3_wants_url_encoding(s3, &in->url_encoding);
}

static void write_part(struct s3_request *s3, const struct part_row *part, int algorithm)
{
    struct strbuf *out = &s3->xml;
    xml_open(out, "Part");
    xml_number(out, "PartNumber", part->number);
    xml_time(out, "LastModified", part->modified_at_ms);
    xml_etag(out, "ETag", part->etag);
    xml_number(out, "Size", part->size);
    s3_write_checksum(s3, algorithm, part->checksum);
    xml_close(out, "Part");
}

static void write_checksum_of_upload(struct s3_request *s3, const struct upload_row *upload)
{
    if (upload->checksum_algorithm == CHECKSUM_NONE)
        return;
    xml_text(&s3->xml, "ChecksumAlgorithm",
             str_from(checksum_name((enum checksum_algorithm)upload->checksum_algorithm)));
    xml_text(&s3->xml, "ChecksumType", str_from(s3_checksum_type_name(upload->checksum_type)));
}

static bool answer_list_parts(struct s3_request *s3)
{
    const struct parts_request *in = s3->input;
    const struct part_rows *parts = in->list.ret_parts;
    struct strbuf *out = &s3->xml;
    xml_begin(out, "ListPartsResult");
    xml_text(out, "Bucket", s3->bucket);
    s3_write_key(s3, in->url_encoding, "Key", s3->key);
    xml_text(out, "UploadId", in->list.upload_id);
    s3_write_owner(s3, "Initiator");
    s3_write_owner(s3, "Owner");
    xml_text(out, "StorageClass", STR_LIT("STANDARD"));
    xml_number(out, "PartNumberMarker", in->list.after);
    xml_number(out, "NextPartNumberMarker",
               parts->n > 0 ? parts->items[parts->n - 1].number : in->list.after);
    xml_number(out, "MaxParts", in->list.max);
    xml_bool(out, "IsTruncated", *in->list.ret_truncated);
    if (in->url_encoding)
        xml_text(out, "EncodingType", STR_LIT("url"));
    write_checksum_of_upload(s3, in->list.ret_upload);
    for (size_t i = 0; i < parts->n; i++)
        write_part(s3, &parts->items[i], in->list.ret_upload->checksum_algorithm);
    xml_close(out, "ListPartsResult");
    return true;
}

const struct s3_action s3_list_parts = {
    .name = "ListParts", .read = read_list_parts, .run = op_s3_list_parts, .answer = answer_list_parts
};

/* ---- ListMultipartUploads ---- */

struct uploads_request {
    struct s3_list_uploads_request list;
    bool url_encoding;
};

static bool read_list_uploads(struct s3_request *s3)
{
    struct uploads_request *in = arena_alloc(s3->arena, sizeof *in);
    struct upload_rows *uploads = arena_alloc(s3->arena, sizeof *uploads);
    struct str_rows *prefixes = arena_alloc(s3->arena, sizeof *prefixes);
    bool *truncated = arena_alloc(s3->arena, sizeof *truncated);
    if (!in || !uploads || !prefixes || !truncated)
        return s3_no_memory(s3);
    in->list = (struct s3_list_uploads_request){ .refusal = &s3->refusal,
                                                 .bucket = s3->bucket,
                                                 .prefix = s3_parameter(s3, "prefix"),
                                                 .delimiter = s3_parameter(s3, "delimiter"),
                                                 .key_marker = s3_parameter(s3, "key-marker"),
                                                 .upload_id_marker = s3_parameter(s3, "upload-id-marker"),
                                                 .ret_uploads = uploads,
                                                 .ret_prefixes = prefixes,
                                                 .ret_truncated = truncated };
    if (in->list.delimiter.n == 0)
        in->list.delimiter = STR_NONE;
    if (in->list.upload_id_marker.n == 0)
        in->list.upload_id_marker = STR_NONE;
    s3->input = in;
    return s3_parameter_number(s3, "max-uploads", PAGE_MAX, 0, PAGE_MAX, &in->list.max) &&
           s3_wants_url_encoding(s3, &in->url_encoding);
}

static void write_upload(struct s3_request *s3, const struct upload_row *upload)
{
    const struct uploads_request *in = s3->input;
    struct strbuf *out = &s3->xml;
    xml_open(out, "Upload");
    s3_write_key(s3, in->url_encoding, "Key", upload->key);
    xml_text(out, "UploadId", upload->upload_id);
    s3_write_owner(s3, "Initiator");
    s3_write_owner(s3, "Owner");
    xml_text(out, "StorageClass", STR_LIT("STANDARD"));
    xml_time(out, "Initiated", upload->begun_at_ms);
    write_checksum_of_upload(s3, upload);
    xml_close(out, "Upload");
}

static void write_next(struct s3_request *s3, const struct uploads_request *in)
{
    const struct upload_rows *uploads = in->list.ret_uploads;
    const struct str_rows *prefixes = in->list.ret_prefixes;
    struct str key = uploads->n > 0 ? uploads->items[uploads->n - 1].key : STR_NONE;
    struct str upload_id = uploads->n > 0 ? uploads->items[uploads->n - 1].upload_id : STR_NONE;
    struct str prefix = prefixes->n > 0 ? prefixes->items[prefixes->n - 1] : STR_NONE;
    bool by_prefix = prefix.p && (!key.p || str_compare(prefix, key) > 0);
    s3_write_key(s3, in->url_encoding, "NextKeyMarker", by_prefix ? prefix : key);
    xml_text(&s3->xml, "NextUploadIdMarker", by_prefix ? STR_NONE : upload_id);
}

static bool answer_list_uploads(struct s3_request *s3)
{
    const struct uploads_request *in = s3->input;
    struct strbuf *out = &s3->xml;
    xml_begin(out, "ListMultipartUploadsResult");
    xml_text(out, "Bucket", s3->bucket);
    s3_write_key(s3, in->url_encoding, "KeyMarker", in->list.key_marker);
    xml_text(out, "UploadIdMarker", in->list.upload_id_marker);
    if (*in->list.ret_truncated)
        write_next(s3, in);
    s3_write_key(s3, in->url_encoding, "Prefix", in->list.prefix);
    if (in->list.delimiter.p)
        s3_write_key(s3, in->url_encoding, "Delimiter", in->list.delimiter);
    if (in->url_encoding)
        xml_text(out, "EncodingType", STR_LIT("url"));
    xml_number(out, "MaxUploads", in->list.max);
    xml_bool(out, "IsTruncated", *in->list.ret_truncated);
    for (size_t i = 0; i < in->list.ret_uploads->n; i++)
        write_upload(s3, &in->list.ret_uploads->items[i]);
    for (size_t i = 0; i < in->list.ret_prefixes->n; i++) {
        xml_open(out, "CommonPrefixes");
        s3_write_key(s3, in->url_encoding, "Prefix", in->list.ret_prefixes->items[i]);
        xml_close(out, "CommonPrefixes");
    }
    xml_close(out, "ListMultipartUploadsResult");
    return true;
}

const struct s3_action s3_list_uploads = { .name = "ListMultipartUploads",
                                           .read = read_list_uploads,
                                           .run = op_s3_list_uploads,
                                           .answer = answer_list_uploads };
