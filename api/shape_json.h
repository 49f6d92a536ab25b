/*
 * Values of the model as JSON, and back: how what a request was configured with is kept, and shown again.
 *
 * A value has the C type of its shape (model.h), whatever the shape; a structure is passed itself, not by the
 * pointer that a member of another structure holds.
 */
#ifndef IOTJOBS_API_SHAPE_JSON_H
#define IOTJOBS_API_SHAPE_JSON_H

#include "base/arena.h"
#include "base/json.h"
#include "model.h"

/* Members that are not set are left out. Integers are written as such and doubles always with a fraction
 * (2.0), as AWS sends them. A list, a map or a scalar that is not set writes null. */
void shape_to_json(struct json *json, const struct shape *shape, const void *value);

/* The same as text in the arena; absent when memory is out. */
struct str shape_to_text(struct arena *arena, const struct shape *shape, const void *value);

/* Fills *ret_value from a text that shape_to_json wrote. False: it is none, the constraints of the shape are
 * violated, or memory is out; see `err`. */
bool shape_from_json(struct arena *arena, const struct shape *shape, struct str text, void *ret_value,
                     struct err *err);

/* Whether there is a value: of the types of model.h, all but structures. */
bool shape_is_set(const struct shape *shape, const void *value);

#endif
