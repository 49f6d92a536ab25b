/* Which operation a request means: HTTP method and path, or MQTT topic. No I/O. */
#ifndef IOTJOBS_API_ROUTE_H
#define IOTJOBS_API_ROUTE_H

#include "model.h"

/* What the operation's URI labels stand for, in the order of the labels in the URI. */
struct labels {
    size_t n;
    struct str value[OPERATION_LABELS_MAX];
};

/* What the label `name` of the operation's URI stands for; absent when the URI has none of that name. */
struct str labels_value(const struct labels *labels, const struct operation_model *model, const char *name);

struct http_route {
    enum operation operation;
    struct labels labels; /* percent-decoded: in the arena, or borrowed from the path */
};

/*
 * Finds the operation of `method` and `path` (raw, without the query) on `plane`.
 * Segments are split on '/' first and percent-decoded then, so "%2F" cannot make a segment.
 * False: ERR_UNKNOWN_OPERATION, with a message that names the methods the path has, if any;
 * ERR_INVALID_REQUEST when the escapes are malformed or hide a NUL or broken UTF-8.
 */
bool route_http(enum plane plane, struct str method, struct str path, struct arena *arena,
                struct http_route *ret_route, struct err *err);

enum topic_kind {
    TOPIC_FOREIGN,  /* not below $aws/things/THING/jobs/ */
    TOPIC_REQUEST,  /* an operation */
    TOPIC_RESERVED, /* only the service publishes there: notify…, …/accepted, …/rejected */
    TOPIC_INVALID,  /* below jobs/ but nothing */
};

struct topic_route {
    enum topic_kind kind;
    enum operation operation;
    /* borrowed from the topic: thing, then job ("$next" included) where the operation has one */
    struct labels labels;
    struct str thing;
    struct str namespace_id; /* absent on the plain topics */
};

/* Positional, by level (device protocol, section 1.1): a job called "get" is legal. */
struct topic_route route_topic(struct str topic);

/* What a subscription's filter can match below $aws/, shared subscriptions included. */
struct filter_reach {
    bool aws;           /* anything there at all */
    bool served;        /* something that this server publishes: jobs topics or events */
    bool notifications; /* notify or notify-next, with or without a namespace */
    struct str thing;   /* of what is below things/: the one thing; absent: any */
};
struct filter_reach filter_reach_of(struct str filter);

/* The SigV4 credential scope's service and region: from an Authorization header value, or from
 * an X-Amz-Credential query value. False when the text is neither. */
struct credential_scope {
    struct str region, service;
};
bool credential_scope_of(struct str text, struct credential_scope *ret_scope);

#endif
