#include "route.h"

#include <string.h>

#include "base/utf8.h"
#include "route_table.h"

struct segments {
    size_t n;
    struct str segment[ROUTE_SEGMENTS_MAX];
};

enum { QUOTED_MAX = 200 }; /* bytes of a path that a message repeats */

/* What a message shows of a request's own text. */
static struct str quotable(struct str text)
{
    return text.n <= QUOTED_MAX && utf8_valid(text) ? text : STR_LIT("(not shown)");
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes into `buffer`, which holds text.n bytes. False: a '%' without two hexadecimal digits. */
static bool percent_decode(struct str text, char *buffer, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '%') {
            buffer[n++] = text.p[i];
            continue;
        }
        int high = i + 1 < text.n ? hex_value(text.p[i + 1]) : -1;
        int low = i + 2 < text.n ? hex_value(text.p[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        buffer[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *ret_n = n;
    return true;
}

/* A copy in the arena, decoded and checked: a label must be fit to be a text. */
static bool decode_segment(struct str *segment, struct arena *arena, struct err *err)
{
    char *buffer = arena_alloc(arena, segment->n + 1);
    if (!buffer)
        return fail(err, ERR_INTERNAL, "The path needs too much memory.");
    struct str decoded = { buffer, 0 };
    if (!percent_decode(*segment, buffer, &decoded.n))
        return fail(err, ERR_INVALID_REQUEST, "The path has a malformed percent escape.");
    if (memchr(decoded.p, '\0', decoded.n) || !utf8_valid(decoded))
        return fail(err, ERR_INVALID_REQUEST, "The path must be UTF-8 without NUL characters.");
    *segment = decoded;
    return true;
}

/* False: no operation has such a path (not absolute, too many segments). */
static bool split_path(struct str path, struct segments *ret_segments)
{
    struct segments segments = { 0 };
    if (path.n == 0 || path.p[0] != '/')
        return false;
    struct str rest = { path.p + 1, path.n - 1 };
    while (rest.p) {
        if (segments.n == ROUTE_SEGMENTS_MAX)
            return false;
        segments.segment[segments.n++] = str_split(&rest, '/');
    }
    *ret_segments = segments;
    return true;
}

static const struct route_group *find_group(enum plane plane, const struct segments *segments)
{
    for (size_t i = 0; i < route_group_count; i++) {
        const struct route_group *group = &route_groups[i];
        if (group->plane == plane && group->segment_count == segments->n &&
            str_eq(group->first, segments->segment[0]))
            return group;
    }
    return NULL;
}

/* Literal segments are equal; a label takes any segment but an empty one. */
static bool row_matches(const struct route_row *row, const struct segments *segments)
{
    for (size_t i = 1; i < segments->n; i++) {
        struct str wanted = row->segments[i - 1], given = segments->segment[i];
        if (wanted.p ? !str_eq(wanted, given) : given.n == 0)
            return false;
    }
    return true;
}

static struct labels labels_of(const struct route_row *row, const struct segments *segments)
{
    struct labels labels = { 0 };
    for (size_t i = 1; i < segments->n; i++) {
        if (!row->segments[i - 1].p)
            labels.value[labels.n++] = segments->segment[i];
    }
    return labels;
}

/* The methods that the path has, as "GET, PUT", in the arena; absent when it has none. */
static struct str methods_of(const struct route_group *group, const struct segments *segments,
                             struct arena *arena)
{
    struct str methods = STR_NONE;
    for (size_t i = 0; group && i < group->row_count; i++) {
        const struct route_row *row = &group->rows[i];
        if (row_matches(row, segments))
            methods =
                arena_printf(arena, "%.*s%s%.*s", STR(methods), methods.p ? ", " : "", STR(row->method));
    }
    return methods;
}

static bool fail_unknown(struct str method, struct str path, struct str methods, struct err *err)
{
    if (methods.p)
        return fail(err, ERR_UNKNOWN_OPERATION, "There is no %.*s %.*s; the methods of this path are: %.*s.",
                    STR(quotable(method)), STR(quotable(path)), STR(methods));
    return fail(err, ERR_UNKNOWN_OPERATION, "There is no %.*s %.*s.", STR(quotable(method)),
                STR(quotable(path)));
}

bool route_http(enum plane plane, struct str method, struct str path, struct arena *arena,
                struct http_route *ret_route, struct err *err)
{
    struct segments segments;
    if (!split_path(path, &segments))
        return fail_unknown(method, path, STR_NONE, err);
    for (size_t i = 0; i < segments.n; i++) {
        if (!decode_segment(&segments.segment[i], arena, err))
            return false;
    }
    const struct route_group *group = find_group(plane, &segments);
    for (size_t i = 0; group && i < group->row_count; i++) {
        const struct route_row *row = &group->rows[i];
        if (str_eq(row->method, method) && row_matches(row, &segments)) {
            *ret_route = (struct http_route){ row->operation, labels_of(row, &segments) };
            return true;
        }
    }
    return fail_unknown(method, path, methods_of(group, &segments, arena), err);
}
