/* Whether an answer has the shape that the model gives it. */
#ifndef IOTJOBS_TESTS_REPLY_CHECK_H
#define IOTJOBS_TESTS_REPLY_CHECK_H

#include <cjson/cJSON.h>

#include "api/model.h"

/* Fails the test, naming the path, when a member is not in the shape, has another JSON type, or an enum
 * another value. */
void check_reply(const struct shape *shape, const cJSON *reply, const char *path);

#endif
