#include "http/framing.h"

#include <string.h>

struct framing {
    struct err *err;
    unsigned lengths, encodings, hosts; /* so many headers of that kind */
};

static bool refuse(struct framing *framing, const char *why)
{
    return fail(framing->err, ERR_INVALID_REQUEST, "The headers can be read in two ways: %s.", why);
}

/* RFC 9110, section 5.6.2 */
static bool is_token(struct str name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric && memchr(others, c, sizeof others - 1) == NULL)
            return false;
    }
    return name.n > 0;
}

/* Such as a CR without an LF, which for some ends the line. */
static bool has_control_character(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (((unsigned char)value.p[i] < ' ' && value.p[i] != '\t') || value.p[i] == 0x7f)
            return true;
    return false;
}

static bool goes_on_after(struct str name, struct str beginning)
{
    return name.n > beginning.n && str_eq_nocase((struct str){ name.p, beginning.n }, beginning);
}

/* libmicrohttpd appends a folded line to the name of its header: what others read as "Transfer-Encoding:
 * chunked" is Transfer-Encodingchunked here. */
static bool is_folded(struct str name)
{
    return goes_on_after(name, STR_LIT(MHD_HTTP_HEADER_CONTENT_LENGTH)) ||
           goes_on_after(name, STR_LIT(MHD_HTTP_HEADER_TRANSFER_ENCODING));
}

/* NULL: of a header that has nothing to do with framing. */
static unsigned *count_of(struct framing *framing, struct str name)
{
    if (str_eq_nocase(name, STR_LIT(MHD_HTTP_HEADER_CONTENT_LENGTH)))
        return &framing->lengths;
    if (str_eq_nocase(name, STR_LIT(MHD_HTTP_HEADER_TRANSFER_ENCODING)))
        return &framing->encodings;
    return str_eq_nocase(name, STR_LIT(MHD_HTTP_HEADER_HOST)) ? &framing->hosts : NULL;
}

static bool check_header(struct framing *framing, struct str name, struct str value)
{
    if (!is_token(name))
        return refuse(framing, "the name of one is no token");
    if (has_control_character(value))
        return refuse(framing, "one has control characters");
    if (is_folded(name))
        return refuse(framing, "one goes on in the next line");
    unsigned *count = count_of(framing, name);
    if (count == NULL)
        return true;
    if (++*count > 1)
        return refuse(framing, "Content-Length, Transfer-Encoding or Host stands there twice");
    if (count == &framing->encodings && !str_eq_nocase(value, STR_LIT("chunked")))
        return refuse(framing, "Transfer-Encoding is not chunked");
    return true;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                 const char *value, size_t value_n)
{
    (void)kind;
    return check_header(context, (struct str){ name, name_n }, (struct str){ value, value_n }) ? MHD_YES
                                                                                               : MHD_NO;
}

bool framing_check(struct MHD_Connection *connection, struct err *err)
{
    struct framing framing = { .err = err };
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &framing);
    if (err->code == ERR_NONE && framing.lengths > 0 && framing.encodings > 0)
        refuse(&framing, "Content-Length and Transfer-Encoding exclude each other");
    return err->code == ERR_NONE;
}
