/* HTTPS with certificates of devices, and auth = enforce: policies say what each is good for, with every
 * request. */
#include "support/cmocka_all.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "engine/denials.h"
#include "support/gate.h"
#include "support/operator.h"
#include "support/policies.h"
#include "support/tls_world.h"

#define OWN_JOBS            "/things/pump/jobs"
#define OTHER_JOBS          "/things/valve/jobs"
#define OPERATORS           "Host: iot.eu-central-1.amazonaws.com\r\n"
#define JOBS(action, thing) ALLOW("iotjobsdata:" action, IOT_ARN("thing/" thing))
#define NO_JOBS             "\"queuedJobs\":[]"

struct story {
    struct tls_world tls;
    struct server *server;
    char folder[TEMP_PATH_MAX];
    struct device ca;   /* the one that tls_client_ca names */
    struct device pump; /* registered, ACTIVE; signed by nobody */
    const struct issuer *showing[2];
};

static void change(struct story *story, const char *method, const char *target, const char *principal,
                   const char *body)
{
    operate(story->server, &story->tls.http.settings, method, target, principal, body);
}

static void let_register(struct story *story, struct device *device, const char *status)
{
    struct pem_json pem = pem_json(&device->pair);
    change(story, "POST", "/certificate/register-no-ca", NULL,
           pem_body("{\"certificatePem\":\"%s\",\"status\":\"%s\"}", pem.text, status));
    snprintf(device->registered.arn, sizeof device->registered.arn, IOT_ARN("cert/%s"), device->id);
    snprintf(device->registered.path, sizeof device->registered.path, "/certificates/%s", device->id);
}

static void set_status(struct story *story, const struct device *device, const char *status)
{
    char target[192];
    snprintf(target, sizeof target, "%s?newStatus=%s", device->registered.path, status);
    change(story, "PUT", target, NULL, NULL);
}

static void create_policy(struct story *story, const char *name, const char *statements)
{
    char target[128], body[POLICY_BODY_MAX];
    snprintf(target, sizeof target, "/policies/%s", name);
    change(story, "POST", target, NULL, policy_body(body, statements));
}

static void change_target(struct story *story, const char *method, const char *policy, const char *target_arn)
{
    char target[128], body[256];
    snprintf(target, sizeof target, "/target-policies/%s", policy);
    snprintf(body, sizeof body, "{\"target\":\"%s\"}", target_arn);
    change(story, method, target, NULL, body);
}

static void allow(struct story *story, const struct device *device, const char *policy,
                  const char *statements)
{
    create_policy(story, policy, statements);
    change_target(story, "PUT", policy, device->registered.arn);
}

static int set_up(void **state)
{
    static struct story story;
    char path[TEMP_PATH_MAX];
    story = (struct story){ 0 };
    *state = &story;
    tls_world_init(&story.tls);
    temp_folder_make(story.folder);
    story.ca = device_make(&(struct device_spec){ .common_name = "a factory's CA", .is_ca = true });
    story.pump = device_new("a pump");
    temp_path(story.folder, "clients.pem", path);
    device_certs_write(path, (const struct issuer *const[]){ &story.ca.pair }, 1);
    tls_world_set(&story.tls, "tls_client_ca", path);
    tls_world_set(&story.tls, "tls_client_policy", "clients");
    temp_path(story.folder, "access_keys", path);
    temp_write_private(path, "AKIAADMIN secret admin\n");
    tls_world_set(&story.tls, "access_keys", path);
    tls_world_set(&story.tls, "auth", "enforce");
    tls_world_start(&story.tls, NULL);
    story.server = story.tls.http.server;
    change(&story, "POST", "/things/pump", NULL, "{}");
    change(&story, "POST", "/things/valve", NULL, "{}");
    let_register(&story, &story.pump, "ACTIVE");
    return 0;
}

static int tear_down(void **state)
{
    struct story *story = *state;
    tls_world_release(&story->tls);
    device_release(&story->pump);
    device_release(&story->ca);
    temp_folder_remove(story->folder);
    return 0;
}

/* ---- asking ---- */

