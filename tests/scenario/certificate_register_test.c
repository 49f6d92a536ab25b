/* RegisterCertificate, RegisterCertificateWithoutCA. */
#include <stdio.h>
#include <string.h>

#include "support/certificates.h"
#include "support/refusals.h"

#define REGISTER "/certificate/register"
#define ALONE    "/certificate/register-no-ca"

/* Three CAs: two of the same name with keys of their own, and one of another name. */
struct story {
    struct world *w;
    struct issuer ca, namesake, other;
    struct issuer pump; /* signed by `ca` */
    struct pem_json pem;
};

static int set_up(void **state)
{
    struct story *s = calloc(1, sizeof *s);
    s->w = world_new(NOON);
    s->ca = device_cert_make(&(struct device_spec){ .common_name = "factory", .is_ca = true });
    s->namesake = device_cert_make(&(struct device_spec){ .common_name = "factory", .is_ca = true });
    s->other = device_cert_make(&(struct device_spec){ .common_name = "other", .is_ca = true });
    s->pump = device_cert_make(&(struct device_spec){ .common_name = "pump", .issuer = &s->ca });
    s->pem = pem_json(&s->pump);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct story *s = *state;
    device_cert_release(&s->ca);
    device_cert_release(&s->namesake);
    device_cert_release(&s->other);
    device_cert_release(&s->pump);
    world_free(s->w);
    free(s);
    return 0;
}

static struct registered given_ca(struct world *w, const struct issuer *ca, const char *query)
{
    struct pem_json pem = pem_json(ca);
    char path[128];
    snprintf(path, sizeof path, "/cacertificate%s", query);
    return registered_ca_as(
        http(w, 200, "POST", path,
             pem_body("{\"caCertificate\":\"%s\",\"certificateMode\":\"SNI_ONLY\"}", pem.text)));
}

static const char *body_of(const struct pem_json *pem)
{
    return pem_body("{\"certificatePem\":\"%s\"}", pem->text);
}

static const char *body_with(const struct pem_json *pem, const char *more)
{
    return pem_body("{\"certificatePem\":\"%s\",%s}", pem->text, more);
}

static const char *body_naming(const struct pem_json *pem, const struct issuer *ca)
{
    struct pem_json named = pem_json(ca);
    return pem_body("{\"certificatePem\":\"%s\",\"caCertificatePem\":\"%s\"}", pem->text, named.text);
}

static const cJSON *description(struct world *w, const struct registered *certificate)
{
    return json_at(http(w, 200, "GET", certificate->path, NULL)->body, "certificateDescription");
}

/* ---- with a CA ---- */

static void a_certificate_of_a_registered_ca_is_registered(void **state)
{
    struct story *s = *state;
    struct registered ca = given_ca(s->w, &s->ca, "?setAsActive=true");
    given_ca(s->w, &s->namesake, "?setAsActive=true");
    given_ca(s->w, &s->other, "?setAsActive=true");
    struct answer *a = http(s->w, 200, "POST", REGISTER, body_of(&s->pem));
    assert_int_equal(cJSON_GetArraySize(a->body), 2);
    struct registered pump = registered_as(a);
    const cJSON *said = description(s->w, &pump);
    assert_json_string(said, "status", "INACTIVE");
    assert_json_string(said, "caCertificateId", ca.id);
    assert_json_string(said, "certificateMode", "SNI_ONLY");
    assert_json_number(said, "creationDate", NOON_S);
}

static void the_ca_may_be_named(void **state)
{
    struct story *s = *state;
    struct registered ca = given_ca(s->w, &s->ca, "?setAsActive=true");
    struct registered pump = registered_as(http(s->w, 200, "POST", REGISTER, body_naming(&s->pem, &s->ca)));
    assert_json_string(description(s->w, &pump), "caCertificateId", ca.id);
}

