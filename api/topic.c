#include "patterns.h"
#include "route.h"

enum { LEVELS_MAX = 3 }; /* a request's, below jobs/ */

struct levels {
    size_t n; /* LEVELS_MAX + 1 when there are more */
    struct str level[LEVELS_MAX];
    struct str last;
    bool empty; /* one of them is */
};

static struct levels split_levels(struct str text)
{
    struct levels levels = { 0 };
    while (text.p) {
        levels.last = str_split(&text, '/');
        levels.empty |= levels.last.n == 0;
        if (levels.n < LEVELS_MAX)
            levels.level[levels.n] = levels.last;
        if (levels.n <= LEVELS_MAX)
            levels.n++;
    }
    return levels;
}

/* jobs/VERB and jobs/JOB/VERB: what stands where, and which operation it is. */
static const struct {
    const char *verb;
    bool has_job;
    enum operation operation;
} verbs[] = {
    { "get", false, OP_DATA_GET_PENDING_JOB_EXECUTIONS },
    { "start-next", false, OP_DATA_START_NEXT_PENDING_JOB_EXECUTION },
    { "get", true, OP_DATA_DESCRIBE_JOB_EXECUTION },
    { "update", true, OP_DATA_UPDATE_JOB_EXECUTION },
};

static enum operation operation_of(bool has_job, struct str verb)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (verbs[i].has_job == has_job && str_eq_text(verb, verbs[i].verb))
            return verbs[i].operation;
    }
    return OP_NONE;
}

/* "namespace-NS" gives NS. */
static bool namespace_of(struct str level, struct str *ret_namespace_id)
{
    struct str prefix = STR_LIT("namespace-");
    if (!str_starts_with(level, prefix))
        return false;
    struct str id = { level.p + prefix.n, level.n - prefix.n };
    if (!pattern_identifier(id))
        return false;
    *ret_namespace_id = id;
    return true;
}

/*
 * VERB, JOB/VERB, namespace-NS/VERB and JOB/namespace-NS/VERB. Where "namespace-NS/get" could also mean
 * a job of that name, the namespace wins.
 */
static void route_request(const struct levels *levels, struct topic_route *route)
{
    struct str job = STR_NONE, namespace_id = STR_NONE;
    enum operation operation = OP_NONE;
    if (levels->n == 2 && namespace_of(levels->level[0], &namespace_id))
        operation = operation_of(false, levels->last);
    if (operation == OP_NONE) {
        namespace_id = STR_NONE;
        if (levels->n > 1)
            job = levels->level[0];
        if (levels->n < LEVELS_MAX || namespace_of(levels->level[1], &namespace_id))
            operation = operation_of(job.p != NULL, levels->last);
    }
    if (operation == OP_NONE)
        return;
    route->kind = TOPIC_REQUEST;
    route->operation = operation;
    route->namespace_id = namespace_id;
    route->labels.value[route->labels.n++] = route->thing;
    if (job.p)
        route->labels.value[route->labels.n++] = job;
}

/* The service's own: answers to any topic, and notifications (jobs/notify…, jobs/JOB/notify…). */
static bool is_reserved(const struct levels *levels)
{
    if (levels->n > 1 && (str_eq_text(levels->last, "accepted") || str_eq_text(levels->last, "rejected")))
        return true;
    struct str notify = STR_LIT("notify");
    return levels->n <= 2 && str_starts_with(levels->last, notify);
}

struct topic_route route_topic(struct str topic)
{
    struct topic_route route = { .kind = TOPIC_FOREIGN };
    struct str prefix = STR_LIT("$aws/things/"), jobs = STR_LIT("jobs/");
    if (!str_starts_with(topic, prefix))
        return route;
    struct str rest = { topic.p + prefix.n, topic.n - prefix.n };
    struct str thing = str_split(&rest, '/');
    if (!rest.p || !str_starts_with(rest, jobs))
        return route;
    route.kind = TOPIC_INVALID;
    route.thing = thing;
    struct levels levels = split_levels((struct str){ rest.p + jobs.n, rest.n - jobs.n });
    if (is_reserved(&levels))
        route.kind = TOPIC_RESERVED;
    else if (thing.n > 0 && !levels.empty && levels.n <= LEVELS_MAX)
        route_request(&levels, &route);
    return route;
}
