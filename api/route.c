#include "route.h"

#include <string.h>

#include "route_table.h"
#include "uri_text.h"

struct segments {
    size_t n;
    struct str segment[ROUTE_SEGMENTS_MAX];
};

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

struct str labels_value(const struct labels *labels, const struct operation_model *model, const char *name)
{
    size_t n = strlen(name), index = 0;
    for (const char *p = strchr(model->uri, '{'); p; p = strchr(p, '{'), index++) {
        p++;
        if (strncmp(p, name, n) == 0 && p[n] == '}')
            return index < labels->n ? labels->value[index] : STR_NONE;
    }
    return STR_NONE;
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

static bool fail_unknown(struct str method, struct str path, struct str methods, struct arena *arena,
                         struct err *err)
{
    method = uri_text_shown(method, arena);
    path = uri_text_shown(path, arena);
    if (methods.p)
        return fail(err, ERR_UNKNOWN_OPERATION, "There is no %.*s %.*s; the methods of this path are: %.*s.",
                    STR(method), STR(path), STR(methods));
    return fail(err, ERR_UNKNOWN_OPERATION, "There is no %.*s %.*s.", STR(method), STR(path));
}

bool route_http(enum plane plane, struct str method, struct str path, struct arena *arena,
                struct http_route *ret_route, struct err *err)
{
    struct segments segments;
    if (!split_path(path, &segments))
        return fail_unknown(method, path, STR_NONE, arena, err);
    for (size_t i = 0; i < segments.n; i++) {
        struct str *segment = &segments.segment[i];
        if (!uri_text_decode(*segment, "path", arena, segment, err))
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
    return fail_unknown(method, path, methods_of(group, &segments, arena), arena, err);
}
