/*
 * Writing JSON. (Reading is cJSON's; see api/decode.)
 *
 * The writer appends to a strbuf and places the commas. It does not check nesting:
 * the caller writes begin/end and key/value in order. Failure is the strbuf's.
 */
#ifndef IOTJOBS_BASE_JSON_H
#define IOTJOBS_BASE_JSON_H

#include "base/strbuf.h"

struct json {
    struct strbuf *out;
    bool comma; /* the next key or element needs one before it */
};

struct json json_to(struct strbuf *out);

void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_key_str(struct json *json, struct str key);

void json_string(struct json *json, struct str value); /* escaped; absent writes null */
void json_int(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
/* Always with a fraction: 2 is written 2.0, as AWS writes its doubles. Not finite: null. */
void json_double(struct json *json, double value);
/* Milliseconds as seconds with three decimals: 1790000000.125 */
void json_seconds(struct json *json, int64_t ms);
/* JSON text spliced as it is. */
void json_raw(struct json *json, struct str text);

/* key and value in one */
void json_member_string(struct json *json, const char *key, struct str value);
void json_member_int(struct json *json, const char *key, int64_t value);
void json_member_bool(struct json *json, const char *key, bool value);
void json_member_seconds(struct json *json, const char *key, int64_t ms);
/* Milliseconds as 2030-01-01T00:00:00.000Z, as our own endpoints have times. */
void json_member_iso(struct json *json, const char *key, int64_t ms);

#endif
