/* Text of a URI: what its percent escapes stand for, and how much of it a message repeats. */
#ifndef IOTJOBS_API_URI_TEXT_H
#define IOTJOBS_API_URI_TEXT_H

#include "errors.h"

/* The bytes that percent escapes stand for, whatever they are; '+' stays '+'. *ret_text is in the arena, or
 * `raw` itself where nothing is escaped. False: an escape is malformed, or the arena is full (`failed`). */
bool uri_text_unescape(struct str raw, struct arena *arena, struct str *ret_text);

/*
 * Decodes percent escapes; '+' stays '+'. *ret_text is in the arena, or `raw` itself where nothing is
 * escaped. False: ERR_INVALID_REQUEST for malformed escapes, a NUL or broken UTF-8, with a message that calls
 * the text `what` ("path"); ERR_INTERNAL without memory.
 */
bool uri_text_decode(struct str raw, const char *what, struct arena *arena, struct str *ret_text,
                     struct err *err);

enum { URI_TEXT_SHOWN_MAX = 200 };

/* What a message shows of a raw path or method: `raw` itself, or a copy in the arena, with '?' for each byte
 * that is not printable ASCII and cut to URI_TEXT_SHOWN_MAX bytes, which "..." tells. */
struct str uri_text_shown(struct str raw, struct arena *arena);

#endif
