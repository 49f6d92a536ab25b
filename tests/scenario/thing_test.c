/* The registry of things. Things of a type are in typed_thing_test, lists that are narrowed in
 * thing_list_test. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define ARN(thing)         "arn:aws:iot:us-east-1:000000000000:thing/" thing
#define ATTRIBUTES(values) "{\"attributePayload\":{\"attributes\":{" values "}}}"

static void create(struct world *w, const char *thing, const char *body)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s", thing);
    http(w, 200, "POST", path, body);
}

/* ---- create, describe ---- */

static void a_thing_has_a_name_an_arn_and_an_id_that_stays(void **state)
{
    struct world *w = *state;
    struct answer *a = http(w, 200, "POST", "/things/pump", "{}");
    assert_json_string(a->body, "thingName", "pump");
    assert_json_string(a->body, "thingArn", ARN("pump"));
    const char *id = json_at(a->body, "thingId")->valuestring;
    assert_int_equal(strlen(id), 36);
    a = http(w, 200, "GET", "/things/pump", NULL);
    assert_json_string(a->body, "thingId", id);
    assert_json_string(a->body, "defaultClientId", "pump");
    assert_json_string(a->body, "thingArn", ARN("pump"));
    assert_json(a->body, "attributes", "{}");
    assert_json_number(a->body, "version", 1);
    assert_json_absent(a->body, "thingTypeName");
    assert_json_absent(a->body, "billingGroupName");
    http(w, 200, "POST", "/things/pump", "");
    assert_json_string(http(w, 200, "GET", "/things/pump", NULL)->body, "thingId", id);
    assert_int_equal(rows_in(w, "thing"), 1);
}

static void attributes_come_back(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"site\":\"north\",\"fw.v\":\"1.0=[a]\",\"empty\":\"\""));
    assert_json(http(w, 200, "GET", "/things/pump", NULL)->body, "attributes",
                "{\"site\":\"north\",\"fw.v\":\"1.0=[a]\"}");
}

static void the_same_thing_once_more_is_no_error(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\",\"b\":\"2\""));
    uint64_t before = fingerprint(w);
    create(w, "pump", ATTRIBUTES("\"b\":\"2\",\"a\":\"1\""));
    create(w, "pump", ATTRIBUTES("\"b\":\"2\",\"a\":\"1\",\"c\":\"\""));
    assert_true(fingerprint(w) == before);
}

static void another_thing_of_that_name_is_refused(void **state)
{
    static const char message[] = "Thing pump already exists in account with different attributes";
    static const struct refusal refusals[] = {
        { ATTRIBUTES("\"a\":\"2\""), ALREADY_EXISTS, message },
        { ATTRIBUTES("\"a\":\"1\",\"b\":\"1\""), ALREADY_EXISTS, message },
        { ATTRIBUTES("\"b\":\"1\""), ALREADY_EXISTS, message },
        { "{}", ALREADY_EXISTS, message },
    };
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\""));
    ASSERT_ALL_REFUSED(w, "POST", "/things/pump", refusals);
    const cJSON *thing = http(w, 200, "GET", "/things/pump", NULL)->body;
    struct answer *a = refused(w, ALREADY_EXISTS, "POST", "/things/pump", "{}", message);
    assert_json_string(a->body, "resourceId", json_at(thing, "thingId")->valuestring);
    assert_json_string(a->body, "resourceArn", ARN("pump"));
}

