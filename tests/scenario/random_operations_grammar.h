/*
 * What is asked at random of a server: a step is a method and a path, and after a blank what is sent. DATA is
 * the data plane, MQTT a publish; the lower-case ones are the test's own. Names are few, so that steps meet.
 */
#ifndef IOTJOBS_TESTS_RANDOM_OPERATIONS_GRAMMAR_H
#define IOTJOBS_TESTS_RANDOM_OPERATIONS_GRAMMAR_H

#include "support/grammar.h"

#define ARN "arn:aws:iot:us-east-1:000000000000:"

static const struct grammar_rule random_operations[] = {
    { "step",
      "<registry>|<registry>|<membership>|<membership>|<group>|<dynamic>|<index>|<job>|<job>|<create-job>|"
      "<create-job>|<device>|<device>|<device>|<device>|<device>|<execution>|<template>|<tags>|<certificate>|"
      "<policy>|<read>|<read>|<world>|<world>|<deletion>" },
    { "deletion",
      "<delete-thing>|<delete-thing>|DELETE /thing-types/<type>|DELETE /thing-groups/<any-group>|"
      "DELETE /thing-groups/<static>?expectedVersion=<digit>|DELETE /dynamic-thing-groups/<any-group>|"
      "DELETE /jobs/<job-id>|DELETE /jobs/<job-id>?force=true|DELETE /jobs/<job-id>?force=true|"
      "DELETE /jobs/<job-id>?force=true&namespaceId=ns|DELETE /certificates/<certificate id>|"
      "DELETE /certificates/<certificate id>?forceDelete=true|DELETE /cacertificate/<ca id>|"
      "DELETE /policies/<policy-name>|DELETE /job-templates/<template-id>" },
    { "change", "<certificate>|<policy>|<tags>|<template>|<device>|<device>|<execution>|<deletion>|<registry>"
                "|<membership>|<group>|<dynamic>|<index>|<job>|<create-job>" },
    { "world", "advance PT1S|advance PT1S|advance PT1M|advance PT7M|advance PT31M|advance PT1H|advance "
               "P1D|restart|faulty|faulty|faulty|"
               "cut-short|comes <thing>|comes <thing>|goes <thing>|PATCH /event-configurations "
               "{\"eventConfigurations\":{\"<event>\":{\"Enabled\":<boolean>}}}" },
    { "event",
      "THING|THING_GROUP|THING_TYPE|THING_GROUP_MEMBERSHIP|THING_GROUP_HIERARCHY|THING_TYPE_ASSOCIATION|JOB|"
      "JOB_EXECUTION|POLICY|CERTIFICATE|CA_CERTIFICATE" },
    { "boolean", "true|true|false" },
    { "digit", "0|1|2|3" },

    /* ---- registry ---- */
    { "registry", "<thing-step>|<thing-step>|<thing-step>|<type-step>" },
    { "thing-step", "POST /things/<thing> <new-thing>|POST /things/<thing> <new-thing>|PATCH /things/<thing> "
                    "<changed-thing>|"
                    "PATCH /things/<thing> <changed-thing>" },
    { "delete-thing", "DELETE /things/<thing>|DELETE /things/<thing>?expectedVersion=<digit>" },
    { "thing", "pump|pump|valve|fan|jobs|a:b_C-9" },
    { "new-thing", "{}|{\"thingTypeName\":\"<type>\"}|{\"attributePayload\":{\"attributes\":{<attributes>}}}|"
                   "{\"thingTypeName\":\"<type>\",\"attributePayload\":{\"attributes\":{<attributes>}}}|"
                   "{\"billingGroupName\":\"cellar\"}" },
    { "changed-thing",
      "{\"attributePayload\":{\"attributes\":{<attributes>}}}|{\"attributePayload\":{\"attributes\":{<"
      "attributes>}}}|"
      "{\"attributePayload\":{\"merge\":true,\"attributes\":{<attributes>}}}|"
      "{\"attributePayload\":{\"merge\":true,\"attributes\":{\"fw\":\"\"}}}|{\"thingTypeName\":\"<type>\"}|"
      "{\"removeThingType\":true}|{\"expectedVersion\":<digit>,\"attributePayload\":{\"attributes\":{}}}" },
    { "attributes", "|\"fw\":\"<digit>\"|\"fw\":\"<digit>\"|\"fw\":\"<digit>\",\"Site\":\"<type>\"|"
                    "\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"fw\":\"<digit>\"" },
    { "type", "motor|Motor|probe" },
    { "type-step",
      "POST /thing-types/<type> <new-type>|POST /thing-types/<type> <new-type>|"
      "PATCH /thing-types/<type> {\"thingTypeProperties\":{\"searchableAttributes\":[\"Site\"]}}|"
      "POST /thing-types/<type>/deprecate {\"undoDeprecate\":<boolean>}|"
      "POST /thing-types/<type>/deprecate {\"undoDeprecate\":true}|POST /thing-types/<type>/deprecate {}" },
    { "new-type", "{}|{\"thingTypeProperties\":{\"searchableAttributes\":[\"fw\"]}}|"
                  "{\"thingTypeProperties\":{\"thingTypeDescription\":\"turns\"},\"tags\":[<tag>]}" },

    /* ---- groups ---- */
    { "group", "POST /thing-groups/<static> <new-group>|POST /thing-groups/<static> <new-group>|"
               "PATCH /thing-groups/<any-group> {\"thingGroupProperties\":<group-properties>}|"
               "PATCH /thing-groups/<static> {\"thingGroupProperties\":{},\"expectedVersion\":<digit>}" },
    { "static", "site|hall|yard|attic" },
    { "dynamic-name", "hot|cold|online" },
    { "any-group", "<static>|<static>|<dynamic-name>" },
    { "new-group", "{}|{\"parentGroupName\":\"<any-group>\"}|{\"parentGroupName\":\"<static>\"}|"
                   "{\"thingGroupProperties\":<group-properties>,\"tags\":[<tag>]}" },
    { "group-properties", "{}|{\"thingGroupDescription\":\"d<digit>\"}|"
                          "{\"attributePayload\":{\"merge\":<boolean>,\"attributes\":{<attributes>}}}" },
    { "membership",
      "PUT /thing-groups/addThingToThingGroup <pair>|PUT /thing-groups/addThingToThingGroup <pair>|"
      "PUT /thing-groups/addThingToThingGroup <pair>|PUT /thing-groups/removeThingFromThingGroup <pair>|"
      "PUT /thing-groups/updateThingGroupsForThing "
      "{\"thingName\":\"<thing>\",\"thingGroupsToAdd\":[<groups>],"
      "\"thingGroupsToRemove\":[<groups>],\"overrideDynamicGroups\":<boolean>}" },
    { "pair", "{\"thingGroupName\":\"<any-group>\",\"thingName\":\"<thing>\"}|"
              "{\"thingGroupName\":\"<static>\",\"thingName\":\"<thing>\"}" },
    { "groups", "|\"<any-group>\"|\"<static>\",\"<static>\"" },
    { "dynamic", "POST /dynamic-thing-groups/<dynamic-name> <new-dynamic>|"
                 "POST /dynamic-thing-groups/<dynamic-name> <new-dynamic>|"
                 "PATCH /dynamic-thing-groups/<dynamic-name> {\"thingGroupProperties\":<group-properties>}|"
                 "PATCH /dynamic-thing-groups/<dynamic-name> "
                 "{\"thingGroupProperties\":{},\"queryString\":\"<query>\"}" },
    { "new-dynamic", "{\"queryString\":\"<query>\"}|{\"queryString\":\"<query>\",\"tags\":[<tag>]}" },
    { "query",
      "attributes.fw:<digit>|attributes.fw>1|attributes.fw:*|thingTypeName:motor|connectivity.connected:true|"
      "connectivity.connected:false|thingGroupNames:<static>|NOT thingName:pump|thingName:p*|thingName:*|"
      "(attributes.fw:1 OR thingName:fan)|NOT attributes.fw:[1 TO 2]|attributes.Site:<type>" },
    { "index",
      "POST /indexing/config {\"thingIndexingConfiguration\":<index-mode>}|"
      "POST /indexing/config {\"thingIndexingConfiguration\":<index-mode>}|"
      "POST /indexing/config {\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"<on-off>\"}}|"
      "POST /indices/search {\"queryString\":\"<query>\"}" },
    { "index-mode", "{\"thingIndexingMode\":\"REGISTRY\"}|{\"thingIndexingMode\":\"OFF\"}|"
                    "{\"thingIndexingMode\":\"REGISTRY\",\"thingConnectivityIndexingMode\":\"STATUS\"}|"
                    "{\"thingIndexingMode\":\"REGISTRY\",\"thingConnectivityIndexingMode\":\"STATUS\"}|"
                    "{\"thingIndexingMode\":\"REGISTRY\",\"thingConnectivityIndexingMode\":\"STATUS\","
                    "\"customFields\":[{\"name\":\"attributes.fw\",\"type\":\"Number\"}]}" },
    { "on-off", "ON|ON|OFF" },

    /* ---- jobs ---- */
    { "create-job", "PUT /jobs/<job-id> <new-job>" },
    { "job-id", "fw|fw|cancel|j-1|j-2" },
    { "new-job",
      "{\"targets\":[<targets>],\"document\":\"{}\"<selection><schedule><rollout><retry><abort><timeout><"
      "more>}|"
      "{\"targets\":[<targets>],\"document\":\"{}\"<selection>}|"
      "{\"targets\":[<targets>],\"document\":\"{}\"<selection><schedule>}|"
      "{\"targets\":[<targets>],\"document\":\"{}\"<selection><retry><abort>}|"
      "{\"targets\":[<targets>],\"jobTemplateArn\":\"" ARN
      "jobtemplate/<template-id>\"<selection><schedule>}|"
      "{\"targets\":[<targets>],\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0\"}" },
    { "targets", "<target>|<target>|<target>,<target>" },
    { "target", "\"" ARN "thing/<thing>\"|\"" ARN "thing/<thing>\"|\"" ARN "thinggroup/<any-group>\"" },
    { "selection", ",\"targetSelection\":\"SNAPSHOT\"|,\"targetSelection\":\"CONTINUOUS\"|,"
                   "\"targetSelection\":\"CONTINUOUS\"|" },
    { "schedule",
      "||,\"schedulingConfig\":{\"startTime\":\"<40 min>\"}|"
      ",\"schedulingConfig\":{\"startTime\":\"<40 min>\",\"endTime\":\"<90 "
      "min>\",\"endBehavior\":\"<behavior>\"}|"
      ",\"schedulingConfig\":{\"endTime\":\"<90 min>\",\"endBehavior\":\"<behavior>\"}|"
      ",\"schedulingConfig\":{<windows>}|,\"schedulingConfig\":{\"startTime\":\"<40 min>\",<windows>}|"
      ",\"schedulingConfig\":{\"startTime\":\"<40 min>\",\"endTime\":\"<200 "
      "min>\",\"endBehavior\":\"<behavior>\","
      "<windows>}" },
    { "behavior", "STOP_ROLLOUT|CANCEL|FORCE_CANCEL" },
    { "windows", "\"maintenanceWindows\":[<window>]|\"maintenanceWindows\":[<window>,<window>]" },
    { "window", "{\"startTime\":\"cron(0 <hours> ? * * *)\",\"durationInMinutes\":<minutes>}|"
                "{\"startTime\":\"cron(0 <hours> 2 1 ? 2030)\",\"durationInMinutes\":<minutes>}" },
    { "hours", "*|12|0/2" },
    { "minutes", "1|30|59|240" },
    { "rollout", "|,\"jobExecutionsRolloutConfig\":<rate>" },
    { "rate",
      "{\"maximumPerMinute\":1}|{\"maximumPerMinute\":1000}|{\"maximumPerMinute\":10,\"exponentialRate\":{"
      "\"baseRatePerMinute\":1,\"incrementFactor\":2,\"rateIncreaseCriteria\":{<increase>:1}}}" },
    { "increase", "\"numberOfNotifiedThings\"|\"numberOfSucceededThings\"" },
    { "retry", "|,\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"<failure>\","
               "\"numberOfRetries\":<digit>}]}" },
    { "failure", "FAILED|TIMED_OUT|ALL" },
    { "abort",
      "|,\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"<abort-failure>\",\"action\":\"CANCEL\","
      "\"thresholdPercentage\":<percent>,\"minNumberOfExecutedThings\":1}]}" },
    { "abort-failure", "FAILED|TIMED_OUT|REJECTED|ALL" },
    { "percent", "50|100" },
    { "timeout", "|,\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":<minutes>}" },
    { "more", "|,\"tags\":[<tag>]|,\"namespaceId\":\"ns\"|,\"description\":\"d\"" },
    { "job", "PATCH /jobs/<job-id> {\"description\":\"other\"}|PATCH /jobs/<job-id> "
             "{\"description\":\"x\"<retry><abort><timeout>}|"
             "PATCH /jobs/<job-id> {\"jobExecutionsRolloutConfig\":<rate>}|"
             "PUT /jobs/<job-id>/cancel {\"reasonCode\":\"WHY\"}|PUT /jobs/<job-id>/cancel?force=true "
             "{\"comment\":\"c\"}|"
             "POST /jobs/<job-id>/targets {\"targets\":[<targets>],\"comment\":\"c\"}|"
             "POST /jobs/<job-id>/targets {\"targets\":[\"" ARN "thinggroup/<any-group>\"]}" },
    { "execution", "PUT /things/<thing>/jobs/<job-id>/cancel?force=<boolean> {}|"
                   "PUT /things/<thing>/jobs/<job-id>/cancel "
                   "{\"expectedVersion\":<digit>,\"statusDetails\":{\"a\":\"b\"}}|"
                   "DELETE /things/<thing>/jobs/<job-id>/executionNumber/<digit>?force=<boolean>|"
                   "DELETE /things/<thing>/jobs/<job-id>/executionNumber/1" },
    { "template",
      "PUT /job-templates/<template-id> {\"description\":\"t\",\"document\":\"{}\"<rollout><retry><abort>"
      "<timeout><template-more>}|"
      "PUT /job-templates/<template-id> {\"description\":\"t\",\"jobArn\":\"" ARN "job/<job-id>\"<retry>}|"
      "GET /job-templates/<template-id>|GET /job-templates" },
    { "template-id", "t-1|t-2" },
    { "template-more", "|,\"tags\":[<tag>]|,<windows>" },

    /* ---- devices ---- */
    { "device",
      "MQTT $aws/things/<thing>/jobs/<ns>start-next <start>|MQTT $aws/things/<thing>/jobs/<ns>get {}|"
      "MQTT $aws/things/<thing>/jobs/<job-id>/<ns>update <report>|"
      "MQTT $aws/things/<thing>/jobs/<job-id>/<ns>update <report>|"
      "MQTT $aws/things/<thing>/jobs/<job-id>/<ns>get {\"includeJobDocument\":true}|"
      "MQTT $aws/things/<thing>/jobs/$next/get {}|DATA PUT /things/<thing>/jobs/$next <start>|"
      "DATA POST /things/<thing>/jobs/<job-id> <report>|DATA GET /things/<thing>/jobs|"
      "DATA GET /things/<thing>/jobs/<job-id>?includeJobDocument=true" },
    { "ns", "|||||namespace-ns/" },
    { "start", "{}|{\"stepTimeoutInMinutes\":<minutes>}|{\"statusDetails\":{\"step\":\"1\"}}" },
    { "report", "{\"status\":\"<status>\"}|{\"status\":\"<status>\"}|{\"status\":\"<status>\","
                "\"expectedVersion\":\"<digit>\"}|"
                "{\"status\":\"<status>\",\"executionNumber\":<digit>}|"
                "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":<step-minutes>,"
                "\"includeJobExecutionState\":true}|"
                "{\"status\":\"<status>\",\"statusDetails\":{\"p\":\"1\"},\"includeJobDocument\":true}" },
    { "status", "IN_PROGRESS|IN_PROGRESS|SUCCEEDED|FAILED|FAILED|REJECTED|QUEUED|CANCELED" },
    { "step-minutes", "1|30|-1" },

    /* ---- tags ---- */
    { "tags", "POST /tags {\"resourceArn\":\"<tagged>\",\"tags\":[<tag>]}|"
              "POST /untag {\"resourceArn\":\"<tagged>\",\"tagKeys\":[\"k<digit>\"]}|GET "
              "/tags?resourceArn=<tagged>" },
    { "tag", "{\"Key\":\"k<digit>\",\"Value\":\"v\"}|{\"Key\":\"k<digit>\"}" },
    { "tagged",
      ARN "job/<job-id>|" ARN "jobtemplate/<template-id>|" ARN "thinggroup/<any-group>|" ARN
          "thingtype/<type>|" ARN "policy/<policy-name>|" ARN "cacert/<ca id>|" ARN "thing/<thing>" },

    /* ---- certificates, policies ---- */
    { "certificate",
      "POST /certificate/register-no-ca {\"certificatePem\":\"<certificate "
      "pem>\",\"status\":\"<certificate-status>\"}|"
      "POST /certificate/register-no-ca {\"certificatePem\":\"<certificate pem>\",\"status\":\"ACTIVE\"}|"
      "POST /certificate/register {\"certificatePem\":\"<certificate pem>\",\"caCertificatePem\":\"<ca "
      "pem>\"}|"
      "PUT /certificates/<certificate id>?newStatus=<certificate-status>|PUT /things/<thing>/principals|"
      "PUT /things/<thing>/principals|PUT /things/<thing>/principals?thingPrincipalType=<principal-type>|"
      "DELETE /things/<thing>/principals|"
      "POST /cacertificate<activation> {\"caCertificate\":\"<ca "
      "pem>\",\"certificateMode\":\"SNI_ONLY\",\"tags\":[<tag>]}|"
      "PUT /cacertificate/<ca id>?newStatus=<ca-status>|GET /registrationcode" },
    { "certificate-status", "ACTIVE|INACTIVE|REVOKED|PENDING_TRANSFER|REGISTER_INACTIVE|PENDING_ACTIVATION" },
    { "principal-type", "EXCLUSIVE_THING|NON_EXCLUSIVE_THING" },
    { "activation", "|?setAsActive=true" },
    { "ca-status", "ACTIVE|INACTIVE" },
    { "policy",
      "POST /policies/<policy-name> {\"policyDocument\":\"<document>\"}|"
      "POST /policies/<policy-name> {\"policyDocument\":\"<document>\",\"tags\":[<tag>]}|"
      "POST /policies/<policy-name>/version?setAsDefault=<boolean> {\"policyDocument\":\"<document>\"}|"
      "PATCH /policies/<policy-name>/version/<digit>|DELETE /policies/<policy-name>/version/<digit>|"
      "PUT /target-policies/<policy-name> {\"target\":\"<policy-target>\"}|"
      "PUT /target-policies/<policy-name> {\"target\":\"<policy-target>\"}|"
      "POST /target-policies/<policy-name> {\"target\":\"<policy-target>\"}" },
    { "policy-name", "open|shut" },
    { "document", "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"<effect>\\\","
                  "\\\"Action\\\":\\\"iot:*\\\",\\\"Resource\\\":\\\"*\\\"}]}" },
    { "effect", "Allow|Deny" },
    { "policy-target",
      "<certificate arn>|" ARN "thinggroup/<any-group>|us-east-1:0a1b2c3d-0123-4567-89ab-0123456789ab" },
    { "policy-target-in-path", "arn:aws:iot:us-east-1:000000000000:cert%2F<certificate id>|"
                               "arn:aws:iot:us-east-1:000000000000:thinggroup%2F<any-group>" },

    /* ---- what changes nothing ---- */
    { "read",
      "GET /jobs/<job-id>|GET /jobs?maxResults=2|GET /jobs?thingGroupName=<any-group>|GET "
      "/jobs?namespaceId=ns|"
      "GET /jobs/<job-id>/things|GET /jobs/<job-id>/job-document|GET /things/<thing>/jobs|"
      "GET /things/<thing>/jobs/<job-id>|GET /things/<thing>|GET "
      "/things?attributeName=fw&attributeValue=<digit>|"
      "GET /things?thingTypeName=<type>|GET /thing-types/<type>|GET /thing-types|GET "
      "/thing-groups/<any-group>|"
      "GET /thing-groups?recursive=<boolean>&parentGroup=<any-group>|GET "
      "/thing-groups/<any-group>/things?recursive=true|"
      "GET /things/<thing>/thing-groups|GET /indices/AWS_Things|GET /indices/AWS_ThingGroups|GET /indices|"
      "GET /indexing/config|GET /event-configurations|GET /certificates/<certificate id>|GET /certificates|"
      "GET /cacertificate/<ca id>|GET /cacertificates|GET /things/<thing>/principals|GET /principals/things|"
      "GET /policies/<policy-name>|GET /policies/<policy-name>/version|GET "
      "/policies/<policy-name>/version/<digit>|"
      "POST /attached-policies/<policy-target-in-path>?recursive=<boolean>|POST "
      "/policy-targets/<policy-name>|"
      "POST /effective-policies?thingName=<thing> {\"principal\":\"<certificate arn>\"}|"
      "POST /test-authorization {\"principal\":\"<certificate "
      "arn>\",\"authInfos\":[{\"actionType\":\"PUBLISH\","
      "\"resources\":[\"" ARN "topic/a\"]}]}" },
};

#endif
