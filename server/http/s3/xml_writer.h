/*
 * Writing XML, as S3 answers it. Appends to a strbuf, whose failure is the writer's; the caller nests its
 * elements. Names are literals of ours, texts are escaped.
 */
#ifndef IOTJOBS_HTTP_XML_WRITER_H
#define IOTJOBS_HTTP_XML_WRITER_H

#include "base/strbuf.h"

/* The prolog, and the root element in S3's namespace. */
void xml_begin(struct strbuf *out, const char *root);
/* The prolog alone: errors have no namespace. */
void xml_prolog(struct strbuf *out);

void xml_open(struct strbuf *out, const char *name);
void xml_close(struct strbuf *out, const char *name);

/* An element with a text; an absent one is written as an empty one. */
void xml_text(struct strbuf *out, const char *name, struct str value);
/* The same, left out where the text is absent. */
void xml_text_if(struct strbuf *out, const char *name, struct str value);
void xml_number(struct strbuf *out, const char *name, int64_t value);
void xml_bool(struct strbuf *out, const char *name, bool value);
/* 2030-01-01T00:00:00.000Z, in whole seconds: what HTTP's headers say of the same time. */
void xml_time(struct strbuf *out, const char *name, int64_t ms);
/* In quotes, which belong to an ETag. */
void xml_etag(struct strbuf *out, const char *name, struct str etag);

/* Text alone. */
void xml_escape(struct strbuf *out, struct str value);

#endif
