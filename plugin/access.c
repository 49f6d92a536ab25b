#include "plugin/access.h"

#include "api/route.h"

static const struct str aws_topics = { "$aws/", sizeof "$aws/" - 1 };
static const struct str event_topics = { "$aws/events/", sizeof "$aws/events/" - 1 };

/* Longer than any topic of ours. The answer's topic is longer than the request's, and the broker writes one
 * over 65,535 bytes as a packet whose rest is whatever lay in its memory. */
enum { TOPIC_MAX = 1024 };

static enum access_verdict denied(const char **ret_why, const char *why)
{
    *ret_why = why;
    return ACCESS_DENIED;
}

enum access_verdict access_of_publish(struct str topic, bool retain, const char **ret_why)
{
    if (!str_starts_with(topic, aws_topics))
        return ACCESS_UNDECIDED;
    if (retain)
        return denied(ret_why, "Nothing below $aws/ is retained.");
    if (topic.n > TOPIC_MAX)
        return denied(ret_why, "No topic of the service is that long.");
    if (str_starts_with(topic, event_topics))
        return denied(ret_why, "Only the service publishes events.");
    switch (route_topic(topic).kind) {
    case TOPIC_REQUEST:
    case TOPIC_INVALID: return ACCESS_UNDECIDED;
    case TOPIC_RESERVED: return denied(ret_why, "Only the service publishes notifications and answers.");
    case TOPIC_FOREIGN: break;
    }
    return denied(ret_why, "This server has no such topic.");
}

enum access_verdict access_of_subscribe(struct str filter, const char **ret_why)
{
    struct filter_reach reach = filter_reach_of(filter);
    if (!reach.aws)
        return ACCESS_UNDECIDED;
    if (str_starts_with(filter, STR_LIT("$share/")))
        return denied(ret_why, "The broker hands nothing below $aws/ to shared subscriptions.");
    if (reach.served)
        return ACCESS_UNDECIDED;
    return denied(ret_why, "This server publishes nothing there: only jobs topics and events.");
}

enum access_verdict access_of_read(struct str topic)
{
    if (!str_ends_with(topic, STR_LIT("/accepted")) && !str_ends_with(topic, STR_LIT("/rejected")))
        return ACCESS_UNDECIDED;
    return route_topic(topic).kind == TOPIC_RESERVED ? ACCESS_GRANTED : ACCESS_UNDECIDED;
}
