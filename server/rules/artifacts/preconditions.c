#include "rules/artifacts/preconditions.h"

#include "base/time_text.h"

/* Without W/ and its quotes, which some clients leave out. */
static struct str bare(struct str tag)
{
    if (str_starts_with(tag, STR_LIT("W/")))
        tag = (struct str){ tag.p + 2, tag.n - 2 };
    if (tag.n >= 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"')
        tag = (struct str){ tag.p + 1, tag.n - 2 };
    return tag;
}

/* Whether the list names the ETag; "*" names each that there is. */
static bool names(struct str list, struct str etag)
{
    while (list.p && etag.p) {
        struct str tag = bare(str_trim(str_split(&list, ',')));
        if (str_eq(tag, etag) || str_eq_text(tag, "*"))
            return true;
    }
    return false;
}

/* False for a header that is no date, which does not count. */
static bool read_second(struct str header, int64_t *ret_second)
{
    int64_t ms;
    if (!time_parse_http(header, &ms))
        return false;
    *ret_second = ms / 1000;
    return true;
}

static enum precondition_result decide(enum precondition_result result, const char *name,
                                       const char **ret_decisive)
{
    *ret_decisive = name;
    return result;
}

enum precondition_result preconditions_of_read(const struct preconditions *conditions, struct str etag,
                                               int64_t modified_at_ms, const char **ret_decisive)
{
    int64_t modified = modified_at_ms / 1000, second;
    if (conditions->if_match.p) {
        if (!names(conditions->if_match, etag))
            return decide(PRECONDITION_FAILED, "If-Match", ret_decisive);
    } else if (read_second(conditions->if_unmodified_since, &second) && modified > second) {
        return decide(PRECONDITION_FAILED, "If-Unmodified-Since", ret_decisive);
    }
    if (conditions->if_none_match.p) {
        if (names(conditions->if_none_match, etag))
            return decide(PRECONDITION_NOT_MODIFIED, "If-None-Match", ret_decisive);
    } else if (read_second(conditions->if_modified_since, &second) && modified <= second) {
        return decide(PRECONDITION_NOT_MODIFIED, "If-Modified-Since", ret_decisive);
    }
    return PRECONDITION_HOLDS;
}

enum precondition_result preconditions_of_write(const struct preconditions *conditions, struct str etag,
                                                const char **ret_decisive)
{
    if (conditions->if_match.p && !names(conditions->if_match, etag))
        return decide(PRECONDITION_FAILED, "If-Match", ret_decisive);
    if (names(conditions->if_none_match, etag))
        return decide(PRECONDITION_FAILED, "If-None-Match", ret_decisive);
    return PRECONDITION_HOLDS;
}
