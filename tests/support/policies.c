#include "support/policies.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

const char *policy_body(char ret_body[POLICY_BODY_MAX], const char *statements)
{
    char document[POLICY_BODY_MAX];
    struct strbuf out;
    int n =
        snprintf(document, sizeof document, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);
    assert_true(n < POLICY_BODY_MAX);
    strbuf_init(&out, POLICY_BODY_MAX - 1);
    struct json json = json_to(&out);
    json_object_begin(&json);
    json_member_string(&json, "policyDocument", str_from(document));
    json_object_end(&json);
    assert_false(out.failed);
    memcpy(ret_body, out.p, out.n + 1);
    strbuf_release(&out);
    return ret_body;
}

void given_policy(struct world *w, const char *policy, const char *statements)
{
    char path[POLICY_PATH_MAX], body[POLICY_BODY_MAX];
    snprintf(path, sizeof path, "/policies/%s", policy);
    http(w, 200, "POST", path, policy_body(body, statements));
}

static void change_attachment(struct world *w, const char *method, const char *policy, const char *target)
{
    char path[POLICY_PATH_MAX], body[POLICY_PATH_MAX];
    snprintf(path, sizeof path, "/target-policies/%s", policy);
    snprintf(body, sizeof body, "{\"target\":\"%s\"}", target);
    assert_string_equal(http(w, 200, method, path, body)->text, "");
}

void attach_policy(struct world *w, const char *policy, const char *target)
{
    change_attachment(w, "PUT", policy, target);
}

void detach_policy(struct world *w, const char *policy, const char *target)
{
    change_attachment(w, "POST", policy, target);
}

/* As SDKs write it: an ARN has slashes, and the label is one level of the path. */
const char *attached_path(char ret_path[POLICY_PATH_MAX], const char *target, const char *query)
{
    size_t n = (size_t)snprintf(ret_path, POLICY_PATH_MAX, "/attached-policies/");
    for (const char *c = target; *c; c++)
        n +=
            (size_t)snprintf(ret_path + n, POLICY_PATH_MAX - n, *c == ':' || *c == '/' ? "%%%02X" : "%c", *c);
    snprintf(ret_path + n, POLICY_PATH_MAX - n, "%s", query);
    return ret_path;
}

void assert_attached(struct world *w, const char *target, const char *query, const char *expected)
{
    char path[POLICY_PATH_MAX];
    assert_json_items(http(w, 200, "POST", attached_path(path, target, query), "{}")->body, "policies",
                      "policyName", expected);
}
