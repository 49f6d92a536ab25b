/* What is said of an object without its bytes: tags, ACL, attributes. */
#include "base/time_text.h"
#include "http/s3/actions.h"
#include "http/s3/description.h"
#include "http/s3/xml_writer.h"

/* ---- what is asked of an object ---- */

static bool read_get(struct s3_request *s3)
{
    struct s3_get_object_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    if (!in || !object)
        return s3_no_memory(s3);
    *in = (struct s3_get_object_request){ .refusal = &s3->refusal,
                                          .bucket = s3->bucket,
                                          .key = s3->key,
                                          .version_id = s3_parameter(s3, "versionId"),
                                          .ret_object = object,
                                          .ret_delete_marker = &s3->delete_marker };
    s3->input = in;
    return true;
}

static const struct object_row *object_of(const struct s3_request *s3)
{
    const struct s3_get_object_request *in = s3->input;
    return in->ret_object;
}

static bool answer_get_tagging(struct s3_request *s3)
{
    s3_add_version(s3, object_of(s3)->version_id);
    xml_begin(&s3->xml, "Tagging");
    s3_tags_write(s3, object_of(s3)->tags);
    xml_close(&s3->xml, "Tagging");
    return true;
}

const struct s3_action s3_get_object_tagging = {
    .name = "GetObjectTagging", .read = read_get, .run = op_s3_get_object, .answer = answer_get_tagging
};

/* There are no ACLs here: everything belongs to the account. */
static bool answer_get_acl(struct s3_request *s3)
{
    struct strbuf *out = &s3->xml;
    xml_begin(out, "AccessControlPolicy");
    s3_write_owner(s3, "Owner");
    xml_open(out, "AccessControlList");
    xml_open(out, "Grant");
    strbuf_add_text(out, "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                         "xsi:type=\"CanonicalUser\">");
    xml_text(out, "ID", str_from(s3->x->http->config.settings->account_id));
    xml_close(out, "Grantee");
    xml_text(out, "Permission", STR_LIT("FULL_CONTROL"));
    xml_close(out, "Grant");
    xml_close(out, "AccessControlList");
    xml_close(out, "AccessControlPolicy");
    return true;
}

const struct s3_action s3_get_object_acl = {
    .name = "GetObjectAcl", .read = read_get, .run = op_s3_get_object, .answer = answer_get_acl
};

/* ---- GetObjectAttributes ---- */

static bool is_wanted(const struct s3_request *s3, const char *attribute)
{
    struct str rest = s3_header(s3, "x-amz-object-attributes");
    while (rest.p) {
        struct str word = str_split(&rest, ',');
        while (word.n > 0 && word.p[0] == ' ')
            word = (struct str){ word.p + 1, word.n - 1 };
        if (str_eq_text(word, attribute))
            return true;
    }
    return false;
}

static bool read_attributes(struct s3_request *s3)
{
    if (s3_header(s3, "x-amz-object-attributes").n == 0)
        return s3_invalid_argument(s3, "x-amz-object-attributes", STR_LIT(""),
                                   "Invalid attribute name specified.");
    return read_get(s3);
}

static void write_checksum_attribute(struct s3_request *s3, const struct object_row *object)
{
    xml_open(&s3->xml, "Checksum");
    s3_write_checksum(s3, object->checksum_algorithm, object->checksum);
    xml_text(&s3->xml, "ChecksumType", str_from(s3_checksum_type_name(object->checksum_type)));
    xml_close(&s3->xml, "Checksum");
}

static void write_parts_attribute(struct s3_request *s3, const struct object_row *object)
{
    xml_open(&s3->xml, "ObjectParts");
    xml_number(&s3->xml, "PartsCount", object->parts);
    xml_close(&s3->xml, "ObjectParts");
}

/* Its ETag has no quotes here. */
static bool answer_attributes(struct s3_request *s3)
{
    const struct object_row *object = object_of(s3);
    struct strbuf *out = &s3->xml;
    char modified[TIME_TEXT_MAX];
    s3_add_version(s3, object->version_id);
    time_format_http(object->modified_at_ms, modified);
    s3_add(s3, MHD_HTTP_HEADER_LAST_MODIFIED, str_from(modified));
    xml_begin(out, "GetObjectAttributesResponse");
    if (is_wanted(s3, "ETag"))
        xml_text(out, "ETag", object->etag);
    if (is_wanted(s3, "Checksum") && object->checksum.p)
        write_checksum_attribute(s3, object);
    if (is_wanted(s3, "ObjectParts") && object->parts > 0)
        write_parts_attribute(s3, object);
    if (is_wanted(s3, "StorageClass"))
        xml_text(out, "StorageClass", STR_LIT("STANDARD"));
    if (is_wanted(s3, "ObjectSize"))
        xml_number(out, "ObjectSize", object->size);
    xml_close(out, "GetObjectAttributesResponse");
    return true;
}

const struct s3_action s3_get_object_attributes = { .name = "GetObjectAttributes",
                                                    .read = read_attributes,
                                                    .run = op_s3_get_object,
                                                    .answer = answer_attributes };

/* ---- tags that change ---- */

static bool read_tags_request(struct s3_request *s3)
{
    struct s3_tags_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    if (!in || !object)
        return s3_no_memory(s3);
    *in = (struct s3_tags_request){ .refusal = &s3->refusal,
                                    .bucket = s3->bucket,
                                    .key = s3->key,
                                    .version_id = s3_parameter(s3, "versionId"),
                                    .ret_object = object };
    s3->input = in;
    return true;
}

static bool read_put_tagging(struct s3_request *s3)
{
    const struct xml_element *root = s3_xml_body(s3, "Tagging");
    if (!root || !read_tags_request(s3))
        return false;
    struct s3_tags_request *in = s3->input;
    return s3_tags_read(s3, root, &in->tags);
}

static bool answer_put_tagging(struct s3_request *s3)
{
    const struct s3_tags_request *in = s3->input;
    s3_add_version(s3, in->ret_object->version_id);
    return true;
}

static bool answer_delete_tagging(struct s3_request *s3)
{
    s3->status = MHD_HTTP_NO_CONTENT;
    return answer_put_tagging(s3);
}

const struct s3_action s3_put_object_tagging = { .name = "PutObjectTagging",
                                                 .read = read_put_tagging,
                                                 .run = op_s3_put_object_tags,
                                                 .answer = answer_put_tagging,
                                                 .body = BODY_XML,
                                                 .writes = true };
const struct s3_action s3_delete_object_tagging = { .name = "DeleteObjectTagging",
                                                    .read = read_tags_request,
                                                    .run = op_s3_put_object_tags,
                                                    .answer = answer_delete_tagging,
                                                    .writes = true };