static void the_status_is_asked_for_in_two_ways(void **state)
{
    static const struct {
        const char *path, *more, *expected;
    } ways[] = {
        { REGISTER "?setAsActive=true", "\"x\":1", "ACTIVE" },
        { REGISTER "?setAsActive=false", "\"x\":1", "INACTIVE" },
        { REGISTER, "\"status\":\"ACTIVE\"", "ACTIVE" },
        { REGISTER, "\"status\":\"REVOKED\"", "REVOKED" },
        { REGISTER "?setAsActive=true", "\"status\":\"ACTIVE\"", "ACTIVE" },
        { REGISTER "?setAsActive=false", "\"status\":\"REVOKED\"", "REVOKED" },
        { ALONE, "\"x\":1", "INACTIVE" },
        { ALONE, "\"status\":\"ACTIVE\"", "ACTIVE" },
        { ALONE, "\"status\":\"INACTIVE\"", "INACTIVE" },
        { ALONE, "\"status\":\"REVOKED\"", "REVOKED" },
    };
    struct story *s = *state;
    given_ca(s->w, &s->ca, "?setAsActive=true");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct issuer pair =
            device_cert_make(&(struct device_spec){ .common_name = "pump", .issuer = &s->ca });
        struct pem_json pem = pem_json(&pair);
        struct registered pump =
            registered_as(http(s->w, 200, "POST", ways[i].path, body_with(&pem, ways[i].more)));
        assert_json_string(description(s->w, &pump), "status", ways[i].expected);
        device_cert_release(&pair);
    }
}

static void statuses_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *path, *more, *message;
    } ways[] = {
        { REGISTER, "\"status\":\"PENDING_ACTIVATION\"",
          "A certificate can be registered as ACTIVE, INACTIVE or REVOKED, not as PENDING_ACTIVATION." },
        { REGISTER, "\"status\":\"REGISTER_INACTIVE\"",
          "A certificate can be registered as ACTIVE, INACTIVE or REVOKED, not as REGISTER_INACTIVE." },
        { ALONE, "\"status\":\"PENDING_TRANSFER\"",
          "A certificate can be registered as ACTIVE, INACTIVE or REVOKED, not as PENDING_TRANSFER." },
        { REGISTER "?setAsActive=true", "\"status\":\"INACTIVE\"",
          "setAsActive says something else than the status INACTIVE." },
        { REGISTER "?setAsActive=false", "\"status\":\"ACTIVE\"",
          "setAsActive says something else than the status ACTIVE." },
        { REGISTER, "\"status\":\"on\"", "1 validation error detected: Value 'on' at 'status' …" },
    };
    struct story *s = *state;
    given_ca(s->w, &s->ca, "?setAsActive=true");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        refused(s->w, INVALID, "POST", ways[i].path, body_with(&s->pem, ways[i].more), ways[i].message);
}

static void a_certificate_that_nobody_known_has_signed_is_refused(void **state)
{
    static const char unknown[] = "No registered CA certificate has signed the certificate.";
    struct story *s = *state;
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_of(&s->pem), unknown);
    given_ca(s->w, &s->namesake, "?setAsActive=true");
    given_ca(s->w, &s->other, "?setAsActive=true");
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_of(&s->pem), unknown);
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_naming(&s->pem, &s->ca),
            "The CA certificate that is given is not registered.");
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_naming(&s->pem, &s->namesake),
            "The certificate is not signed by the CA certificate that is given.");
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_naming(&s->pem, &s->pump),
            "The certificate is not signed by the CA certificate that is given.");
}

static void the_ca_must_be_active(void **state)
{
    struct story *s = *state;
    struct registered ca = given_ca(s->w, &s->ca, "");
    char message[256], path[256];
    snprintf(message, sizeof message, "The CA certificate must be ACTIVE to register certificates. Id: %s",
             ca.id);
    refused(s->w, CERT_STATE, "POST", REGISTER, body_of(&s->pem), message);
    refused(s->w, CERT_STATE, "POST", REGISTER, body_naming(&s->pem, &s->ca), message);
    snprintf(path, sizeof path, "%s?newStatus=ACTIVE", ca.path);
    http(s->w, 200, "PUT", path, NULL);
    http(s->w, 200, "POST", REGISTER, body_of(&s->pem));
}

/* As when a CA was renewed with the key that it had. */
static void of_two_cas_with_one_key_one_must_be_named(void **state)
{
    struct story *s = *state;
    struct issuer renewed = { X509_dup(s->ca.certificate), s->ca.key };
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(renewed.certificate), 7200));
    assert_true(X509_sign(renewed.certificate, renewed.key, EVP_sha256()) > 0);
    given_ca(s->w, &s->ca, "?setAsActive=true");
    struct registered second = given_ca(s->w, &renewed, "?setAsActive=true");
    refused(
        s->w, CERT_CONFLICT, "POST", REGISTER, body_of(&s->pem),
        "Several registered CA certificates have the subject and the key that signed the certificate: name "
        "one as caCertificatePem.");
    struct registered pump = registered_as(http(s->w, 200, "POST", REGISTER, body_naming(&s->pem, &renewed)));
    assert_json_string(description(s->w, &pump), "caCertificateId", second.id);
    X509_free(renewed.certificate);
}

