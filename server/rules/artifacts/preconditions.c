#include "rules/artifacts/preconditions.h"

#include "base/time_text.h"

static const char if_match[] = "If-Match", if_none_match[] = "If-None-Match",
                  if_unmodified_since[] = "If-Unmodified-Since";

static struct str trimmed(struct str text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
        text = (struct str){ text.p + 1, text.n - 1 };
    while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'))
        text.n--;
    return text;
}

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
        struct str tag = bare(trimmed(str_split(&list, ',')));
        if (str_eq(tag, etag) || str_eq_text(tag, "*"))
            return true;
    }
    return false;
}

/* By the header's whole seconds; one that is no date does not count. */
static bool modified_since(struct str header, int64_t modified_at_ms, bool *ret_readable)
{
    int64_t since_ms = 0;
    *ret_readable = time_parse_http(header, &since_ms);
    return *ret_readable && modified_at_ms / 1000 > since_ms / 1000;
}

enum precondition_result preconditions_of_read(const struct preconditions *conditions, struct str etag,
                                               int64_t modified_at_ms, const char **ret_failed)
{
    bool readable;
    if (conditions->if_match.p) {
        *ret_failed = if_match;
        if (!names(conditions->if_match, etag))
            return PRECONDITION_FAILED;
    } else if (conditions->if_unmodified_since.p) {
        *ret_failed = if_unmodified_since;
        if (modified_since(conditions->if_unmodified_since, modified_at_ms, &readable))
            return PRECONDITION_FAILED;
    }
    if (conditions->if_none_match.p)
        return names(conditions->if_none_match, etag) ? PRECONDITION_NOT_MODIFIED : PRECONDITION_HOLDS;
    if (conditions->if_modified_since.p &&
        !modified_since(conditions->if_modified_since, modified_at_ms, &readable) && readable)
        return PRECONDITION_NOT_MODIFIED;
    return PRECONDITION_HOLDS;
}

enum precondition_result preconditions_of_write(const struct preconditions *conditions, struct str etag,
                                                const char **ret_failed)
{
    *ret_failed = if_match;
    if (conditions->if_match.p && !names(conditions->if_match, etag))
        return PRECONDITION_FAILED;
    *ret_failed = if_none_match;
    return names(conditions->if_none_match, etag) ? PRECONDITION_FAILED : PRECONDITION_HOLDS;
}
