#include "launcher/provision/provision.h"

#include <ctype.h>
#include <string.h>

#include "api/uri_text.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/pem.h"
#include "base/problem.h"
#include "launcher/provision/device_key.h"

enum { BODY_MAX = 2 * PEM_TEXT_MAX, NOT_FOUND = 404, CONFLICT = 409, HTTPS_PORT = 443 };

/* ---- asking ---- */

static bool is_good(const struct rest_answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

static bool refused(struct provision *p, const char *operation, const struct rest_answer *answer,
                    struct strbuf *ret_problem)
{
    struct str message = rest_member(answer, NULL, "message", p->arena);
    if (message.p == NULL)
        message = answer->text;
    return problem(ret_problem, "the server refuses %s, asked with the access key %.*s: %ld %.*s", operation,
                   STR(p->rest->signer.access_key), answer->status, STR(uri_text_shown(message, p->arena)));
}

static bool ask(struct provision *p, const struct rest_request *request, struct rest_answer *ret_answer,
                struct strbuf *ret_problem)
{
    return rest_ask(p->rest, request, clock_host_ms(), p->arena, ret_answer, ret_problem);
}

/* Makes something. When the server has refused to, `bit` is taken back: there is nothing to undo. */
static bool make(struct provision *p, unsigned bit, const char *operation, const struct rest_request *request,
                 struct rest_answer *ret_answer, struct strbuf *ret_problem)
{
    p->made |= bit;
    if (!ask(p, request, ret_answer, ret_problem))
        return false;
    if (is_good(ret_answer))
        return true;
    p->made &= ~bit;
    return refused(p, operation, ret_answer, ret_problem);
}

/* Whether it is gone. */
static bool unmake(struct provision *p, const struct rest_request *request)
{
    struct rest_answer answer;
    struct strbuf why;
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = ask(p, request, &answer, &why) && (is_good(&answer) || answer.status == NOT_FOUND);
    strbuf_release(&why);
    return ok;
}

static struct str path_of(struct provision *p, const char *before, const char *name, const char *after)
{
    struct str encoded = sigv4_encode(str_from(name), false, p->arena);
    return arena_printf(p->arena, "%s%.*s%s", before, STR(encoded), after);
}

static struct str body_with(struct provision *p, const char *key, struct str value)
{
    struct strbuf text;
    strbuf_init(&text, BODY_MAX);
    struct json json = json_to(&text);
    json_object_begin(&json);
    json_member_string(&json, key, value);
    json_object_end(&json);
    struct str body = text.failed ? STR_NONE : arena_str(p->arena, strbuf_str(&text));
    strbuf_release(&text);
    return body;
}

static const char *policy_name(const struct provision *p)
{
    return p->policy != NULL ? p->policy : PROVISION_POLICY;
}

/* An ARN goes into headers and documents. */
static bool is_arn(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!isalnum((unsigned char)text.p[i]) && strchr(":/_-", text.p[i]) == NULL)
            return false;
    return str_starts_with(text, STR_LIT("arn:"));
}

/* ---- the server ---- */

/* The first port of "8883" or "8883,443"; whether 443 is one of them. */
static int64_t port_of(const struct rest_answer *info, const char *key, struct arena *arena, bool *ret_443)
{
    int64_t first = 0;
    struct str text = rest_member(info, "settings", key, arena);
    *ret_443 = false;
    while (text.p != NULL) {
        int64_t port = 0;
        if (!str_to_int(str_trim(str_split(&text, ',')), &port) || port <= 0 || port > UINT16_MAX)
            continue;
        first = first == 0 ? port : first;
        *ret_443 = *ret_443 || port == HTTPS_PORT;
    }
    return first;
}

