/* Job documents: what is a valid one, and how a managed template becomes one (control plane, sections 5 and
 * 6). */
#ifndef IOTJOBS_RULES_DOCUMENT_H
#define IOTJOBS_RULES_DOCUMENT_H

#include "api/model.h"
#include "rules/jobs/managed_template.h"

enum { DOCUMENT_BYTES_MAX = 32768 };

/* JSON of at most DOCUMENT_BYTES_MAX bytes. What is in its placeholders: rules/jobs/placeholder. False:
 * ERR_INVALID_REQUEST. */
bool document_check(struct str document, struct err *err);

/*
 * The template's document with every ${aws:iot:parameter:KEY} replaced by its value, JSON-escaped; a missing
 * optional parameter becomes the empty string. False: ERR_INVALID_REQUEST for an unknown or missing
 * parameter, a value that does not match, or a result that is too long.
 */
bool document_from_template(const struct managed_template *managed, const struct string_map *parameters,
                            struct arena *arena, struct str *ret_document, struct err *err);

#endif
