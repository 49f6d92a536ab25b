/* Conditional requests on an object's ETag and time (RFC 9110 section 13, as S3 applies them). Pure. */
#ifndef IOTJOBS_RULES_PRECONDITIONS_H
#define IOTJOBS_RULES_PRECONDITIONS_H

#include "base/opt.h"
#include "base/str.h"

/* As they came; absent: not there. */
struct preconditions {
    struct str if_match, if_none_match, if_modified_since, if_unmodified_since;
};

enum precondition_result { PRECONDITION_HOLDS, PRECONDITION_NOT_MODIFIED, PRECONDITION_FAILED };

/* Of a read. `etag` without quotes. *ret_failed: the header's name for the refusal's Condition, if one
 * failed. */
enum precondition_result preconditions_of_read(const struct preconditions *conditions, struct str etag,
                                               int64_t modified_at_ms, const char **ret_failed);
/* Of a write over `etag`; absent: nothing is there. */
enum precondition_result preconditions_of_write(const struct preconditions *conditions, struct str etag,
                                                const char **ret_failed);

#endif
