/* Rows of custom job templates. All that is returned lives in the arena. */
#ifndef IOTJOBS_STORE_JOB_TEMPLATE_STORE_H
#define IOTJOBS_STORE_JOB_TEMPLATE_STORE_H

#include "store/jobs/job_config_store.h"

struct job_template_row {
    int64_t id; /* order of creation */
    struct str template_id;
    struct str description;
    int64_t created_at_ms;
    struct str document;        /* lists leave it out, its source and the configuration */
    struct str document_source; /* the URL that it was read from; absent: none */
    struct job_config config;
};

bool store_job_template_get(struct db *db, struct arena *arena, struct str template_id,
                            struct job_template_row *ret_template);
bool store_job_template_exists(struct db *db, struct str template_id);
/* The arena is for what is in between. */
bool store_job_template_insert(struct db *db, struct arena *arena, const struct job_template_row *template);
bool store_job_template_delete(struct db *db, struct str template_id);

struct job_template_rows {
    size_t n;
    struct job_template_row *items;
};

/* At most `limit` created before the one with the id `before` (INT64_MAX: from the newest), newest first. */
bool store_job_templates_list(struct db *db, struct arena *arena, int64_t before, int64_t limit,
                              struct job_template_rows *ret_rows);

#endif
