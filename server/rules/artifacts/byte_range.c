#include "rules/artifacts/byte_range.h"

static bool read_number(struct str text, int64_t *ret_number)
{
    return text.n > 0 && text.p[0] != '-' && str_to_int(text, ret_number);
}

/* The last n bytes; n may be more than there are. */
static enum byte_range_result last_bytes(int64_t n, int64_t size, int64_t *ret_first, int64_t *ret_last)
{
    if (n == 0 || size == 0)
        return RANGE_NOT_SATISFIABLE;
    *ret_first = n < size ? size - n : 0;
    *ret_last = size - 1;
    return RANGE_PART;
}

enum byte_range_result byte_range_read(struct str header, int64_t size, int64_t *ret_first, int64_t *ret_last)
{
    struct str end = header;
    int64_t first = 0, last = INT64_MAX;
    if (!str_eq_text(str_split(&end, '='), "bytes") || !end.p)
        return RANGE_WHOLE;
    struct str begin = str_split(&end, '-');
    if (!end.p || (begin.n == 0 && end.n == 0) || (begin.n > 0 && !read_number(begin, &first)) ||
        (end.n > 0 && !read_number(end, &last)) || (begin.n > 0 && last < first))
        return RANGE_WHOLE;
    if (begin.n == 0)
        return last_bytes(last, size, ret_first, ret_last);
    if (first >= size)
        return RANGE_NOT_SATISFIABLE;
    *ret_first = first;
    *ret_last = last < size ? last : size - 1;
    return RANGE_PART;
}
