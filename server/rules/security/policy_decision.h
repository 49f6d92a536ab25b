/*
 * What policies say to a request (identity 2.6): denied where any statement that fits denies, else allowed
 * where one allows, else denied because nothing allows.
 *
 * Pure, without an allocation on the way to a decision: it is asked for each message.
 */
#ifndef IOTJOBS_RULES_POLICY_DECISION_H
#define IOTJOBS_RULES_POLICY_DECISION_H

#include "rules/security/policy_document.h"

struct policy_request {
    struct str action;   /* iot:Publish */
    struct str resource; /* the ARN of what it is done to */
    const struct policy_context *context;
};

enum policy_verdict {
    POLICY_SAYS_NOTHING, /* the implicit deny */
    POLICY_ALLOWS,
    POLICY_DENIES,
};

enum policy_verdict policy_document_judges(const struct policy_document *document,
                                           const struct policy_request *request);
/* All of them together. */
enum policy_verdict policy_documents_judge(const struct policy_document *documents, size_t n,
                                           const struct policy_request *request);

struct policy_keys {
    size_t n, room;
    struct str *items;
};

/* Adds the keys without a value that the document asks for in statements about the request's action, as it
 * spells them, each once. False: out of memory. */
bool policy_document_missing(const struct policy_document *document, const struct policy_request *request,
                             struct arena *arena, struct policy_keys *keys);

#endif
