#include "ops/artifacts/artifact_source.h"

#include <inttypes.h>

#include "ops/artifacts/artifact_check.h"

/* A version that is a delete marker is no source; without a version there is just nothing there. */
static bool refuse_marker(struct op *op, struct s3_refusal *refusal)
{
    *refusal = (struct s3_refusal){ 0 };
    s3_refuse_with(refusal, op->arena, S3_INVALID_REQUEST,
                   "The source of a copy request may not specifically refer to a delete marker by version "
                   "id.");
    return artifact_refused(op);
}

bool artifact_source_find(struct op *op, const struct artifact_source *source, struct s3_refusal *refusal,
                          struct object_row *ret_object)
{
    bool marker = false;
    if (!artifact_find_object(op, source->bucket, source->key, source->version_id, refusal, ret_object,
                              &marker))
        return marker && source->version_id.p ? refuse_marker(op, refusal) : false;
    return artifact_check_source(op, &source->conditions, ret_object, refusal);
}

bool artifact_source_check_size(struct op *op, int64_t size, struct s3_refusal *refusal)
{
    if (size <= ARTIFACT_COPY_MAX)
        return true;
    s3_refuse_with(refusal, op->arena, S3_INVALID_REQUEST,
                   "The specified copy source is larger than the maximum allowable size for a copy source: "
                   "%" PRId64,
                   ARTIFACT_COPY_MAX);
    return artifact_refused(op);
}

static bool digits(struct str text, int64_t *ret_value)
{
    return text.n > 0 && text.p[0] != '-' && str_to_int(text, ret_value);
}

static bool refuse_range(struct op *op, struct s3_refusal *refusal, struct str range)
{
    s3_refusal_add(refusal, "ArgumentName", STR_LIT("x-amz-copy-source-range"));
    s3_refusal_add(refusal, "ArgumentValue", range);
    return artifact_refused(op);
}

static bool read_range(struct str range, int64_t *ret_first, int64_t *ret_last)
{
    const struct str lead = STR_LIT("bytes=");
    if (!str_starts_with(range, lead))
        return false;
    struct str last = { range.p + lead.n, range.n - lead.n };
    struct str first = str_split(&last, '-');
    return digits(first, ret_first) && digits(last, ret_last) && *ret_first <= *ret_last;
}

bool artifact_source_range(struct op *op, struct str range, int64_t size, struct s3_refusal *refusal,
                           int64_t *ret_first, int64_t *ret_last)
{
    int64_t first = 0, last = size - 1;
    if (range.p && !read_range(range, &first, &last)) {
        s3_refuse_with(refusal, op->arena, S3_INVALID_ARGUMENT,
                       "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
                       "and last are the zero-based offsets of the first and last bytes to copy");
        return refuse_range(op, refusal, range);
    }
    if (range.p && last >= size) {
        s3_refuse_with(refusal, op->arena, S3_INVALID_ARGUMENT,
                       "Range specified is not valid for source object of size: %" PRId64, size);
        return refuse_range(op, refusal, range);
    }
    *ret_first = first;
    *ret_last = last;
    return true;
}
