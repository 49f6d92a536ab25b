#include "ops/jobs/delivered_document.h"

#include <string.h>

#include "ops/artifacts/s3_home.h"
#include "ops/jobs/document_objects.h"
#include "store/jobs/job_config_store.h"

enum {
    EXPIRES_DEFAULT_S = 3600,
    DELIVERED_MAX = 128 * 1024, /* a document, and ten URLs in it */
};

static bool may_have_urls(struct str document)
{
    static const struct str beginning = STR_LIT("${aws:iot:s3-presigned-url");
    return document.n && memmem(document.p, document.n, beginning.p, beginning.n);
}

static int64_t expires_s(struct op *op, struct str job_id)
{
    struct job_config config;
    if (!store_job_config_members(op->db, op->arena, job_id, &config) || !config.presigned_url ||
        !config.presigned_url->expires_in_sec.set)
        return EXPIRES_DEFAULT_S;
    return config.presigned_url->expires_in_sec.value;
}

static void warn(struct op *op, const struct execution_row *execution, struct str problem)
{
    log_write(op->log, LOG_WARNING, "job_document job=%.*s thing=%.*s problem=\"%.*s\"",
              STR(execution->job_id), STR(execution->thing_name), STR(problem));
}

static void write_resolved(struct op *op, const struct s3_home *home, struct str document,
                           const struct execution_row *execution, bool no_uploads, struct strbuf *out)
{
    const struct upload_values values = { .thing_name = execution->thing_name,
                                          .job_id = execution->job_id,
                                          .execution_number = execution->execution_number };
    struct document_objects objects;
    int64_t seconds = expires_s(op, execution->job_id);
    document_objects_of(op, document, &values, &objects);
    for (size_t i = 0; i < objects.n; i++) {
        const struct document_object *object = &objects.items[i];
        bool upload = object->placeholder.kind == PLACEHOLDER_UPLOAD;
        struct str text = object->placeholder.text;
        strbuf_add(out, document.p, (size_t)(text.p - document.p));
        strbuf_add_str(out, upload && no_uploads
                                ? text
                                : s3_home_presign(home, upload ? "PUT" : "GET", &object->location, seconds,
                                                  op->now_ms, op->arena));
        document = (struct str){ text.p + text.n, (size_t)(document.p + document.n - text.p) - text.n };
        if (object->missing)
            warn(op, execution, document_object_problem(op, object));
    }
    strbuf_add_str(out, document);
}

struct str delivered_document(struct op *op, struct str document, const struct execution_row *execution,
                              const struct reply_style *style)
{
    struct s3_home home;
    struct strbuf out;
    if (!may_have_urls(document))
        return document;
    if (!s3_home_of(op, style->url, &home)) {
        warn(op, execution,
             STR_LIT("URLs cannot be signed: http_port and https_port are 0, and artifact_url is empty"));
        return document;
    }
    strbuf_init(&out, DELIVERED_MAX);
    write_resolved(op, &home, document, execution, style->no_uploads, &out);
    struct str resolved = arena_str(op->arena, strbuf_str(&out));
    strbuf_release(&out);
    return resolved;
}
