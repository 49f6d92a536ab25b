/*
 * Why a thing has, or has not, got its execution of a job: the one reason that counts now, out of what is
 * known of both.
 *
 *   of the job alone        it is being deleted, was canceled or aborted, is over
 *   of the thing and it     it is not a target, came too late, waits for the start, for a window, for its
 * turn of its execution        next, behind another, running, done, failed and not tried again, …
 */
#ifndef IOTJOBS_RULES_EXPLANATION_H
#define IOTJOBS_RULES_EXPLANATION_H

#include "api/model.h"

enum reason {
    /* there is no execution */
    REASON_JOB_BEING_DELETED,
    REASON_JOB_ABORTED, /* or it was canceled for that */
    REASON_JOB_CANCELED,
    REASON_JOB_CROWDED_OUT, /* too many were at work when it was to start */
    REASON_JOB_OVER,
    REASON_NOT_A_TARGET,
    REASON_CAME_TOO_LATE, /* SNAPSHOT jobs are for who is there at the start */
    REASON_WAITS_FOR_START,
    REASON_WAITS_FOR_WINDOW,
    REASON_NO_FURTHER_WINDOW,
    REASON_WAITS_FOR_TURN, /* in the rollout */
    REASON_DELETED,        /* there was one */
    /* it is pending */
    REASON_NEXT, /* the device gets it when it asks */
    REASON_BEHIND_ANOTHER,
    REASON_HIDDEN, /* until a window opens */
    REASON_HIDDEN_FOR_GOOD,
    REASON_RUNNING,
    /* it has ended */
    REASON_SUCCEEDED,
    REASON_REJECTED,
    REASON_LEFT_TARGETS,
    REASON_CANCELED,
    REASON_FAILED, /* and is not tried again: the job does not */
    REASON_RETRIES_USED_UP,
    REASON_RETRY_WAITS_FOR_WINDOW,
    REASON_RETRY_JOB_STOPPED, /* it had retries left, but */
    REASON_RETRY_LEFT_TARGETS,
    REASON_RETRY_NO_WINDOW,
    REASON_COUNT
};

struct explanation_facts {
    enum job_status job;
    bool over;    /* its end time has come */
    bool aborted; /* it is CANCELED because of its abortConfig */
    bool crowded; /* or because of too many others */
    bool reached; /* a target is the thing, or a group that it is in */
    bool started; /* it has been IN_PROGRESS */
    bool windowed, opens_again;
    bool deleted;      /* it had an execution */
    bool turn_to_come; /* the rollout has not come by the thing yet, and will */

    enum job_execution_status execution; /* the newest one; UNSET: none */
    bool canceled_alone;                 /* before anything ended its job */
    bool hidden;                         /* it waits for a window */
    bool first;                          /* in the thing's pending list */
    bool retry_waits;                    /* for a window */
    bool retry_configured, retry_left;   /* for how it ended */
};

enum reason explain(const struct explanation_facts *facts);

const char *reason_name(enum reason reason);

#endif
