/* Versions of a key: one more, one less. What is asked for was checked. */
#ifndef IOTJOBS_OPS_ARTIFACT_VERSION_H
#define IOTJOBS_OPS_ARTIFACT_VERSION_H

#include "ops/op.h"
#include "store/artifacts/object_store.h"

/* Makes it the newest version of its key, as the bucket's versioning has it: beside those before it, or in
 * place of the one without an id. Sets its version and its time. It owns its content: the caller has counted
 * it. False after fail(). */
bool artifact_version_add(struct op *op, const struct bucket_row *bucket, struct object_row *object);

/* The version goes; the one before it is the newest, if it was. */
bool artifact_version_remove(struct op *op, const struct object_row *object);

/* n letters that nobody guesses, in the arena; absent: the arena is full. */
struct str artifact_random_id(struct op *op, size_t n);

#endif
