/*
 * Where an object is, as URLs in job documents and documentSource say it:
 *
 *     https://s3.REGION.amazonaws.com[.cn]/BUCKET/KEY     https://s3.amazonaws.com/BUCKET/KEY
 *     https://BUCKET.s3.REGION.amazonaws.com/KEY          https://s3-REGION.amazonaws.com/BUCKET/KEY
 *     s3://BUCKET/KEY                                     http(s)://OUR-OWN-HOST/_s3/BUCKET/KEY
 * and at the endpoint of an external S3. Pure.
 */
#ifndef IOTJOBS_RULES_S3_LOCATION_H
#define IOTJOBS_RULES_S3_LOCATION_H

#include "base/arena.h"

/* Where S3 is on our own ports. */
#define S3_PATH "/_s3"

struct s3_location {
    struct str bucket;
    struct str key;        /* as text, not percent-encoded; absent: the URL names none */
    struct str version_id; /* absent: none */
    struct str region;     /* absent: the host names none */
};

enum s3_url_form {
    S3_URL_PLAIN,   /* the key stands there as it is; no version */
    S3_URL_ENCODED, /* percent-encoded; ?versionId= or %3FversionId%3D behind it */
};

/* `endpoint`: of an external S3, "https://minio.example:9000"; empty or absent: none. False: no URL of S3.
 * The names in it are not judged (s3_names.h). */
bool s3_location_read(struct str url, enum s3_url_form form, struct str endpoint, struct arena *arena,
                      struct s3_location *ret_location);

#endif
