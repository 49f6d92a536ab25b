/*
 * In which dynamic thing groups a thing is (fleet index 7.1). It may be in so many groups, static and
 * dynamic; where it is in that many, an older dynamic group takes the place of the newest one that it is in,
 * and a newer one waits. Memberships in static groups stay as they are.
 */
#ifndef IOTJOBS_RULES_DYNAMIC_GROUP_H
#define IOTJOBS_RULES_DYNAMIC_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What of a thing has changed: names of attributes, thingTypeName. */
struct thing_changes {
    size_t n;
    struct str *names;
};

/* False: the query, which has no words that may be in any field, says of the thing what it said before. Tells
 * it from the text, since parsing it costs as much as asking it. */
bool dynamic_group_may_ask(struct str query, const struct thing_changes *changes);

/* What the query of a group says of the thing now; or that nobody has asked it. */
enum dynamic_answer { DYNAMIC_NOT_ASKED, DYNAMIC_MATCHES, DYNAMIC_DIFFERS };

struct dynamic_choice {
    enum dynamic_answer answer;
    bool was_member;
    bool is_member;   /* decided: it is in the group from here on */
    bool crowded_out; /* decided: its query matches, and there was no room */
};

/* `choices` are all dynamic groups, oldest first; `statics`, how many static groups the thing is in; `most`,
 * how many of both it may be in. */
void dynamic_group_decide(struct dynamic_choice *choices, size_t n, int64_t statics, int64_t most);

#endif
