#include "http/s3/xml_reader.h"

#include <expat.h>
#include <string.h>

#include "base/strbuf.h"

/* An element that is open, and where its next child goes. */
struct level {
    struct xml_element *element;
    struct xml_element **end;
};

struct reading {
    XML_Parser parser;
    struct arena *arena;
    struct xml_element *root;
    struct level levels[XML_DEPTH_MAX];
    size_t depth;
    size_t elements;
    bool stopped;
    struct strbuf text; /* since the last tag */
};

static void stop(struct reading *reading)
{
    reading->stopped = true;
    XML_StopParser(reading->parser, XML_FALSE);
}

/* What stands between the elements in an element is white space, and nobody asks for it. */
static bool keep_text(struct reading *reading)
{
    struct xml_element *element = reading->levels[reading->depth - 1].element;
    struct str text = strbuf_str(&reading->text);
    if (!element->child && text.n > 0)
        element->text = arena_str(reading->arena, text);
    bool ok = !reading->text.failed && element->text.p;
    strbuf_clear(&reading->text);
    return ok;
}

static struct str local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return str_from(colon ? colon + 1 : name);
}

static struct xml_element *add_element(struct reading *reading, const char *name)
{
    struct xml_element *element = arena_alloc(reading->arena, sizeof *element);
    if (!element)
        return NULL;
    *element =
        (struct xml_element){ .name = arena_str(reading->arena, local_name(name)), .text = STR_LIT("") };
    if (reading->depth == 0) {
        reading->root = element;
    } else {
        struct level *level = &reading->levels[reading->depth - 1];
        *level->end = element;
        level->end = &element->next;
    }
    return element->name.p ? element : NULL;
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct reading *reading = context;
    struct xml_element *element = NULL;
    bool room = reading->depth < XML_DEPTH_MAX && reading->elements < XML_ELEMENTS_MAX;
    strbuf_clear(&reading->text);
    if (room)
        element = add_element(reading, name);
    if (!element) {
        stop(reading);
        return;
    }
    reading->elements++;
    reading->levels[reading->depth++] = (struct level){ element, &element->child };
}

/* Of an empty element it is called even if on_start has stopped the reading: there is no level then. */
static void XMLCALL on_end(void *context, const XML_Char *name)
{
    (void)name;
    struct reading *reading = context;
    if (reading->stopped)
        return;
    if (!keep_text(reading))
        stop(reading);
    reading->depth--;
}

static void XMLCALL on_text(void *context, const XML_Char *text, int n)
{
    struct reading *reading = context;
    strbuf_add(&reading->text, text, (size_t)n);
}

/* Entities are declared in document types alone: without those nothing can grow, and nothing is fetched. */
static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_internal_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal_subset;
    stop(context);
}

const struct xml_element *xml_read(struct str text, struct arena *arena)
{
    struct reading reading = { .arena = arena };
    if (text.n == 0 || text.n > XML_BYTES_MAX)
        return NULL;
    reading.parser = XML_ParserCreate("UTF-8");
    if (!reading.parser)
        return NULL;
    strbuf_init(&reading.text, XML_BYTES_MAX);
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    bool ok = XML_Parse(reading.parser, text.p, (int)text.n, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(reading.parser);
    strbuf_release(&reading.text);
    return ok ? reading.root : NULL;
}

/* ---- looking into it ---- */

static const struct xml_element *find(const struct xml_element *element, struct str name)
{
    while (element && !str_eq(element->name, name))
        element = element->next;
    return element;
}

const struct xml_element *xml_child(const struct xml_element *element, const char *name)
{
    return element ? find(element->child, str_from(name)) : NULL;
}

const struct xml_element *xml_next(const struct xml_element *element)
{
    return find(element->next, element->name);
}

size_t xml_count(const struct xml_element *element, const char *name)
{
    size_t n = 0;
    for (const struct xml_element *child = xml_child(element, name); child; child = xml_next(child))
        n++;
    return n;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str xml_child_text(const struct xml_element *element, const char *name)
{
    const struct xml_element *child = xml_child(element, name);
    return child ? child->text : STR_NONE;
}

struct str xml_child_word(const struct xml_element *element, const char *name)
{
    struct str text = xml_child_text(element, name);
    while (text.n > 0 && is_space(text.p[0]))
        text = (struct str){ text.p + 1, text.n - 1 };
    while (text.n > 0 && is_space(text.p[text.n - 1]))
        text.n--;
    return text;
}
