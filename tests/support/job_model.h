/*
 * The rules of jobs once more, written down from AWS's documentation and our decisions
 * (docs/compatibility.md) and not from the server's code, so that the two can be held against each other.
 * Nothing here is fast or clever: everything that can be found out is found out anew each time. What can
 * happen by itself is what model_next_due finds; there are no timers.
 *
 *     struct model *m = model_new(NOON_S * 1000LL);
 *     model_play(m, &step);           true: the server must accept the step as well
 *     m->executions …, m->heard       what must be there then, and what the devices must have been told
 *
 * Where AWS says nothing, the comments here say "decision"; most of them are in docs/compatibility.md as
 * well. Left out: dynamic thing groups, namespaces, details of a status, events, templates, and jobs so large
 * that they are worked off in slices.
 */
#ifndef IOTJOBS_TESTS_JOB_MODEL_H
#define IOTJOBS_TESTS_JOB_MODEL_H

#include "support/job_step.h"

#define MODEL_NEVER INT64_MAX

enum { MODEL_EXECUTIONS_MAX = 400, MODEL_HEARD_MAX = 1 << 17, MODEL_LEAD_MS = 60 * 1000 };

enum model_status {
    MODEL_QUEUED,
    MODEL_IN_PROGRESS,
    MODEL_SUCCEEDED,
    MODEL_FAILED,
    MODEL_TIMED_OUT,
    MODEL_REJECTED,
    MODEL_REMOVED,
    MODEL_CANCELED,
    MODEL_STATUSES
};
extern const char *const model_status_names[MODEL_STATUSES];

enum model_phase { MODEL_JOB_SCHEDULED, MODEL_JOB_IN_PROGRESS, MODEL_JOB_COMPLETED, MODEL_JOB_CANCELED };
extern const char *const model_phase_names[];

struct model_thing {
    bool there;
    int64_t born; /* things are rolled out to in the order of their creation */
};

struct model_group {
    bool there;
    int parent; /* -1: none */
    bool has[THING_NAMES];
};

struct model_execution {
    int job, thing, number, version;
    enum model_status status;
    int64_t born; /* the order of creation: that of a list where times are the same */
    int64_t queued_ms, started_ms, updated_ms; /* 0: not yet */
    int64_t deadline_ms, step_ms;              /* MODEL_NEVER: none */
    int retry;                                 /* retryAttempt */
    int after_failed, after_timed_out;         /* retries before it, of each kind */
    int64_t retry_ms;                          /* when it is tried again; MODEL_NEVER: no such thing waits */
};

struct model_job {
    bool there;
    int64_t born;
    struct job_spec spec;
    enum model_phase phase;
    int64_t start_ms; /* as requested; 0: none */
    int64_t end_ms;   /* MODEL_NEVER: none */
    int64_t completed_ms;
    bool begun;                          /* its first window has opened, or its start time has come */
    bool ended;                          /* its end time has come, and what follows from it has been done */
    bool shut;                           /* between two windows: what is QUEUED is hidden */
    int64_t wake_ms;                     /* when it begins, or when its window opens or closes */
    int64_t cancellation_ms, removal_ms; /* what is due at once, but not in the same breath */
    bool joined[THING_NAMES];            /* between two windows */

    /* Whom the rollout has still to come to; see job_model_rollout.c. */
    bool rolling;
    unsigned waits_for[THING_NAMES];        /* targets through which it is reached: bits, as model_reach */
    bool left[THING_NAMES];                 /* one of those, while a SNAPSHOT job was rolled out */
    int64_t target_since[SPEC_TARGETS_MAX]; /* births until the job got it */
    int64_t came_to;                        /* the place of the last turn that was taken */
    int64_t rollout_ms;
    int64_t slot, slot_ms, slot_taken, notified;
};

struct model {
    int64_t now_ms;
    int64_t births;
    int64_t default_rate; /* a minute; 0: unlimited */
    struct model_thing things[THING_NAMES];
    struct model_group groups[GROUP_NAMES];
    struct model_job jobs[JOB_NAMES];
    int execution_count;
    struct model_execution executions[MODEL_EXECUTIONS_MAX]; /* in the order of creation */
    /* The pending list of each thing before what is happening now. */
    char list_before[THING_NAMES][512], head_before[THING_NAMES][64];
    char heard[THING_NAMES][MODEL_HEARD_MAX / THING_NAMES]; /* notifications, one a line */
};

struct model *model_new(int64_t now_ms);

/* False: the step is refused, and has changed nothing. */
bool model_play(struct model *m, const struct step *step);

/* When something happens by itself; MODEL_NEVER: not before the next step. */
int64_t model_next_due_ms(const struct model *m);

/* ---- between the files of the model ---- */

/* Around each change that is one for the outside: a request, or something that falls due. */
void model_before(struct model *m);
void model_after(struct model *m);
/* Everything that is due by now, each at its own time; where `late`, all of it now: the server was off. */
void model_run_due(struct model *m, int64_t until_ms, bool late);

/* registry */
bool model_plays_registry(struct model *m, const struct step *step, bool *ret_ok);
/* Through how many of the job's targets, by their place in the list, the thing is reached: a bit for each. */
unsigned model_reach(const struct model *m, const struct model_job *job, int thing);
/* The job's executions that are QUEUED on things that it reaches no more. */
void model_remove_unreached(struct model *m, int job);

/* jobs */
bool model_plays_job(struct model *m, const struct step *step, bool *ret_ok);
bool model_is_live(const struct model_job *job);
/* Its end time has come, whether anything has happened because of it or not. */
bool model_is_over(const struct model *m, const struct model_job *job);
bool model_cancels_at_end(const struct model_job *job);
void model_begin(struct model *m, int job);
void model_end(struct model *m, int job);
void model_cancel_executions(struct model *m, int job, bool force);
void model_complete_jobs(struct model *m);

/* executions */
struct model_execution *model_newest(struct model *m, int job, int thing);
bool model_is_open(const struct model_execution *e); /* NULL: no */
struct model_execution *model_queue(struct model *m, int job, int thing);
void model_move(struct model *m, struct model_execution *e, enum model_status to);
void model_forget(struct model *m, struct model_execution *e);
void model_abort_if_due(struct model *m, int job);
void model_retry_due(struct model *m, struct model_execution *e);
int model_count(const struct model *m, int job, enum model_status status);

/* devices */
bool model_plays_device(struct model *m, const struct step *step, bool *ret_ok);
/* Those that the thing sees, the first one first; how many there are. */
int model_pending(const struct model *m, int thing, const struct model_execution *ret_list[JOB_NAMES]);

/* rollout */
void model_rollout_add(struct model *m, int job, unsigned targets);
/* The thing comes to be reached through these targets while the job rolls out. */
void model_rollout_meets(struct model *m, int job, int thing, unsigned targets);
void model_rollout_leaves(struct model *m, int thing); /* it may have: memberships have changed */
void model_rollout_slice(struct model *m, int job);
void model_rollout_hurry(struct model *m, int job);
void model_rollout_stop(struct model_job *job);

/* windows */
bool model_has_windows(const struct model_job *job);
bool model_open_at(const struct model_job *job, int64_t at_ms);
int64_t model_next_opening(const struct model_job *job, int64_t after_ms);
int64_t model_next_closing(const struct model_job *job, int64_t after_ms);
void model_window_due(struct model *m, int job);

#endif
