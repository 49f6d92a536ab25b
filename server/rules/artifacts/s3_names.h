/* What buckets and keys may be called ("Bucket naming rules", "Object key naming", S3 user guide). Pure. */
#ifndef IOTJOBS_RULES_S3_NAMES_H
#define IOTJOBS_RULES_S3_NAMES_H

#include "base/str.h"

enum { S3_KEY_BYTES_MAX = 1024, S3_BUCKET_BYTES_MAX = 63 };

bool s3_bucket_name_valid(struct str name);
/* 1 to 1024 bytes of UTF-8 without NUL: *ret_too_long tells which rule is broken. */
bool s3_key_valid(struct str key, bool *ret_too_long);

#endif
