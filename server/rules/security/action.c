#include "rules/security/action.h"

#define NAMED(text) .name = { text, sizeof(text) - 1 }

const struct action action_connect = { NAMED("iot:Connect"), LEVEL_ADMINISTER, true };
const struct action action_publish = { NAMED("iot:Publish"), LEVEL_ADMINISTER, true };
const struct action action_retain_publish = { NAMED("iot:RetainPublish"), LEVEL_ADMINISTER, true };
const struct action action_subscribe = { NAMED("iot:Subscribe"), LEVEL_ADMINISTER, true };
const struct action action_receive = { NAMED("iot:Receive"), LEVEL_ADMINISTER, true };

/* Levels as in identity 6.2: an operator runs jobs, and sees everything; who may do what, which things there
 * are, and what holds for the whole account is for administrators. */
#define CONTROL(operation, least)                                                                            \
    {                                                                                                        \
        NAMED("iot:" operation), LEVEL_##least, false                                                        \
    }
#define DATA(operation, least)                                                                               \
    {                                                                                                        \
        NAMED("iotjobsdata:" operation), LEVEL_##least, true                                                 \
    }

static const struct action operations[] = {
    [OP_ASSOCIATE_TARGETS_WITH_JOB] = CONTROL("AssociateTargetsWithJob", OPERATE),
    [OP_CANCEL_JOB] = CONTROL("CancelJob", OPERATE),
    [OP_CANCEL_JOB_EXECUTION] = CONTROL("CancelJobExecution", OPERATE),
    [OP_CREATE_JOB] = CONTROL("CreateJob", OPERATE),
    [OP_DELETE_JOB] = CONTROL("DeleteJob", OPERATE),
    [OP_DELETE_JOB_EXECUTION] = CONTROL("DeleteJobExecution", OPERATE),
    [OP_DESCRIBE_JOB] = CONTROL("DescribeJob", READ),
    [OP_DESCRIBE_JOB_EXECUTION] = CONTROL("DescribeJobExecution", READ),
    [OP_GET_JOB_DOCUMENT] = CONTROL("GetJobDocument", READ),
    [OP_LIST_JOB_EXECUTIONS_FOR_JOB] = CONTROL("ListJobExecutionsForJob", READ),
    [OP_LIST_JOB_EXECUTIONS_FOR_THING] = CONTROL("ListJobExecutionsForThing", READ),
    [OP_LIST_JOBS] = CONTROL("ListJobs", READ),
    [OP_UPDATE_JOB] = CONTROL("UpdateJob", OPERATE),
    [OP_CREATE_JOB_TEMPLATE] = CONTROL("CreateJobTemplate", OPERATE),
    [OP_DELETE_JOB_TEMPLATE] = CONTROL("DeleteJobTemplate", OPERATE),
    [OP_DESCRIBE_JOB_TEMPLATE] = CONTROL("DescribeJobTemplate", READ),
    [OP_LIST_JOB_TEMPLATES] = CONTROL("ListJobTemplates", READ),
    [OP_DESCRIBE_MANAGED_JOB_TEMPLATE] = CONTROL("DescribeManagedJobTemplate", READ),
    [OP_LIST_MANAGED_JOB_TEMPLATES] = CONTROL("ListManagedJobTemplates", READ),
    [OP_CREATE_THING] = CONTROL("CreateThing", ADMINISTER),
    [OP_DELETE_THING] = CONTROL("DeleteThing", ADMINISTER),
    [OP_DESCRIBE_THING] = CONTROL("DescribeThing", READ),
    [OP_LIST_THINGS] = CONTROL("ListThings", READ),
    [OP_UPDATE_THING] = CONTROL("UpdateThing", ADMINISTER),
    [OP_CREATE_THING_TYPE] = CONTROL("CreateThingType", ADMINISTER),
    [OP_DELETE_THING_TYPE] = CONTROL("DeleteThingType", ADMINISTER),
    [OP_DEPRECATE_THING_TYPE] = CONTROL("DeprecateThingType", ADMINISTER),
    [OP_DESCRIBE_THING_TYPE] = CONTROL("DescribeThingType", READ),
    [OP_LIST_THING_TYPES] = CONTROL("ListThingTypes", READ),
    [OP_UPDATE_THING_TYPE] = CONTROL("UpdateThingType", ADMINISTER),
    [OP_ADD_THING_TO_THING_GROUP] = CONTROL("AddThingToThingGroup", ADMINISTER),
    [OP_CREATE_THING_GROUP] = CONTROL("CreateThingGroup", ADMINISTER),
    [OP_DELETE_THING_GROUP] = CONTROL("DeleteThingGroup", ADMINISTER),
    [OP_DESCRIBE_THING_GROUP] = CONTROL("DescribeThingGroup", READ),
    [OP_LIST_THING_GROUPS] = CONTROL("ListThingGroups", READ),
    [OP_LIST_THING_GROUPS_FOR_THING] = CONTROL("ListThingGroupsForThing", READ),
    [OP_LIST_THINGS_IN_THING_GROUP] = CONTROL("ListThingsInThingGroup", READ),
    [OP_REMOVE_THING_FROM_THING_GROUP] = CONTROL("RemoveThingFromThingGroup", ADMINISTER),
    [OP_UPDATE_THING_GROUP] = CONTROL("UpdateThingGroup", ADMINISTER),
    [OP_UPDATE_THING_GROUPS_FOR_THING] = CONTROL("UpdateThingGroupsForThing", ADMINISTER),
    [OP_CREATE_DYNAMIC_THING_GROUP] = CONTROL("CreateDynamicThingGroup", ADMINISTER),
    [OP_DELETE_DYNAMIC_THING_GROUP] = CONTROL("DeleteDynamicThingGroup", ADMINISTER),
    [OP_UPDATE_DYNAMIC_THING_GROUP] = CONTROL("UpdateDynamicThingGroup", ADMINISTER),
    [OP_DESCRIBE_INDEX] = CONTROL("DescribeIndex", READ),
    [OP_GET_INDEXING_CONFIGURATION] = CONTROL("GetIndexingConfiguration", READ),
    [OP_LIST_INDICES] = CONTROL("ListIndices", READ),
    [OP_SEARCH_INDEX] = CONTROL("SearchIndex", READ),
    [OP_UPDATE_INDEXING_CONFIGURATION] = CONTROL("UpdateIndexingConfiguration", ADMINISTER),
    [OP_DESCRIBE_ENDPOINT] = CONTROL("DescribeEndpoint", READ),
    [OP_DESCRIBE_EVENT_CONFIGURATIONS] = CONTROL("DescribeEventConfigurations", READ),
    [OP_UPDATE_EVENT_CONFIGURATIONS] = CONTROL("UpdateEventConfigurations", ADMINISTER),
    [OP_LIST_TAGS_FOR_RESOURCE] = CONTROL("ListTagsForResource", READ),
    [OP_TAG_RESOURCE] = CONTROL("TagResource", OPERATE),
    [OP_UNTAG_RESOURCE] = CONTROL("UntagResource", OPERATE),
    [OP_ATTACH_THING_PRINCIPAL] = CONTROL("AttachThingPrincipal", ADMINISTER),
    [OP_CREATE_CERTIFICATE_FROM_CSR] = CONTROL("CreateCertificateFromCsr", ADMINISTER),
    [OP_CREATE_KEYS_AND_CERTIFICATE] = CONTROL("CreateKeysAndCertificate", ADMINISTER),
    [OP_DELETE_CERTIFICATE] = CONTROL("DeleteCertificate", ADMINISTER),
    [OP_DESCRIBE_CERTIFICATE] = CONTROL("DescribeCertificate", READ),
    [OP_DETACH_THING_PRINCIPAL] = CONTROL("DetachThingPrincipal", ADMINISTER),
    [OP_LIST_CERTIFICATES] = CONTROL("ListCertificates", READ),
    [OP_LIST_PRINCIPAL_THINGS] = CONTROL("ListPrincipalThings", READ),
    [OP_LIST_THING_PRINCIPALS] = CONTROL("ListThingPrincipals", READ),
    [OP_REGISTER_CERTIFICATE] = CONTROL("RegisterCertificate", ADMINISTER),
    [OP_REGISTER_CERTIFICATE_WITHOUT_CA] = CONTROL("RegisterCertificateWithoutCA", ADMINISTER),
    [OP_UPDATE_CERTIFICATE] = CONTROL("UpdateCertificate", ADMINISTER),
    [OP_REGISTER_CA_CERTIFICATE] = CONTROL("RegisterCACertificate", ADMINISTER),
    [OP_DESCRIBE_CA_CERTIFICATE] = CONTROL("DescribeCACertificate", READ),
    [OP_LIST_CA_CERTIFICATES] = CONTROL("ListCACertificates", READ),
    [OP_UPDATE_CA_CERTIFICATE] = CONTROL("UpdateCACertificate", ADMINISTER),
    [OP_DELETE_CA_CERTIFICATE] = CONTROL("DeleteCACertificate", ADMINISTER),
    [OP_GET_REGISTRATION_CODE] = CONTROL("GetRegistrationCode", ADMINISTER),
    [OP_ATTACH_POLICY] = CONTROL("AttachPolicy", ADMINISTER),
    [OP_CREATE_POLICY] = CONTROL("CreatePolicy", ADMINISTER),
    [OP_CREATE_POLICY_VERSION] = CONTROL("CreatePolicyVersion", ADMINISTER),
    [OP_DELETE_POLICY] = CONTROL("DeletePolicy", ADMINISTER),
    [OP_DELETE_POLICY_VERSION] = CONTROL("DeletePolicyVersion", ADMINISTER),
    [OP_DETACH_POLICY] = CONTROL("DetachPolicy", ADMINISTER),
    [OP_GET_EFFECTIVE_POLICIES] = CONTROL("GetEffectivePolicies", READ),
    [OP_GET_POLICY] = CONTROL("GetPolicy", READ),
    [OP_GET_POLICY_VERSION] = CONTROL("GetPolicyVersion", READ),
    [OP_LIST_ATTACHED_POLICIES] = CONTROL("ListAttachedPolicies", READ),
    [OP_LIST_POLICIES] = CONTROL("ListPolicies", READ),
    [OP_LIST_POLICY_VERSIONS] = CONTROL("ListPolicyVersions", READ),
    [OP_LIST_TARGETS_FOR_POLICY] = CONTROL("ListTargetsForPolicy", READ),
    [OP_SET_DEFAULT_POLICY_VERSION] = CONTROL("SetDefaultPolicyVersion", ADMINISTER),
    [OP_TEST_AUTHORIZATION] = CONTROL("TestAuthorization", READ),
    [OP_DATA_DESCRIBE_JOB_EXECUTION] = DATA("DescribeJobExecution", READ),
    [OP_DATA_GET_PENDING_JOB_EXECUTIONS] = DATA("GetPendingJobExecutions", READ),
    [OP_DATA_START_NEXT_PENDING_JOB_EXECUTION] = DATA("StartNextPendingJobExecution", OPERATE),
    [OP_DATA_UPDATE_JOB_EXECUTION] = DATA("UpdateJobExecution", OPERATE),
};

_Static_assert(sizeof operations / sizeof *operations == OPERATION_COUNT, "each operation has a row");

const struct action *action_of_operation(enum operation operation)
{
    return &operations[operation];
}
