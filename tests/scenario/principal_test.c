/* AttachThingPrincipal, DetachThingPrincipal, ListThingPrincipals, ListPrincipalThings. */
#include <stdio.h>
#include <string.h>

#include "support/certificates.h"
#include "support/refusals.h"

#define CERT_ARN(id) "arn:aws:iot:us-east-1:000000000000:cert/" id
#define NOBODY       CERT_ARN("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
#define COGNITO      "eu-west-1:2b1a9b0c-54a8-4d5a-9d30-3d0b1f2f7a11"
#define EXCLUSIVELY  "?thingPrincipalType=EXCLUSIVE_THING"

static int set_up(void **state)
{
    world_set_up(state);
    given_thing(*state, "pump");
    given_thing(*state, "valve");
    given_thing(*state, "fan");
    return 0;
}

static void assert_principals(struct world *w, const char *thing, const char *expected)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s/principals", thing);
    assert_json(http(w, 200, "GET", path, NULL)->body, "", expected);
}

static struct answer *things_of(struct world *w, const char *principal, const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "/principals/things%s", query);
    with_header(w, "x-amzn-principal", principal);
    struct answer *a = http(w, 200, "GET", path, NULL);
    with_header(w, NULL, NULL);
    return a;
}

static void assert_things(struct world *w, const char *principal, const char *expected)
{
    assert_json(things_of(w, principal, "")->body, "", expected);
}

/* `query` has the type, or is empty. */
static void attach_as(struct world *w, const char *thing, const char *principal, const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s/principals%s", thing, query);
    with_header(w, "x-amzn-principal", principal);
    http(w, 200, "PUT", path, NULL);
    with_header(w, NULL, NULL);
}

static void refused_as(struct world *w, int status, const char *exception, const char *method,
                       const char *path, const char *principal, const char *message)
{
    with_header(w, "x-amzn-principal", principal);
    refused(w, status, exception, method, path, NULL, message);
    with_header(w, NULL, NULL);
}

static void a_certificate_is_attached_to_a_thing_and_detached(void **state)
{
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE");
    assert_principals(w, "pump", "{\"principals\":[]}");
    assert_things(w, one.arn, "{\"things\":[]}");
    attach(w, "pump", one.arn);
    assert_principals(w, "pump", pem_body("{\"principals\":[\"%s\"]}", one.arn));
    assert_things(w, one.arn, "{\"things\":[\"pump\"]}");
    detach(w, "pump", one.arn);
    assert_principals(w, "pump", "{\"principals\":[]}");
    assert_things(w, one.arn, "{\"things\":[]}");
}

static void things_have_many_certificates_and_certificates_many_things(void **state)
{
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE"),
                      two = given_certificate(w, "two", "REVOKED");
    attach(w, "valve", two.arn);
    attach(w, "pump", two.arn);
    attach(w, "pump", one.arn);
    assert_principals(w, "pump", pem_body("{\"principals\":[\"%s\",\"%s\"]}", two.arn, one.arn));
    assert_things(w, two.arn, "{\"things\":[\"valve\",\"pump\"]}");
    assert_things(w, one.arn, "{\"things\":[\"pump\"]}");
}

static void attaching_once_more_is_no_error(void **state)
{
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "INACTIVE"),
                      two = given_certificate(w, "two", "INACTIVE");
    attach_as(w, "pump", one.arn, "");
    attach_as(w, "pump", one.arn, "?thingPrincipalType=NON_EXCLUSIVE_THING");
    attach_as(w, "valve", two.arn, EXCLUSIVELY);
    attach_as(w, "valve", two.arn, EXCLUSIVELY);
    assert_int_equal(rows_in(w, "thing_principal"), 2);
    static const char message[] =
        "The principal is attached to pump with another thingPrincipalType. Detach it first.";
    refused_as(w, INVALID, "PUT", "/things/pump/principals" EXCLUSIVELY, one.arn, message);
    refused_as(w, INVALID, "PUT", "/things/valve/principals", two.arn,
               "The principal is attached to valve with another thingPrincipalType. Detach it first.");
}

