/* DeleteObject and DeleteObjects. */
#include "http/s3/actions.h"
#include "http/s3/xml_reader.h"
#include "http/s3/xml_writer.h"

enum { OBJECTS_MAX = 1000 };

/* ---- one ---- */

static bool read_delete(struct s3_request *s3)
{
    struct s3_delete_object_request *in = arena_alloc(s3->arena, sizeof *in);
    bool *marker = arena_alloc(s3->arena, sizeof *marker);
    struct str *version_id = arena_alloc(s3->arena, sizeof *version_id);
    if (!in || !marker || !version_id)
        return s3_no_memory(s3);
    *in = (struct s3_delete_object_request){ .refusal = &s3->refusal,
                                             .bucket = s3->bucket,
                                             .key = s3->key,
                                             .version_id = s3_parameter(s3, "versionId"),
                                             .ret_delete_marker = marker,
                                             .ret_version_id = version_id };
    s3->input = in;
    return true;
}

static bool answer_delete(struct s3_request *s3)
{
    const struct s3_delete_object_request *in = s3->input;
    s3->status = MHD_HTTP_NO_CONTENT;
    s3_add_version(s3, *in->ret_version_id);
    if (*in->ret_delete_marker)
        s3_add(s3, "x-amz-delete-marker", STR_LIT("true"));
    return true;
}

const struct s3_action s3_delete_object = { .name = "DeleteObject",
                                            .read = read_delete,
                                            .run = op_s3_delete_object,
                                            .answer = answer_delete,
                                            .writes = true };

/* ---- several ---- */

struct deletion {
    struct s3_delete_objects_request request;
    bool quiet;
};

static bool read_item(struct s3_request *s3, const struct xml_element *object,
                      struct s3_delete_objects_item *ret_item)
{
    ret_item->key = xml_child_text(object, "Key");
    ret_item->version_id = xml_child_word(object, "VersionId");
    if (ret_item->version_id.n == 0)
        ret_item->version_id = STR_NONE;
    return ret_item->key.n > 0 || s3_refuse(&s3->refusal, S3_MALFORMED_XML);
}

static bool read_items(struct s3_request *s3, const struct xml_element *root, struct deletion *in)
{
    struct s3_delete_objects_request *request = &in->request;
    size_t n = xml_count(root, "Object"), i = 0;
    if (n == 0 || n > OBJECTS_MAX)
        return s3_refuse(&s3->refusal, S3_MALFORMED_XML);
    request->items = arena_array(s3->arena, n, sizeof *request->items);
    if (!request->items)
        return s3_no_memory(s3);
    for (const struct xml_element *object = xml_child(root, "Object"); object; object = xml_next(object))
        if (!read_item(s3, object, &request->items[i++]))
            return false;
    request->n = n;
    return true;
}

/* A list of what is to be deleted must be the one that was meant: it has to prove that. */
static bool read_delete_objects(struct s3_request *s3)
{
    struct deletion *in = arena_alloc(s3->arena, sizeof *in);
    if (!in)
        return s3_no_memory(s3);
    if (!s3_body_has_digest(s3->body))
        return s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_REQUEST,
                              "Missing required header for this request: Content-MD5");
    const struct xml_element *root = s3_xml_body(s3, "Delete");
    if (!root)
        return false;
    in->request = (struct s3_delete_objects_request){ .refusal = &s3->refusal, .bucket = s3->bucket };
    in->quiet = str_eq_text(xml_child_word(root, "Quiet"), "true");
    s3->input = in;
    return read_items(s3, root, in);
}

static void write_deleted(struct s3_request *s3, const struct s3_delete_objects_item *item)
{
    struct strbuf *out = &s3->xml;
    xml_open(out, "Deleted");
    xml_text(out, "Key", item->key);
    xml_text_if(out, "VersionId", item->version_id);
    if (item->delete_marker) {
        xml_bool(out, "DeleteMarker", true);
        xml_text_if(out, "DeleteMarkerVersionId", item->deleted_version_id);
    }
    xml_close(out, "Deleted");
}

static void write_error(struct s3_request *s3, const struct s3_delete_objects_item *item)
{
    const struct s3_refusal *refusal = &item->refusal;
    struct strbuf *out = &s3->xml;
    xml_open(out, "Error");
    xml_text(out, "Key", item->key);
    xml_text_if(out, "VersionId", item->version_id);
    xml_text(out, "Code", str_from(s3_error_code(refusal->error)));
    xml_text(out, "Message",
             refusal->message.p ? refusal->message : str_from(s3_error_message(refusal->error)));
    xml_close(out, "Error");
}

static bool answer_delete_objects(struct s3_request *s3)
{
    const struct deletion *in = s3->input;
    xml_begin(&s3->xml, "DeleteResult");
    for (size_t i = 0; i < in->request.n; i++) {
        const struct s3_delete_objects_item *item = &in->request.items[i];
        if (item->refusal.error != S3_OK)
            write_error(s3, item);
        else if (!in->quiet)
            write_deleted(s3, item);
    }
    xml_close(&s3->xml, "DeleteResult");
    return true;
}

const struct s3_action s3_delete_objects = { .name = "DeleteObjects",
                                             .read = read_delete_objects,
                                             .run = op_s3_delete_objects,
                                             .answer = answer_delete_objects,
                                             .body = BODY_XML,
                                             .writes = true };