/* What a device has to be told of it. Makes nothing. */
static bool learn(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct rest_request info = { .method = "GET", .path = STR_LIT("/_iotjobs/info") };
    const struct rest_request ca = { .method = "GET", .path = STR_LIT("/_iotjobs/ca.pem") };
    struct rest_answer answer;
    (void)bit;
    if (!ask(p, &info, &answer, ret_problem))
        return false;
    if (!is_good(&answer))
        return refused(p, "GET /_iotjobs/info", &answer, ret_problem);
    bool https_443;
    p->mqtts_port = port_of(&answer, "mqtts_port", p->arena, &p->mqtts_443);
    p->https_port = port_of(&answer, "https_port", p->arena, &https_443);
    if (!ask(p, &ca, &answer, ret_problem))
        return false;
    if (!is_good(&answer) && answer.status != NOT_FOUND)
        return refused(p, "GET /_iotjobs/ca.pem", &answer, ret_problem);
    p->ca = is_good(&answer) ? answer.text : STR_NONE;
    return true;
}

/* ---- the thing ---- */

static struct str thing_path(struct provision *p, const char *after)
{
    return path_of(p, "/things/", p->thing, after);
}

static bool make_thing(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct rest_request there = { .method = "GET", .path = thing_path(p, "") };
    const struct rest_request create = { .method = "POST", .path = there.path, .body = STR_LIT("{}") };
    struct rest_answer answer;
    if (!ask(p, &there, &answer, ret_problem))
        return false;
    if (!is_good(&answer) && answer.status != NOT_FOUND)
        return refused(p, "DescribeThing", &answer, ret_problem);
    if (answer.status == NOT_FOUND && !make(p, bit, "CreateThing", &create, &answer, ret_problem))
        return false;
    p->thing_arn = rest_member(&answer, NULL, "thingArn", p->arena);
    struct str end = arena_printf(p->arena, "thing/%s", p->thing);
    return (end.p != NULL && is_arn(p->thing_arn) && str_ends_with(p->thing_arn, end)) ||
           problem(ret_problem, "the server does not say the ARN of the thing");
}

static bool unmake_thing(struct provision *p)
{
    return unmake(p, &(struct rest_request){ .method = "DELETE", .path = thing_path(p, "") });
}

/* ---- the policy ---- */

struct str provision_policy(struct str a, struct arena *arena)
{
    return arena_printf(
        arena,
        "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\","
        "\"Resource\":\"%.*sclient/${iot:Connection.Thing.ThingName}\","
        "\"Condition\":{\"Bool\":{\"iot:Connection.Thing.IsAttached\":\"true\"}}},"
        "{\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\"],"
        "\"Resource\":\"%.*stopic/$aws/things/${iot:Connection.Thing.ThingName}/jobs/*\"},"
        "{\"Effect\":\"Allow\",\"Action\":\"iot:Subscribe\","
        "\"Resource\":\"%.*stopicfilter/$aws/things/${iot:Connection.Thing.ThingName}/jobs/*\"},"
        "{\"Effect\":\"Allow\",\"Action\":[\"iotjobsdata:GetPendingJobExecutions\","
        "\"iotjobsdata:StartNextPendingJobExecution\",\"iotjobsdata:DescribeJobExecution\","
        "\"iotjobsdata:UpdateJobExecution\"],"
        "\"Resource\":\"%.*sthing/${iot:Certificate.Subject.CommonName}\"}]}",
        STR(a), STR(a), STR(a), STR(a));
}

static bool create_policy(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    struct str prefix = { p->thing_arn.p, p->thing_arn.n - strlen("thing/") - strlen(p->thing) };
    const struct rest_request create = {
        .method = "POST",
        .path = path_of(p, "/policies/", policy_name(p), ""),
        .body = body_with(p, "policyDocument", provision_policy(prefix, p->arena)),
    };
    struct rest_answer answer;
    p->made |= bit;
    if (!ask(p, &create, &answer, ret_problem))
        return false;
    if (is_good(&answer))
        return true;
    p->made &= ~bit;
    return answer.status == CONFLICT || /* somebody was quicker */
           refused(p, "CreatePolicy", &answer, ret_problem);
}

