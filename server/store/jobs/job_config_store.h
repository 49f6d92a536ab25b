/* What a job is configured with, beside its row: the model's own structures. All that is returned lives in
 * the arena. */
#ifndef IOTJOBS_STORE_JOB_CONFIG_STORE_H
#define IOTJOBS_STORE_JOB_CONFIG_STORE_H

#include "api/model.h"
#include "store/db.h"

/* NULL, or not set: there is none. */
struct job_config {
    const struct presigned_url_config *presigned_url;
    const struct job_executions_rollout_config *rollout;
    const struct abort_config *abort;
    const struct timeout_config *timeout;
    const struct job_executions_retry_config *retry;
    struct maintenance_windows windows;
    struct destination_package_versions destination_package_versions;
};

/* Whether nothing of it is set. */
bool job_config_is_empty(const struct job_config *config);

/* The members that are set as a JSON object, in the arena. Absent, or false: memory is out, or the text is
 * another. */
struct str job_config_to_text(struct arena *arena, const struct job_config *config);
bool job_config_from_text(struct arena *arena, struct str text, struct job_config *ret_config);

/* False: the database fails, or memory is out. A job that is not there has no configuration. */
bool store_job_config_get(struct db *db, struct arena *arena, struct str job_id,
                          struct job_config *ret_config);

/* The same without time-out, retries and windows, which lie elsewhere: one look-up. */
bool store_job_config_members(struct db *db, struct arena *arena, struct str job_id,
                              struct job_config *ret_config);

/* Replaces all of it. A job that was just inserted has none, and needs no call for an empty one. The arena is
 * for what is in between. */
bool store_job_config_set(struct db *db, struct arena *arena, struct str job_id,
                          const struct job_config *config);

/* ---- parts of it ---- */

/* Not set when the job has none. */
bool store_retry_criteria_get(struct db *db, struct arena *arena, struct str job_id,
                              struct retry_criteria_list *ret_criteria);
/* In the order of the request; not set when the job has none. */
bool store_windows_get(struct db *db, struct arena *arena, struct str job_id,
                       struct maintenance_windows *ret_windows);
bool store_job_has_windows(struct db *db, struct str job_id);

#endif
