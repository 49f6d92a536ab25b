/*
 * Placeholders in job documents, ${aws:iot:KIND:ARGUMENT}, which are resolved each time a device gets its
 * document ("Create and manage jobs", AWS IoT developer guide). A managed template's parameters
 * (rules/jobs/document) are in their place before this looks, and braces that are not ours are left alone.
 *
 *   s3-presigned-url:URL         a download; the URL is written as it is, and names no version
 *   s3-presigned-url-v2:URL      a download; the URL is percent-encoded, %3FversionId%3DID may end it
 *   s3-presigned-url-upload:URL  an upload; in its key ${thingName}, ${jobId} and ${executionNumber}
 *
 * Others, for packages and code signatures, are known and refused: this server has no catalog, and signs no
 * code.
 */
#ifndef IOTJOBS_RULES_PLACEHOLDER_H
#define IOTJOBS_RULES_PLACEHOLDER_H

#include "api/errors.h"
#include "rules/artifacts/s3_location.h"

enum { PLACEHOLDERS_MAX = 10 }; /* in a document (AWS IoT quotas) */

enum placeholder_kind {
    PLACEHOLDER_DOWNLOAD,
    PLACEHOLDER_DOWNLOAD_V2,
    PLACEHOLDER_UPLOAD,
    PLACEHOLDER_CODE_SIGNATURE,
    PLACEHOLDER_PACKAGE,
    PLACEHOLDER_KINDS
};

struct placeholder {
    enum placeholder_kind kind;
    struct str text;     /* as it stands in the document, braces and all */
    struct str argument; /* what is behind KIND and its colon, without JSON's escapes; absent: nothing */
};

/* The next one of these kinds in *rest, which goes on behind it then. False: there is none, or the arena is
 * full. */
bool placeholder_next(struct str *rest, struct arena *arena, struct placeholder *ret_placeholder);

/*
 * Whether each can be resolved, as far as the document alone tells. `has_role`: the job has a
 * presignedUrlConfig with a roleArn. `endpoint`: as in s3_location.h. False: ERR_INVALID_REQUEST, with AWS's
 * words where they are known; ERR_NOT_IMPLEMENTED for packages and code signatures.
 */
bool placeholders_check(struct str document, bool has_role, struct str endpoint, struct err *err);

/* Where the URL of a download or an upload points to. False: to no object of S3. */
bool placeholder_location(const struct placeholder *placeholder, struct str endpoint, struct arena *arena,
                          struct s3_location *ret_location);

/* What stands for the placeholders in the key of an upload. */
struct upload_values {
    struct str thing_name, job_id;
    int64_t execution_number;
};

/* The key with them in their places; an absent one becomes JOB/THING/NUMBER. Absent: the arena is full. */
struct str upload_key(struct str key, const struct upload_values *values, struct arena *arena);

#endif
