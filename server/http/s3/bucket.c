/* Buckets: which there are, and what is said of each. */
#include "http/s3/actions.h"
#include "http/s3/xml_reader.h"
#include "http/s3/xml_writer.h"

#include "http/s3/token.h"

static const char region_of_old[] = "us-east-1"; /* the region whose buckets say none */

/* ---- one bucket ---- */

static bool read_bucket(struct s3_request *s3)
{
    struct s3_bucket_request *in = arena_alloc(s3->arena, sizeof *in);
    struct bucket_row *row = arena_alloc(s3->arena, sizeof *row);
    if (!in || !row)
        return s3_no_memory(s3);
    *in = (struct s3_bucket_request){
        .refusal = &s3->refusal, .bucket = s3->bucket, .caller_region = s3->call->region, .ret_bucket = row
    };
    s3->input = in;
    return true;
}

static const struct bucket_row *bucket_of(const struct s3_request *s3)
{
    const struct s3_bucket_request *in = s3->input;
    return in->ret_bucket;
}

/* An empty body asks for the caller's region. */
static bool read_create(struct s3_request *s3)
{
    if (!read_bucket(s3) || s3_body_text(s3->body).n == 0)
        return !s3_refused(s3);
    const struct xml_element *root = s3_xml_body(s3, "CreateBucketConfiguration");
    struct s3_bucket_request *in = s3->input;
    if (root)
        in->location = xml_child_word(root, "LocationConstraint");
    return root != NULL;
}

static bool answer_create(struct s3_request *s3)
{
    s3_add(s3, MHD_HTTP_HEADER_LOCATION, arena_printf(s3->arena, "/%.*s", STR(s3->bucket)));
    return true;
}

static bool answer_head(struct s3_request *s3)
{
    s3_add(s3, "x-amz-bucket-region", bucket_of(s3)->region);
    return true;
}

static bool answer_delete(struct s3_request *s3)
{
    s3->status = MHD_HTTP_NO_CONTENT;
    return true;
}

static bool answer_location(struct s3_request *s3)
{
    struct str region = bucket_of(s3)->region;
    xml_begin(&s3->xml, "LocationConstraint");
    if (!str_eq_text(region, region_of_old))
        xml_escape(&s3->xml, region);
    xml_close(&s3->xml, "LocationConstraint");
    return true;
}

/* ---- versioning ---- */

static bool answer_versioning(struct s3_request *s3)
{
    enum bucket_versioning versioning = bucket_of(s3)->versioning;
    xml_begin(&s3->xml, "VersioningConfiguration");
    if (versioning != VERSIONING_NEVER)
        xml_text(&s3->xml, "Status",
                 versioning == VERSIONING_ENABLED ? STR_LIT("Enabled") : STR_LIT("Suspended"));
    xml_close(&s3->xml, "VersioningConfiguration");
    return true;
}

static bool read_put_versioning(struct s3_request *s3)
{
    const struct xml_element *root = s3_xml_body(s3, "VersioningConfiguration");
    struct str status = xml_child_word(root, "Status");
    bool enabled = str_eq_text(status, "Enabled");
    if (!root || !read_bucket(s3))
        return false;
    if (!enabled && !str_eq_text(status, "Suspended"))
        return s3_refuse(&s3->refusal, S3_MALFORMED_XML);
    if (str_eq_text(xml_child_word(root, "MfaDelete"), "Enabled"))
        return s3_refuse_with(&s3->refusal, s3->arena, S3_NOT_IMPLEMENTED, "MfaDelete is not implemented.");
    struct s3_bucket_request *in = s3->input;
    in->versioning = enabled ? VERSIONING_ENABLED : VERSIONING_SUSPENDED;
    return true;
}

static bool answer_nothing(struct s3_request *s3)
{
    (void)s3;
    return true;
}

/* ---- what a bucket never has here ---- */

static bool has_none(struct s3_request *s3, enum s3_error error)
{
    s3_refuse(&s3->refusal, error);
    s3_refusal_add(&s3->refusal, "BucketName", s3->bucket);
    return false;
}

static bool answer_policy(struct s3_request *s3)
{
    return has_none(s3, S3_NO_SUCH_BUCKET_POLICY);
}

