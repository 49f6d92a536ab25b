/*
 * Policies in the stories of a world:
 *
 *     given_policy(w, "open", ALLOW("iot:Publish", "arn:…:topic/a"));
 *     attach_policy(w, "open", GROUP_ARN("site"));
 */
#ifndef IOTJOBS_TESTS_POLICIES_H
#define IOTJOBS_TESTS_POLICIES_H

#include "support/world.h"

#define STATEMENT(effect, action, resource)                                                                  \
    "{\"Effect\":\"" effect "\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"}"
#define ALLOW(action, resource) STATEMENT("Allow", action, resource)
#define DENY(action, resource)  STATEMENT("Deny", action, resource)
/* A statement about every resource, with a condition. */
#define ALLOW_IF(action, condition)                                                                          \
    "{\"Effect\":\"Allow\",\"Action\":\"" action "\",\"Resource\":\"*\",\"Condition\":{" condition "}}"

/* Up to five statements with commas between them. */
#define JOINED(...)                         JOINED_OF(__VA_ARGS__, JOINED_5, JOINED_4, JOINED_3, JOINED_2, JOINED_1, )(__VA_ARGS__)
#define JOINED_OF(a, b, c, d, e, join, ...) join
#define JOINED_1(a)                         a
#define JOINED_2(a, b)                      a "," b
#define JOINED_3(a, b, c)                   a "," b "," c
#define JOINED_4(a, b, c, d)                a "," b "," c "," d
#define JOINED_5(a, b, c, d, e)             a "," b "," c "," d "," e

#define GROUP_ARN(group)   "arn:aws:iot:us-east-1:000000000000:thinggroup/" group
#define POLICY_ARN(policy) "arn:aws:iot:us-east-1:000000000000:policy/" policy
#define IDENTITY           "us-east-1:0a1b2c3d-0123-4567-89ab-0123456789ab"

/* Statements of a document of the version 2012-10-17, with commas between them. */
void given_policy(struct world *w, const char *policy, const char *statements);
/* {"policyDocument":"…"} with such statements, in `ret_body`. */
enum { POLICY_BODY_MAX = 8192 };
const char *policy_body(char ret_body[POLICY_BODY_MAX], const char *statements);

/* AttachPolicy and DetachPolicy, which must succeed. */
void attach_policy(struct world *w, const char *policy, const char *target);
void detach_policy(struct world *w, const char *policy, const char *target);

/* The path of ListAttachedPolicies, in `ret_path`. */
enum { POLICY_PATH_MAX = 512 };
const char *attached_path(char ret_path[POLICY_PATH_MAX], const char *target, const char *query);
/* The names that it lists, as "a b c". */
void assert_attached(struct world *w, const char *target, const char *query, const char *expected);

#endif
