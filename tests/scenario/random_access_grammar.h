/*
 * What is changed at random of who may do what: a step is a method and a path, and after a blank what is
 * sent. Names are few, so that steps meet. Every document allows to connect, so that whoever may not has no
 * policy.
 */
#ifndef IOTJOBS_TESTS_RANDOM_ACCESS_GRAMMAR_H
#define IOTJOBS_TESTS_RANDOM_ACCESS_GRAMMAR_H

#include "support/grammar.h"

#define ARN          "arn:aws:iot:us-east-1:000000000000:"
#define VARIABLE(of) "${iot:" of "}"
#define SAID(effect, action, resource)                                                                       \
    "{\\\"Effect\\\":\\\"" effect "\\\",\\\"Action\\\":\\\"iot:" action                                      \
    "\\\",\\\"Resource\\\":[\\\"" resource "\\\"]}"
#define DOCUMENT(statement)                                                                                  \
    "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[" SAID("Allow", "Connect", "*") "," statement "]}"

static const struct grammar_rule random_access[] = {
    { "step", "<thing-step>|<thing-step>|<thing-step>|<group-step>|<membership>|<membership>|<membership>|"
              "<certificate>|<certificate>|<certificate>|<principal>|<principal>|<principal>|<ca>|<policy>|"
              "<policy>|<policy>|<attachment>|<attachment>|<attachment>|<faulty>" },
    { "faulty", "faulty|reset|faulty|faulty" },
    { "change",
      "<thing-step>|<group-step>|<membership>|<certificate>|<principal>|<ca>|<policy>|<attachment>" },
    { "digit", "1|1|2|2|3" },
    { "boolean", "true|false" },

    { "thing-step",
      "POST /things/<thing> <new-thing>|PATCH /things/<thing> <changed-thing>|"
      "PATCH /things/<thing> <changed-thing>|DELETE /things/<thing>|POST /thing-types/<type> {}" },
    { "thing", "pump|pump|valve" },
    { "type", "motor|probe" },
    { "new-thing",
      "{}|{\"thingTypeName\":\"<type>\"}|{\"attributePayload\":{\"attributes\":{\"fw\":\"<digit>\"}}}" },
    { "changed-thing", "{\"attributePayload\":{\"attributes\":{\"fw\":\"<digit>\"}}}|"
                       "{\"attributePayload\":{\"attributes\":{}}}|{\"thingTypeName\":\"<type>\"}|"
                       "{\"removeThingType\":true}" },

    { "group-step", "POST /thing-groups/<group> <new-group>|POST /thing-groups/<group> <new-group>|"
                    "DELETE /thing-groups/<group>" },
    { "group", "site|hall|hall" },
    { "new-group", "{}|{\"parentGroupName\":\"<group>\"}|{\"parentGroupName\":\"site\"}" },
    { "membership",
      "PUT /thing-groups/addThingToThingGroup <pair>|PUT /thing-groups/addThingToThingGroup <pair>|"
      "PUT /thing-groups/removeThingFromThingGroup <pair>|"
      "PUT /thing-groups/updateThingGroupsForThing "
      "{\"thingName\":\"<thing>\",\"thingGroupsToAdd\":[\"<group>\"],"
      "\"thingGroupsToRemove\":[\"<group>\"]}" },
    { "pair", "{\"thingGroupName\":\"<group>\",\"thingName\":\"<thing>\"}" },

    { "certificate",
      "POST /certificate/register-no-ca {\"certificatePem\":\"<device pem>\",\"status\":\"<status>\"}|"
      "POST /certificate/register-no-ca {\"certificatePem\":\"<device pem>\",\"status\":\"ACTIVE\"}|"
      "POST /certificate/register {\"certificatePem\":\"<device pem>\"}|"
      "PUT /certificates/<device id>?newStatus=<status>|PUT /certificates/<device id>?newStatus=ACTIVE|"
      "PUT /certificates/<device id>?newStatus=ACTIVE|PUT /certificates/<device id>?newStatus=ACTIVE|"
      "DELETE /certificates/<device id>?forceDelete=true|DELETE /certificates/<device id>" },
    { "status", "ACTIVE|ACTIVE|ACTIVE|INACTIVE|INACTIVE|REVOKED" },
    { "principal",
      "PUT /things/<thing>/principals|PUT /things/<thing>/principals|PUT /things/<thing>/principals|"
      "PUT /things/<thing>/principals|PUT /things/<thing>/principals?thingPrincipalType=EXCLUSIVE_THING|"
      "DELETE /things/<thing>/principals" },
    { "ca",
      "POST /cacertificate?setAsActive=true&allowAutoRegistration=<boolean> {\"caCertificate\":\"<ca pem>\","
      "\"certificateMode\":\"SNI_ONLY\"}|PUT /cacertificate/<ca id>?newStatus=<ca-status>|"
      "PUT /cacertificate/<ca id>?newAutoRegistrationStatus=<auto>|DELETE /cacertificate/<ca id>|"
      "DELETE /cacertificate/<ca id>" },
    { "ca-status", "ACTIVE|INACTIVE|INACTIVE" },
    { "auto", "ENABLE|DISABLE" },

    { "policy", "POST /policies/<name> {\"policyDocument\":\"<document>\"}|"
                "POST /policies/<name> {\"policyDocument\":\"<document>\"}|"
                "POST /policies/<name>/version?setAsDefault=<boolean> {\"policyDocument\":\"<document>\"}|"
                "PATCH /policies/<name>/version/<digit>|DELETE /policies/<name>/version/<digit>|"
                "DELETE /policies/<name>/version/<digit>|DELETE /policies/<name>" },
    { "attachment", "PUT /target-policies/<name> {\"target\":\"<target>\"}|"
                    "PUT /target-policies/<name> {\"target\":\"<target>\"}|"
                    "POST /target-policies/<name> {\"target\":\"<target>\"}" },
    { "name", "open|own|clients|groups" },
    { "target", "<device arn>|<device arn>|" ARN "thinggroup/<group>" },
    { "document", DOCUMENT("<statement>") "|" DOCUMENT("<of-things>,<statement>") },
    { "statement", "<of-things>|<allowed>|<allowed>|<denied>" },
    { "of-things", SAID("Allow", "Publish",
                        ARN "topic/fw/<fw>\\\",\\\"" ARN "topic/type/<type-name>\\\",\\\"" ARN
                            "topic/thing/<thing-name>") },
    { "allowed", SAID("Allow", "<action>", ARN "<resource>") },
    { "action", "Publish|Publish|*" },
    { "resource",
      "topic/fw/<fw>|topic/type/<type-name>|topic/thing/<thing-name>|topic/fw/*|topic/type/*|topic/thing/*|"
      "topic/client/" VARIABLE("ClientId") "|topicfilter/attached/" VARIABLE("Connection.Thing.IsAttached") },
    { "thing-name", VARIABLE("Connection.Thing.ThingName") },
    { "type-name", VARIABLE("Connection.Thing.ThingTypeName") },
    { "fw", VARIABLE("Connection.Thing.Attributes[fw]") },
    { "denied", SAID("Deny", "Publish", ARN "<denied-topic>") },
    { "denied-topic", "topic/fw/<digit>|topic/type/<type>|topic/thing/<thing>" },
};

#endif