static bool answer_cors(struct s3_request *s3)
{
    return has_none(s3, S3_NO_SUCH_CORS_CONFIGURATION);
}

static bool answer_lifecycle(struct s3_request *s3)
{
    return has_none(s3, S3_NO_SUCH_LIFECYCLE_CONFIGURATION);
}

static bool answer_tagging(struct s3_request *s3)
{
    return has_none(s3, S3_NO_SUCH_TAG_SET);
}

/* ---- all buckets ---- */

enum { BUCKETS_MAX = 10000 };

static bool read_list(struct s3_request *s3)
{
    struct s3_list_buckets_request *in = arena_alloc(s3->arena, sizeof *in);
    struct bucket_rows *rows = arena_alloc(s3->arena, sizeof *rows);
    bool *truncated = arena_alloc(s3->arena, sizeof *truncated);
    if (!in || !rows || !truncated)
        return s3_no_memory(s3);
    *in = (struct s3_list_buckets_request){ .refusal = &s3->refusal,
                                            .prefix = s3_parameter(s3, "prefix"),
                                            .ret_buckets = rows,
                                            .ret_truncated = truncated };
    s3->input = in;
    return s3_token_read(s3, "continuation-token", &in->after) &&
           s3_parameter_number(s3, "max-buckets", BUCKETS_MAX, 1, BUCKETS_MAX, &in->max);
}

static bool answer_list(struct s3_request *s3)
{
    const struct s3_list_buckets_request *in = s3->input;
    struct strbuf *out = &s3->xml;
    const struct bucket_rows *rows = in->ret_buckets;
    xml_begin(out, "ListAllMyBucketsResult");
    s3_write_owner(s3, "Owner");
    xml_open(out, "Buckets");
    for (size_t i = 0; i < rows->n; i++) {
        xml_open(out, "Bucket");
        xml_text(out, "Name", rows->items[i].name);
        xml_time(out, "CreationDate", rows->items[i].created_at_ms);
        xml_text(out, "BucketRegion", rows->items[i].region);
        xml_close(out, "Bucket");
    }
    xml_close(out, "Buckets");
    xml_text_if(out, "Prefix", in->prefix);
    if (*in->ret_truncated && rows->n > 0)
        xml_text(out, "ContinuationToken", s3_token_text(s3, rows->items[rows->n - 1].name));
    xml_close(out, "ListAllMyBucketsResult");
    return true;
}

/* ---- actions ---- */

const struct s3_action s3_list_buckets = {
    .name = "ListBuckets", .read = read_list, .run = op_s3_list_buckets, .answer = answer_list
};
const struct s3_action s3_create_bucket = { .name = "CreateBucket",
                                            .read = read_create,
                                            .run = op_s3_create_bucket,
                                            .answer = answer_create,
                                            .body = BODY_XML,
                                            .writes = true };
const struct s3_action s3_head_bucket = {
    .name = "HeadBucket", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_head
};
const struct s3_action s3_delete_bucket = { .name = "DeleteBucket",
                                            .read = read_bucket,
                                            .run = op_s3_delete_bucket,
                                            .answer = answer_delete,
                                            .writes = true };
const struct s3_action s3_get_bucket_location = {
    .name = "GetBucketLocation", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_location
};
const struct s3_action s3_get_bucket_versioning = {
    .name = "GetBucketVersioning", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_versioning
};
const struct s3_action s3_put_bucket_versioning = { .name = "PutBucketVersioning",
                                                    .read = read_put_versioning,
                                                    .run = op_s3_put_bucket_versioning,
                                                    .answer = answer_nothing,
                                                    .body = BODY_XML,
                                                    .writes = true };
const struct s3_action s3_get_bucket_policy = {
    .name = "GetBucketPolicy", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_policy
};
const struct s3_action s3_get_bucket_cors = {
    .name = "GetBucketCors", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_cors
};
const struct s3_action s3_get_bucket_lifecycle = {
    .name = "GetBucketLifecycle", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_lifecycle
};
const struct s3_action s3_get_bucket_tagging = {
    .name = "GetBucketTagging", .read = read_bucket, .run = op_s3_head_bucket, .answer = answer_tagging
};
