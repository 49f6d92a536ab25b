/* What leaves: status, headers and JSON body, of successes and errors alike. */
#include <stdlib.h>

#include "base/json.h"
#include "base/time_text.h"
#include "http/exchange.h"

/* {"__type":"X","code":"X","message":"…"}: each SDK finds the code in one of these, or in the header. */
static void write_error(struct strbuf *out, const struct err *err, const char *exception)
{
    struct json json = json_to(out);
    json_object_begin(&json);
    json_member_string(&json, "__type", str_from(exception));
    json_member_string(&json, "code", str_from(exception));
    json_member_string(&json, "message", err->message);
    if (err->extra.n > 0) {
        strbuf_add_char(out, ',');
        strbuf_add_str(out, err->extra);
    }
    json_object_end(&json);
}

/* {"message":"…","traceId":"…"}: what refuses a certificate on AWS says no more. */
static void write_forbidden(struct strbuf *out, struct str message, const char *trace_id)
{
    struct json json = json_to(out);
    json_object_begin(&json);
    json_member_string(&json, "message", message);
    json_member_string(&json, "traceId", str_from(trace_id));
    json_object_end(&json);
}

/* Replaces what an operation may have begun to write. Returns the exception's name. */
static const char *prepare_error(struct exchange *x)
{
    struct call *call = x->call;
    enum error_code code = call->err.code != ERR_NONE ? call->err.code : ERR_INTERNAL;
    struct error_name name = error_http(code, x->plane);
    x->status = (unsigned)name.status;
    strbuf_clear(&call->reply);
    if (code == ERR_FORBIDDEN)
        write_forbidden(&call->reply, call->err.message, x->request_id);
    else
        write_error(&call->reply, &call->err, name.exception);
    return name.exception;
}

/* Takes the text. NULL when memory is out. */
static struct MHD_Response *response_of(struct strbuf *text)
{
    size_t n = 0;
    MHD_ContentReaderFreeCallback give_back = text->secret ? strbuf_free_secret : free;
    char *bytes = strbuf_detach(text, &n);
    if (bytes == NULL)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(n, bytes, give_back, bytes);
    if (response == NULL)
        give_back(bytes);
    return response;
}

static struct MHD_Response *response_without_body(void)
{
    static char nothing[1];
    return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
}

static bool has_body(const struct exchange *x)
{
    const struct call *call = x->call;
    return !call->ok || call->operation == OP_NONE || operation_model(call->operation)->output != NULL;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL)
        MHD_add_response_header(response, name, value);
}

enum MHD_Result answer_send(struct exchange *x)
{
    struct call *call = x->call;
    const char *exception = NULL;
    char date[TIME_TEXT_MAX];
    if (call->ok && call->reply.failed)
        call->ok = fail(&call->err, ERR_INTERNAL, "The answer is too large.");
    if (!call->ok)
        exception = prepare_error(x);
    bool body = has_body(x);
    struct MHD_Response *response = body ? response_of(&call->reply) : response_without_body();
    if (response == NULL)
        return MHD_NO;
    time_format_http(clock_now_ms(x->http->config.clock), date);
    add_header(response, MHD_HTTP_HEADER_DATE, date);
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, body ? x->content_type : NULL);
    add_header(response, "x-amzn-RequestId", x->request_id);
    add_header(response, "x-amzn-ErrorType", exception);
    add_header(response, MHD_HTTP_HEADER_ALLOW, x->allow);
    add_header(response, MHD_HTTP_HEADER_SET_COOKIE, x->set_cookie);
    /* What one may see another may not: no cache keeps it. */
    if (x->http->config.settings->auth == AUTH_ENFORCE)
        add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (x->close || atomic_load(&x->http->quiesced))
        add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result queued = MHD_queue_response(x->connection, x->status, response);
    MHD_destroy_response(response);
    return queued;
}
