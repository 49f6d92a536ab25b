#include "support/objects.h"

#include <string.h>

#include "ops/artifacts/artifact.h"
#include "support/world_inside.h"

static bool run_s3(struct world *w, op_fn *run, const void *input)
{
    struct call *call = call_new();
    assert_non_null(call);
    call->owner = w;
    call->done = world_done;
    call->run = run;
    call->input = input;
    w->finished = NULL;
    assert_true(engine_submit(w->engine, call));
    world_run_engine(w);
    assert_ptr_equal(w->finished, call);
    bool ok = call->ok;
    call_free(call);
    return ok;
}

void given_bucket(struct world *w, const char *bucket)
{
    struct s3_refusal refusal = { 0 };
    struct s3_bucket_request request = { .refusal = &refusal, .bucket = str_from(bucket) };
    assert_true(run_s3(w, op_s3_create_bucket, &request));
}

void given_object(struct world *w, const char *bucket, const char *key, const char *content)
{
    struct s3_refusal refusal = { 0 };
    struct object_row object;
    struct artifact_writer *writer = artifact_writer_new(w->artifacts.folder);
    given_bucket(w, bucket);
    assert_non_null(writer);
    assert_true(artifact_writer_add(writer, content, strlen(content)) && artifact_writer_finish(writer));
    struct s3_put_object_request request = {
        .refusal = &refusal,
        .bucket = str_from(bucket),
        .key = str_from(key),
        .content = { .file = artifact_writer_file(writer),
                     .size = (int64_t)strlen(content),
                     .etag = STR_LIT("d41d8cd98f00b204e9800998ecf8427e") },
        .ret_object = &object,
    };
    assert_true(run_s3(w, op_s3_put_object, &request));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
}