static void attributes_out_of_the_rules_are_refused(void **state)
{
    char long_value[1024], value[802];
    memset(value, 'v', sizeof value);
    value[801] = '\0';
    snprintf(long_value, sizeof long_value, ATTRIBUTES("\"a\":\"%s\""), value);
    const struct refusal refusals[] = {
        { ATTRIBUTES("\"a b\":\"1\""), INVALID, "1 validation error detected: …" },
        { ATTRIBUTES("\"a\":\"one two\""), INVALID, "1 validation error detected: Value 'one two' at …" },
        { ATTRIBUTES("\"a\":{}"), INVALID, "…" },
        { long_value, INVALID, "1 validation error detected: …" },
        { ATTRIBUTES("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\""), INVALID,
          "A thing without a type can have at most 3 attributes." },
        { "{\"thingTypeName\":\"pumps\"}", NOT_FOUND, "Thing type pumps cannot be found." },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", "/things/pump", refusals);
    assert_int_equal(rows_in(w, "thing"), 0);
    snprintf(long_value, sizeof long_value, ATTRIBUTES("\"a\":\"%s\""), value + 1);
    create(w, "pump", long_value);
}

static void names_have_a_pattern_and_a_length(void **state)
{
    struct world *w = *state;
    refused(
        w, INVALID, "POST", "/things/a.b", "{}",
        "1 validation error detected: Value 'a.b' at 'thingName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9:_-]+");
    char path[256] = "/things/";
    memset(path + 8, 'x', 129);
    refused(w, INVALID, "POST", path, "{}", "1 validation error detected: …");
    path[8 + 128] = '\0';
    http(w, 200, "POST", path, "{}");
    http(w, 200, "POST", "/things/urn%3Adev:1_-", "{}");
    assert_json_string(http(w, 200, "GET", "/things/urn:dev%3a1_-", NULL)->body, "thingName", "urn:dev:1_-");
    http(w, 200, "POST", "/things/jobs", "{}");
    assert_json_string(http(w, 200, "GET", "/things/jobs", NULL)->body, "thingName", "jobs");
}

static void an_unknown_thing_cannot_be_described(void **state)
{
    refused(*state, NOT_FOUND, "GET", "/things/ghost", NULL, "Thing ghost cannot be found.");
}

/* ---- update ---- */

#define MERGED(values) "{\"attributePayload\":{\"merge\":true,\"attributes\":{" values "}}}"

static void update(struct world *w, const char *body)
{
    assert_json(http(w, 200, "PATCH", "/things/pump", body)->body, "", "{}");
}

static void assert_attributes(struct world *w, const char *expected)
{
    assert_json(http(w, 200, "GET", "/things/pump", NULL)->body, "attributes", expected);
}

static void an_update_replaces_all_attributes(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"site\":\"north\",\"kind\":\"a\""));
    update(w, ATTRIBUTES("\"site\":\"south\",\"fw\":\"2\",\"empty\":\"\""));
    assert_attributes(w, "{\"site\":\"south\",\"fw\":\"2\"}");
    update(w, ATTRIBUTES());
    assert_attributes(w, "{}");
    assert_int_equal(rows_in(w, "thing_attribute"), 0);
}

static void an_update_can_merge_attributes(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\""));
    update(w, MERGED("\"b\":\"4\",\"c\":\"\",\"d\":\"5\",\"e\":\"\""));
    assert_attributes(w, "{\"a\":\"1\",\"b\":\"4\",\"d\":\"5\"}");
}

static void an_update_without_attributes_leaves_them(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\""));
    update(w, "");
    update(w, "{\"attributePayload\":{\"merge\":false}}");
    update(w, "{\"removeThingType\":true}");
    assert_attributes(w, "{\"a\":\"1\"}");
}

static void each_update_is_a_version(void **state)
{
    struct world *w = *state;
    struct answer *a = http(w, 200, "POST", "/things/pump", "{}");
    const char *id = json_at(a->body, "thingId")->valuestring;
    update(w, ATTRIBUTES("\"a\":\"1\""));
    update(w, "{\"expectedVersion\":2}");
    a = http(w, 200, "GET", "/things/pump", NULL);
    assert_json_number(a->body, "version", 3);
    assert_json_string(a->body, "thingId", id);
    http(w, 200, "DELETE", "/things/pump?expectedVersion=3", NULL);
}

static void updates_out_of_the_rules_are_refused(void **state)
{
    static const struct refusal refusals[] = {
        { "{\"expectedVersion\":2}", WRONG_VERSION,
          "The version for thing pump does not match the expected version." },
        { "{\"expectedVersion\":\"x\"}", INVALID, "…" },
        { "{\"thingTypeName\":\"pumps\"}", NOT_FOUND, "Thing type pumps cannot be found." },
        { "{\"thingTypeName\":\"pumps\",\"removeThingType\":true}", INVALID,
          "Provide either thingTypeName or removeThingType, not both." },
        { ATTRIBUTES("\"a\":\"one two\""), INVALID, "1 validation error detected: …" },
        { ATTRIBUTES("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\""), INVALID,
          "A thing without a type can have at most 3 attributes." },
        { MERGED("\"c\":\"3\",\"d\":\"4\""), INVALID,
          "A thing without a type can have at most 3 attributes." },
    };
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\",\"b\":\"2\""));
    ASSERT_ALL_REFUSED(w, "PATCH", "/things/pump", refusals);
    refused(w, NOT_FOUND, "PATCH", "/things/ghost", "{}", "Thing ghost cannot be found.");
    update(w, MERGED("\"b\":\"\",\"c\":\"3\",\"d\":\"4\""));
}

/* ---- list ---- */

static void given_many(struct world *w, int n)
{
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "thing-%d", i);
        create(w, name, "{}");
    }
}

