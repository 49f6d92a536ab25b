/* Values as the text that messages quote, in the form that AWS's Java prints them. */
#ifndef IOTJOBS_API_VALUE_TEXT_H
#define IOTJOBS_API_VALUE_TEXT_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"
#include "model.h"

enum { NUMBER_TEXT_MAX = 32 };

/* Whether it is what was written: of whole numbers from 2^53 on JSON's doubles keep only the neighbourhood.
 */
bool number_is_exact(double value);

/* The shortest decimal that reads back as `value`, as JSON has it: 3, 0.1, 1e+21. */
struct str number_text(double value, char buffer[NUMBER_TEXT_MAX]);

/* The same with a fraction, as a double prints: 3.0 */
struct str double_text(double value, char buffer[NUMBER_TEXT_MAX]);

/* Any value: [RetryCriteria(failureType=FAILED, numberOfRetries=1)], {key=value}, 101.0 */
void value_text(struct strbuf *out, const struct shape *shape, const cJSON *json);

#endif