/* A GET of who shows this certificate. */
static struct tls_request get_as(struct story *story, const struct device *device, const char *target)
{
    struct tls_request request = tls_world_get(&story->tls, target, "");
    story->showing[0] = &device->pair;
    request.showing = story->showing;
    return request;
}

static void refuse(struct tls_request request, const char *words)
{
    struct http_answer answer;
    assert_true(tls_ask(&request, &answer));
    assert_http_status(&answer, 403);
    assert_http_header(&answer, "x-amzn-ErrorType", "ForbiddenException:");
    assert_http_body_has(&answer, words);
    http_answer_release(&answer);
}

static void assert_own_jobs(struct story *story, bool allowed)
{
    struct tls_request request = get_as(story, &story->pump, OWN_JOBS);
    if (allowed)
        tls_world_ask(request, 200, NO_JOBS);
    else
        refuse(request, "Forbidden");
}

/* ---- what policies allow ---- */

static void who_has_no_policy_may_nothing(void **state)
{
    struct story *story = *state;
    assert_own_jobs(story, false);
    refuse(get_as(story, &story->pump, OTHER_JOBS), "Forbidden");
}

static void each_operation_on_each_thing_is_allowed_by_itself(void **state)
{
    struct story *story = *state;
    static const struct {
        const char *policy, *statement, *method, *target, *body;
        int status; /* of what is allowed */
    } cases[] = {
        { "get", JOBS("GetPendingJobExecutions", "pump"), "GET", OWN_JOBS, NULL, 200 },
        { "start", JOBS("StartNextPendingJobExecution", "pump"), "PUT", OWN_JOBS "/$next", "{}", 200 },
        { "describe", JOBS("DescribeJobExecution", "pump"), "GET", OWN_JOBS "/fw", NULL, 404 },
        { "update", JOBS("UpdateJobExecution", "pump"), "POST", OWN_JOBS "/fw", "{\"status\":\"FAILED\"}",
          404 },
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    for (size_t i = 0; i < CASES; i++)
        create_policy(story, cases[i].policy, cases[i].statement);
    for (size_t i = 0; i < CASES; i++) {
        change_target(story, "PUT", cases[i].policy, story->pump.registered.arn);
        for (size_t j = 0; j < CASES; j++) {
            struct tls_request request = get_as(story, &story->pump, cases[j].target);
            request.method = cases[j].method;
            request.body = cases[j].body ? str_from(cases[j].body) : STR_NONE;
            if (i == j)
                tls_world_ask(request, cases[j].status, "");
            else
                refuse(request, "Forbidden");
        }
        refuse(get_as(story, &story->pump, OTHER_JOBS), "Forbidden");
        change_target(story, "POST", cases[i].policy, story->pump.registered.arn);
    }
}

static void a_write_that_is_denied_is_refused_before_it_is_read(void **state)
{
    struct story *story = *state;
    allow(story, &story->pump, "own", JOBS("*", "pump"));
    struct tls_request start = get_as(story, &story->pump, "/things/valve/jobs/$next");
    start.method = "PUT";
    start.body = STR_LIT("no JSON");
    refuse(start, "Forbidden");
    start.target = "/things/pump%2F/jobs/$next";
    refuse(start, "Forbidden");
    start.target = "/things/%70ump/jobs/$next";
    start.body = STR_LIT("{}");
    tls_world_ask(start, 200, "{}");
}

static void a_deny_is_stronger(void **state)
{
    struct story *story = *state;
    allow(story, &story->pump, "all", ALLOW("*", "*"));
    assert_own_jobs(story, true);
    allow(story, &story->pump, "never", DENY("iotjobsdata:Get*", IOT_ARN("thing/pump")));
    assert_own_jobs(story, false);
    tls_world_ask(get_as(story, &story->pump, OTHER_JOBS), 200, NO_JOBS);
}

/* Whatever its policies say. */
static void the_control_plane_is_not_for_certificates(void **state)
{
    static const struct {
        const char *method, *target, *headers;
    } cases[] = {
        { "GET", "/jobs", "" },          { "GET", "/things/pump", "" },      { "DELETE", "/things/pump", "" },
        { "POST", "/things/pump2", "" }, { "GET", OWN_JOBS, OPERATORS },     { "GET", "/policies", "" },
        { "GET", "/_iotjobs/info", "" }, { "GET", "/_iotjobs/denials", "" },
    };
    struct story *story = *state;
    allow(story, &story->pump, "all", ALLOW("*", "*"));
    change(story, "PUT", "/things/pump/principals", story->pump.registered.arn, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tls_request request = get_as(story, &story->pump, cases[i].target);
        request.method = cases[i].method;
        request.headers = cases[i].headers;
        refuse(request, "Forbidden");
    }
    assert_own_jobs(story, true);
}

static void the_servers_health_is_for_everybody(void **state)
{
    struct story *story = *state;
    tls_world_ask(get_as(story, &story->pump, "/_iotjobs/health"), 200, "\"status\":\"ok\"");
}

/* ---- what policies can ask ---- */

/* As on AWS: not even where the certificate has one thing alone. */
static void variables_of_things_have_no_value(void **state)
{
    struct story *story = *state;
    allow(story, &story->pump, "own",
          JOINED(JOBS("*", "${iot:Connection.Thing.ThingName}"),
                 ALLOW_IF("iotjobsdata:*", "\"Bool\":{\"iot:Connection.Thing.IsAttached\":\"true\"}")));
    change(story, "PUT", "/things/pump/principals?thingPrincipalType=EXCLUSIVE_THING",
           story->pump.registered.arn, NULL);
    assert_own_jobs(story, false);
    allow(story, &story->pump, "unknown",
          ALLOW_IF("iotjobsdata:*",
                   "\"Null\":{\"iot:Connection.Thing.ThingName\":\"true\",\"iot:ClientId\":\"true\","
                   "\"iot:Connection.Thing.IsAttached\":\"true\",\"iot:ConnectAttributes\":\"true\"}"));
    assert_own_jobs(story, true);
}

static void what_is_known_of_the_connection_can_be_asked_for(void **state)
{
    struct story *story = *state;
    static const char *const conditions[] = {
        "\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.1\"}",
        "\"Bool\":{\"aws:SecureTransport\":\"true\"}",
        "\"StringEquals\":{\"iot:Certificate.Subject.CommonName\":\"a pump\"}",
        "\"DateGreaterThan\":{\"aws:CurrentTime\":\"2020-01-01T00:00:00Z\"}",
    };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        char statement[512], policy[8];
        snprintf(policy, sizeof policy, "p%zu", i);
        snprintf(statement, sizeof statement,
                 "{\"Effect\":\"Allow\",\"Action\":\"iotjobsdata:*\",\"Resource\":\"*\",\"Condition\":{%s}}",
                 conditions[i]);
        assert_own_jobs(story, false);
        allow(story, &story->pump, policy, statement);
        assert_own_jobs(story, true);
        change_target(story, "POST", policy, story->pump.registered.arn);
    }
    allow(story, &story->pump, "elsewhere",
          ALLOW_IF("iotjobsdata:*", "\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.1\"}"));
    assert_own_jobs(story, false);
}

