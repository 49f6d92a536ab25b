#include "support/cmocka_all.h"

#include <stdio.h>

#include "api/route.h"

static void assert_reach(const char *filter, bool aws, bool served, bool notifications, const char *thing)
{
    struct filter_reach reach = filter_reach_of(str_from(filter));
    if (reach.aws != aws || reach.served != served || reach.notifications != notifications ||
        !str_eq(reach.thing, str_from(thing)))
        fail_msg("'%s': aws %d, served %d, notifications %d, thing '%.*s'", filter, reach.aws, reach.served,
                 reach.notifications, STR(reach.thing));
}

static void what_matches_no_topic_of_aws_reaches_nothing(void **state)
{
    (void)state;
    static const char *const filters[] = { "",       "#",        "+",          "+/things/t/jobs/notify",
                                           "$aws",   "$awsx/#",  "sensors/#",  "$SYS/#",
                                           "$share", "$share/g", "$share/g/#", "things/t/jobs/notify" };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_reach(filters[i], false, false, false, NULL);
}

static void wildcards_above_the_thing_reach_everything(void **state)
{
    (void)state;
    assert_reach("$aws/#", true, true, true, NULL);
    assert_reach("$aws/things/#", true, true, true, NULL);
    assert_reach("$aws/+/#", true, true, true, NULL);
    assert_reach("$share/g/$aws/#", true, true, true, NULL);
}

static void notifications_are_reached_by_their_level(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "$aws/things/t/jobs/notify",
        "$aws/things/t/jobs/notify-next",
        "$aws/things/t/jobs/notify-namespace-x",
        "$aws/things/t/jobs/notify-next-namespace-x",
        "$aws/things/t/jobs/+",
        "$aws/things/t/jobs/#",
        "$aws/things/t/jobs/+/#", /* # stands for the level above it, too */
        "$aws/things/t/jobs/notify/#",
        "$aws/things/t/+/notify",
        "$aws/things/t/#",
        "$aws/+/t/+/+",
        "$share/g/$aws/things/t/jobs/notify",
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_reach(filters[i], true, true, true, "t");
    assert_reach("$aws/things/+/jobs/notify", true, true, true, NULL);
    assert_reach("$aws/things/+/#", true, true, true, NULL);
}

static void answers_are_served_without_being_notifications(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "$aws/things/t/jobs/get/+",
        "$aws/things/t/jobs/get",
        "$aws/things/t/jobs/+/update/+",
        "$aws/things/t/jobs/+/+",
        "$aws/things/t/jobs/+/get/#",
        "$aws/things/t/jobs/$next/get/accepted",
        "$aws/things/t/jobs/j/namespace-x/get/accepted",
        "$aws/things/t/jobs",
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_reach(filters[i], true, true, false, "t");
}

static void events_are_served(void **state)
{
    (void)state;
    assert_reach("$aws/events/#", true, true, false, NULL);
    assert_reach("$aws/events/job/+/completed", true, true, false, NULL);
    assert_reach("$aws/+/job", true, true, false, NULL);
}

static void what_else_aws_has_is_not_served(void **state)
{
    (void)state;
    assert_reach("$aws/things//jobs/notify", true, true, false, "");
    assert_reach("$aws/things/a b/jobs/#", true, true, false, "a b");
    assert_reach("$aws/things/t/shadow/#", true, false, false, NULL);
    assert_reach("$aws/things/t", true, false, false, NULL);
    assert_reach("$aws/certificates/#", true, false, false, NULL);
    assert_reach("$aws/rules/r", true, false, false, NULL);
    assert_reach("$aws/", true, false, false, NULL);
}

/* ---- every filter of up to six levels, against what MQTT says of matching ---- */

static bool matches(struct str filter, struct str topic)
{
    bool first = true;
    for (; filter.p; first = false) {
        struct str wanted = str_split(&filter, '/');
        if (str_eq_text(wanted, "#"))
            return !(first && str_starts_with(topic, STR_LIT("$")));
        if (!topic.p) /* "a/#" matches "a" */
            return false;
        struct str level = str_split(&topic, '/');
        bool wild = str_eq_text(wanted, "+") && !(first && str_starts_with(level, STR_LIT("$")));
        if (!wild && !str_eq(wanted, level))
            return false;
        if (!topic.p && filter.p)
            return str_eq_text(filter, "#");
    }
    return !topic.p;
}

static const struct {
    const char *topic;
    const char *thing; /* whose notification it is; NULL: it is an answer or an event */
} published[] = {
    { "$aws/things/t/jobs/notify", "t" },       { "$aws/things/t/jobs/notify-next", "t" },
    { "$aws/things/jobs/jobs/notify", "jobs" }, { "$aws/things/t/jobs/get/accepted", NULL },
    { "$aws/things/t/jobs/t/update/t", NULL },  { "$aws/events/job/t", NULL },
    { "$aws/events/t/jobs/notify", NULL },
};

static void assert_covers(const char *filter)
{
    struct filter_reach reach = filter_reach_of(str_from(filter));
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        if (!matches(str_from(filter), str_from(published[i].topic)))
            continue;
        bool heard = reach.notifications && (!reach.thing.p || str_eq_text(reach.thing, published[i].thing));
        if (!reach.served || (published[i].thing && !heard))
            fail_msg("'%s' matches %s and is not known to", filter, published[i].topic);
    }
}

static void no_filter_matches_what_it_is_not_known_to_reach(void **state)
{
    static const char *const words[] = { "$aws",        "things", "t", "jobs", "notify",
                                         "notify-next", "events", "+", "#" };
    enum { WORDS = sizeof words / sizeof *words, LEVELS = 6 };
    (void)state;
    for (long n = 0, all = 1; n < LEVELS; n++) {
        all *= WORDS;
        for (long code = 0; code < all; code++) {
            char filter[128];
            size_t length = 0;
            long rest = code;
            for (long level = 0; level <= n; level++, rest /= WORDS)
                length += (size_t)snprintf(filter + length, sizeof filter - length, "%s%s", level ? "/" : "",
                                           words[rest % WORDS]);
            assert_covers(filter);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_matches_no_topic_of_aws_reaches_nothing),
        cmocka_unit_test(wildcards_above_the_thing_reach_everything),
        cmocka_unit_test(notifications_are_reached_by_their_level),
        cmocka_unit_test(answers_are_served_without_being_notifications),
        cmocka_unit_test(events_are_served),
        cmocka_unit_test(what_else_aws_has_is_not_served),
        cmocka_unit_test(no_filter_matches_what_it_is_not_known_to_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
