/* Which action a request means: by its method, by what it is addressed to, and by the parameters that it has.
 */
#include "http/s3/actions.h"

#include "api/uri_text.h"

/* The first row that fits counts, so those with more conditions come first. */
static const struct route {
    const char *method;
    enum s3_level level;
    const char *parameters[2]; /* each is there, whatever its value */
    const char *header;        /* so is this one */
    const struct s3_action *action;
} routes[] = {
    { "GET", LEVEL_SERVICE, .action = &s3_list_buckets },

    { "GET", LEVEL_BUCKET, { "location" }, .action = &s3_get_bucket_location },
    { "GET", LEVEL_BUCKET, { "versioning" }, .action = &s3_get_bucket_versioning },
    { "PUT", LEVEL_BUCKET, { "versioning" }, .action = &s3_put_bucket_versioning },
    { "GET", LEVEL_BUCKET, { "versions" }, .action = &s3_list_object_versions },
    { "GET", LEVEL_BUCKET, { "uploads" }, .action = &s3_list_uploads },
    { "GET", LEVEL_BUCKET, { "policy" }, .action = &s3_get_bucket_policy },
    { "GET", LEVEL_BUCKET, { "cors" }, .action = &s3_get_bucket_cors },
    { "GET", LEVEL_BUCKET, { "lifecycle" }, .action = &s3_get_bucket_lifecycle },
    { "GET", LEVEL_BUCKET, { "tagging" }, .action = &s3_get_bucket_tagging },
    { "POST", LEVEL_BUCKET, { "delete" }, .action = &s3_delete_objects },
    { "GET", LEVEL_BUCKET, { "list-type" }, .action = &s3_list_objects_v2 },
    { "GET", LEVEL_BUCKET, .action = &s3_list_objects },
    { "PUT", LEVEL_BUCKET, .action = &s3_create_bucket },
    { "HEAD", LEVEL_BUCKET, .action = &s3_head_bucket },
    { "DELETE", LEVEL_BUCKET, .action = &s3_delete_bucket },

    { "PUT", LEVEL_OBJECT, { "uploadId", "partNumber" }, "x-amz-copy-source", &s3_upload_part_copy },
    { "PUT", LEVEL_OBJECT, { "uploadId", "partNumber" }, .action = &s3_upload_part },
    { "POST", LEVEL_OBJECT, { "uploads" }, .action = &s3_create_upload },
    { "POST", LEVEL_OBJECT, { "uploadId" }, .action = &s3_complete_upload },
    { "GET", LEVEL_OBJECT, { "uploadId" }, .action = &s3_list_parts },
    { "DELETE", LEVEL_OBJECT, { "uploadId" }, .action = &s3_abort_upload },
    { "GET", LEVEL_OBJECT, { "tagging" }, .action = &s3_get_object_tagging },
    { "PUT", LEVEL_OBJECT, { "tagging" }, .action = &s3_put_object_tagging },
    { "DELETE", LEVEL_OBJECT, { "tagging" }, .action = &s3_delete_object_tagging },
    { "GET", LEVEL_OBJECT, { "acl" }, .action = &s3_get_object_acl },
    { "GET", LEVEL_OBJECT, { "attributes" }, .action = &s3_get_object_attributes },
    { "PUT", LEVEL_OBJECT, .header = "x-amz-copy-source", .action = &s3_copy_object },
    { "PUT", LEVEL_OBJECT, .action = &s3_put_object },
    { "GET", LEVEL_OBJECT, .action = &s3_get_object },
    { "HEAD", LEVEL_OBJECT, .action = &s3_head_object },
    { "DELETE", LEVEL_OBJECT, .action = &s3_delete_object },
};

enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

/* Parameters that make a request mean something else than it would without them. Where no row above has them,
 * they are refused: `PUT /bucket?policy` must not make a bucket. */
static const char *const sub_resources[] = {
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
};

static bool has_parameters(const struct s3_request *s3, const struct route *route)
{
    for (size_t i = 0; i < sizeof route->parameters / sizeof *route->parameters; i++)
        if (route->parameters[i] != NULL && !s3_parameter(s3, route->parameters[i]).p)
            return false;
    return true;
}

static bool fits(const struct s3_request *s3, const struct route *route)
{
    return route->level == s3->level && has_parameters(s3, route) &&
           (route->header == NULL || s3_header(s3, route->header).p);
}

static const struct route *find(const struct s3_request *s3)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (str_eq_text(s3->method, routes[i].method) && fits(s3, &routes[i]))
            return &routes[i];
    return NULL;
}

/* NULL: it has none. */
static const char *sub_resource_of(const struct s3_request *s3)
{
    for (size_t i = 0; i < sizeof sub_resources / sizeof *sub_resources; i++)
        if (s3_parameter(s3, sub_resources[i]).p)
            return sub_resources[i];
    return NULL;
}

static bool refuse_method(struct s3_request *s3)
{
    static const char *const methods[] = { [LEVEL_SERVICE] = "GET",
                                           [LEVEL_BUCKET] = "GET, PUT, HEAD, DELETE, POST",
                                           [LEVEL_OBJECT] = "GET, PUT, HEAD, DELETE, POST" };
    static const char *const types[] = {
        [LEVEL_SERVICE] = "SERVICE", [LEVEL_BUCKET] = "BUCKET", [LEVEL_OBJECT] = "OBJECT"
    };
    s3->allow = methods[s3->level];
    s3_refuse(&s3->refusal, S3_METHOD_NOT_ALLOWED);
    s3_refusal_add(&s3->refusal, "Method", uri_text_shown(s3->method, s3->arena));
    s3_refusal_add(&s3->refusal, "ResourceType", str_from(types[s3->level]));
    return false;
}

static bool refuse_sub_resource(struct s3_request *s3, const char *name)
{
    return s3_refuse_with(&s3->refusal, s3->arena, S3_NOT_IMPLEMENTED,
                          "The parameter %s implies functionality that is not implemented.", name);
}

bool s3_dispatch(struct s3_request *s3)
{
    const struct route *route = find(s3);
    const char *sub_resource = sub_resource_of(s3);
    if (sub_resource != NULL && (route == NULL || route->parameters[0] == NULL))
        return refuse_sub_resource(s3, sub_resource);
    if (route == NULL)
        return refuse_method(s3);
    s3->action = route->action;
    s3->x->operation = route->action->name;
    return true;
}