static bool make_policy(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct rest_request there = { .method = "GET",
                                        .path = path_of(p, "/policies/", policy_name(p), "") };
    struct rest_answer answer;
    if (!ask(p, &there, &answer, ret_problem))
        return false;
    if (is_good(&answer))
        return true;
    if (answer.status != NOT_FOUND)
        return refused(p, "GetPolicy", &answer, ret_problem);
    return p->policy == NULL
               ? create_policy(p, bit, ret_problem)
               : problem(ret_problem,
                         "there is no policy %s: create it, or leave --policy out to have the usual "
                         "one made",
                         p->policy);
}

static bool unmake_policy(struct provision *p)
{
    return unmake(p, &(struct rest_request){ .method = "DELETE",
                                             .path = path_of(p, "/policies/", policy_name(p), "") });
}

/* ---- the certificate ---- */

static bool make_request(struct provision *p, struct str *ret_request)
{
    struct strbuf key, request;
    strbuf_init(&key, PEM_TEXT_MAX);
    strbuf_init(&request, PEM_TEXT_MAX);
    key.secret = true;
    bool ok = device_key_make(p->thing, &key, &request);
    if (ok) {
        p->key = arena_str(p->arena, strbuf_str(&key));
        *ret_request = arena_str(p->arena, strbuf_str(&request));
    }
    strbuf_release(&key);
    strbuf_release(&request);
    return ok && p->key.p != NULL && ret_request->p != NULL;
}

static bool make_certificate(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    struct str request;
    if (!make_request(p, &request))
        return problem(ret_problem, "OpenSSL cannot make a key");
    const struct rest_request create = {
        .method = "POST",
        .path = STR_LIT("/certificates"),
        .query = STR_LIT("setAsActive=true"),
        .body = body_with(p, "certificateSigningRequest", request),
    };
    struct rest_answer answer;
    if (!make(p, bit, "CreateCertificateFromCsr", &create, &answer, ret_problem))
        return false;
    p->certificate_arn = rest_member(&answer, NULL, "certificateArn", p->arena);
    p->certificate_id = rest_member(&answer, NULL, "certificateId", p->arena);
    p->certificate = rest_member(&answer, NULL, "certificatePem", p->arena);
    return (is_arn(p->certificate_arn) && p->certificate_id.p != NULL && p->certificate.p != NULL) ||
           problem(ret_problem, "the server's answer to CreateCertificateFromCsr holds no certificate");
}

/* One whose id never came cannot be named. */
static bool unmake_certificate(struct provision *p)
{
    if (p->certificate_id.p == NULL)
        return false;
    struct str path = path_of(p, "/certificates/", p->certificate_id.p, "");
    return unmake(p, &(struct rest_request){ .method = "PUT",
                                             .path = path,
                                             .query = STR_LIT("newStatus=INACTIVE") }) &&
           unmake(p, &(struct rest_request){ .method = "DELETE", .path = path });
}

/* ---- the files ---- */

static bool make_files(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct str texts[DEVICE_FILES] = {
        [DEVICE_CERTIFICATE] = p->certificate,
        [DEVICE_PRIVATE_KEY] = p->key,
        [DEVICE_CA] = p->ca,
    };
    p->made |= bit;
    return device_files_write(&p->files, texts, ret_problem);
}

static bool unmake_files(struct provision *p)
{
    return device_files_remove(&p->files);
}

/* ---- what ties them together ---- */

static bool attach_policy(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct rest_request attach = { .method = "PUT",
                                         .path = path_of(p, "/target-policies/", policy_name(p), ""),
                                         .body = body_with(p, "target", p->certificate_arn) };
    struct rest_answer answer;
    return make(p, bit, "AttachPolicy", &attach, &answer, ret_problem);
}

static bool detach_policy(struct provision *p)
{
    return unmake(p, &(struct rest_request){ .method = "POST",
                                             .path = path_of(p, "/target-policies/", policy_name(p), ""),
                                             .body = body_with(p, "target", p->certificate_arn) });
}

static bool attach_thing(struct provision *p, unsigned bit, struct strbuf *ret_problem)
{
    const struct rest_request attach = { .method = "PUT",
                                         .path = thing_path(p, "/principals"),
                                         .principal = p->certificate_arn };
    struct rest_answer answer;
    return make(p, bit, "AttachThingPrincipal", &attach, &answer, ret_problem);
}