/* ---- groups ---- */

static void policies_of_groups_count_for_a_thing_of_its_own(void **state)
{
    struct story *story = *state;
    create_policy(story, "jobs", ALLOW("iotjobsdata:*", "*"));
    change(story, "POST", "/thing-groups/site", NULL, "{}");
    change(story, "POST", "/thing-groups/hall", NULL, "{\"parentGroupName\":\"site\"}");
    change_target(story, "PUT", "jobs", GROUP_ARN("site"));
    change(story, "PUT", "/thing-groups/addThingToThingGroup", NULL,
           "{\"thingGroupName\":\"hall\",\"thingName\":\"pump\"}");
    change(story, "PUT", "/things/pump/principals", story->pump.registered.arn, NULL);
    assert_own_jobs(story, false); /* nobody says which of its things it is */
    change(story, "DELETE", "/things/pump/principals", story->pump.registered.arn, NULL);
    change(story, "PUT", "/things/pump/principals?thingPrincipalType=EXCLUSIVE_THING",
           story->pump.registered.arn, NULL);
    assert_own_jobs(story, true);
    change(story, "PUT", "/thing-groups/removeThingFromThingGroup", NULL,
           "{\"thingGroupName\":\"hall\",\"thingName\":\"pump\"}");
    assert_own_jobs(story, false);
}

