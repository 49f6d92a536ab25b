/* The constraints that the model puts on a value: what is violated is noted, never an error by itself. */
#ifndef IOTJOBS_API_CONSTRAINTS_H
#define IOTJOBS_API_CONSTRAINTS_H

#include <cjson/cJSON.h>

#include "model.h"
#include "violations.h"

/* Pattern and length of a string. */
void check_string(struct violations *violations, const struct shape *shape, const struct path *at,
                  struct str text);

/* Range of a number; `text` is what a message quotes. */
void check_number(struct violations *violations, const struct shape *shape, const struct path *at,
                  double value, struct str text);

/* Number of elements of a list or map. False when there are too many, and looking at each would be waste. */
bool check_size(struct violations *violations, const struct shape *shape, const struct path *at,
                const cJSON *json, size_t size);

/* The value that the name of an enum stands for; notes a violation and returns 0 when it has none. */
int check_enum(struct violations *violations, const struct shape *shape, const struct path *at,
               struct str name);

#endif
