/* POST /_iotjobs/plan: the body is CreateJob's, with the jobId in it or in the query. */
#include <cjson/cJSON.h>

#include "http/own_operation.h"
#include "ops/jobs/document_fetch.h"
#include "ops/jobs/plan.h"

/* A member that CreateJob has in its path; absent when the body has none, or is no JSON. */
static bool read_job_id(struct str body, struct arena *arena, struct str *ret_job_id, struct err *err)
{
    cJSON *object = body.n > 0 && api_json_acceptable(body) ? cJSON_ParseWithLength(body.p, body.n) : NULL;
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "jobId");
    bool ok = member == NULL || cJSON_IsNull(member) || cJSON_IsString(member);
    *ret_job_id =
        member != NULL && cJSON_IsString(member) ? arena_str(arena, str_from(member->valuestring)) : STR_NONE;
    cJSON_Delete(object);
    return ok || fail(err, ERR_INVALID_REQUEST, "The member jobId of the body must be a text.");
}

static bool decode_body(const struct request *request, struct arena *arena, void *input, struct err *err)
{
    struct plan_request *in = input;
    void *job = NULL;
    if (in->job_id.p == NULL && !read_job_id(request->body, arena, &in->job_id, err))
        return false;
    const struct request create_job = {
        .labels = { 1, { in->job_id.p != NULL ? in->job_id : STR_LIT("not-named-yet") } },
        .body = request->body,
        .quota = request->quota,
    };
    bool ok = api_decode(OP_CREATE_JOB, &create_job, arena, &job, NULL, err);
    in->job = job;
    return ok;
}

static const struct own_parameter parameters[] = {
    { "jobId", offsetof(struct plan_request, job_id), .required = false },
};
const struct own_operation own_plan = { op_plan,      sizeof(struct plan_request),
                                        parameters,   sizeof parameters / sizeof *parameters,
                                        decode_body,  prepare_plan,
                                        prepares_plan };
