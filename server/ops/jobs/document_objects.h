/* The objects of S3 that a job's document speaks of, in its placeholders (rules/jobs/placeholder). */
#ifndef IOTJOBS_OPS_DOCUMENT_OBJECTS_H
#define IOTJOBS_OPS_DOCUMENT_OBJECTS_H

#include "ops/op.h"
#include "rules/jobs/placeholder.h"

struct document_object {
    struct placeholder placeholder;
    struct s3_location location; /* of an upload: with the execution's values in the key */
    bool missing;                /* from our own store: the object, or of an upload the bucket */
};

struct document_objects {
    size_t n;
    struct document_object items[PLACEHOLDERS_MAX];
};

/* `document` has passed job_document_check. An external S3 is not asked: nothing of it is missing. */
void document_objects_of(struct op *op, struct str document, const struct upload_values *values,
                         struct document_objects *ret_objects);

/* "object pump/1.2.bin of bucket firmware is not in the artefact store": for people. */
struct str document_object_problem(struct op *op, const struct document_object *object);

/* The member "warnings", where something is missing: texts for people. */
void document_warnings_write(struct op *op, const struct document_objects *objects);

#endif