static bool detach_thing(struct provision *p)
{
    return unmake(p, &(struct rest_request){ .method = "DELETE",
                                             .path = thing_path(p, "/principals"),
                                             .principal = p->certificate_arn });
}

/* ---- all of it ---- */

enum subject { OF_THING, OF_POLICY, OF_CERTIFICATE, OF_FOLDER };

/* In this order; undone in the other one. A private key is on disk before the certificate can be used. */
static const struct step {
    bool (*make)(struct provision *p, unsigned bit, struct strbuf *ret_problem);
    bool (*unmake)(struct provision *p);
    const char *what; /* that is left when it could not be undone; how to remove it */
    enum subject subject;
    const char *remedy;
} steps[] = {
    { learn, NULL, "", OF_THING, "" },
    { make_thing, unmake_thing, "the thing", OF_THING, "aws iot delete-thing" },
    { make_policy, unmake_policy, "the policy", OF_POLICY, "aws iot delete-policy" },
    { make_certificate, unmake_certificate, "the certificate", OF_CERTIFICATE,
      "aws iot update-certificate --new-status INACTIVE, then delete-certificate" },
    { make_files, unmake_files, "files in", OF_FOLDER, "rm" },
    { attach_policy, detach_policy, "the policy's attachment to the certificate", OF_CERTIFICATE,
      "aws iot detach-policy" },
    { attach_thing, detach_thing, "the thing's attachment to the certificate", OF_CERTIFICATE,
      "aws iot detach-thing-principal" },
};

enum { STEPS = sizeof steps / sizeof *steps };

static struct str subject_text(const struct provision *p, enum subject subject)
{
    switch (subject) {
    case OF_THING: return str_from(p->thing);
    case OF_POLICY: return str_from(policy_name(p));
    case OF_CERTIFICATE:
        return p->certificate_id.p != NULL
                   ? p->certificate_id
                   : STR_LIT("that may have been made, the newest of aws iot list-certificates");
    case OF_FOLDER: return str_from(p->files.folder);
    }
    return STR_LIT("");
}

/* From the last step backwards; true: nothing is left. */
static bool undo(struct provision *p, struct strbuf *ret_problem)
{
    bool clean = true;
    p->rest->stop = NULL; /* this is to be done, whoever is impatient */
    for (int i = STEPS - 1; i >= 0; i--) {
        const struct step *step = &steps[i];
        if ((p->made & 1u << i) == 0 || step->unmake == NULL || step->unmake(p))
            continue;
        strbuf_printf(ret_problem, "%s %s %.*s (%s)", clean ? "; left behind, and to be removed:" : ",",
                      step->what, STR(subject_text(p, step->subject)), step->remedy);
        clean = false;
    }
    if (clean)
        strbuf_add_text(ret_problem, "; nothing of it is left");
    return clean;
}

enum provision_end provision_run(struct provision *p, const char *folder, struct strbuf *ret_problem)
{
    if (!device_files_plan(folder, p->thing, &p->files, ret_problem))
        return PROVISION_NOTHING;
    for (int i = 0; i < STEPS; i++) {
        if (steps[i].make(p, 1u << i, ret_problem) && !p->arena->failed)
            continue;
        if (p->arena->failed)
            problem(ret_problem, "out of memory");
        return undo(p, ret_problem) ? PROVISION_NOTHING : PROVISION_REMAINS;
    }
    return PROVISION_DONE;
}

bool provision_check_thing(const char *thing, struct strbuf *ret_problem)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-";
    size_t n = strlen(thing);
    if (n == 0 || thing[strspn(thing, letters)] != '\0')
        return problem(ret_problem, "'%s' is no name of a thing, which has letters, digits, ':', '_' and '-'",
                       thing);
    return n <= COMMON_NAME_MAX ||
           problem(ret_problem,
                   "the thing's name is longer than %d characters, which is all that the common name of a "
                   "certificate holds: make one without it, with aws iot create-keys-and-certificate",
                   COMMON_NAME_MAX);
}
