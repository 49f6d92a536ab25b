#include "rules/jobs/explanation.h"

static const char *const names[REASON_COUNT] = {
    [REASON_JOB_BEING_DELETED] = "JOB_BEING_DELETED",
    [REASON_JOB_ABORTED] = "JOB_ABORTED",
    [REASON_JOB_CANCELED] = "JOB_CANCELED",
    [REASON_JOB_CROWDED_OUT] = "JOB_CROWDED_OUT",
    [REASON_JOB_OVER] = "JOB_OVER",
    [REASON_NOT_A_TARGET] = "NOT_A_TARGET",
    [REASON_CAME_TOO_LATE] = "CAME_TOO_LATE",
    [REASON_WAITS_FOR_START] = "WAITS_FOR_START",
    [REASON_WAITS_FOR_WINDOW] = "WAITS_FOR_WINDOW",
    [REASON_NO_FURTHER_WINDOW] = "NO_FURTHER_WINDOW",
    [REASON_WAITS_FOR_TURN] = "WAITS_FOR_TURN",
    [REASON_DELETED] = "DELETED",
    [REASON_NEXT] = "NEXT",
    [REASON_BEHIND_ANOTHER] = "BEHIND_ANOTHER",
    [REASON_HIDDEN] = "HIDDEN",
    [REASON_HIDDEN_FOR_GOOD] = "HIDDEN_FOR_GOOD",
    [REASON_RUNNING] = "RUNNING",
    [REASON_SUCCEEDED] = "SUCCEEDED",
    [REASON_REJECTED] = "REJECTED",
    [REASON_LEFT_TARGETS] = "LEFT_TARGETS",
    [REASON_CANCELED] = "CANCELED",
    [REASON_FAILED] = "FAILED",
    [REASON_RETRIES_USED_UP] = "RETRIES_USED_UP",
    [REASON_RETRY_WAITS_FOR_WINDOW] = "RETRY_WAITS_FOR_WINDOW",
    [REASON_RETRY_JOB_STOPPED] = "RETRY_JOB_STOPPED",
    [REASON_RETRY_LEFT_TARGETS] = "RETRY_LEFT_TARGETS",
    [REASON_RETRY_NO_WINDOW] = "RETRY_NO_WINDOW",
};

const char *reason_name(enum reason reason)
{
    return names[reason];
}

static bool is_active(const struct explanation_facts *facts)
{
    return facts->job == JOB_STATUS_SCHEDULED || facts->job == JOB_STATUS_IN_PROGRESS;
}

/* Why the job queues nothing any more; REASON_COUNT: it does. */
static enum reason why_job_stopped(const struct explanation_facts *facts)
{
    if (facts->job == JOB_STATUS_DELETION_IN_PROGRESS)
        return REASON_JOB_BEING_DELETED;
    if (facts->job == JOB_STATUS_CANCELED)
        return facts->aborted   ? REASON_JOB_ABORTED
               : facts->crowded ? REASON_JOB_CROWDED_OUT
                                : REASON_JOB_CANCELED;
    return facts->over ? REASON_JOB_OVER : REASON_COUNT;
}

static enum reason without_execution(const struct explanation_facts *facts)
{
    enum reason stopped = why_job_stopped(facts);
    if (!facts->reached && !facts->turn_to_come)
        return REASON_NOT_A_TARGET;
    if (stopped != REASON_COUNT)
        return stopped;
    if (!facts->turn_to_come)
        return facts->deleted ? REASON_DELETED : REASON_CAME_TOO_LATE;
    if (facts->job == JOB_STATUS_SCHEDULED && facts->windowed)
        return !facts->opens_again ? REASON_NO_FURTHER_WINDOW
               : facts->started    ? REASON_WAITS_FOR_WINDOW
                                   : REASON_WAITS_FOR_START;
    return facts->job == JOB_STATUS_SCHEDULED ? REASON_WAITS_FOR_START : REASON_WAITS_FOR_TURN;
}

static enum reason of_queued(const struct explanation_facts *facts)
{
    enum reason stopped = why_job_stopped(facts);
    if (!is_active(facts) && stopped != REASON_COUNT) /* its end is on its way */
        return stopped;
    if (facts->hidden)
        return facts->opens_again ? REASON_HIDDEN : REASON_HIDDEN_FOR_GOOD;
    return facts->first ? REASON_NEXT : REASON_BEHIND_ANOTHER;
}

static enum reason of_failed(const struct explanation_facts *facts)
{
    if (facts->retry_waits)
        return REASON_RETRY_WAITS_FOR_WINDOW;
    if (!facts->retry_configured)
        return REASON_FAILED;
    if (!facts->retry_left)
        return REASON_RETRIES_USED_UP;
    if (why_job_stopped(facts) == REASON_COUNT && !facts->reached)
        return REASON_RETRY_LEFT_TARGETS;
    return is_active(facts) && !facts->over && facts->windowed ? REASON_RETRY_NO_WINDOW
                                                               : REASON_RETRY_JOB_STOPPED;
}

static enum reason of_canceled(const struct explanation_facts *facts)
{
    enum reason stopped = why_job_stopped(facts);
    return facts->canceled_alone || stopped == REASON_COUNT ? REASON_CANCELED : stopped;
}

enum reason explain(const struct explanation_facts *facts)
{
    switch (facts->execution) {
    case JOB_EXECUTION_STATUS_QUEUED: return of_queued(facts);
    case JOB_EXECUTION_STATUS_IN_PROGRESS: return REASON_RUNNING;
    case JOB_EXECUTION_STATUS_SUCCEEDED: return REASON_SUCCEEDED;
    case JOB_EXECUTION_STATUS_FAILED:
    case JOB_EXECUTION_STATUS_TIMED_OUT: return of_failed(facts);
    case JOB_EXECUTION_STATUS_REJECTED: return REASON_REJECTED;
    case JOB_EXECUTION_STATUS_REMOVED: return REASON_LEFT_TARGETS;
    case JOB_EXECUTION_STATUS_CANCELED: return of_canceled(facts);
    default: return without_execution(facts);
    }
}
