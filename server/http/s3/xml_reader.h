/*
 * Reading the XML that S3 requests carry, into a tree of elements and their texts (expat;
 * docs/decisions/0017-expat.md). Attributes, comments, processing instructions and namespaces are passed
 * over: S3's requests say nothing in them. Document types are refused, and entities with them. Pure.
 */
#ifndef IOTJOBS_HTTP_XML_READER_H
#define IOTJOBS_HTTP_XML_READER_H

#include "base/arena.h"

enum {
    XML_BYTES_MAX = 4 * 1024 * 1024,
    XML_DEPTH_MAX = 8,
    XML_ELEMENTS_MAX = 60000, /* CompleteMultipartUpload: 10,000 parts with four elements in each */
};

struct xml_element {
    struct str name; /* without a prefix */
    struct str text; /* empty in one that has elements in it; never absent */
    struct xml_element *child, *next;
};

/* In the arena. NULL: it is not well-formed, is too deep or too large, or the arena is full (`failed`). */
const struct xml_element *xml_read(struct str text, struct arena *arena);

/* The first child of that name; NULL: there is none, or no element. */
const struct xml_element *xml_child(const struct xml_element *element, const char *name);
/* The next element of the same name beside it. */
const struct xml_element *xml_next(const struct xml_element *element);
size_t xml_count(const struct xml_element *element, const char *name);
/* The text of the first child of that name, as it stands; absent: there is none. */
struct str xml_child_text(const struct xml_element *element, const char *name);
/* The same without white space around it. */
struct str xml_child_word(const struct xml_element *element, const char *name);

#endif
