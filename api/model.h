/*
 * The shape of the model tables that `generate` makes from the files of model/ at build time.
 *
 * Generated beside this: `operations.h` (the operation enum and the typed input structs)
 * and `operations.c` (the tables). Nothing here is written at run time.
 *
 * Types of the members of a typed input struct, by the model's type:
 *
 *     string                struct str              absent: p == NULL
 *     string with an enum   enum <shape>            absent: 0 (<SHAPE>_UNSET)
 *     boolean               struct opt_bool         absent: set == false
 *     integer, long         struct opt_int          absent: set == false
 *     double, timestamp     struct opt_double       absent: set == false
 *     structure             const struct <shape> *  absent: NULL
 *     list                  struct <shape> { bool set; size_t n; const <element> *items; }
 *     map                   struct <shape> { bool set; size_t n; const struct <shape>_entry *items; }
 *                           with struct <shape>_entry { struct str key; <value> value; };
 *     map of strings        struct string_map, whatever the shape
 *
 * C names are the model's in snake case: CreateJobRequest.jobTemplateArn is
 * `struct create_job_request`'s `job_template_arn`. Shapes of the data plane carry the
 * prefix `data_`, its operations OP_DATA_.
 */
#ifndef IOTJOBS_API_MODEL_H
#define IOTJOBS_API_MODEL_H

#include "base/opt.h"
#include "errors.h"

struct string_pair {
    struct str key, value;
};

struct string_map {
    bool set;
    size_t n;
    const struct string_pair *items;
};

/* Every list and map of an input looks like this. */
struct shape_collection {
    bool set;
    size_t n;
    const void *items;
};

enum shape_type {
    SHAPE_STRING,
    SHAPE_ENUM,
    SHAPE_BOOLEAN,
    SHAPE_INTEGER,
    SHAPE_LONG,
    SHAPE_DOUBLE,
    SHAPE_TIMESTAMP,
    SHAPE_BLOB,
    SHAPE_STRUCTURE,
    SHAPE_LIST,
    SHAPE_MAP,
};

enum member_location { IN_BODY, IN_URI, IN_QUERY, IN_HEADER };

struct shape {
    const char *name;
    enum shape_type type;
    bool has_min, has_max;
    double min, max;                  /* characters, elements or value, by type */
    const char *pattern;              /* as the model writes it, for messages; NULL: none */
    bool (*matches)(struct str text); /* the pattern as a function (api/patterns); NULL with pattern NULL */
    const char *const *values;        /* SHAPE_ENUM: names by value - 1 */
    const char *value_set;            /* SHAPE_ENUM: "[A, B]" in AWS's order, for messages */
    size_t value_count;
    const struct member *members; /* SHAPE_STRUCTURE, in the order in which violations are reported */
    size_t member_count;
    const struct shape *key;     /* SHAPE_MAP */
    const struct shape *element; /* SHAPE_LIST, SHAPE_MAP: of the elements, of the values */
    size_t size;                 /* bytes of the C type; 0 for shapes that only occur in outputs */
    size_t element_stride;       /* SHAPE_LIST, SHAPE_MAP: bytes from one item to the next */
    size_t value_offset;         /* SHAPE_MAP: of the value in its entry */
    bool scalar_as_text;         /* string: a JSON number or boolean is taken as its text */
    bool text_as_number;         /* long: a string of digits is taken as a number */
    bool quota;                  /* integer: the request may be allowed another max (decode.h) */
};

struct member {
    const char *name; /* the model's, which is the JSON member's too */
    const char *wire; /* the name it has in the path, the query or the header */
    const struct shape *shape;
    enum member_location location;
    bool required;
    size_t offset; /* in the struct of the structure that holds it */
};

enum { OPERATION_LABELS_MAX = 4, OPERATION_ERRORS_MAX = 12 };

struct operation_model {
    const char *name; /* "CreateJob" */
    enum plane plane;
    const char *group;          /* "jobs": groups of the coverage page */
    const char *method;         /* "PUT" */
    const char *uri;            /* "/jobs/{jobId}" */
    const struct shape *input;  /* a structure; members IN_URI stand for the labels of the URI */
    const struct shape *output; /* NULL: the answer has a zero-length body */
    enum error_code errors[OPERATION_ERRORS_MAX]; /* ERR_NONE behind the last */
};

#include "operations.h"

/* Never NULL for an operation other than OP_NONE. */
const struct operation_model *operation_model(enum operation operation);

/* The name of an enum value, "" for 0: api_enum_name(&shape_job_status, JOB_STATUS_SCHEDULED) */
const char *api_enum_name(const struct shape *shape, int value);
/* The two that are everywhere. */
const char *job_status_name(enum job_status status);
const char *job_execution_status_name(enum job_execution_status status);
/* The value of a name, 0 when it has none. */
int api_enum_value(const struct shape *shape, struct str name);

#endif
