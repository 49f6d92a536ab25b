#include "store/jobs/job_template_store.h"

bool store_job_template_get(struct db *db, struct arena *arena, struct str template_id,
                            struct job_template_row *ret_template)
{
    struct job_template_row row = { 0 };
    struct stmt *q =
        db_query(db,
                 "SELECT id, template_id, description, created_at_ms, config, document, document_source "
                 "FROM job_template WHERE template_id = ?1",
                 "s", template_id);
    bool found = stmt_row(q);
    if (found) {
        row.id = stmt_int(q);
        row.template_id = stmt_text(q, arena);
        row.description = stmt_text(q, arena);
        row.created_at_ms = stmt_int(q);
        found = job_config_from_text(arena, stmt_borrow(q), &row.config);
        row.document = stmt_text(q, arena);
        row.document_source = stmt_text(q, arena);
    }
    stmt_done(q);
    if (found)
        *ret_template = row;
    return found && !arena->failed;
}

bool store_job_template_exists(struct db *db, struct str template_id)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM job_template WHERE template_id = ?1", "s", template_id);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_job_template_insert(struct db *db, struct arena *arena, const struct job_template_row *template)
{
    struct str config = job_config_to_text(arena, &template->config);
    return config.p &&
           db_exec(db,
                   "INSERT INTO job_template (template_id, description, created_at_ms, config, document, "
                   "document_source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   "ssisss", template->template_id, template->description, template->created_at_ms, config,
                   template->document, template->document_source);
}

bool store_job_template_delete(struct db *db, struct str template_id)
{
    return db_exec(db, "DELETE FROM job_template WHERE template_id = ?1", "s", template_id);
}

bool store_job_templates_list(struct db *db, struct arena *arena, int64_t before, int64_t limit,
                              struct job_template_rows *ret_rows)
{
    struct job_template_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q = db_query(db,
                              "SELECT id, template_id, description, created_at_ms FROM job_template "
                              "WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                              "ii", before, limit);
    while (rows.n < (size_t)limit && stmt_row(q)) {
        struct job_template_row *row = &rows.items[rows.n++];
        row->id = stmt_int(q);
        row->template_id = stmt_text(q, arena);
        row->description = stmt_text(q, arena);
        row->created_at_ms = stmt_int(q);
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
