/* GetObject and HeadObject: conditions, ranges, and what the answer says. */
#include <inttypes.h>

#include "http/s3/actions.h"
#include "http/s3/description.h"
#include "rules/artifacts/byte_range.h"

static bool read_get(struct s3_request *s3)
{
    struct s3_get_object_request *in = arena_alloc(s3->arena, sizeof *in);
    struct object_row *object = arena_alloc(s3->arena, sizeof *object);
    struct artifact_pieces *pieces = arena_alloc(s3->arena, sizeof *pieces);
    if (!in || !object || !pieces)
        return s3_no_memory(s3);
    *in = (struct s3_get_object_request){
        .refusal = &s3->refusal,
        .bucket = s3->bucket,
        .key = s3->key,
        .version_id = s3_parameter(s3, "versionId"),
        .ret_object = object,
        .ret_pieces = s3->action == &s3_get_object ? pieces : NULL,
        .ret_delete_marker = &s3->delete_marker,
    };
    s3->input = in;
    return true;
}

/* ---- what is asked for ---- */

static bool check_conditions(struct s3_request *s3, const struct object_row *object)
{
    const char *failed = NULL;
    const struct preconditions conditions = s3_conditions(s3);
    switch (preconditions_of_read(&conditions, object->etag, object->modified_at_ms, &failed)) {
    case PRECONDITION_HOLDS: return true;
    case PRECONDITION_NOT_MODIFIED:
        s3_add_object(s3, object);
        return s3_refuse(&s3->refusal, S3_NOT_MODIFIED);
    case PRECONDITION_FAILED: break;
    }
    s3_refuse(&s3->refusal, S3_PRECONDITION_FAILED);
    s3_refusal_add(&s3->refusal, "Condition", str_from(failed));
    return false;
}

static bool read_range(struct s3_request *s3, const struct object_row *object)
{
    int64_t last = 0;
    struct str range = s3_header_only(s3, MHD_HTTP_HEADER_RANGE);
    s3->first = 0;
    s3->length = object->size;
    switch (byte_range_read(range, object->size, &s3->first, &last)) {
    case RANGE_WHOLE: return true;
    case RANGE_PART:
        s3->length = last - s3->first + 1;
        s3->status = MHD_HTTP_PARTIAL_CONTENT;
        s3_add(
            s3, MHD_HTTP_HEADER_CONTENT_RANGE,
            arena_printf(s3->arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, s3->first, last, object->size));
        return true;
    case RANGE_NOT_SATISFIABLE: break;
    }
    s3_add(s3, MHD_HTTP_HEADER_CONTENT_RANGE, arena_printf(s3->arena, "bytes */%" PRId64, object->size));
    s3_refuse(&s3->refusal, S3_INVALID_RANGE);
    s3_refusal_add(&s3->refusal, "RangeRequested", range);
    s3_refusal_add(&s3->refusal, "ActualObjectSize", arena_printf(s3->arena, "%" PRId64, object->size));
    return false;
}

static bool open_object(struct s3_request *s3, const struct s3_get_object_request *in)
{
    struct artifact_folder *folder = s3->x->http->config.artifacts->folder;
    if (!in->ret_pieces || s3->length == 0)
        return true;
    s3->reader = artifact_reader_open(folder, *in->ret_pieces);
    return s3->reader || s3_refuse(&s3->refusal, S3_INTERNAL_ERROR);
}

static bool look(struct s3_request *s3)
{
    const struct s3_get_object_request *in = s3->input;
    return check_conditions(s3, in->ret_object) && read_range(s3, in->ret_object) && open_object(s3, in);
}

/* ---- what the answer says ---- */

static const struct {
    const char *parameter, *header;
} overrides[] = {
    { "response-content-type", MHD_HTTP_HEADER_CONTENT_TYPE },
    { "response-content-language", MHD_HTTP_HEADER_CONTENT_LANGUAGE },
    { "response-expires", MHD_HTTP_HEADER_EXPIRES },
    { "response-cache-control", MHD_HTTP_HEADER_CACHE_CONTROL },
    { "response-content-disposition", MHD_HTTP_HEADER_CONTENT_DISPOSITION },
    { "response-content-encoding", MHD_HTTP_HEADER_CONTENT_ENCODING },
};

/* Before the operation runs: whether the parameters may be there. */
static bool check_parameters(struct s3_request *s3)
{
    for (size_t i = 0; i < sizeof overrides / sizeof *overrides; i++) {
        struct str value = s3_parameter(s3, overrides[i].parameter);
        if (value.p && s3->who.kind == S3_ANONYMOUS)
            return s3_refuse_with(
                &s3->refusal, s3->arena, S3_INVALID_REQUEST,
                "Request specific response headers cannot be used for anonymous GET requests.");
        if (!s3_header_value_valid(value))
            return s3_invalid_argument(s3, overrides[i].parameter, STR_NONE,
                                       "Header value cannot be represented using ISO-8859-1.");
    }
    return true;
}

static bool read_request(struct s3_request *s3)
{
    return check_parameters(s3) && read_get(s3);
}

static void override(struct s3_request *s3)
{
    for (size_t i = 0; i < sizeof overrides / sizeof *overrides; i++) {
        struct str value = s3_parameter(s3, overrides[i].parameter);
        if (value.p)
            s3_set(s3, overrides[i].header, value);
    }
}

static bool answer(struct s3_request *s3)
{
    const struct s3_get_object_request *in = s3->input;
    const struct object_row *object = in->ret_object;
    bool whole = s3->status == MHD_HTTP_OK;
    if (!s3_description_add(s3, object->headers))
        return false;
    override(s3);
    s3_add_object(s3, object);
    s3_add(s3, MHD_HTTP_HEADER_ACCEPT_RANGES, STR_LIT("bytes"));
    /* A page that somebody has stored is no page of ours: its scripts must not read what this origin has. */
    s3_add(s3, "Content-Security-Policy", STR_LIT("sandbox"));
    int tags = s3_tags_count(object->tags);
    if (tags > 0)
        s3_add_number(s3, "x-amz-tagging-count", tags);
    if (whole && str_eq_nocase(s3_header(s3, "x-amz-checksum-mode"), STR_LIT("ENABLED")))
        s3_add_checksum(s3, object->checksum_algorithm, object->checksum_type, object->checksum);
    s3->headless = s3->action == &s3_head_object;
    return true;
}

const struct s3_action s3_get_object = { .name = "GetObject",
                                         .read = read_request,
                                         .run = op_s3_get_object,
                                         .look = look,
                                         .answer = answer,
                                         .transfers = true };
const struct s3_action s3_head_object = { .name = "HeadObject",
                                          .read = read_request,
                                          .run = op_s3_get_object,
                                          .look = look,
                                          .answer = answer,
                                          .transfers = true };
