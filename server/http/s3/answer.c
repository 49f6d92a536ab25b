/* What leaves: status, headers, and as the body nothing, XML, or an object's bytes. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/time_text.h"
#include "http/s3/request.h"
#include "http/s3/xml_writer.h"

enum { PIECE_BYTES = 128 * 1024 };

static const char host_id[] = "iotjobsd";

/* ---- headers ---- */

void s3_add(struct s3_request *s3, const char *name, struct str value)
{
    if (!value.p)
        return;
    struct s3_header *header = arena_alloc(s3->arena, sizeof *header);
    if (!header)
        return; /* the arena tells */
    *header = (struct s3_header){ name, arena_str(s3->arena, value), s3->answer_headers };
    s3->answer_headers = header;
}

void s3_set(struct s3_request *s3, const char *name, struct str value)
{
    for (struct s3_header *header = s3->answer_headers; header; header = header->next)
        if (str_eq_nocase(str_from(header->name), str_from(name))) {
            header->value = arena_str(s3->arena, value);
            return;
        }
    s3_add(s3, name, value);
}

void s3_add_number(struct s3_request *s3, const char *name, int64_t value)
{
    s3_add(s3, name, arena_printf(s3->arena, "%" PRId64, value));
}

/* "null" is what versions are called that were put before there were any. */
void s3_add_version(struct s3_request *s3, struct str version_id)
{
    if (version_id.p && !str_eq_text(version_id, "null"))
        s3_add(s3, "x-amz-version-id", version_id);
}

void s3_add_object(struct s3_request *s3, const struct object_row *object)
{
    char text[TIME_TEXT_MAX];
    time_format_http(object->modified_at_ms, text);
    s3_add(s3, MHD_HTTP_HEADER_ETAG, arena_printf(s3->arena, "\"%.*s\"", STR(object->etag)));
    s3_add(s3, MHD_HTTP_HEADER_LAST_MODIFIED, str_from(text));
    s3_add_version(s3, object->version_id);
}

const char *s3_checksum_type_name(int type)
{
    return type == CHECKSUM_COMPOSITE ? "COMPOSITE" : "FULL_OBJECT";
}

void s3_add_checksum(struct s3_request *s3, int algorithm, int type, struct str checksum)
{
    if (algorithm == CHECKSUM_NONE || !checksum.p)
        return;
    s3_add(s3, checksum_header((enum checksum_algorithm)algorithm), checksum);
    s3_add(s3, "x-amz-checksum-type", str_from(s3_checksum_type_name(type)));
}

/* ---- what several answers have in them ---- */

void s3_write_key(struct s3_request *s3, bool url_encoding, const char *name, struct str key)
{
    xml_text(&s3->xml, name, url_encoding && key.n > 0 ? sigv4_encode(key, true, s3->arena) : key);
}

void s3_write_owner(struct s3_request *s3, const char *tag)
{
    xml_open(&s3->xml, tag);
    xml_text(&s3->xml, "ID", str_from(s3->x->http->config.settings->account_id));
    xml_text(&s3->xml, "DisplayName", str_from(host_id));
    xml_close(&s3->xml, tag);
}

void s3_write_checksum(struct s3_request *s3, int algorithm, struct str checksum)
{
    if (algorithm != CHECKSUM_NONE && checksum.p)
        xml_text(&s3->xml, checksum_element((enum checksum_algorithm)algorithm), checksum);
}

/* ---- refusals ---- */

/* What an operation or the engine has failed with. */
static void refuse_by_error(struct s3_request *s3)
{
    const struct err *err = &s3->call->err;
    switch (err->code) {
    case ERR_S3_REFUSED: break;
    case ERR_THROTTLING: s3->refusal = (struct s3_refusal){ .error = S3_SLOW_DOWN }; return;
    case ERR_FORBIDDEN:
    case ERR_ACCESS_DENIED:
        s3->refusal = (struct s3_refusal){ .error = S3_ACCESS_DENIED, .message = err->message };
        return;
    default: s3->refusal = (struct s3_refusal){ .error = S3_INTERNAL_ERROR }; return;
    }
    if (s3->refusal.error == S3_OK)
        s3->refusal.error = S3_INTERNAL_ERROR;
}

static void write_refusal(struct s3_request *s3)
{
    const struct s3_refusal *refusal = &s3->refusal;
    struct strbuf *out = &s3->xml;
    struct str message = refusal->message.p ? refusal->message : str_from(s3_error_message(refusal->error));
    strbuf_clear(out);
    xml_prolog(out);
    xml_open(out, "Error");
    xml_text(out, "Code", str_from(s3_error_code(refusal->error)));
    xml_text(out, "Message", message);
    for (size_t i = 0; i < refusal->n; i++)
        xml_text(out, refusal->members[i].name, refusal->members[i].value);
    xml_text(out, "RequestId", str_from(s3->x->request_id));
    xml_text(out, "HostId", str_from(host_id));
    xml_close(out, "Error");
}

