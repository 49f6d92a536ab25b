#include "rules/jobs/execution_state.h"

#define BIT(s) (1u << JOB_EXECUTION_STATUS_##s)

static const struct {
    unsigned device;  /* what a device may ask for */
    unsigned service; /* what the service may make of it */
    bool terminal;
} states[] = {
    [JOB_EXECUTION_STATUS_QUEUED] = { BIT(IN_PROGRESS) | BIT(SUCCEEDED) | BIT(FAILED) | BIT(REJECTED),
                                      BIT(CANCELED) | BIT(REMOVED), false },
    [JOB_EXECUTION_STATUS_IN_PROGRESS] = { BIT(IN_PROGRESS) | BIT(SUCCEEDED) | BIT(FAILED) | BIT(REJECTED),
                                           BIT(TIMED_OUT) | BIT(CANCELED) | BIT(REMOVED), false },
    [JOB_EXECUTION_STATUS_SUCCEEDED] = { 0, 0, true },
    [JOB_EXECUTION_STATUS_FAILED] = { 0, 0, true },
    [JOB_EXECUTION_STATUS_TIMED_OUT] = { 0, 0, true },
    [JOB_EXECUTION_STATUS_REJECTED] = { 0, 0, true },
    [JOB_EXECUTION_STATUS_REMOVED] = { 0, 0, true },
    [JOB_EXECUTION_STATUS_CANCELED] = { 0, 0, true },
};

bool execution_device_may(enum job_execution_status from, enum job_execution_status to)
{
    return states[from].device & 1u << to;
}

bool execution_service_may(enum job_execution_status from, enum job_execution_status to)
{
    return states[from].service & 1u << to;
}

bool execution_is_terminal(enum job_execution_status status)
{
    return states[status].terminal;
}

bool execution_counts_version(enum job_execution_status to)
{
    return to != JOB_EXECUTION_STATUS_REMOVED;
}
