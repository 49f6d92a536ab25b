#include "ops/jobs/job_document.h"

#include "rules/jobs/document.h"
#include "rules/jobs/placeholder.h"

bool job_document_check_origin(struct op *op, struct str document, struct str source, struct str elsewhere)
{
    if (document.p && source.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Job document and job document source cannot be specified at the same time.");
    return document.p || source.p || elsewhere.p ||
           fail(op->err, ERR_INVALID_REQUEST, "Neither job document nor job document source is specified.");
}

bool job_document_refuse_source(struct op *op, struct str source)
{
    return !source.p || fail(op->err, ERR_NOT_IMPLEMENTED,
                             "The member documentSource is not supported by this server yet.");
}

bool job_document_check(struct op *op, struct str document, const struct presigned_url_config *presigned_url)
{
    return document_check(document, op->err) &&
           placeholders_check(document, presigned_url && presigned_url->role_arn.p, op->err);
}
