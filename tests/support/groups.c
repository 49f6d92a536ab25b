#include "support/groups.h"

#include <stdio.h>
#include <string.h>

#include "rules/jobs/rollout_rate.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_store.h"

enum { PATH_TEXT_MAX = 256, BODY_TEXT_MAX = 16384, LIST_TEXT_MAX = 1024 };

int groups_set_up(void **state)
{
    struct world *w = world_new(NOON);
    given_group(w, "zone", NULL);
    given_group(w, "site", NULL);
    given_group(w, "hall", "site");
    given_group(w, "yard", "site");
    given_thing(w, "pump");
    given_thing(w, "valve");
    given_thing(w, "fan");
    *state = w;
    return 0;
}

void given_group(struct world *w, const char *group, const char *parent)
{
    char path[PATH_TEXT_MAX], body[PATH_TEXT_MAX] = "{}";
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    if (parent)
        snprintf(body, sizeof body, "{\"parentGroupName\":\"%s\"}", parent);
    http(w, 200, "POST", path, body);
}

void given_members(struct world *w, const char *group, const char *name, int n)
{
    struct db *db = world_db(w);
    struct arena arena;
    struct thing_group_row row;
    arena_init(&arena, BODY_TEXT_MAX);
    assert_true(db_begin(db));
    assert_true(store_thing_group_get(db, &arena, str_from(group), &row));
    for (int i = 0; i < n; i++) {
        char text[PATH_TEXT_MAX];
        snprintf(text, sizeof text, "%s-%d", name, i);
        struct thing_row thing = { .name = str_from(text), .thing_id = STR_LIT("0"), .version = 1 };
        assert_true(store_thing_insert(db, &thing) &&
                    store_membership_insert(db, row.id, thing.id, STR_LIT("0")));
    }
    assert_true(db_keep(db) && db_commit(db));
    arena_release(&arena);
}

void given_job_for_with(struct world *w, const char *job, const char *selection, const char *targets,
                        const char *more_members)
{
    char path[PATH_TEXT_MAX], body[BODY_TEXT_MAX];
    snprintf(path, sizeof path, "/jobs/%s", job);
    int n =
        snprintf(body, sizeof body,
                 "{\"targets\":[%s],\"targetSelection\":\"%s\",\"document\":\"{\\\"job\\\":\\\"%s\\\"}\"%s}",
                 targets, selection, job, more_members);
    assert_true(n < BODY_TEXT_MAX);
    http(w, 200, "PUT", path, body);
}

void given_job_for_lamps(struct world *w, int n, const char *selection, const char *more_members)
{
    nobody_listens(w);
    given_members(w, "site", "lamp", n);
    given_job_for_with(w, "fw", selection, GROUP_TARGET("site"), more_members);
}

void unpaced(struct world *w)
{
    world_settings(w)->rollout_default_per_minute = ROLLOUT_UNLIMITED;
}

void given_job_for(struct world *w, const char *job, const char *selection, const char *targets)
{
    given_job_for_with(w, job, selection, targets, "");
}

static void change_membership(struct world *w, const char *verb, const char *group, const char *thing)
{
    char path[PATH_TEXT_MAX], body[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/thing-groups/%s", verb);
    snprintf(body, sizeof body, "{\"thingGroupName\":\"%s\",\"thingName\":\"%s\"}", group, thing);
    http(w, 200, "PUT", path, body);
}

void join(struct world *w, const char *group, const char *thing)
{
    change_membership(w, "addThingToThingGroup", group, thing);
}

void leave(struct world *w, const char *group, const char *thing)
{
    change_membership(w, "removeThingFromThingGroup", group, thing);
}

void move(struct world *w, const char *thing, const char *from, const char *to)
{
    char body[LIST_TEXT_MAX];
    snprintf(body, sizeof body,
             "{\"thingName\":\"%s\",\"thingGroupsToRemove\":[%s],\"thingGroupsToAdd\":[%s]}", thing, from,
             to);
    http(w, 200, "PUT", "/thing-groups/updateThingGroupsForThing", body);
}

void device_reports(struct world *w, const char *job, const char *thing, const char *status)
{
    char topic[PATH_TEXT_MAX], body[PATH_TEXT_MAX];
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/%s/update", thing, job);
    snprintf(body, sizeof body, "{\"status\":\"%s\"}", status);
    assert_string_equal(mqtt(w, topic, body)->verdict, "accepted");
}

void assert_executions(struct world *w, const char *job, const char *thing, const char *expected)
{
    char path[PATH_TEXT_MAX], found[LIST_TEXT_MAX] = "";
    const cJSON *item;
    snprintf(path, sizeof path, "/things/%s/jobs?jobId=%s", thing, job);
    cJSON_ArrayForEach(item, json_at(http(w, 200, "GET", path, NULL)->body, "executionSummaries"))
    {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s %d", n ? ", " : "",
                 json_at(item, "jobExecutionSummary.status")->valuestring,
                 json_at(item, "jobExecutionSummary.executionNumber")->valueint);
    }
    assert_string_equal(found, expected);
}

/* numberOfQueuedThings: Queued */
static struct str short_name(const char *member)
{
    struct str name = str_from(member);
    name.p += sizeof "numberOf" - 1;
    name.n -= sizeof "numberOfThings" - 1;
    return name;
}

void assert_counts(struct world *w, const char *job, const char *expected)
{
    char path[PATH_TEXT_MAX], found[LIST_TEXT_MAX] = "";
    const cJSON *item;
    snprintf(path, sizeof path, "/jobs/%s", job);
    cJSON_ArrayForEach(item, json_at(http(w, 200, "GET", path, NULL)->body, "job.jobProcessDetails"))
    {
        size_t n = strlen(found);
        if (cJSON_IsNumber(item) && item->valueint > 0)
            snprintf(found + n, sizeof found - n, "%s%.*s %d", n ? ", " : "", STR(short_name(item->string)),
                     item->valueint);
    }
    assert_string_equal(found, expected);
}
