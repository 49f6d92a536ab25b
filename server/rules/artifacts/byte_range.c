#include "rules/artifacts/byte_range.h"

/* What a header asks for; -1: it does not say. */
struct asked {
    int64_t first, last;
};

/* Digits alone; -1 for none at all. A number past int64_t is past all sizes, too. */
static bool read_position(struct str text, int64_t *ret_position)
{
    int64_t position = text.n > 0 ? 0 : -1;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(position, 10, &position) ||
            __builtin_add_overflow(position, text.p[i] - '0', &position))
            position = INT64_MAX;
    }
    *ret_position = position;
    return true;
}

/* "bytes=a-b", "bytes=a-", "bytes=-n" */
static bool read_header(struct str header, struct asked *ret_asked)
{
    struct str rest = header;
    struct asked asked;
    if (!header.p || !str_eq_nocase(str_split(&rest, '='), STR_LIT("bytes")))
        return false;
    struct str first = str_split(&rest, '-');
    if (!rest.p || !read_position(first, &asked.first) || !read_position(rest, &asked.last))
        return false;
    if (asked.first < 0 ? asked.last < 0 : asked.last >= 0 && asked.last < asked.first)
        return false;
    *ret_asked = asked;
    return true;
}

enum byte_range_result byte_range_read(struct str header, int64_t size, int64_t *ret_first, int64_t *ret_last)
{
    struct asked asked;
    if (!read_header(header, &asked))
        return RANGE_WHOLE;
    int64_t first = asked.first, last = size - 1;
    if (first < 0) /* the last bytes */
        first = asked.last < size ? size - asked.last : 0;
    else if (asked.last >= 0 && asked.last < last)
        last = asked.last;
    if (first > last)
        return RANGE_NOT_SATISFIABLE;
    *ret_first = first;
    *ret_last = last;
    return RANGE_PART;
}
