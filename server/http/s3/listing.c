/* ListObjects, ListObjectsV2, ListObjectVersions. */
#include "http/s3/actions.h"
#include "http/s3/token.h"
#include "http/s3/xml_writer.h"

enum { PAGE_MAX = 1000 };

/* What the request said, for the answer repeats it. */
struct listing_request {
    struct s3_list_request list; /* what the operation wants */
    struct str token, start_after;
    bool url_encoding;
    bool owners;
};

static struct listing_request *new_request(struct s3_request *s3)
{
    struct listing_request *in = arena_alloc(s3->arena, sizeof *in);
    struct s3_listing *listing = arena_alloc(s3->arena, sizeof *listing);
    if (!in || !listing) {
        s3_no_memory(s3);
        return NULL;
    }
    in->list = (struct s3_list_request){ .refusal = &s3->refusal,
                                         .bucket = s3->bucket,
                                         .prefix = s3_parameter(s3, "prefix"),
                                         .delimiter = s3_parameter(s3, "delimiter"),
                                         .ret_listing = listing };
    if (in->list.delimiter.n == 0)
        in->list.delimiter = STR_NONE;
    s3->input = in;
    if (!s3_parameter_number(s3, "max-keys", PAGE_MAX, 0, PAGE_MAX, &in->list.max) ||
        !s3_wants_url_encoding(s3, &in->url_encoding))
        return NULL;
    return in;
}

static bool read_list(struct s3_request *s3)
{
    struct listing_request *in = new_request(s3);
    if (!in)
        return false;
    in->list.after = s3_parameter(s3, "marker");
    in->owners = true;
    return true;
}

static bool read_list_v2(struct s3_request *s3)
{
    struct str type = s3_parameter(s3, "list-type");
    if (!str_eq_text(type, "2"))
        return s3_invalid_argument(s3, "list-type", type, "Invalid List Type specified in Request");
    struct listing_request *in = new_request(s3);
    if (!in || !s3_token_read(s3, "continuation-token", &in->list.after))
        return false;
    in->token = s3_parameter(s3, "continuation-token");
    in->start_after = s3_parameter(s3, "start-after");
    if (!in->list.after.p)
        in->list.after = in->start_after;
    in->owners = str_eq_text(s3_parameter(s3, "fetch-owner"), "true");
    return true;
}

static bool read_list_versions(struct s3_request *s3)
{
    struct listing_request *in = new_request(s3);
    if (!in)
        return false;
    in->list.versions = true;
    in->list.after = s3_parameter(s3, "key-marker");
    in->list.after_version = s3_parameter(s3, "version-id-marker");
    if (in->list.after_version.n > 0 && in->list.after.n == 0)
        return s3_invalid_argument(s3, "version-id-marker", in->list.after_version,
                                   "A version-id marker cannot be specified without a key marker.");
    if (in->list.after_version.n == 0)
        in->list.after_version = STR_NONE;
    in->owners = true;
    return true;
}

/* ---- answers ---- */

static void write_key(struct s3_request *s3, const char *name, struct str key)
{
    const struct listing_request *in = s3->input;
    s3_write_key(s3, in->url_encoding, name, key);
}

static void write_key_if(struct s3_request *s3, const char *name, struct str key)
{
    if (key.p)
        write_key(s3, name, key);
}

static void write_object(struct s3_request *s3, const char *element, const struct object_row *object)
{
    const struct listing_request *in = s3->input;
    struct strbuf *out = &s3->xml;
    xml_open(out, element);
    write_key(s3, "Key", object->key);
    if (in->list.versions) {
        xml_text(out, "VersionId", object->version_id);
        xml_bool(out, "IsLatest", object->is_latest);
    }
    xml_time(out, "LastModified", object->modified_at_ms);
    if (!object->delete_marker) {
        xml_etag(out, "ETag", object->etag);
        if (object->checksum_algorithm != CHECKSUM_NONE && object->checksum.p) {
            xml_text(out, "ChecksumAlgorithm",
                     str_from(checksum_name((enum checksum_algorithm)object->checksum_algorithm)));
            xml_text(out, "ChecksumType", str_from(s3_checksum_type_name(object->checksum_type)));
        }
        xml_number(out, "Size", object->size);
        xml_text(out, "StorageClass", STR_LIT("STANDARD"));
    }
    if (in->owners)
        s3_write_owner(s3, "Owner");
    xml_close(out, element);
}