/* ---- certificates ---- */

static void a_certificate_that_does_not_count_is_refused_everything(void **state)
{
    struct story *story = *state;
    struct device stranger = device_new("pump");
    struct device expired =
        device_make(&(struct device_spec){ .common_name = "pump", .begin_ms = 1, .end_ms = 1000 });
    struct device idle = device_new("pump");
    let_register(story, &expired, "ACTIVE");
    let_register(story, &idle, "INACTIVE");
    create_policy(story, "clients", ALLOW("*", "*"));
    change_target(story, "PUT", "clients", expired.registered.arn);
    change_target(story, "PUT", "clients", idle.registered.arn);
    const struct {
        const struct device *device;
        const char *words;
    } cases[] = { { &stranger, "self-signed" },
                  { &expired, "it has expired" },
                  { &idle, "its status is INACTIVE" } };
    static const char *const targets[] = { OWN_JOBS, "/jobs", "/nothing/at/all", "/_iotjobs/health" };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t j = 0; j < sizeof targets / sizeof targets[0]; j++)
            refuse(get_as(story, cases[i].device, targets[j]), cases[i].words);
    device_release(&idle);
    device_release(&expired);
    device_release(&stranger);
}

static void who_is_not_registered_has_the_policy_for_clients(void **state)
{
    struct story *story = *state;
    struct device valve =
        device_make(&(struct device_spec){ .issuer = &story->ca.pair, .common_name = "valve" });
    refuse(get_as(story, &valve, OTHER_JOBS), "Forbidden");
    create_policy(story, "clients", JOBS("*", "${iot:Certificate.Subject.CommonName}"));
    tls_world_ask(get_as(story, &valve, OTHER_JOBS), 200, NO_JOBS);
    refuse(get_as(story, &valve, OWN_JOBS), "Forbidden");
    let_register(story, &valve, "REVOKED");
    refuse(get_as(story, &valve, OTHER_JOBS), "its status is REVOKED");
    device_release(&valve);
}

/* RegisterCertificateWithoutCA: nobody has to know who signed it. */
static void no_ca_has_to_be_named(void **state)
{
    struct story *story = *state;
    struct device stranger = device_new("pump");
    server_stop(story->server);
    story->tls.http.server = NULL;
    tls_world_set(&story->tls, "tls_client_ca", "");
    tls_world_start(&story->tls, NULL);
    story->server = story->tls.http.server;
    change(story, "POST", "/things/pump", NULL, "{}");
    let_register(story, &story->pump, "ACTIVE");
    assert_own_jobs(story, false);
    allow(story, &story->pump, "jobs", JOBS("*", "pump"));
    assert_own_jobs(story, true);
    refuse(get_as(story, &stranger, OWN_JOBS), "The client certificate is not accepted");
    device_release(&stranger);
}

/* Over HTTPS nobody registers himself: the event would be for nothing that a client of MQTT does. */
static void nobody_is_registered_for_coming(void **state)
{
    struct story *story = *state;
    struct pem_json ca = pem_json(&story->ca.pair);
    struct device valve =
        device_make(&(struct device_spec){ .issuer = &story->ca.pair, .common_name = "valve" });
    create_policy(story, "clients", ALLOW("*", "*"));
    tls_world_ask(get_as(story, &valve, OTHER_JOBS), 200, NO_JOBS);
    change(story, "POST", "/cacertificate?setAsActive=true&allowAutoRegistration=true", NULL,
           pem_body("{\"certificateMode\":\"SNI_ONLY\",\"caCertificate\":\"%s\"}", ca.text));
    refuse(get_as(story, &valve, OTHER_JOBS), "");
    refuse(get_as(story, &valve, OTHER_JOBS), "it is not registered yet; connecting over MQTT does that");
    device_release(&valve);
}

/* ---- connections ---- */

static int status_of(struct tls_connection *connection, struct tls_request request)
{
    struct http_answer answer;
    assert_true(tls_connection_ask(connection, &request, &answer));
    int status = answer.status;
    http_answer_release(&answer);
    return status;
}

