#include "patterns.h"
#include "route.h"

enum { THING_NAME_MAX = 128 };
enum { LEVELS_MAX = 6 }; /* $aws things THING jobs notify #: what comes behind changes nothing */

struct levels {
    size_t n; /* LEVELS_MAX when there are more */
    struct str level[LEVELS_MAX];
};

/* A shared subscription's filter stands behind $share/GROUP/. */
static struct str without_share(struct str filter)
{
    struct str rest = filter;
    if (!str_eq_text(str_split(&rest, '/'), "$share"))
        return filter;
    str_split(&rest, '/');
    return rest;
}

static struct levels split_levels(struct str filter)
{
    struct levels levels = { 0 };
    while (filter.p && levels.n < LEVELS_MAX)
        levels.level[levels.n++] = str_split(&filter, '/');
    return levels;
}

/* Whether a topic's level `text` fits the filter's level i. */
static bool fits(const struct levels *levels, size_t i, const char *text)
{
    return i < levels->n && (str_eq_text(levels->level[i], text) || str_eq_text(levels->level[i], "+"));
}

/* Whether everything from level i on fits: '#', which stands for the level above it as well. */
static bool open_from(const struct levels *levels, size_t i)
{
    return i < levels->n && str_eq_text(levels->level[i], "#");
}

static bool ends_at(const struct levels *levels, size_t i)
{
    return levels->n == i || open_from(levels, i);
}

/* jobs/notify, jobs/notify-next and their namespaced forms are one level each. */
static bool fits_notification(const struct levels *levels)
{
    if (open_from(levels, 4))
        return true;
    return levels->n > 4 && ends_at(levels, 5) &&
           (str_eq_text(levels->level[4], "+") || str_starts_with(levels->level[4], STR_LIT("notify")));
}

static struct filter_reach everything_below_aws(void)
{
    return (struct filter_reach){ .aws = true, .served = true, .notifications = true };
}

/* Nothing is ever published about a thing whose name no thing can have. */
static bool can_be_thing(struct str level)
{
    return level.n <= THING_NAME_MAX && pattern_registry_name(level);
}

struct filter_reach filter_reach_of(struct str filter)
{
    struct levels levels = split_levels(without_share(filter));
    struct filter_reach reach = { 0 };
    if (levels.n < 2 || !str_eq_text(levels.level[0], "$aws")) /* no wildcard stands for a level with a $ */
        return reach;
    if (open_from(&levels, 1))
        return everything_below_aws();
    reach.aws = true;
    reach.served = fits(&levels, 1, "events");
    if (!fits(&levels, 1, "things"))
        return reach;
    if (open_from(&levels, 2))
        return everything_below_aws();
    bool any_thing = levels.n > 2 && str_eq_text(levels.level[2], "+");
    bool whole_thing = open_from(&levels, 3);
    if (!whole_thing && !fits(&levels, 3, "jobs"))
        return reach;
    reach.served = true;
    reach.notifications =
        (any_thing || can_be_thing(levels.level[2])) && (whole_thing || fits_notification(&levels));
    reach.thing = any_thing ? STR_NONE : levels.level[2];
    return reach;
}
