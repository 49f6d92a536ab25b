#include "ops/refusal.h"

#include <inttypes.h>

bool thing_not_found(struct op *op, struct str thing)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing %.*s cannot be found.", STR(thing));
}

bool thing_type_not_found(struct op *op, struct str type)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing type %.*s cannot be found.", STR(type));
}

bool thing_group_not_found(struct op *op, struct str group)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing group %.*s cannot be found.", STR(group));
}

bool job_not_found(struct op *op, struct str job_id)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job %.*s cannot be found.", STR(job_id));
}

bool execution_not_found(struct op *op, struct str job_id, struct str thing)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job execution of job %.*s for thing %.*s cannot be found.",
                STR(job_id), STR(thing));
}

bool version_mismatch(struct op *op, int64_t expected, int64_t found)
{
    return fail(op->err, ERR_VERSION_CONFLICT, "Expected version %" PRId64 " but found version %" PRId64,
                expected, found);
}

void name_existing(struct op *op, struct str id, struct str arn)
{
    op->err->extra =
        arena_printf(op->arena, "\"resourceId\":\"%.*s\",\"resourceArn\":\"%.*s\"", STR(id), STR(arn));
}
