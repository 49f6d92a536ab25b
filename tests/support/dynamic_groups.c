#include "support/dynamic_groups.h"

#include <stdio.h>
#include <string.h>

#include "store/registry/thing_store.h"

enum { PATH_TEXT_MAX = 256, BODY_TEXT_MAX = 2048, LIST_TEXT_MAX = 4096 };

int dynamic_groups_set_up(void **state)
{
    int rc = groups_set_up(state);
    configure(*state, THINGS(REGISTRY "," STATUS));
    return rc;
}

void given_dynamic_group(struct world *w, const char *group, const char *query)
{
    char path[PATH_TEXT_MAX], body[BODY_TEXT_MAX];
    snprintf(path, sizeof path, "/dynamic-thing-groups/%s", group);
    snprintf(body, sizeof body, "{\"queryString\":\"%s\"}", query);
    http(w, 200, "POST", path, body);
}

void change_query(struct world *w, const char *group, const char *query)
{
    char path[PATH_TEXT_MAX], body[BODY_TEXT_MAX];
    snprintf(path, sizeof path, "/dynamic-thing-groups/%s", group);
    snprintf(body, sizeof body, "{\"queryString\":\"%s\",\"thingGroupProperties\":{}}", query);
    http(w, 200, "PATCH", path, body);
}

void delete_dynamic_group(struct world *w, const char *group)
{
    char path[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/dynamic-thing-groups/%s", group);
    http(w, 200, "DELETE", path, NULL);
}

void given_attribute(struct world *w, const char *thing, const char *name, const char *value)
{
    char path[PATH_TEXT_MAX], body[BODY_TEXT_MAX];
    bool there = store_thing_exists(world_db(w), str_from(thing));
    snprintf(path, sizeof path, "/things/%s", thing);
    snprintf(body, sizeof body, ATTRIBUTES("\"%s\":\"%s\""), name, value);
    http(w, 200, there ? "PATCH" : "POST", path, body);
}

void assert_members(struct world *w, const char *group, const char *things)
{
    char path[PATH_TEXT_MAX], found[LIST_TEXT_MAX] = "";
    const cJSON *item;
    snprintf(path, sizeof path, "/thing-groups/%s/things", group);
    cJSON_ArrayForEach(item, json_at(http(w, 200, "GET", path, NULL)->body, "things"))
    {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s", n ? " " : "", item->valuestring);
    }
    assert_string_equal(found, things);
    snprintf(path, sizeof path, "thingGroupNames:%s", group);
    assert_finds(w, path, things);
}

void assert_groups_of(struct world *w, const char *thing, const char *groups)
{
    char path[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/things/%s/thing-groups", thing);
    assert_json_items(http(w, 200, "GET", path, NULL)->body, "thingGroups", "groupName", groups);
}

void assert_group_status(struct world *w, const char *group, const char *status)
{
    char path[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "status", status);
}
