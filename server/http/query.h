/* The query of a URI, decoded. */
#ifndef IOTJOBS_HTTP_QUERY_H
#define IOTJOBS_HTTP_QUERY_H

#include "api/decode.h"

/*
 * Splits `text` (raw, without '?') at '&' and '=' and decodes percent escapes; '+' stays '+', for the SDKs
 * write a blank as %20. A name without '=' has an empty value. The fields are in the arena, their texts there
 * or in `text`.
 * False: ERR_INVALID_REQUEST for malformed escapes, a NUL or broken UTF-8; ERR_INTERNAL without memory.
 */
bool query_parse(struct str text, struct arena *arena, const struct field **ret_fields, size_t *ret_count,
                 struct err *err);

/* The value of the first field of that name; absent when there is none. */
struct str query_value(const struct field *fields, size_t count, const char *name);

#endif
