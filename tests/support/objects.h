/* Objects of the artefact store for tests that are about something else: in a world, put there by the
 * operations of S3. */
#ifndef IOTJOBS_TESTS_OBJECTS_H
#define IOTJOBS_TESTS_OBJECTS_H

#include "support/world.h"

/* A bucket, unless there is one of that name; an object in it, in the place of what has that key. */
void given_bucket(struct world *w, const char *bucket);
void given_object(struct world *w, const char *bucket, const char *key, const char *content);

#endif
