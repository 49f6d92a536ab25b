/*
 * Operations of our own below /_iotjobs/ that read the database: asked, like those of the API, with a path, a
 * query and a body, and answered by a function of ops/. Knows nothing of libmicrohttpd.
 */
#ifndef IOTJOBS_HTTP_OWN_OPERATION_H
#define IOTJOBS_HTTP_OWN_OPERATION_H

#include "api/decode.h"
#include "ops/op.h"

/* What a query, or the path, may say: a member of the operation's input. */
struct own_parameter {
    const char *name;
    size_t offset;       /* of the member: a struct str, or a struct opt_int */
    bool required;       /* texts alone */
    int64_t least, most; /* of a number; both 0: it is a text */
};

struct own_operation {
    op_fn *run;
    size_t input_size;
    const struct own_parameter *parameters;
    size_t parameter_count;
    /* Where there is a body: takes it into the input, of which the parameters are there already. False after
     * fail(). */
    bool (*decode_body)(const struct request *request, struct arena *arena, void *input, struct err *err);
    op_prepare_fn *prepare;   /* in the workshop of those who fetch, before `run`; NULL: nothing */
    op_prepares_fn *prepares; /* for which inputs */
};

extern const struct own_operation own_explain, own_timeline;
extern const struct own_operation own_plan; /* own_plan.c */

/* `request` has the query, into which the path's label went, and the body. False after fail(): a parameter
 * that is not known, given twice, missing or wrong. */
bool own_operation_decode(const struct own_operation *operation, const struct request *request,
                          struct arena *arena, const void **ret_input, struct err *err);

#endif