/* ---- without a CA ---- */

static void a_certificate_is_registered_without_a_ca(void **state)
{
    struct story *s = *state;
    struct registered pump = registered_as(http(s->w, 200, "POST", ALONE, body_of(&s->pem)));
    const cJSON *said = description(s->w, &pump);
    assert_json_string(said, "status", "INACTIVE");
    assert_json_string(said, "certificateMode", "SNI_ONLY");
    assert_json_absent(said, "caCertificateId");
}

/* ---- both ---- */

/* Its id is another one. */
static void a_certificate_with_another_signature_is_the_same_one(void **state)
{
    struct story *s = *state;
    struct registered pump = registered_as(http(s->w, 200, "POST", ALONE, body_of(&s->pem)));
    struct issuer twin = device_cert_twin(&s->pump);
    struct pem_json pem = pem_json(&twin);
    struct answer *a = refused(s->w, ALREADY_EXISTS, "POST", ALONE, body_of(&pem),
                               "The certificate is already provisioned or registered");
    assert_json_string(a->body, "resourceId", pump.id);
    device_cert_release(&twin);
}

static void a_certificate_is_registered_once(void **state)
{
    static const char message[] = "The certificate is already provisioned or registered";
    struct story *s = *state;
    given_ca(s->w, &s->ca, "?setAsActive=true");
    struct registered pump = registered_as(http(s->w, 200, "POST", REGISTER, body_of(&s->pem)));
    struct answer *a = refused(s->w, ALREADY_EXISTS, "POST", REGISTER, body_of(&s->pem), message);
    assert_json_string(a->body, "resourceId", pump.id);
    assert_json_string(a->body, "resourceArn", pump.arn);
    refused(s->w, ALREADY_EXISTS, "POST", ALONE, body_of(&s->pem), message);
    http(s->w, 200, "DELETE", pump.path, NULL);
    http(s->w, 200, "POST", ALONE, body_of(&s->pem));
}

static void what_can_be_forged_is_refused(void **state)
{
    static const struct {
        struct device_spec spec;
        const char *message;
    } weak[] = {
        { { .common_name = "pump", .rsa_bits = 1024 },
          "The certificate has an RSA key of less than 2048 bits." },
        { { .common_name = "pump", .sha1 = true },
          "The certificate is signed with something other than SHA-256, SHA-384 or SHA-512." },
    };
    static const char *const paths[] = { REGISTER, ALONE };
    struct story *s = *state;
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < 2; i++) {
            struct issuer pair = device_cert_make(&weak[i].spec);
            struct pem_json pem = pem_json(&pair);
            refused(s->w, CERT_INVALID, "POST", paths[p], body_of(&pem), weak[i].message);
            device_cert_release(&pair);
        }
        refused(s->w, CERT_INVALID, "POST", paths[p], "{\"certificatePem\":\"pump\"}",
                "The certificate is not a certificate in PEM form.");
        refused(s->w, INVALID, "POST", paths[p], "{}",
                "1 validation error detected: Value null at 'certificatePem' failed to satisfy constraint: "
                "Member must not be null");
    }
    refused(s->w, CERT_INVALID, "POST", REGISTER, body_with(&s->pem, "\"caCertificatePem\":\"ca\""),
            "The CA certificate is not a certificate in PEM form.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_certificate_of_a_registered_ca_is_registered),
        TEST(the_ca_may_be_named),
        TEST(the_status_is_asked_for_in_two_ways),
        TEST(statuses_that_cannot_be_are_refused),
        TEST(a_certificate_that_nobody_known_has_signed_is_refused),
        TEST(the_ca_must_be_active),
        TEST(of_two_cas_with_one_key_one_must_be_named),
        TEST(a_certificate_is_registered_without_a_ca),
        TEST(a_certificate_is_registered_once),
        TEST(a_certificate_with_another_signature_is_the_same_one),
        TEST(what_can_be_forged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
