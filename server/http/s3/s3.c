#include "http/s3/s3.h"

#include "http/peer.h"
#include "http/s3/request.h"

/* ---- before the body ---- */

static bool check_origin(struct s3_request *s3)
{
    return !exchange_writes_for_a_web_page(s3->x) ||
           s3_refuse_with(&s3->refusal, s3->arena, S3_ACCESS_DENIED,
                          "Web pages, whose requests have an Origin, may only read here.");
}

static bool run_operation(struct op *op, const void *input)
{
    const struct s3_request *s3 = input;
    return s3->action->run(op, s3->input);
}

static bool run_check(struct op *op, const void *input)
{
    const struct s3_request *s3 = input;
    return s3->action->check(op, s3->input);
}

/* Reads, on this thread. */
static bool run_read(struct s3_request *s3, op_fn *run)
{
    s3->call->run = run;
    exchange_run_read(s3->x);
    strbuf_clear(&s3->call->reply);
    return s3->call->ok;
}

/* All that can be known of an upload before it comes. */
static bool begin_file(struct s3_request *s3)
{
    struct artifact_folder *folder = s3->x->http->config.artifacts->folder;
    return s3->action->read(s3) && run_read(s3, run_check) &&
           (!s3->action->checked || s3->action->checked(s3)) && s3_body_open_file(s3, folder);
}

static bool begin_body(struct s3_request *s3)
{
    if (s3->action->body == BODY_NONE)
        return true;
    s3->body = s3_body_new(s3);
    return s3->body && (s3->action->body != BODY_FILE || begin_file(s3));
}

static bool begin(struct s3_request *s3)
{
    return !s3_refused(s3) && s3_address_read(s3) && peer_identify(s3->x) && check_origin(s3) &&
           s3_verify(s3) && s3_admitted(s3) && s3_dispatch(s3) && s3_permitted(s3) && begin_body(s3);
}

/* Whether the body of a request that is refused is not worth reading: the client waits for our word, or it
 * would take too long. */
static bool ends_now(const struct exchange *x)
{
    int64_t length;
    struct str said = exchange_header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool has_body =
        said.p ? !str_eq_text(said, "0") : exchange_header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING).p != NULL;
    if (has_body && exchange_header(x, MHD_HTTP_HEADER_EXPECT).p)
        return true;
    return said.p && (!str_to_int(said, &length) || length > HTTP_BODY_DISCARD_MAX);
}

enum s3_beginning s3_request_begin(struct exchange *x, const char *method)
{
    struct s3_request *s3 = s3_request_new(x, method);
    if (!s3)
        return S3_NO_MEMORY;
    x->s3 = s3;
    x->call->input = s3;
    return begin(s3) || !ends_now(x) ? S3_GOES_ON : S3_ANSWERED_NOW;
}

/* ---- the body ---- */

bool s3_request_body(struct exchange *x, const char *bytes, size_t n)
{
    struct s3_request *s3 = x->s3;
    if (s3->body && !s3_refused(s3) && s3_body_add(s3, bytes, n))
        return true;
    if (n > HTTP_BODY_DISCARD_MAX - s3->discarded)
        return false;
    s3->discarded += n;
    return true;
}

/* ---- when it is here ---- */

/* In the workshop: the disk may take its time. */
static const void *finish_file(const struct preparation *preparation, const void *input)
{
    const struct s3_request *s3 = input;
    if (artifact_writer_finish(s3_body_writer(s3->body)))
        return s3;
    fail(preparation->err, ERR_INTERNAL, "The file cannot be written.");
    return NULL;
}

/* What the row names is opened before anybody can remove it. */
static void read_and_look(struct s3_request *s3)
{
    struct artifact_folder *folder = s3->x->http->config.artifacts->folder;
    artifact_folder_begin_read(folder);
    if (run_read(s3, run_operation))
        s3->action->look(s3);
    artifact_folder_end_read(folder);
}

enum serve_result s3_request_serve(struct exchange *x)
{
    struct s3_request *s3 = x->s3;
    bool file = s3->action && s3->action->body == BODY_FILE;
    if (s3_refused(s3) || !s3->action || (s3->body && !s3_body_end(s3)) || (!file && !s3->action->read(s3)))
        return SERVED;
    s3->call->run = run_operation;
    if (file) {
        s3->call->prepare = finish_file;
        return SERVED_BY_UPLOADS;
    }
    if (s3->action->writes)
        return SERVED_BY_ENGINE;
    if (s3->action->look)
        read_and_look(s3);
    else
        run_read(s3, run_operation);
    return SERVED;
}

void s3_request_done(struct exchange *x)
{
    const struct s3_request *s3 = x->s3;
    struct artifact_writer *writer = s3->body ? s3_body_writer(s3->body) : NULL;
    if (writer && x->call->ok)
        artifact_writer_keep(writer);
}

void s3_request_end(struct exchange *x)
{
    struct s3_request *s3 = x->s3;
    s3_body_free(s3->body);
    artifact_reader_free(s3->reader);
    strbuf_release(&s3->xml);
}
