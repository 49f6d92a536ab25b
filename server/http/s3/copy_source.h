/* x-amz-copy-source: "BUCKET/KEY", with or without a slash before it, percent-encoded; "?versionId=" behind
 * it. */
#ifndef IOTJOBS_HTTP_S3_COPY_SOURCE_H
#define IOTJOBS_HTTP_S3_COPY_SOURCE_H

#include "http/s3/request.h"

struct s3_copy_source {
    struct str bucket, key, version_id; /* the last may be absent */
};

/* False: refused. */
bool s3_copy_source_read(struct s3_request *s3, struct s3_copy_source *ret_source);

#endif