/* The thing names of a list, one after the other. */
static void assert_names(const struct answer *a, const char *expected)
{
    assert_json_items(a->body, "things", "thingName", expected);
}

static struct answer *list(struct world *w, const char *query)
{
    char path[1024];
    snprintf(path, sizeof path, "/things%s", query);
    return http(w, 200, "GET", path, NULL);
}

static void things_are_listed_in_the_order_of_their_creation(void **state)
{
    struct world *w = *state;
    assert_json(list(w, "")->body, "", "{\"things\":[]}");
    create(w, "zebra", "{}");
    create(w, "ant", ATTRIBUTES("\"legs\":\"6\""));
    create(w, "mole", "{}");
    struct answer *a = list(w, "");
    assert_names(a, "zebra ant mole");
    assert_json(a->body, "things.1",
                "{\"thingName\":\"ant\",\"thingArn\":\"" ARN("ant") "\",\"attributes\":{\"legs\":\"6\"},"
                                                                    "\"version\":1}");
    assert_json_absent(a->body, "nextToken");
}

static void a_list_comes_in_pages(void **state)
{
    struct world *w = *state;
    given_many(w, 5);
    struct answer *a = list(w, "?maxResults=2");
    assert_names(a, "thing-0 thing-1");
    a = next_page(w, a, "/things?maxResults=2");
    assert_names(a, "thing-2 thing-3");
    a = next_page(w, a, "/things?maxResults=2");
    assert_names(a, "thing-4");
    assert_json_absent(a->body, "nextToken");
    a = list(w, "?maxResults=5");
    assert_json_absent(a->body, "nextToken");
}

static void things_that_come_and_go_between_pages_disturb_no_other(void **state)
{
    struct world *w = *state;
    given_many(w, 5);
    struct answer *a = list(w, "?maxResults=2");
    http(w, 200, "DELETE", "/things/thing-0", NULL);
    http(w, 200, "DELETE", "/things/thing-1", NULL);
    http(w, 200, "DELETE", "/things/thing-2", NULL);
    create(w, "new", "{}");
    a = next_page(w, a, "/things?maxResults=2");
    assert_names(a, "thing-3 thing-4");
    assert_names(next_page(w, a, "/things?maxResults=2"), "new");
}

static void a_page_has_250_things_unless_asked_otherwise(void **state)
{
    struct world *w = *state;
    given_many(w, 251);
    struct answer *a = list(w, "");
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "things")), 250);
    assert_names(next_page(w, a, "/things?maxResults=250"), "thing-250");
    refused(
        w, INVALID, "GET", "/things?maxResults=0", NULL,
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must "
        "have value greater than or equal to 1");
    refused(w, INVALID, "GET", "/things?maxResults=251", NULL,
            "1 validation error detected: Value '251' at 'maxResults' failed to satisfy constraint: Member "
            "must have value less than or equal to 250");
    refused(w, INVALID, "GET", "/things?nextToken=bm90IG91cnM", NULL, "Next token is invalid.");
}

/* ---- delete ---- */

static void a_deleted_thing_is_gone_and_deleting_it_again_is_no_error(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"a\":\"1\""));
    assert_json(http(w, 200, "DELETE", "/things/pump", NULL)->body, "", "{}");
    assert_int_equal(rows_in(w, "thing_attribute"), 0);
    http(w, 404, "GET", "/things/pump", NULL);
    assert_json(http(w, 200, "DELETE", "/things/pump", NULL)->body, "", "{}");
    http(w, 200, "DELETE", "/things/pump?expectedVersion=7", NULL);
}

static void a_thing_of_another_version_is_not_deleted(void **state)
{
    struct world *w = *state;
    create(w, "pump", "{}");
    refused(w, WRONG_VERSION, "DELETE", "/things/pump?expectedVersion=2", NULL,
            "The version for thing pump does not match the expected version.");
    http(w, 200, "DELETE", "/things/pump?expectedVersion=1", NULL);
    assert_int_equal(rows_in(w, "thing"), 0);
}

static void a_new_thing_of_an_old_name_has_another_id(void **state)
{
    struct world *w = *state;
    struct answer *first = http(w, 200, "POST", "/things/pump", "{}");
    http(w, 200, "DELETE", "/things/pump", NULL);
    struct answer *second = http(w, 200, "POST", "/things/pump", "{}");
    assert_string_not_equal(json_at(first->body, "thingId")->valuestring,
                            json_at(second->body, "thingId")->valuestring);
}

