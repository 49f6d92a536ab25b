/* What came: headers, parameters, and the refusals that every reader of them needs. */
#include "http/s3/request.h"

#include <string.h>

#include "api/uri_text.h"
#include "http/s3/xml_reader.h"

static size_t count_parameters(struct str query)
{
    size_t n = query.n > 0;
    for (size_t i = 0; i < query.n; i++)
        n += query.p[i] == '&';
    return n;
}

static void split_query(struct s3_request *s3)
{
    struct str rest = s3->x->query;
    while (rest.n > 0) {
        struct str value = str_split(&rest, '&');
        if (value.n == 0)
            continue;
        struct str name = str_split(&value, '=');
        s3->query[s3->query_n++] = (struct sigv4_pair){ name, value };
    }
}

static bool decode_query(struct s3_request *s3)
{
    for (size_t i = 0; i < s3->query_n; i++) {
        struct field *field = &s3->parameters[i];
        if (!uri_text_unescape(s3->query[i].name, s3->arena, &field->name) ||
            !uri_text_unescape(s3->query[i].value, s3->arena, &field->value)) {
            s3_refuse(&s3->refusal, S3_INVALID_URI);
            s3_refusal_add(&s3->refusal, "URI", s3->query[i].value);
            return false;
        }
        if (!field->value.p)
            field->value = STR_LIT("");
    }
    return true;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                 const char *value, size_t value_n)
{
    (void)kind;
    struct s3_request *s3 = context;
    s3->headers[s3->header_n++] =
        (struct sigv4_pair){ { name, name_n }, { value != NULL ? value : "", value_n } };
    return MHD_YES;
}

static bool allocate(struct s3_request *s3)
{
    size_t query_n = count_parameters(s3->x->query);
    int header_n = MHD_get_connection_values_n(s3->x->connection, MHD_HEADER_KIND, NULL, NULL);
    s3->query = arena_array(s3->arena, query_n + 1, sizeof *s3->query);
    s3->parameters = arena_array(s3->arena, query_n + 1, sizeof *s3->parameters);
    s3->headers =
        arena_array(s3->arena, (size_t)(header_n > 0 ? header_n : 0) + query_n + 1, sizeof *s3->headers);
    return s3->query && s3->parameters && s3->headers;
}

struct s3_request *s3_request_new(struct exchange *x, const char *method)
{
    struct arena *arena = &x->call->arena;
    struct s3_request *s3 = arena_alloc(arena, sizeof *s3);
    if (!s3)
        return NULL;
    s3->x = x;
    s3->call = x->call;
    s3->arena = arena;
    s3->method = arena_str(arena, str_from(method));
    s3->status = MHD_HTTP_OK;
    strbuf_init(&s3->xml, CALL_REPLY_MAX);
    if (!s3->method.p || !allocate(s3))
        return NULL;
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, on_header, s3);
    s3->header_all_n = s3->header_n;
    split_query(s3);
    decode_query(s3);
    return s3;
}

/* ---- look-ups ---- */

static struct str find(const struct sigv4_pair *pairs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(pairs[i].name, str_from(name)))
            return pairs[i].value;
    return STR_NONE;
}

struct str s3_header(const struct s3_request *s3, const char *name)
{
    return find(s3->headers, s3->header_all_n, name);
}

struct str s3_header_only(const struct s3_request *s3, const char *name)
{
    return find(s3->headers, s3->header_n, name);
}

struct str s3_parameter(const struct s3_request *s3, const char *name)
{
    for (size_t i = 0; i < s3->query_n; i++)
        if (str_eq_text(s3->parameters[i].name, name))
            return s3->parameters[i].value;
    return STR_NONE;
}

bool s3_parameter_number(struct s3_request *s3, const char *name, int64_t by_default, int64_t least,
                         int64_t most, int64_t *ret_number)
{
    int64_t number = by_default;
    struct str text = s3_parameter(s3, name);
    if (text.n > 0 && (!str_to_int(text, &number) || number < least || number > INT32_MAX))
        return s3_invalid_argument(
            s3, name, text,
            arena_printf(s3->arena, "Provided %s not an integer or within integer range", name).p);
    *ret_number = number < most ? number : most;
    return true;
}

bool s3_wants_url_encoding(struct s3_request *s3, bool *ret_wanted)
{
    struct str type = s3_parameter(s3, "encoding-type");
    *ret_wanted = type.n > 0;
    return type.n == 0 || str_eq_nocase(type, STR_LIT("url")) ||
           s3_invalid_argument(s3, "encoding-type", type, "Invalid Encoding Method specified in Request");
}

struct preconditions s3_conditions(const struct s3_request *s3)
{
    return (struct preconditions){
        .if_match = s3_header_only(s3, MHD_HTTP_HEADER_IF_MATCH),
        .if_none_match = s3_header_only(s3, MHD_HTTP_HEADER_IF_NONE_MATCH),
        .if_modified_since = s3_header_only(s3, MHD_HTTP_HEADER_IF_MODIFIED_SINCE),
        .if_unmodified_since = s3_header_only(s3, MHD_HTTP_HEADER_IF_UNMODIFIED_SINCE),
    };
}

struct preconditions s3_source_conditions(const struct s3_request *s3)
{
    return (struct preconditions){
        .if_match = s3_header(s3, "x-amz-copy-source-if-match"),
        .if_none_match = s3_header(s3, "x-amz-copy-source-if-none-match"),
        .if_modified_since = s3_header(s3, "x-amz-copy-source-if-modified-since"),
        .if_unmodified_since = s3_header(s3, "x-amz-copy-source-if-unmodified-since"),
    };
}

/* ---- what a header may be ---- */

bool s3_header_name_valid(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ':')
            return false;
    return name.n > 0;
}

bool s3_header_value_valid(struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* ---- refusals ---- */

bool s3_refused(const struct s3_request *s3)
{
    return s3->refusal.error != S3_OK || s3->call->err.code != ERR_NONE;
}

bool s3_no_memory(struct s3_request *s3)
{
    return s3_refuse(&s3->refusal, S3_INTERNAL_ERROR);
}

bool s3_invalid_argument(struct s3_request *s3, const char *name, struct str value, const char *message)
{
    s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_ARGUMENT, "%s", message != NULL ? message : "");
    s3_refusal_add(&s3->refusal, "ArgumentName", str_from(name));
    s3_refusal_add(&s3->refusal, "ArgumentValue", value);
    return false;
}

bool s3_not_implemented(struct s3_request *s3, const char *header)
{
    s3_refuse(&s3->refusal, S3_NOT_IMPLEMENTED);
    s3_refusal_add(&s3->refusal, "Header", str_from(header));
    return false;
}

const struct xml_element *s3_xml_body(struct s3_request *s3, const char *root)
{
    const struct xml_element *element = s3->body != NULL ? xml_read(s3_body_text(s3->body), s3->arena) : NULL;
    if (element && str_eq_text(element->name, root))
        return element;
    if (s3->arena->failed)
        s3_no_memory(s3);
    else
        s3_refuse(&s3->refusal, S3_MALFORMED_XML);
    return NULL;
}
