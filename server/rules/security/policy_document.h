/*
 * Policy documents (identity 2.1): what is a valid one, and the form in which it is asked
 * (rules/security/policy_decision).
 *
 * The compiled form is never changed, so that any number of threads may ask it.
 */
#ifndef IOTJOBS_RULES_POLICY_DOCUMENT_H
#define IOTJOBS_RULES_POLICY_DOCUMENT_H

#include "rules/security/policy_condition.h"

enum { POLICY_CHARACTERS_MAX = 2048 }; /* white space is not counted */

struct policy_statement {
    bool denies;
    bool other_actions;   /* NotAction: all but these */
    bool other_resources; /* NotResource */
    struct policy_patterns actions, resources;
    struct policy_conditions conditions;
};

struct policy_document {
    size_t n;
    const struct policy_statement *statements;
};

/* In the arena, nothing is borrowed. False: ERR_MALFORMED_POLICY with a message that says what and where. */
bool policy_document_parse(struct str text, struct arena *arena, struct policy_document *ret_document,
                           struct err *err);

#endif