static void what_changes_holds_from_the_next_request_on(void **state)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    struct story *story = *state;
    create_policy(story, "jobs", ALLOW("iotjobsdata:*", "*"));
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct tls_request own = get_as(story, &story->pump, OWN_JOBS);
        own.version = versions[i];
        struct tls_connection *connection = tls_connect(&own);
        assert_non_null(connection);
        assert_int_equal(status_of(connection, own), 403);
        change_target(story, "PUT", "jobs", story->pump.registered.arn);
        assert_int_equal(status_of(connection, own), 200);
        set_status(story, &story->pump, "INACTIVE");
        assert_int_equal(status_of(connection, own), 403);
        set_status(story, &story->pump, "ACTIVE");
        assert_int_equal(status_of(connection, own), 200);
        change_target(story, "POST", "jobs", story->pump.registered.arn);
        assert_int_equal(status_of(connection, own), 403);
        tls_connection_close(connection);
    }
}

/* ---- denials ---- */

static void assert_newest_denial(const struct story *story, const char *expected)
{
    struct strbuf text;
    strbuf_init(&text, 64 * 1024);
    struct json json = json_to(&text);
    json_object_begin(&json);
    denials_write(server_denials(story->server), 1, &json);
    json_object_end(&json);
    cJSON *written = cJSON_ParseWithLength(text.p, text.n);
    cJSON *newest = cJSON_DetachItemFromArray(cJSON_GetObjectItem(written, "denials"), 0);
    cJSON_DeleteItemFromObject(newest, "at");
    assert_json(newest, "", expected);
    cJSON_Delete(newest);
    cJSON_Delete(written);
    strbuf_release(&text);
}

static void a_denial_says_who_what_and_why(void **state)
{
    char expected[512];
    struct story *story = *state;
    assert_own_jobs(story, false);
    snprintf(expected, sizeof expected,
             "{\"principal\":\"cert/"
             "%s\",\"action\":\"iotjobsdata:GetPendingJobExecutions\",\"resource\":\"" IOT_ARN(
                 "thing/pump") "\",\"reason\":\"no policy allows it\",\"sourceIp\":\"127.0.0.1\"}",
             story->pump.id);
    assert_newest_denial(story, expected);
    allow(story, &story->pump, "never", DENY("*", "*"));
    assert_own_jobs(story, false);
    snprintf(expected, sizeof expected,
             "{\"principal\":\"cert/"
             "%s\",\"action\":\"iotjobsdata:GetPendingJobExecutions\",\"resource\":\"" IOT_ARN(
                 "thing/pump") "\",\"reason\":\"a policy denies "
                               "it\",\"policy\":\"never\",\"sourceIp\":\"127.0.0.1\"}",
             story->pump.id);
    assert_newest_denial(story, expected);
    set_status(story, &story->pump, "REVOKED");
    refuse(get_as(story, &story->pump, OWN_JOBS), "REVOKED");
    snprintf(expected, sizeof expected,
             "{\"principal\":\"cert/%s\",\"action\":\"connect\",\"reason\":\"its status is REVOKED\","
             "\"sourceIp\":\"127.0.0.1\"}",
             story->pump.id);
    assert_newest_denial(story, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_has_no_policy_may_nothing),
        TEST(each_operation_on_each_thing_is_allowed_by_itself),
        TEST(a_write_that_is_denied_is_refused_before_it_is_read),
        TEST(a_deny_is_stronger),
        TEST(the_control_plane_is_not_for_certificates),
        TEST(the_servers_health_is_for_everybody),
        TEST(variables_of_things_have_no_value),
        TEST(what_is_known_of_the_connection_can_be_asked_for),
        TEST(policies_of_groups_count_for_a_thing_of_its_own),
        TEST(a_certificate_that_does_not_count_is_refused_everything),
        TEST(who_is_not_registered_has_the_policy_for_clients),
        TEST(no_ca_has_to_be_named),
        TEST(nobody_is_registered_for_coming),
        TEST(what_changes_holds_from_the_next_request_on),
        TEST(a_denial_says_who_what_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
