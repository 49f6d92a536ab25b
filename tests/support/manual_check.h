/* Whether the manual of our own endpoints, docs/own-endpoints.md, knows what they answer. */
#ifndef IOTJOBS_TESTS_MANUAL_CHECK_H
#define IOTJOBS_TESTS_MANUAL_CHECK_H

#include <cjson/cJSON.h>

/* Fails the test, naming it, when a member of the answer, however deep, is not in the manual. */
void check_manual_names(const cJSON *answer);

#endif
