/* One value of the model, from JSON or from text, checked against its shape: the steps of api_decode's walk.
 */
#ifndef IOTJOBS_API_DECODE_VALUE_H
#define IOTJOBS_API_DECODE_VALUE_H

#include <cjson/cJSON.h>

#include "model.h"
#include "violations.h"

struct decoder {
    struct arena *arena; /* of the values */
    struct err *err;
    int64_t quota; /* as in struct request */
    struct violations violations;
};

/* The member of that name; the last one where a name stands twice. NULL: none, or null. */
const cJSON *json_member(const cJSON *object, const char *name);

/*
 * Both fill *ret_value, which has the C type of the shape. A violated constraint is noted in
 * `violations` and the walk goes on (true); a value of the wrong type, or memory running out, ends it
 * (false).
 */
bool decode_json(struct decoder *decoder, const struct shape *shape, const cJSON *json, const struct path *at,
                 void *ret_value);
/* From a path, query or header; texts are borrowed. */
bool decode_text(struct decoder *decoder, const struct shape *shape, struct str text, const struct path *at,
                 void *ret_value);

/* The same for the member of a structure that starts at `structure`; `json` NULL: it is not given. */
bool decode_json_member(struct decoder *decoder, const struct member *member, const cJSON *json,
                        const struct path *up, void *structure);
bool decode_text_member(struct decoder *decoder, const struct member *member, struct str text,
                        void *structure);

#endif