static void an_exclusive_thing_is_the_only_one_of_its_certificate(void **state)
{
    static const char exclusive[] = "The principal is attached to another thing exclusively. Detach it from "
                                    "that thing before attaching it to valve.";
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE"),
                      two = given_certificate(w, "two", "ACTIVE");
    attach_as(w, "pump", one.arn, EXCLUSIVELY);
    refused_as(w, INVALID, "PUT", "/things/valve/principals", one.arn, exclusive);
    refused_as(w, INVALID, "PUT", "/things/valve/principals" EXCLUSIVELY, one.arn, exclusive);
    attach(w, "pump", two.arn);
    refused_as(w, INVALID, "PUT", "/things/valve/principals" EXCLUSIVELY, two.arn,
               "The principal is attached to other things. Detach it from them before attaching it to valve "
               "exclusively.");
    detach(w, "pump", one.arn);
    attach(w, "valve", one.arn);
    detach(w, "pump", two.arn);
    attach_as(w, "valve", two.arn, EXCLUSIVELY);
    refused_as(w, INVALID, "PUT", "/things/pump/principals?thingPrincipalType=MINE", two.arn,
               "1 validation error detected: Value 'MINE' at 'thingPrincipalType' failed to satisfy "
               "constraint: Member must satisfy enum value set: [EXCLUSIVE_THING, NON_EXCLUSIVE_THING]");
}

static void what_is_not_there_is_not_attached(void **state)
{
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE");
    char message[256];
    static const char unknown[] = "Principal " NOBODY " cannot be found.";
    refused_as(w, NOT_FOUND, "PUT", "/things/pump/principals", NOBODY, unknown);
    refused_as(w, NOT_FOUND, "DELETE", "/things/pump/principals", NOBODY, unknown);
    refused_as(w, NOT_FOUND, "GET", "/principals/things", NOBODY, unknown);
    refused_as(w, NOT_FOUND, "PUT", "/things/ghost/principals", one.arn, "Thing ghost cannot be found.");
    refused_as(w, NOT_FOUND, "DELETE", "/things/ghost/principals", one.arn, "Thing ghost cannot be found.");
    refused(w, NOT_FOUND, "GET", "/things/ghost/principals", NULL, "Thing ghost cannot be found.");
    snprintf(message, sizeof message, "Principal %s is not attached to thing pump.", one.arn);
    refused_as(w, NOT_FOUND, "DELETE", "/things/pump/principals", one.arn, message);
}

