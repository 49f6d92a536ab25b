#include "plugin/access.h"

#include "api/route.h"

static const struct str aws_topics = { "$aws/", sizeof "$aws/" - 1 };
static const struct str event_topics = { "$aws/events/", sizeof "$aws/events/" - 1 };

enum access_verdict access_of_publish(struct str topic, bool retain)
{
    if (!str_starts_with(topic, aws_topics))
        return ACCESS_UNDECIDED;
    if (retain || str_starts_with(topic, event_topics) || route_topic(topic).kind == TOPIC_RESERVED)
        return ACCESS_DENIED;
    return ACCESS_UNDECIDED;
}

enum access_verdict access_of_read(struct str topic)
{
    if (!str_ends_with(topic, STR_LIT("/accepted")) && !str_ends_with(topic, STR_LIT("/rejected")))
        return ACCESS_UNDECIDED;
    return route_topic(topic).kind == TOPIC_RESERVED ? ACCESS_GRANTED : ACCESS_UNDECIDED;
}
