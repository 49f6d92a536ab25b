#include "http/s3/xml_writer.h"

#include <inttypes.h>

#include "base/time_text.h"

#define NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

/* NULL: the character stands for itself. */
static const char *entity_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

/* Control characters cannot stand in XML 1.0, escaped or not, but in keys they can: S3 writes them like this,
 * and clients that have such keys ask for encoding-type=url. A CR would be read as an LF. */
void xml_escape(struct strbuf *out, struct str value)
{
    size_t plain = 0;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        const char *entity = entity_of(value.p[i]);
        bool control = c < ' ' && c != '\n' && c != '\t';
        if (!entity && !control)
            continue;
        strbuf_add(out, value.p + plain, i - plain);
        plain = i + 1;
        if (entity)
            strbuf_add_text(out, entity);
        else
            strbuf_printf(out, "&#x%x;", (unsigned)c);
    }
    if (value.n > plain)
        strbuf_add(out, value.p + plain, value.n - plain);
}

void xml_prolog(struct strbuf *out)
{
    strbuf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void xml_begin(struct strbuf *out, const char *root)
{
    xml_prolog(out);
    strbuf_printf(out, "<%s xmlns=\"" NAMESPACE "\">", root);
}

void xml_open(struct strbuf *out, const char *name)
{
    strbuf_add_char(out, '<');
    strbuf_add_text(out, name);
    strbuf_add_char(out, '>');
}

void xml_close(struct strbuf *out, const char *name)
{
    strbuf_add_text(out, "</");
    strbuf_add_text(out, name);
    strbuf_add_char(out, '>');
}

void xml_text(struct strbuf *out, const char *name, struct str value)
{
    xml_open(out, name);
    xml_escape(out, value);
    xml_close(out, name);
}

void xml_text_if(struct strbuf *out, const char *name, struct str value)
{
    if (value.p)
        xml_text(out, name, value);
}

void xml_number(struct strbuf *out, const char *name, int64_t value)
{
    strbuf_printf(out, "<%s>%" PRId64 "</%s>", name, value, name);
}

void xml_bool(struct strbuf *out, const char *name, bool value)
{
    xml_text(out, name, value ? STR_LIT("true") : STR_LIT("false"));
}

void xml_time(struct strbuf *out, const char *name, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    time_format_iso(ms - ms % 1000, text);
    xml_text(out, name, str_from(text));
}

void xml_etag(struct strbuf *out, const char *name, struct str etag)
{
    strbuf_printf(out, "<%s>&quot;", name);
    xml_escape(out, etag);
    strbuf_printf(out, "&quot;</%s>", name);
}