static void a_principal_must_be_named(void **state)
{
    static const char *const strangers[] = {
        "pump",
        "",
        CERT_ARN(""),
        "arn:aws:iot:us-east-1:000000000000:thing/pump",
        "eu-west-1:nobody",
        ":2b1a9b0c",
        "eu-west-1:",
        "EU-WEST-1:2b1a9b0c-54a8-4d5a-9d30-3d0b1f2f7a11",
        COGNITO "2b1a9b0c-54a8-4d5a-9d30-3d0b1f2f7a11",
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        refused_as(w, INVALID, "PUT", "/things/pump/principals", strangers[i], "The principal …");
    refused(w, INVALID, "PUT", "/things/pump/principals", NULL,
            "1 validation error detected: Value null at 'principal' failed to satisfy constraint: "
            "Member must "
            "not be null");
    refused(w, INVALID, "GET", "/principals/things", NULL,
            "1 validation error detected: Value null at 'principal' failed to satisfy constraint: "
            "Member must "
            "not be null");
}

static void arns_of_other_accounts_are_ours_unless_we_are_strict(void **state)
{
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE");
    char foreign[128], upper[128];
    snprintf(foreign, sizeof foreign, "arn:aws:iot:eu-west-1:123456789012:cert/%s", one.id);
    attach(w, "pump", foreign);
    assert_principals(w, "pump", pem_body("{\"principals\":[\"%s\"]}", one.arn));
    snprintf(upper, sizeof upper, "%s", one.arn);
    for (char *p = strchr(upper, '/'); *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'f' ? *p - 'a' + 'A' : *p);
    assert_things(w, upper, "{\"things\":[\"pump\"]}");
    world_settings(w)->strict = true;
    char message[256];
    snprintf(message, sizeof message, "Principal %s cannot be found.", foreign);
    refused_as(w, NOT_FOUND, "PUT", "/things/valve/principals", foreign, message);
    attach(w, "valve", one.arn);
}

static void an_identity_of_cognito_is_taken_as_it_is(void **state)
{
    struct world *w = *state;
    attach(w, "pump", COGNITO);
    assert_principals(w, "pump", "{\"principals\":[\"" COGNITO "\"]}");
    assert_things(w, COGNITO, "{\"things\":[\"pump\"]}");
    detach(w, "pump", COGNITO);
    assert_principals(w, "pump", "{\"principals\":[]}");
}

static void both_lists_come_in_pages(void **state)
{
    static const char things[] = "?maxResults=2", principals[] = "/things/pump/principals?maxResults=1";
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "ACTIVE"),
                      two = given_certificate(w, "two", "ACTIVE");
    attach(w, "valve", one.arn);
    attach(w, "pump", one.arn);
    attach(w, "fan", one.arn);
    attach(w, "pump", two.arn);
    struct answer *a = things_of(w, one.arn, things);
    assert_json(a->body, "things", "[\"valve\",\"pump\"]");
    with_header(w, "x-amzn-principal", one.arn);
    a = next_page(w, a, "/principals/things?maxResults=2");
    with_header(w, NULL, NULL);
    assert_json(a->body, "", "{\"things\":[\"fan\"]}");
    a = http(w, 200, "GET", principals, NULL);
    assert_json(a->body, "principals", pem_body("[\"%s\"]", one.arn));
    detach(w, "pump", one.arn);
    struct answer *last = next_page(w, a, principals);
    assert_json(last->body, "", pem_body("{\"principals\":[\"%s\"]}", two.arn));
    char path[256];
    const char *token = json_at(a->body, "nextToken")->valuestring;
    snprintf(path, sizeof path, "/things/valve/principals?nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/principals/things?nextToken=%s", token);
    refused_as(w, INVALID, "GET", path, one.arn, "Next token is invalid.");
}

static void a_thing_with_principals_is_not_deleted(void **state)
{
    static const char message[] = "Cannot delete. Thing pump is still attached to one or more principals";
    struct world *w = *state;
    struct registered one = given_certificate(w, "one", "INACTIVE");
    given_job(w, "fw", "pump");
    attach(w, "pump", one.arn);
    forget_notifications(w);
    refused(w, INVALID, "DELETE", "/things/pump", NULL, message);
    refused(w, WRONG_VERSION, "DELETE", "/things/pump?expectedVersion=7", NULL, "…");
    assert_silence(w);
    detach(w, "pump", one.arn);
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_things(w, one.arn, "{\"things\":[]}");
    given_thing(w, "pump");
    assert_principals(w, "pump", "{\"principals\":[]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_certificate_is_attached_to_a_thing_and_detached),
        TEST(things_have_many_certificates_and_certificates_many_things),
        TEST(attaching_once_more_is_no_error),
        TEST(an_exclusive_thing_is_the_only_one_of_its_certificate),
        TEST(what_is_not_there_is_not_attached),
        TEST(a_principal_must_be_named),
        TEST(arns_of_other_accounts_are_ours_unless_we_are_strict),
        TEST(an_identity_of_cognito_is_taken_as_it_is),
        TEST(both_lists_come_in_pages),
        TEST(a_thing_with_principals_is_not_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
