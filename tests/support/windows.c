#include "support/windows.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"

void assert_pending(struct scene *s, const char *in_progress, const char *queued)
{
    const struct answer *a = scene_pending(s);
    assert_accepted(a);
    assert_json_items(a->body, "inProgressJobs", "jobId", in_progress);
    assert_json_items(a->body, "queuedJobs", "jobId", queued);
}

void assert_next(struct scene *s, const char *job)
{
    const struct answer *a = scene_describe(s, "$next", "{}");
    assert_accepted(a);
    if (job)
        assert_json_string(a->body, "execution.jobId", job);
    else
        assert_json_absent(a->body, "execution");
}

void assert_timers(struct world *w, const char *expected)
{
    char found[1024] = "";
    size_t n = 0;
    struct stmt *q = db_query(
        world_db(w), "SELECT kind, job_id FROM timer ORDER BY kind, job_id, thing_name /*scan*/", "");
    while (stmt_row(q)) {
        struct str kind = stmt_borrow(q), job = stmt_borrow(q);
        n += (size_t)snprintf(found + n, sizeof found - n, "%s%.*s %.*s", n ? ", " : "", STR(kind), STR(job));
    }
    assert_string_equal(found, expected);
}
