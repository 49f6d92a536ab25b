#include "ops/jobs/timeline.h"

static const char *const texts[CAUSE_COUNT] = {
    [CAUSE_RECORD_BEGINS] = "It was so when the server began to keep timelines.",
    [CAUSE_CREATE_JOB] = "The job was created.",
    [CAUSE_UPDATE_JOB] = "The configuration of the job was changed by UpdateJob.",
    [CAUSE_ASSOCIATE_TARGETS] = "The job got further targets by AssociateTargetsWithJob.",
    [CAUSE_CANCEL_JOB] = "The job was canceled by CancelJob.",
    [CAUSE_DELETE_JOB] = "The job is being deleted by DeleteJob.",
    [CAUSE_START_TIME] = "The start time of the job has come.",
    [CAUSE_WINDOW_OPENED] = "A maintenance window of the job has opened.",
    [CAUSE_WINDOW_CLOSED] = "The maintenance window of the job has closed.",
    [CAUSE_END_TIME] = "The end time of the job has come.",
    [CAUSE_ABORT_CRITERIA] = "So much has failed that a criterion of the job's abortConfig is met.",
    [CAUSE_CONCURRENT_JOBS_LIMIT] = "There was no room for it beside the other jobs when it was to start.",
    [CAUSE_ROLLOUT_DONE] = "Each thing that the job is for has its execution.",
    [CAUSE_CANCELLATION_DONE] = "What was to be canceled of the job's executions is canceled.",
    [CAUSE_EXECUTIONS_ENDED] = "The last execution of the job has ended.",
    [CAUSE_ROLLOUT] = "The rollout has come to the thing.",
    [CAUSE_JOINED_TARGET] = "The thing has joined a target of the job.",
    [CAUSE_RETRY] = "The execution before has failed, and is tried again.",
    [CAUSE_DEVICE] = "The device reported it.",
    [CAUSE_IN_PROGRESS_TIMEOUT] = "The device has not finished within the time-out of the job.",
    [CAUSE_STEP_TIMEOUT] = "The device has not reported before its step timer ran out.",
    [CAUSE_JOB_CANCELED] = "The job is canceled.",
    [CAUSE_JOB_ENDED] = "The end time of the job has come, and cancels what is open.",
    [CAUSE_LEFT_TARGETS] = "The thing is in no target of the job any more.",
    [CAUSE_DELETE_THING] = "The thing was deleted.",
    [CAUSE_CANCEL_JOB_EXECUTION] = "The execution was canceled by CancelJobExecution.",
    [CAUSE_DELETE_JOB_EXECUTION] = "The execution was deleted by DeleteJobExecution.",
};

const char *cause_text(enum cause cause)
{
    return texts[cause];
}

static bool add(struct op *op, struct str job_id, struct transition_row *transition)
{
    transition->at_ms = op->now_ms;
    return store_transition_add(op->db, job_id, transition) ||
           fail(op->err, ERR_INTERNAL, "The timeline of the job could not be written.");
}

bool timeline_add_job(struct op *op, const struct job_row *job, enum cause cause, struct str detail)
{
    struct transition_row transition = { .status = str_from(job_status_name(job->status)),
                                         .cause = cause,
                                         .detail = detail };
    return add(op, job->job_id, &transition);
}

static bool add_execution(struct op *op, const struct execution_row *execution, struct str status,
                          enum cause cause)
{
    struct transition_row transition = { .thing_name = execution->thing_name,
                                         .execution_number = { true, execution->execution_number },
                                         .status = status,
                                         .cause = cause };
    return add(op, execution->job_id, &transition);
}

bool timeline_add_execution(struct op *op, const struct execution_row *execution, enum cause cause)
{
    return add_execution(op, execution, str_from(job_execution_status_name(execution->status)), cause);
}

bool timeline_add_deleted(struct op *op, const struct execution_row *execution, enum cause cause)
{
    return add_execution(op, execution, STR_LIT("DELETED"), cause);
}
