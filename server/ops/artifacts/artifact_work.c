#include "ops/artifacts/artifact_work.h"

#include "ops/artifacts/doomed_files.h"
#include "settings.h"

/* At once: a few milliseconds. */
enum { CLEARED_CONTENTS = 50, CLEARED_PIECES = 100, ABORTED_UPLOADS = 100 };

static bool fail_database(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The artefacts could not be changed.");
}

static struct timer_row timer_of(enum timer_kind kind, int64_t due_ms)
{
    return (
        struct timer_row){ .kind = kind, .job_id = STR_LIT(""), .thing_name = STR_LIT(""), .due_ms = due_ms };
}

/* ---- contents ---- */

bool artifact_contents_dropped(struct op *op)
{
    int64_t content;
    struct timer_row timer = timer_of(TIMER_ARTIFACT_CLEARING, op->now_ms);
    bool any = store_content_doomed(op->db, &content);
    return (!any || store_timer_set(op->db, &timer)) && !db_failed(op->db) ? true : fail_database(op);
}

bool artifact_drop_content(struct op *op, int64_t content)
{
    return store_content_drop_owner(op->db, content) ? artifact_contents_dropped(op) : fail_database(op);
}

/* What no piece is of any more goes after COMMIT. */
static bool doom_unnamed(struct op *op, struct file_names files)
{
    for (size_t i = 0; i < files.n; i++)
        if (!store_file_is_named(op->db, files.items[i]) && !doom_file(op, files.items[i]))
            return false;
    return true;
}

bool artifact_clearing_due(struct op *op, const struct timer_row *timer)
{
    (void)timer;
    int64_t content;
    bool done = true;
    for (int n = 0; done && n < CLEARED_CONTENTS && store_content_doomed(op->db, &content); n++) {
        struct file_names files;
        if (!store_content_delete_some(op->db, op->arena, content, CLEARED_PIECES, &files, &done) ||
            !doom_unnamed(op, files))
            return fail_database(op);
    }
    return artifact_contents_dropped(op);
}

/* ---- uploads ---- */

bool artifact_uploads_changed(struct op *op)
{
    struct upload_row oldest;
    struct timer_row timer = timer_of(TIMER_ARTIFACT_UPLOADS, 0);
    bool any = store_upload_oldest(op->db, op->arena, &oldest);
    if (any)
        timer.due_ms = oldest.begun_at_ms + op->settings->artifact_upload_lifetime_ms;
    bool ok = any ? store_timer_set(op->db, &timer) : store_timer_cancel(op->db, &timer);
    return ok && !db_failed(op->db) ? true : fail_database(op);
}

bool artifact_abort_upload(struct op *op, const struct upload_row *upload)
{
    return store_upload_delete(op->db, upload->id) ? artifact_drop_content(op, upload->content)
                                                   : fail_database(op);
}

bool artifact_uploads_due(struct op *op, const struct timer_row *timer)
{
    (void)timer;
    struct upload_row upload;
    int64_t latest_ms = op->now_ms - op->settings->artifact_upload_lifetime_ms;
    for (int n = 0; n < ABORTED_UPLOADS && store_upload_oldest(op->db, op->arena, &upload) &&
                    upload.begun_at_ms <= latest_ms;
         n++) {
        if (!artifact_abort_upload(op, &upload))
            return false;
        log_write(op->log, LOG_NOTICE, "upload_aborted bucket=%.*s key=\"%.*s\" upload=%.*s",
                  STR(upload.bucket), STR(upload.key), STR(upload.upload_id));
    }
    return artifact_uploads_changed(op);
}
