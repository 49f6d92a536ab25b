#include "ops/jobs/document_fetch.h"

#include "ops/artifacts/remote_s3.h"
#include "ops/jobs/job_document.h"
#include "ops/jobs/plan.h"
#include "rules/jobs/document.h"
#include "settings.h"

/* Two origins are refused anyway. */
static bool is_far(const struct settings *settings, struct str document, struct str source)
{
    return settings->s3_endpoint[0] && source.p && !document.p;
}

static bool is_stopping(const struct preparation *preparation)
{
    return preparation->stop && atomic_load(preparation->stop);
}

static const void *fetch(const struct preparation *preparation, struct str source)
{
    struct arena *arena = preparation->arena;
    struct fetched_document *fetched = arena_alloc(arena, sizeof *fetched);
    struct remote_s3 s3 = remote_s3_of(preparation->settings);
    struct s3_location location;
    s3.stop = preparation->stop;
    if (!fetched) {
        fail(preparation->err, ERR_INTERNAL, "The server is out of memory for this document.");
        return NULL;
    }
    if (!job_document_location(source, str_from(preparation->settings->s3_endpoint), arena, &location) ||
        remote_s3_read(&s3, &location, DOCUMENT_BYTES_MAX, preparation->host_ms, arena, &fetched->text,
                       &fetched->problem) ||
        !is_stopping(preparation))
        return fetched;
    fail(preparation->err, ERR_THROTTLING, "Rate exceeded"); /* as those hear who still wait for their turn */
    return NULL;
}

bool prepares_create_job(const struct settings *settings, const void *input)
{
    const struct create_job_request *in = input;
    return is_far(settings, in->document, in->document_source);
}

const void *prepare_create_job(const struct preparation *preparation, const void *input)
{
    const struct create_job_request *in = input;
    return fetch(preparation, in->document_source);
}

bool prepares_create_job_template(const struct settings *settings, const void *input)
{
    const struct create_job_template_request *in = input;
    return is_far(settings, in->document, in->document_source);
}

const void *prepare_create_job_template(const struct preparation *preparation, const void *input)
{
    const struct create_job_template_request *in = input;
    return fetch(preparation, in->document_source);
}

bool prepares_plan(const struct settings *settings, const void *input)
{
    const struct plan_request *in = input;
    return prepares_create_job(settings, in->job);
}

const void *prepare_plan(const struct preparation *preparation, const void *input)
{
    const struct plan_request *in = input;
    return prepare_create_job(preparation, in->job);
}