static void write_head(struct s3_request *s3, const char *root)
{
    const struct listing_request *in = s3->input;
    xml_begin(&s3->xml, root);
    xml_text(&s3->xml, "Name", s3->bucket);
    write_key(s3, "Prefix", in->list.prefix);
}

static void write_rest(struct s3_request *s3)
{
    const struct listing_request *in = s3->input;
    xml_number(&s3->xml, "MaxKeys", in->list.max);
    write_key_if(s3, "Delimiter", in->list.delimiter);
    if (in->url_encoding)
        xml_text(&s3->xml, "EncodingType", STR_LIT("url"));
    xml_bool(&s3->xml, "IsTruncated", in->list.ret_listing->truncated);
}

static const char *element_of(const struct listing_request *in, const struct object_row *object)
{
    return !in->list.versions ? "Contents" : object->delete_marker ? "DeleteMarker" : "Version";
}

static void write_rows(struct s3_request *s3)
{
    const struct listing_request *in = s3->input;
    const struct s3_listing *listing = in->list.ret_listing;
    for (size_t i = 0; i < listing->object_n; i++)
        write_object(s3, element_of(in, &listing->objects[i]), &listing->objects[i]);
    for (size_t i = 0; i < listing->prefix_n; i++) {
        xml_open(&s3->xml, "CommonPrefixes");
        write_key(s3, "Prefix", listing->prefixes[i]);
        xml_close(&s3->xml, "CommonPrefixes");
    }
}

/* Without a delimiter the last key says where it goes on. */
static bool answer_list(struct s3_request *s3)
{
    const struct listing_request *in = s3->input;
    const struct s3_listing *listing = in->list.ret_listing;
    write_head(s3, "ListBucketResult");
    write_key(s3, "Marker", in->list.after);
    if (listing->truncated && in->list.delimiter.p)
        write_key(s3, "NextMarker", listing->last);
    write_rest(s3);
    write_rows(s3);
    xml_close(&s3->xml, "ListBucketResult");
    return true;
}

static bool answer_list_v2(struct s3_request *s3)
{
    const struct listing_request *in = s3->input;
    const struct s3_listing *listing = in->list.ret_listing;
    write_head(s3, "ListBucketResult");
    xml_text_if(&s3->xml, "ContinuationToken", in->token);
    write_key_if(s3, "StartAfter", in->start_after);
    xml_number(&s3->xml, "KeyCount", (int64_t)(listing->object_n + listing->prefix_n));
    write_rest(s3);
    if (listing->truncated)
        xml_text(&s3->xml, "NextContinuationToken", s3_token_text(s3, listing->last));
    write_rows(s3);
    xml_close(&s3->xml, "ListBucketResult");
    return true;
}

static bool answer_list_versions(struct s3_request *s3)
{
    const struct listing_request *in = s3->input;
    const struct s3_listing *listing = in->list.ret_listing;
    write_head(s3, "ListVersionsResult");
    write_key(s3, "KeyMarker", in->list.after);
    xml_text(&s3->xml, "VersionIdMarker", in->list.after_version);
    if (listing->truncated) {
        write_key(s3, "NextKeyMarker", listing->last);
        xml_text_if(&s3->xml, "NextVersionIdMarker", listing->last_version);
    }
    write_rest(s3);
    write_rows(s3);
    xml_close(&s3->xml, "ListVersionsResult");
    return true;
}

const struct s3_action s3_list_objects = {
    .name = "ListObjects", .read = read_list, .run = op_s3_list_objects, .answer = answer_list
};
const struct s3_action s3_list_objects_v2 = {
    .name = "ListObjectsV2", .read = read_list_v2, .run = op_s3_list_objects, .answer = answer_list_v2
};
const struct s3_action s3_list_object_versions = { .name = "ListObjectVersions",
                                                   .read = read_list_versions,
                                                   .run = op_s3_list_objects,
                                                   .answer = answer_list_versions };