static void what_a_deleted_thing_had_to_do_is_removed_and_the_job_completes(void **state)
{
    struct world *w = *state;
    create(w, "pump", "{}");
    given_job_with(w, "running", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":5}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    given_job(w, "waiting", "pump");
    forget_notifications(w);
    advance(w, "PT1M");
    http(w, 200, "DELETE", "/things/pump", NULL);

    assert_int_equal(rows_in(w, "timer"), 0);
    struct answer *a = http(w, 200, "GET", "/jobs/running", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", 1893499260);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfRemovedThings", 1);
    a = http(w, 200, "GET", "/jobs/waiting", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    a = http(w, 200, "GET", "/things/pump/jobs/waiting", NULL);
    assert_json_string(a->body, "execution.status", "REMOVED");
    assert_json_number(a->body, "execution.versionNumber", 1);
    a = http(w, 200, "GET", "/things/pump/jobs/running", NULL);
    assert_json_number(a->body, "execution.versionNumber", 2);

    assert_json(take_notification(w, "$aws/things/pump/jobs/notify"), "jobs", "{}");
    assert_json_absent(take_notification(w, "$aws/things/pump/jobs/notify-next"), "execution");
    assert_silence(w);
}

static void a_thing_with_hundreds_of_open_executions_can_be_deleted(void **state)
{
    struct world *w = *state;
    char job[32], path[64];
    given_thing(w, "pump");
    for (int i = 0; i < 250; i++) {
        snprintf(job, sizeof job, "job-%d", i);
        given_job(w, job, "pump");
    }
    forget_notifications(w);
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_int_equal(
        cJSON_GetArraySize(json_at(take_notification(w, "$aws/things/pump/jobs/notify"), "jobs")), 0);
    assert_json_absent(take_notification(w, "$aws/things/pump/jobs/notify-next"), "execution");
    assert_silence(w);
    for (int i = 0; i < 250; i += 83) {
        snprintf(path, sizeof path, "/jobs/job-%d", i);
        const struct answer *a = http(w, 200, "GET", path, NULL);
        assert_json_string(a->body, "job.status", "COMPLETED");
        assert_json_number(a->body, "job.jobProcessDetails.numberOfRemovedThings", 1);
    }
}

static void a_job_waits_for_the_things_that_are_left(void **state)
{
    struct world *w = *state;
    create(w, "pump", "{}");
    create(w, "valve", "{}");
    http(w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" ARN("pump") "\",\"" ARN("valve") "\"],\"document\":\"{}\"}");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_json_string(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "IN_PROGRESS");
    http_data(w, 200, "POST", "/things/valve/jobs/fw", "{\"status\":\"SUCCEEDED\"}");
    struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfRemovedThings", 1);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfSucceededThings", 1);
}

static void finished_executions_of_a_deleted_thing_stay(void **state)
{
    struct world *w = *state;
    create(w, "pump", "{}");
    given_job(w, "fw", "pump");
    http_data(w, 200, "POST", "/things/pump/jobs/fw", "{\"status\":\"FAILED\"}");
    forget_notifications(w);
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_silence(w);
    assert_json_string(http(w, 200, "GET", "/things/pump/jobs/fw", NULL)->body, "execution.status", "FAILED");
    assert_json_number(http(w, 200, "GET", "/jobs/fw", NULL)->body,
                       "job.jobProcessDetails.numberOfFailedThings", 1);
    http(w, 404, "GET", "/things/pump/jobs", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thing_has_a_name_an_arn_and_an_id_that_stays),
        TEST(attributes_come_back),
        TEST(the_same_thing_once_more_is_no_error),
        TEST(another_thing_of_that_name_is_refused),
        TEST(attributes_out_of_the_rules_are_refused),
        TEST(names_have_a_pattern_and_a_length),
        TEST(an_unknown_thing_cannot_be_described),
        TEST(an_update_replaces_all_attributes),
        TEST(an_update_can_merge_attributes),
        TEST(an_update_without_attributes_leaves_them),
        TEST(each_update_is_a_version),
        TEST(updates_out_of_the_rules_are_refused),
        TEST(things_are_listed_in_the_order_of_their_creation),
        TEST(a_list_comes_in_pages),
        TEST(things_that_come_and_go_between_pages_disturb_no_other),
        TEST(a_page_has_250_things_unless_asked_otherwise),
        TEST(a_deleted_thing_is_gone_and_deleting_it_again_is_no_error),
        TEST(a_thing_of_another_version_is_not_deleted),
        TEST(a_new_thing_of_an_old_name_has_another_id),
        TEST(what_a_deleted_thing_had_to_do_is_removed_and_the_job_completes),
        TEST(a_thing_with_hundreds_of_open_executions_can_be_deleted),
        TEST(a_job_waits_for_the_things_that_are_left),
        TEST(finished_executions_of_a_deleted_thing_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
