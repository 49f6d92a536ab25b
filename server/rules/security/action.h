/*
 * What somebody can want to do: under the name that policies, answers and logs have for it (IAM's:
 * iot:CreateJob, iot:Publish, iotjobsdata:UpdateJobExecution; ours: iotjobsd:Reset), and what an access key
 * has to be good for.
 */
#ifndef IOTJOBS_RULES_ACTION_H
#define IOTJOBS_RULES_ACTION_H

#include "api/model.h"

/* In order: who has one has those before it. */
enum access_level {
    LEVEL_PUBLIC, /* for anybody at all: whether the server is well, its CA */
    LEVEL_READ,
    LEVEL_OPERATE, /* jobs and their templates */
    LEVEL_ADMINISTER,
};

struct action {
    struct str name;
    enum access_level level;
    bool of_policies; /* IoT policies speak of it: a device's certificate may be allowed to */
};

/* What clients of MQTT do (identity 2.3). */
extern const struct action action_connect;
extern const struct action action_publish;
extern const struct action action_retain_publish; /* besides action_publish */
extern const struct action action_subscribe;
extern const struct action action_receive;

/* Of an operation of the API; not OP_NONE. */
const struct action *action_of_operation(enum operation operation);

#endif