static void answer_refusal(struct s3_request *s3)
{
    if (s3->call->err.code != ERR_NONE)
        refuse_by_error(s3);
    if (s3->refusal.error == S3_METHOD_NOT_ALLOWED)
        s3_add(s3, MHD_HTTP_HEADER_ALLOW, str_from(s3->allow != NULL ? s3->allow : "DELETE"));
    if (s3->delete_marker)
        s3_add(s3, "x-amz-delete-marker", STR_LIT("true"));
    artifact_reader_free(s3->reader);
    s3->reader = NULL;
    s3->headless = false;
    s3->status = (unsigned)s3_error_status(s3->refusal.error);
    write_refusal(s3);
}

/* ---- the body ---- */

static bool has_no_body(const struct s3_request *s3)
{
    return str_eq_text(s3->method, MHD_HTTP_METHOD_HEAD) || s3->status == MHD_HTTP_NO_CONTENT ||
           s3->status == MHD_HTTP_NOT_MODIFIED || s3->xml.n == 0;
}

static struct MHD_Response *response_of_xml(struct s3_request *s3)
{
    size_t n = 0;
    char *bytes = strbuf_detach(&s3->xml, &n);
    if (bytes == NULL)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(n, bytes, free, bytes);
    if (response == NULL)
        free(bytes);
    else
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/xml");
    return response;
}

static ssize_t nothing_to_read(void *context, uint64_t position, char *buffer, size_t room)
{
    (void)context;
    (void)position;
    (void)buffer;
    (void)room;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

/* Several pieces, one after the other. */
struct stream {
    struct artifact_reader *reader;
    int64_t first, length;
};

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t room)
{
    const struct stream *stream = context;
    int64_t left = stream->length - (int64_t)position;
    size_t n = left < (int64_t)room ? (size_t)left : room;
    ssize_t got =
        left > 0 ? artifact_reader_read(stream->reader, stream->first + (int64_t)position, buffer, n) : 0;
    if (got > 0)
        return got;
    return got == 0 && left <= 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *context)
{
    struct stream *stream = context;
    artifact_reader_free(stream->reader);
    free(stream);
}

/* Takes the reader. Not by sendfile: what it does for sixteen downloads at once, inside the system and in one
 * go, keeps the devices on MQTT waiting where processors are few. */
static struct MHD_Response *response_of_reader(struct s3_request *s3)
{
    struct stream *stream = malloc(sizeof *stream);
    if (stream == NULL)
        return NULL;
    *stream = (struct stream){ s3->reader, s3->first, s3->length };
    struct MHD_Response *response = MHD_create_response_from_callback((uint64_t)s3->length, PIECE_BYTES,
                                                                      read_stream, stream, free_stream);
    if (response == NULL)
        free(stream);
    else
        s3->reader = NULL;
    return response;
}

static struct MHD_Response *make_response(struct s3_request *s3)
{
    static char nothing[1];
    if (s3->headless) /* the length of what GET would have */
        return MHD_create_response_from_callback((uint64_t)s3->length, PIECE_BYTES, nothing_to_read, NULL,
                                                 NULL);
    if (s3->reader && s3->length > 0)
        return response_of_reader(s3);
    if (has_no_body(s3))
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    return response_of_xml(s3);
}

/* ---- all of it ---- */

static void add_headers(struct s3_request *s3, struct MHD_Response *response)
{
    const struct exchange *x = s3->x;
    char date[TIME_TEXT_MAX];
    time_format_http(clock_now_ms(x->http->config.clock), date);
    MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, date);
    MHD_add_response_header(response, "x-amz-request-id", x->request_id);
    MHD_add_response_header(response, "x-amz-id-2", host_id);
    for (const struct s3_header *header = s3->answer_headers; header; header = header->next)
        MHD_add_response_header(response, header->name, header->value.p);
    if (x->close || atomic_load(&x->http->quiesced))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result s3_request_send(struct exchange *x)
{
    struct s3_request *s3 = x->s3;
    bool ok = !s3_refused(s3) && s3->action->answer(s3);
    if (ok && (s3->arena->failed || s3->xml.failed))
        ok = s3_no_memory(s3);
    if (!ok)
        answer_refusal(s3);
    x->status = s3->status;
    struct MHD_Response *response = make_response(s3);
    if (response == NULL)
        return MHD_NO;
    add_headers(s3, response);
    enum MHD_Result queued = MHD_queue_response(x->connection, s3->status, response);
    MHD_destroy_response(response);
    return queued;
}
