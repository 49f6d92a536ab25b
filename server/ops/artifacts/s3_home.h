/*
 * The S3 that job documents speak of: our own artefact store, or the one that s3_endpoint names. However a
 * URL in a document spells its host, it means a bucket and a key there.
 */
#ifndef IOTJOBS_OPS_S3_HOME_H
#define IOTJOBS_OPS_S3_HOME_H

#include "ops/op.h"
#include "rules/artifacts/s3_location.h"
#include "rules/security/sigv4.h"

struct s3_home {
    bool path_style;
    struct str scheme, host, prefix; /* "https", "iot.example:8443", "/_s3"; an external one has no prefix */
    struct sigv4_signer signer;
};

/* The one that s3_endpoint names. Borrows from the settings. */
struct s3_home s3_home_external(const struct settings *settings);

/* `url`: by which the caller has reached us, "https://iot.example:8443"; absent: over MQTT. False: it is our
 * own store, and no port of HTTP is on. Borrows from the settings and the operation. */
bool s3_home_of(const struct op *op, struct str url, struct s3_home *ret_home);

/* Where the object is there: its path, percent-encoded, and its host. False: the arena is full. */
bool s3_home_place(const struct s3_home *home, const struct s3_location *location, struct arena *arena,
                   struct str *ret_host, struct str *ret_path);

/* A URL that `method` ("GET", "PUT") may be used with for so many seconds. Absent: the arena is full. */
struct str s3_home_presign(const struct s3_home *home, const char *method, const struct s3_location *location,
                           int64_t expires_s, int64_t now_ms, struct arena *arena);

#endif
