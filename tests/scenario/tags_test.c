/* TagResource, UntagResource, ListTagsForResource. Tags that a resource is created with are in that
 * resource's test.
 */
#include <stdio.h>

#include "support/refusals.h"

#define SITE_ARN            "arn:aws:iot:us-east-1:000000000000:thinggroup/site"
#define LIST(arn)           "/tags?resourceArn=" arn
#define TAGS_OF(arn, items) "{\"resourceArn\":\"" arn "\",\"tags\":[" items "]}"
#define KEYS_OF(arn, keys)  "{\"resourceArn\":\"" arn "\",\"tagKeys\":[" keys "]}"
#define TAG(key, value)     "{\"Key\":\"" key "\",\"Value\":\"" value "\"}"
enum { MANY_BYTES = 8192 };

static int set_up(void **state)
{
    world_set_up(state);
    http(*state, 200, "POST", "/thing-groups/site", "{}");
    return 0;
}

static void assert_tags(struct world *w, const char *expected)
{
    assert_json(http(w, 200, "GET", LIST(SITE_ARN), NULL)->body, "tags", expected);
}

/* `n` of them: "first0", "first1", … */
static const char *many(char text[MANY_BYTES], const char *first, int n)
{
    size_t used = (size_t)snprintf(text, MANY_BYTES, "{\"resourceArn\":\"" SITE_ARN "\",\"tags\":[");
    for (int i = 0; i < n; i++)
        used +=
            (size_t)snprintf(text + used, MANY_BYTES - used, "%s{\"Key\":\"%s%d\"}", i ? "," : "", first, i);
    snprintf(text + used, MANY_BYTES - used, "]}");
    return text;
}

static void tags_are_added_and_changed_in_the_order_of_their_creation(void **state)
{
    struct world *w = *state;
    assert_tags(w, "[]");
    assert_string_equal(
        http(w, 200, "POST", "/tags", TAGS_OF(SITE_ARN, TAG("b", "1") "," TAG("a: +x", "")))->text, "{}");
    http(w, 200, "POST", "/tags", TAGS_OF(SITE_ARN, "{\"Key\":\"größe\"}," TAG("b", "2 / zwei")));
    assert_tags(w, "[" TAG("b", "2 / zwei") "," TAG("a: +x", "") "," TAG("größe", "") "]");
}

static void tags_are_removed_and_removing_what_is_not_there_is_no_error(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/tags", TAGS_OF(SITE_ARN, TAG("a", "1") "," TAG("b", "2")));
    assert_string_equal(http(w, 200, "POST", "/untag", KEYS_OF(SITE_ARN, "\"a\",\"c\""))->text, "{}");
    assert_tags(w, "[" TAG("b", "2") "]");
}

static void resources_have_their_tags_apart(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/thing-groups/hall", "{}");
    http(w, 200, "POST", "/tags", TAGS_OF(SITE_ARN, TAG("a", "1")));
    assert_json(http(w, 200, "GET", LIST("arn:aws:iot:us-east-1:000000000000:thinggroup/hall"), NULL)->body,
                "tags", "[]");
    assert_tags(w, "[" TAG("a", "1") "]");
}

static void a_job_has_tags(void **state)
{
    struct world *w = *state;
#define JOB_ARN "arn:aws:iot:us-east-1:000000000000:job/fw"
    given_thing(w, "pump");
    given_job(w, "fw", "pump");
    http(w, 200, "POST", "/tags", TAGS_OF(JOB_ARN, TAG("a", "1")));
    assert_json(http(w, 200, "GET", LIST(JOB_ARN), NULL)->body, "tags", "[" TAG("a", "1") "]");
}

static void a_resource_has_at_most_fifty_tags(void **state)
{
    struct world *w = *state;
    char text[MANY_BYTES];
    http(w, 200, "POST", "/tags", many(text, "a", 50));
    http(w, 200, "POST", "/tags", many(text, "a", 50));
    refused(w, LIMIT_EXCEEDED, "POST", "/tags", many(text, "b", 1), "A resource can have at most 50 tags.");
    refused(w, INVALID, "POST", "/tags", many(text, "b", 51),
            "A resource can have at most 50 tags; these are 51.");
}

static void tags_out_of_the_rules_are_refused(void **state)
{
    struct world *w = *state;
    static const struct refusal refusals[] = {
        { "{}", INVALID,
          "2 validation errors detected: Value null at 'resourceArn' failed to satisfy constraint: Member "
          "must not "
          "be null; Value null at 'tags' failed to satisfy constraint: Member must not be null" },
        { TAGS_OF(SITE_ARN, "{\"Value\":\"1\"}"), INVALID,
          "1 validation error detected: Value null at 'tags.1.member.Key' failed to satisfy constraint: …" },
        { TAGS_OF(SITE_ARN, TAG("a#", "1")), INVALID,
          "1 validation error detected: Value 'a#' at 'tags.1.member.Key' failed to satisfy constraint: …" },
        { TAGS_OF(SITE_ARN, TAG("aws:a", "1")), INVALID,
          "Tag keys that begin with aws: are reserved: aws:a" },
        { TAGS_OF(SITE_ARN, TAG("a", "1") "," TAG("a", "2")), INVALID, "Tag key a is given twice." },
        { TAGS_OF("site", TAG("a", "1")), INVALID, "'site' is not an ARN of the form …" },
        { TAGS_OF("arn:aws:iot:us-east-1:000000000000:thing/pump", TAG("a", "1")), INVALID,
          "Resources of type thing cannot have tags." },
        { TAGS_OF("arn:aws:iot:us-east-1:000000000000:job/pump", TAG("a", "1")), NOT_FOUND,
          "Resource arn:aws:iot:us-east-1:000000000000:job/pump cannot be found." },
        { TAGS_OF("arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0", TAG("a", "1")), NOT_FOUND,
          "Resource arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0 cannot be found." },
    };
    ASSERT_ALL_REFUSED(w, "POST", "/tags", refusals);
    refused(w, NOT_FOUND, "POST", "/untag", KEYS_OF("arn:aws:iot:us-east-1:000000000000:job/x", "\"a\""),
            "Resource …");
    refused(w, NOT_FOUND, "GET", LIST("arn:aws:iot:us-east-1:000000000000:job/x"), NULL, "Resource …");
    refused(w, INVALID, "GET", LIST(SITE_ARN "&nextToken=abc"), NULL, "Next token is invalid.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tags_are_added_and_changed_in_the_order_of_their_creation),
        TEST(tags_are_removed_and_removing_what_is_not_there_is_no_error),
        TEST(resources_have_their_tags_apart),
        TEST(a_job_has_tags),
        TEST(a_resource_has_at_most_fifty_tags),
        TEST(tags_out_of_the_rules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
