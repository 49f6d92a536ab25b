/* Rows of what jobs are aimed at. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_JOB_TARGET_STORE_H
#define IOTJOBS_STORE_JOB_TARGET_STORE_H

#include "store/db.h"

enum target_kind { TARGET_THING, TARGET_THING_GROUP };

struct target_row {
    struct str arn; /* as given */
    enum target_kind kind;
    struct str name;           /* of the thing or the group */
    bool followed;             /* a group whose members the job follows */
    int64_t executions_before; /* the newest execution (its id) when the job got this target; 0: none of its
                                  own */
};

struct target_rows {
    size_t n;
    struct target_row *items; /* by position: in the order of the requests */
};

bool store_target_insert(struct db *db, struct str job_id, int64_t position, const struct target_row *target);
bool store_targets_get(struct db *db, struct arena *arena, struct str job_id, struct target_rows *ret_rows);
/* How many there are: the position of the next. */
int64_t store_target_count(struct db *db, struct str job_id);
/* False when there is none at that position. */
bool store_target_get(struct db *db, struct arena *arena, struct str job_id, int64_t position,
                      struct target_row *ret_target);

/* Whether a target of the job is the thing, or a group that it is in or above one that it is in. */
bool store_job_reaches(struct db *db, struct str job_id, struct str thing);

/* ---- jobs that follow a group: CONTINUOUS ones, SNAPSHOT ones while they roll out ---- */

/* A SNAPSHOT job does so from here on. */
bool store_targets_follow(struct db *db, struct str job_id);
/* No target of the job is followed any more. */
bool store_targets_unfollow(struct db *db, struct str job_id);

struct follower_row {
    int64_t job; /* its order of creation */
    struct str job_id;
    bool snapshot;
    int64_t position; /* of the target */
};

struct follower_rows {
    size_t n;
    struct follower_row *items; /* by job, then position */
};

/* Those that reach the thing through a group. */
bool store_followers_of_thing(struct db *db, struct arena *arena, int64_t thing,
                              struct follower_rows *ret_rows);
/* Those that follow the group or one above it. */
bool store_followers_of_group(struct db *db, struct arena *arena, int64_t group,
                              struct follower_rows *ret_rows);

/* ---- things that joined between two windows ---- */

struct thing_names {
    size_t n;
    struct str *things;
};

bool store_joiner_add(struct db *db, struct str job_id, struct str thing);
/* At most `limit` of them. */
bool store_joiners_get(struct db *db, struct arena *arena, struct str job_id, int64_t limit,
                       struct thing_names *ret_rows);
bool store_joiner_delete(struct db *db, struct str job_id, struct str thing);
/* At most `limit` of them; *ret_more: there may be others. */
bool store_joiners_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more);

/* ---- things that left or joined the groups of a SNAPSHOT job since its rollout began ---- */

/* Unless it is noted already: the first time counts. `was_in`: it has left; else it has joined. */
bool store_mover_add(struct db *db, struct str job_id, struct str thing, bool was_in);
/* Whether any is noted. */
bool store_movers_exist(struct db *db, struct str job_id);
/* Whether it has joined. */
bool store_mover_is_new(struct db *db, struct str job_id, struct str thing);
/* Those that have left; at most `limit`. */
bool store_leavers_get(struct db *db, struct arena *arena, struct str job_id, int64_t limit,
                       struct thing_names *ret_rows);
bool store_mover_delete(struct db *db, struct str job_id, struct str thing);
/* At most `limit` of them; *ret_more: there may be others. */
bool store_movers_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more);

/* ---- things that are deleted ---- */

/* It joins nothing any more, and has left nothing. That it has joined stays: it is true of the next of its
 * name. */
bool store_joining_forget(struct db *db, struct str thing);

/* ---- groups that end while a SNAPSHOT job rolls out to them ---- */

/* Of the group's things, those with an id above `last` have not had their turn. The group must be ending when
 * the transaction is committed; with its row there this one goes. */
bool store_ending_group_await(struct db *db, int64_t group, struct str job_id, int64_t last);
/* Whether the job waits for one. */
bool store_ending_group_is_awaited(struct db *db, struct str job_id);
/* Whether the thing is in one that the job waits for, and has not had its turn. */
bool store_ending_group_has(struct db *db, struct str job_id, int64_t thing);
/* How many jobs wait for the group; at most `limit`. */
int64_t store_ending_group_jobs(struct db *db, int64_t group, int64_t limit);
/* For all of them: the thing leaves them, unless it is noted already. */
bool store_ending_group_note(struct db *db, int64_t group, int64_t thing);
bool store_ending_groups_forget(struct db *db, struct str job_id);

#endif
