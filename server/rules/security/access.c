#include "rules/security/access.h"

static const enum operation device_actions[] = {
    OP_DATA_GET_PENDING_JOB_EXECUTIONS,
    OP_DATA_START_NEXT_PENDING_JOB_EXECUTION,
    OP_DATA_DESCRIBE_JOB_EXECUTION,
    OP_DATA_UPDATE_JOB_EXECUTION,
};

static bool is_device_action(enum operation action)
{
    for (size_t i = 0; i < sizeof device_actions / sizeof *device_actions; i++)
        if (device_actions[i] == action)
            return true;
    return false;
}

bool may(const struct principal *principal, enum operation action, struct str thing)
{
    switch (principal->kind) {
    case PRINCIPAL_ANYBODY: return true;
    case PRINCIPAL_CERTIFICATE:
        return is_device_action(action) && thing.n > 0 && str_eq(principal->thing_name, thing);
    }
    return false;
}

bool may_artifact(const struct principal *principal, const struct artifact_action *action)
{
    if (action->writes && action->role == ROLE_READ_ONLY)
        return false;
    switch (principal->kind) {
    case PRINCIPAL_ANYBODY: return true;
    case PRINCIPAL_CERTIFICATE: return action->transfers && action->presigned;
    }
    return false;
}
