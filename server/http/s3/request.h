/*
 * One request of S3; what the files of http/s3/ share. It lives in the arena of the exchange's call, with all
 * its texts.
 */
#ifndef IOTJOBS_HTTP_S3_REQUEST_H
#define IOTJOBS_HTTP_S3_REQUEST_H

#include "http/s3/body.h"
#include "http/s3/s3.h"
#include "ops/artifacts/artifact.h"
#include "ops/artifacts/artifacts.h"

enum s3_level { LEVEL_SERVICE, LEVEL_BUCKET, LEVEL_OBJECT };

enum s3_body_kind {
    BODY_NONE, /* what arrives is discarded */
    BODY_XML,  /* collected */
    BODY_FILE, /* an object's bytes: they go to a file */
};

struct s3_request;

/*
 * What a request does. `read` makes the operation's input of the request, `run` is done with it, `answer`
 * writes what came out.
 */
struct s3_action {
    const char *name; /* for the log */
    bool (*read)(
        struct s3_request *s3); /* false: refused. Before the body is here where that goes to a file */
    op_fn *run;                 /* NULL: nothing, `answer` knows all */
    /* After `run`, on the same connection, and before files may be removed; NULL: nothing. False: refused */
    bool (*look)(struct s3_request *s3);
    bool (*answer)(struct s3_request *s3);  /* false: refused */
    op_fn *check;                           /* BODY_FILE: with the same input, before the body is read */
    bool (*checked)(struct s3_request *s3); /* after that; NULL: nothing. False: refused */
    enum s3_body_kind body;
    bool checksums_of_result; /* the headers with a checksum speak of the object that comes of it */
    bool writes;              /* by the engine */
    bool transfers;           /* rules/security/access.h */
};

/* A header of the answer. */
struct s3_header {
    const char *name;
    struct str value;
    struct s3_header *next;
};

struct s3_request {
    struct exchange *x;
    struct call *call;
    struct arena *arena;
    struct str method;        /* as it came: HEAD is HEAD here */
    struct sigv4_pair *query; /* raw; `value` absent without a '=' */
    struct field *parameters; /* the same, decoded */
    size_t query_n;
    struct sigv4_pair *headers; /* as they came; of a presigned request also parameters that stand for one */
    size_t header_n;            /* that came */
    size_t header_all_n;
    struct str path;        /* raw, without the prefix, the bucket first: /BUCKET/KEY */
    struct str bucket, key; /* decoded */
    enum s3_level level;
    struct s3_identity who;
    enum access_role role;
    const struct s3_action *action;
    struct s3_refusal refusal;
    const char *allow;          /* of a MethodNotAllowed */
    struct s3_body *body;       /* NULL: none is read */
    size_t discarded;           /* bytes that arrived in vain */
    struct s3_content *content; /* BODY_FILE: where `read` wants what is known of the file */
    void *input; /* of the operation, made by `read`; what it is, and where its results go, the file of the
                  * action knows */
    /* the answer */
    unsigned status;
    struct s3_header *answer_headers;
    struct strbuf xml;
    struct artifact_reader *reader; /* the bytes of the answer: NULL for none */
    int64_t first, length;          /* of those */
    bool delete_marker;             /* what was asked for is one, and refused therefore */
    bool headless;                  /* a HEAD that says how long the object is */
};

/* ---- what came ---- */

/* Collects headers and query. NULL: out of memory. */
struct s3_request *s3_request_new(struct exchange *x, const char *method);
/* Bucket and key (address.c). False: refused. */
bool s3_address_read(struct s3_request *s3);

/* A header, or of a presigned request the parameter that stands for it; absent: neither. */
struct str s3_header(const struct s3_request *s3, const char *name);
/* A header alone. */
struct str s3_header_only(const struct s3_request *s3, const char *name);
/* A parameter, decoded; absent: it is not there. */
struct str s3_parameter(const struct s3_request *s3, const char *name);
/* A number from `least` on; what is larger than `most` counts as that. False: refused. */
bool s3_parameter_number(struct s3_request *s3, const char *name, int64_t by_default, int64_t least,
                         int64_t most, int64_t *ret_number);
bool s3_wants_url_encoding(struct s3_request *s3, bool *ret_wanted);
/* If-Match and the like; of a copy's source x-amz-copy-source-if-match and the like. */
struct preconditions s3_conditions(const struct s3_request *s3);
struct preconditions s3_source_conditions(const struct s3_request *s3);

/* Whether something has been refused, by us or by an operation. */
bool s3_refused(const struct s3_request *s3);
/* Memory is out: false. */
bool s3_no_memory(struct s3_request *s3);
/* InvalidArgument with the two elements it has. */
bool s3_invalid_argument(struct s3_request *s3, const char *name, struct str value, const char *message);
bool s3_not_implemented(struct s3_request *s3, const char *header);
/* The body's XML, whose root has that name; NULL: refused. */
const struct xml_element *s3_xml_body(struct s3_request *s3, const char *root);

/* What a parameter says may stand in a header of an answer: a line's end in it would begin a header of
 * somebody else's choice. */
bool s3_header_name_valid(struct str name);
bool s3_header_value_valid(struct str value);

/* ---- steps ---- */

/* Who signed, and whether he may (auth.c). False: refused. */
bool s3_verify(struct s3_request *s3);
/* Whether that is within his rate (engine/throttle). False: refused. */
bool s3_admitted(struct s3_request *s3);
bool s3_permitted(struct s3_request *s3);

/* What the request does (dispatch.c). False: refused. */
bool s3_dispatch(struct s3_request *s3);

/* ---- the answer (answer.c) ---- */

/* The value is borrowed; an absent one is left out. */
void s3_add(struct s3_request *s3, const char *name, struct str value);
/* The same, in place of one of that name. */
void s3_set(struct s3_request *s3, const char *name, struct str value);
void s3_add_number(struct s3_request *s3, const char *name, int64_t value);
/* ETag in its quotes, Last-Modified, x-amz-version-id: what every answer about an object has. */
void s3_add_object(struct s3_request *s3, const struct object_row *object);
void s3_add_version(struct s3_request *s3, struct str version_id);
void s3_add_checksum(struct s3_request *s3, int algorithm, int type, struct str checksum);

/* ---- what several answers have in them ---- */

/* An element with a key in it; `url_encoding`: percent-encoded, slashes as they are. */
void s3_write_key(struct s3_request *s3, bool url_encoding, const char *name, struct str key);
/* <tag><ID>…</ID><DisplayName>…</DisplayName></tag> */
void s3_write_owner(struct s3_request *s3, const char *tag);
void s3_write_checksum(struct s3_request *s3, int algorithm, struct str checksum);
const char *s3_checksum_type_name(int type);

#endif
