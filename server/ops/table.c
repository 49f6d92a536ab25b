#include "ops/account.h"
#include "ops/executions/device.h"
#include "ops/executions/execution.h"
#include "ops/fleet/fleet_index.h"
#include "ops/jobs/document_fetch.h"
#include "ops/jobs/job.h"
#include "ops/jobs/job_target.h"
#include "ops/jobs/job_template.h"
#include "ops/jobs/template.h"
#include "ops/op.h"
#include "ops/registry/dynamic_group.h"
#include "ops/registry/membership.h"
#include "ops/registry/thing.h"
#include "ops/registry/thing_group.h"
#include "ops/registry/thing_type.h"
#include "ops/security/ca_certificate.h"
#include "ops/security/certificate.h"
#include "ops/security/policy.h"
#include "ops/security/principal.h"
#include "ops/tags.h"

/* Operations without a row are answered 501. */
static const struct op_handler handlers[OPERATION_COUNT] = {
    [OP_CREATE_THING] = { op_create_thing, .writes = true },
    [OP_DESCRIBE_THING] = { op_describe_thing, .writes = false },
    [OP_LIST_THINGS] = { op_list_things, .writes = false },
    [OP_UPDATE_THING] = { op_update_thing, .writes = true },
    [OP_DELETE_THING] = { op_delete_thing, .writes = true },

    [OP_CREATE_THING_TYPE] = { op_create_thing_type, .writes = true },
    [OP_DESCRIBE_THING_TYPE] = { op_describe_thing_type, .writes = false },
    [OP_LIST_THING_TYPES] = { op_list_thing_types, .writes = false },
    [OP_UPDATE_THING_TYPE] = { op_update_thing_type, .writes = true },
    [OP_DEPRECATE_THING_TYPE] = { op_deprecate_thing_type, .writes = true },
    [OP_DELETE_THING_TYPE] = { op_delete_thing_type, .writes = true },

    [OP_CREATE_THING_GROUP] = { op_create_thing_group, .writes = true },
    [OP_DESCRIBE_THING_GROUP] = { op_describe_thing_group, .writes = false },
    [OP_LIST_THING_GROUPS] = { op_list_thing_groups, .writes = false },
    [OP_UPDATE_THING_GROUP] = { op_update_thing_group, .writes = true },
    [OP_DELETE_THING_GROUP] = { op_delete_thing_group, .writes = true },
    [OP_ADD_THING_TO_THING_GROUP] = { op_add_thing_to_thing_group, .writes = true },
    [OP_REMOVE_THING_FROM_THING_GROUP] = { op_remove_thing_from_thing_group, .writes = true },
    [OP_UPDATE_THING_GROUPS_FOR_THING] = { op_update_thing_groups_for_thing, .writes = true },
    [OP_LIST_THINGS_IN_THING_GROUP] = { op_list_things_in_thing_group, .writes = false },
    [OP_LIST_THING_GROUPS_FOR_THING] = { op_list_thing_groups_for_thing, .writes = false },

    [OP_CREATE_DYNAMIC_THING_GROUP] = { op_create_dynamic_thing_group, .writes = true },
    [OP_UPDATE_DYNAMIC_THING_GROUP] = { op_update_dynamic_thing_group, .writes = true },
    [OP_DELETE_DYNAMIC_THING_GROUP] = { op_delete_dynamic_thing_group, .writes = true },

    [OP_UPDATE_INDEXING_CONFIGURATION] = { op_update_indexing_configuration, .writes = true },
    [OP_GET_INDEXING_CONFIGURATION] = { op_get_indexing_configuration, .writes = false },
    [OP_DESCRIBE_INDEX] = { op_describe_index, .writes = false },
    [OP_LIST_INDICES] = { op_list_indices, .writes = false },
    [OP_SEARCH_INDEX] = { op_search_index, .writes = false },

    [OP_CREATE_JOB] = { op_create_job, .writes = true, .prepare = prepare_create_job,
                        .prepares = prepares_create_job, .workplace = WORKPLACE_FETCHES },
    [OP_DESCRIBE_JOB] = { op_describe_job, .writes = false },
    [OP_LIST_JOBS] = { op_list_jobs, .writes = false },
    [OP_GET_JOB_DOCUMENT] = { op_get_job_document, .writes = false },
    [OP_UPDATE_JOB] = { op_update_job, .writes = true },
    [OP_CANCEL_JOB] = { op_cancel_job, .writes = true },
    [OP_DELETE_JOB] = { op_delete_job, .writes = true },
    [OP_ASSOCIATE_TARGETS_WITH_JOB] = { op_associate_targets_with_job, .writes = true },

    [OP_DESCRIBE_JOB_EXECUTION] = { op_describe_job_execution, .writes = false },
    [OP_CANCEL_JOB_EXECUTION] = { op_cancel_job_execution, .writes = true },
    [OP_DELETE_JOB_EXECUTION] = { op_delete_job_execution, .writes = true },
    [OP_LIST_JOB_EXECUTIONS_FOR_JOB] = { op_list_job_executions_for_job, .writes = false },
    [OP_LIST_JOB_EXECUTIONS_FOR_THING] = { op_list_job_executions_for_thing, .writes = false },

    [OP_CREATE_JOB_TEMPLATE] = { op_create_job_template, .writes = true,
                                 .prepare = prepare_create_job_template,
                                 .prepares = prepares_create_job_template, .workplace = WORKPLACE_FETCHES },
    [OP_DESCRIBE_JOB_TEMPLATE] = { op_describe_job_template, .writes = false },
    [OP_LIST_JOB_TEMPLATES] = { op_list_job_templates, .writes = false },
    [OP_DELETE_JOB_TEMPLATE] = { op_delete_job_template, .writes = true },
    [OP_LIST_MANAGED_JOB_TEMPLATES] = { op_list_managed_job_templates, .writes = false },
    [OP_DESCRIBE_MANAGED_JOB_TEMPLATE] = { op_describe_managed_job_template, .writes = false },

    [OP_DESCRIBE_ENDPOINT] = { op_describe_endpoint, .writes = false },
    [OP_DESCRIBE_EVENT_CONFIGURATIONS] = { op_describe_event_configurations, .writes = false },
    [OP_UPDATE_EVENT_CONFIGURATIONS] = { op_update_event_configurations, .writes = true },
    [OP_TAG_RESOURCE] = { op_tag_resource, .writes = true },
    [OP_UNTAG_RESOURCE] = { op_untag_resource, .writes = true },
    [OP_LIST_TAGS_FOR_RESOURCE] = { op_list_tags_for_resource, .writes = false },

    [OP_CREATE_POLICY] = { op_create_policy, .writes = true },
    [OP_GET_POLICY] = { op_get_policy, .writes = false },
    [OP_DELETE_POLICY] = { op_delete_policy, .writes = true },
    [OP_LIST_POLICIES] = { op_list_policies, .writes = false },
    [OP_CREATE_POLICY_VERSION] = { op_create_policy_version, .writes = true },
    [OP_GET_POLICY_VERSION] = { op_get_policy_version, .writes = false },
    [OP_LIST_POLICY_VERSIONS] = { op_list_policy_versions, .writes = false },
    [OP_SET_DEFAULT_POLICY_VERSION] = { op_set_default_policy_version, .writes = true },
    [OP_DELETE_POLICY_VERSION] = { op_delete_policy_version, .writes = true },
    [OP_ATTACH_POLICY] = { op_attach_policy, .writes = true },
    [OP_DETACH_POLICY] = { op_detach_policy, .writes = true },
    [OP_LIST_ATTACHED_POLICIES] = { op_list_attached_policies, .writes = false },
    [OP_LIST_TARGETS_FOR_POLICY] = { op_list_targets_for_policy, .writes = false },
    [OP_GET_EFFECTIVE_POLICIES] = { op_get_effective_policies, .writes = false },
    [OP_TEST_AUTHORIZATION] = { op_test_authorization, .writes = false },

    [OP_CREATE_KEYS_AND_CERTIFICATE] = { op_create_keys_and_certificate, .writes = true,
                                         .prepare = prepare_keys_and_certificate,
                                         .workplace = WORKPLACE_KEYS },
    [OP_CREATE_CERTIFICATE_FROM_CSR] = { op_create_certificate_from_csr, .writes = true,
                                         .prepare = prepare_certificate_from_csr },
    [OP_REGISTER_CERTIFICATE] = { op_register_certificate, .writes = true,
                                  .prepare = prepare_register_certificate },
    [OP_REGISTER_CERTIFICATE_WITHOUT_CA] = { op_register_certificate_without_ca, .writes = true,
                                             .prepare = prepare_register_certificate_without_ca },
    [OP_DESCRIBE_CERTIFICATE] = { op_describe_certificate, .writes = false },
    [OP_UPDATE_CERTIFICATE] = { op_update_certificate, .writes = true },
    [OP_DELETE_CERTIFICATE] = { op_delete_certificate, .writes = true },
    [OP_LIST_CERTIFICATES] = { op_list_certificates, .writes = false },
    [OP_REGISTER_CA_CERTIFICATE] = { op_register_ca_certificate, .writes = true,
                                     .prepare = prepare_register_ca_certificate },
    [OP_DESCRIBE_CA_CERTIFICATE] = { op_describe_ca_certificate, .writes = false },
    [OP_UPDATE_CA_CERTIFICATE] = { op_update_ca_certificate, .writes = true },
    [OP_DELETE_CA_CERTIFICATE] = { op_delete_ca_certificate, .writes = true },
    [OP_LIST_CA_CERTIFICATES] = { op_list_ca_certificates, .writes = false },
    /* made when it is first asked for */
    [OP_GET_REGISTRATION_CODE] = { op_get_registration_code, .writes = true },
    [OP_ATTACH_THING_PRINCIPAL] = { op_attach_thing_principal, .writes = true },
    [OP_DETACH_THING_PRINCIPAL] = { op_detach_thing_principal, .writes = true },
    [OP_LIST_THING_PRINCIPALS] = { op_list_thing_principals, .writes = false },
    [OP_LIST_PRINCIPAL_THINGS] = { op_list_principal_things, .writes = false },

    [OP_DATA_GET_PENDING_JOB_EXECUTIONS] = { op_get_pending_job_executions, .writes = false },
    [OP_DATA_START_NEXT_PENDING_JOB_EXECUTION] = { op_start_next_pending_job_execution, .writes = true },
    [OP_DATA_DESCRIBE_JOB_EXECUTION] = { op_data_describe_job_execution, .writes = false },
    [OP_DATA_UPDATE_JOB_EXECUTION] = { op_update_job_execution, .writes = true },
};

struct op_handler op_handler(enum operation operation)
{
    return handlers[operation];
}
