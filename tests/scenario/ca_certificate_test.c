/* RegisterCACertificate, DescribeCACertificate, UpdateCACertificate, DeleteCACertificate, ListCACertificates,
 * GetRegistrationCode. */
#include <stdio.h>
#include <string.h>

#include "support/certificates.h"
#include "support/refusals.h"

#define REGISTER   "/cacertificate"
#define NOBODY     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WRONG_CODE 400, "RegistrationCodeValidationException"
#define ROLE       "arn:aws:iam::000000000000:role/provisioner"

static struct issuer make_ca(const char *common_name)
{
    return device_cert_make(&(struct device_spec){ .common_name = common_name, .is_ca = true });
}

static const char *sni_only(const struct pem_json *ca, const char *more)
{
    return pem_body("{\"certificateMode\":\"SNI_ONLY\",\"caCertificate\":\"%s\"%s}", ca->text, more);
}

static struct registered given_ca(struct world *w, const char *common_name, const char *query,
                                  const char *more)
{
    struct issuer ca = make_ca(common_name);
    struct pem_json pem = pem_json(&ca);
    char path[128];
    device_cert_release(&ca);
    snprintf(path, sizeof path, REGISTER "%s", query);
    return registered_ca_as(http(w, 200, "POST", path, sni_only(&pem, more)));
}

static struct answer *describe(struct world *w, const struct registered *ca)
{
    return http(w, 200, "GET", ca->path, NULL);
}

static const cJSON *description(struct world *w, const struct registered *ca)
{
    return json_at(describe(w, ca)->body, "certificateDescription");
}

static void update(struct world *w, const struct registered *ca, const char *query, const char *body)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s", ca->path, query);
    assert_string_equal(http(w, 200, "PUT", path, body)->text, "");
}

/* ---- the registration code ---- */

static void the_registration_code_is_always_the_same(void **state)
{
    (void)state;
    char code[65];
    struct world *w = world_new_durable(NOON);
    snprintf(code, sizeof code, "%s",
             json_at(http(w, 200, "GET", "/registrationcode", NULL)->body, "registrationCode")->valuestring);
    assert_int_equal(strspn(code, "0123456789abcdef"), 64);
    assert_json_string(http(w, 200, "GET", "/registrationcode", NULL)->body, "registrationCode", code);
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_json_string(http(w, 200, "GET", "/registrationcode", NULL)->body, "registrationCode", code);
    world_free(w);
    w = world_new(NOON);
    assert_string_not_equal(
        json_at(http(w, 200, "GET", "/registrationcode", NULL)->body, "registrationCode")->valuestring, code);
    world_free(w);
}

/* ---- register ---- */

/* As an operator does: signs a certificate for the code. */
static const char *verified_body(struct world *w, const struct issuer *ca, const struct issuer *signer,
                                 const char *code)
{
    const cJSON *ours = json_at(http(w, 200, "GET", "/registrationcode", NULL)->body, "registrationCode");
    struct issuer verification = device_cert_make(
        &(struct device_spec){ .common_name = code ? code : ours->valuestring, .issuer = signer });
    struct pem_json ca_pem = pem_json(ca), pem = pem_json(&verification);
    device_cert_release(&verification);
    return pem_body("{\"caCertificate\":\"%s\",\"verificationCertificate\":\"%s\"}", ca_pem.text, pem.text);
}

static void a_ca_is_registered_by_who_has_its_key(void **state)
{
    struct world *w = *state;
    struct issuer ca = make_ca("factory");
    struct answer *a = http(w, 200, "POST", REGISTER, verified_body(w, &ca, &ca, NULL));
    struct pem_json pem = pem_json(&ca);
    device_cert_release(&ca);
    assert_int_equal(cJSON_GetArraySize(a->body), 2);
    struct registered factory = registered_ca_as(a);
    char arn[128];
    snprintf(arn, sizeof arn, "arn:aws:iot:us-east-1:000000000000:cacert/%s", factory.id);
    assert_string_equal(factory.arn, arn);
    const struct answer *b = describe(w, &factory);
    const cJSON *said = json_at(b->body, "certificateDescription");
    assert_json_absent(b->body, "registrationConfig");
    assert_json_string(said, "certificateArn", arn);
    assert_json_string(said, "status", "INACTIVE");
    assert_json_string(said, "ownedBy", "000000000000");
    assert_json_string(said, "autoRegistrationStatus", "DISABLE");
    assert_json_string(said, "certificateMode", "DEFAULT");
    assert_json_number(said, "customerVersion", 1);
    assert_json_number(said, "creationDate", NOON_S);
    assert_json_number(said, "lastModifiedDate", NOON_S);
    assert_true(json_at(said, "validity.notAfter")->valuedouble >
                json_at(said, "validity.notBefore")->valuedouble);
    assert_json(said, "certificatePem", pem_body("\"%s\"", pem.text));
}

static void the_code_must_be_signed_by_the_ca(void **state)
{
    struct world *w = *state;
    struct issuer ca = make_ca("factory"), namesake = make_ca("factory");
    http(w, 200, "GET", "/registrationcode", NULL);
    refused(w, WRONG_CODE, "POST", REGISTER, verified_body(w, &ca, &ca, NOBODY),
            "The common name of the verification certificate is not the registration code.");
    refused(w, CERT_INVALID, "POST", REGISTER, verified_body(w, &ca, &namesake, NULL),
            "The verification certificate is not signed by the CA certificate.");
    struct pem_json pem = pem_json(&ca);
    refused(w, CERT_INVALID, "POST", REGISTER,
            pem_body("{\"caCertificate\":\"%s\",\"verificationCertificate\":\"x\"}", pem.text),
            "The verification certificate is not a certificate in PEM form.");
    refused(w, INVALID, "POST", REGISTER, pem_body("{\"caCertificate\":\"%s\"}", pem.text),
            "verificationCertificate must be given when certificateMode is DEFAULT.");
    refused(w, INVALID, "POST", REGISTER, sni_only(&pem, ",\"verificationCertificate\":\"x\""),
            "verificationCertificate must not be given when certificateMode is SNI_ONLY.");
    device_cert_release(&ca);
    device_cert_release(&namesake);
}

static void only_the_certificate_of_a_ca_will_do(void **state)
{
    struct world *w = *state;
    struct issuer device = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    struct issuer weak =
        device_cert_make(&(struct device_spec){ .common_name = "weak", .is_ca = true, .rsa_bits = 1024 });
    struct pem_json device_pem = pem_json(&device), weak_pem = pem_json(&weak);
    device_cert_release(&device);
    device_cert_release(&weak);
    refused(w, CERT_INVALID, "POST", REGISTER, sni_only(&device_pem, ""),
            "The CA certificate is not the certificate of a CA.");
    refused(w, CERT_INVALID, "POST", REGISTER, sni_only(&weak_pem, ""),
            "The CA certificate has an RSA key of less than 2048 bits.");
    refused(w, CERT_INVALID, "POST", REGISTER, "{\"certificateMode\":\"SNI_ONLY\",\"caCertificate\":\"x\"}",
            "The CA certificate is not a certificate in PEM form.");
    refused(w, INVALID, "POST", REGISTER, "{}",
            "1 validation error detected: Value null at 'caCertificate' failed to satisfy constraint: Member "
            "must not be null");
}

static void a_ca_is_registered_with_all_that_belongs_to_it(void **state)
{
    struct world *w = *state;
    struct registered ca = given_ca(w, "factory", "?setAsActive=true&allowAutoRegistration=true",
                                    ",\"registrationConfig\":{\"templateName\":\"line\",\"roleArn\":\"" ROLE
                                    "\"},\"tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]");
    const struct answer *a = describe(w, &ca);
    assert_json(a->body, "registrationConfig", "{\"roleArn\":\"" ROLE "\",\"templateName\":\"line\"}");
    const cJSON *said = json_at(a->body, "certificateDescription");
    assert_json_string(said, "status", "ACTIVE");
    assert_json_string(said, "autoRegistrationStatus", "ENABLE");
    assert_json_string(said, "certificateMode", "SNI_ONLY");
    char path[256];
    snprintf(path, sizeof path, "/tags?resourceArn=%s", ca.arn);
    assert_json(http(w, 200, "GET", path, NULL)->body, "tags", "[{\"Key\":\"a\",\"Value\":\"1\"}]");
    update(w, &ca, "?newStatus=INACTIVE", NULL);
    http(w, 200, "DELETE", ca.path, NULL);
    assert_int_equal(rows_in(w, "tag"), 0);
}

static void what_does_not_belong_together_is_refused(void **state)
{
    struct world *w = *state;
    struct issuer ca = make_ca("factory");
    struct pem_json pem = pem_json(&ca);
    device_cert_release(&ca);
    refused(w, INVALID, "POST", REGISTER,
            sni_only(&pem, ",\"registrationConfig\":{\"templateName\":\"line\",\"templateBody\":\"{}\"}"),
            "Provide either templateBody or templateName in registrationConfig, not both.");
    refused(w, INVALID, "POST", REGISTER, sni_only(&pem, ",\"tags\":[{\"Key\":\"a\"},{\"Key\":\"a\"}]"),
            "Tag key a is given twice.");
    refused(w, INVALID, "POST", REGISTER, sni_only(&pem, ",\"registrationConfig\":{\"roleArn\":\"short\"}"),
            "1 validation error detected: Value 'short' at 'registrationConfig.roleArn' …");
}

static void a_ca_is_registered_once(void **state)
{
    struct world *w = *state;
    struct issuer ca = make_ca("factory");
    struct pem_json pem = pem_json(&ca);
    device_cert_release(&ca);
    struct registered factory = registered_ca_as(http(w, 200, "POST", REGISTER, sni_only(&pem, "")));
    struct answer *a = refused(w, ALREADY_EXISTS, "POST", REGISTER, sni_only(&pem, ""),
                               "The CA certificate is already registered.");
    assert_json_string(a->body, "resourceId", factory.id);
    assert_json_string(a->body, "resourceArn", factory.arn);
}

static void ten_cas_may_have_one_subject(void **state)
{
    struct world *w = *state;
    struct registered last = { 0 };
    for (int i = 0; i < 10; i++)
        last = given_ca(w, "factory", "", "");
    given_ca(w, "another", "", "");
    struct issuer ca = make_ca("factory");
    struct pem_json pem = pem_json(&ca);
    device_cert_release(&ca);
    refused(w, LIMIT_EXCEEDED, "POST", REGISTER, sni_only(&pem, ""),
            "At most 10 CA certificates with the same subject can be registered.");
    http(w, 200, "DELETE", last.path, NULL);
    http(w, 200, "POST", REGISTER, sni_only(&pem, ""));
}

/* ---- update ---- */

static void an_update_changes_what_it_names(void **state)
{
    struct world *w = *state;
    struct registered ca = given_ca(w, "factory", "", "");
    advance(w, "PT1M");
    update(w, &ca, "?newStatus=ACTIVE", "{}");
    const cJSON *said = description(w, &ca);
    assert_json_string(said, "status", "ACTIVE");
    assert_json_string(said, "autoRegistrationStatus", "DISABLE");
    assert_json_number(said, "lastModifiedDate", NOON_S + 60);
    assert_json_number(said, "creationDate", NOON_S);
    assert_json_number(said, "customerVersion", 2);
    update(w, &ca, "?newAutoRegistrationStatus=ENABLE",
           "{\"registrationConfig\":{\"templateBody\":\"{}\",\"roleArn\":\"" ROLE "\"}}");
    said = description(w, &ca);
    assert_json_string(said, "status", "ACTIVE");
    assert_json_string(said, "autoRegistrationStatus", "ENABLE");
    update(w, &ca, "", "{\"registrationConfig\":{\"templateName\":\"line\"}}");
    assert_json(describe(w, &ca)->body, "registrationConfig", "{\"templateName\":\"line\"}");
    update(w, &ca, "", "{\"removeAutoRegistration\":true}");
    const struct answer *a = describe(w, &ca);
    assert_json_absent(a->body, "registrationConfig");
    assert_json_string(a->body, "certificateDescription.autoRegistrationStatus", "DISABLE");
    assert_json_string(a->body, "certificateDescription.status", "ACTIVE");
}

static void an_update_of_nothing_changes_nothing(void **state)
{
    struct world *w = *state;
    struct registered ca = given_ca(w, "factory", "?setAsActive=true", "");
    uint64_t before = fingerprint(w);
    update(w, &ca, "", "{}");
    update(w, &ca, "?newStatus=ACTIVE&newAutoRegistrationStatus=DISABLE", NULL);
    update(w, &ca, "", "{\"removeAutoRegistration\":false}");
    assert_true(fingerprint(w) == before);
}

static void updates_that_contradict_themselves_are_refused(void **state)
{
    struct world *w = *state;
    struct registered ca = given_ca(w, "factory", "", "");
    char path[256];
    refused(w, INVALID, "PUT", ca.path,
            "{\"removeAutoRegistration\":true,\"registrationConfig\":{\"templateName\":\"line\"}}",
            "Provide either registrationConfig or removeAutoRegistration, not both.");
    refused(w, INVALID, "PUT", ca.path,
            "{\"registrationConfig\":{\"templateName\":\"line\",\"templateBody\":\"{}\"}}",
            "Provide either templateBody or templateName in registrationConfig, not both.");
    snprintf(path, sizeof path, "%s?newAutoRegistrationStatus=ENABLE", ca.path);
    refused(w, INVALID, "PUT", path, "{\"removeAutoRegistration\":true}",
            "removeAutoRegistration and newAutoRegistrationStatus ENABLE exclude each other.");
    snprintf(path, sizeof path, "%s?newStatus=REVOKED", ca.path);
    refused(w, INVALID, "PUT", path, NULL, "1 validation error detected: Value 'REVOKED' at 'newStatus' …");
}

/* ---- delete ---- */

static void an_active_ca_is_not_deleted(void **state)
{
    struct world *w = *state;
    struct registered ca = given_ca(w, "factory", "?setAsActive=true", "");
    char message[256];
    snprintf(message, sizeof message,
             "CA certificate must be deactivated (not ACTIVE) before deletion. Id: %s", ca.id);
    refused(w, CERT_STATE, "DELETE", ca.path, NULL, message);
    update(w, &ca, "?newStatus=INACTIVE", NULL);
    assert_string_equal(http(w, 200, "DELETE", ca.path, NULL)->text, "{}");
    http(w, 404, "GET", ca.path, NULL);
}

static void certificates_outlive_their_ca(void **state)
{
    struct world *w = *state;
    struct issuer factory = make_ca("factory");
    struct issuer pump = device_cert_make(&(struct device_spec){ .common_name = "pump", .issuer = &factory });
    struct pem_json ca_pem = pem_json(&factory), pem = pem_json(&pump);
    device_cert_release(&factory);
    device_cert_release(&pump);
    struct registered ca =
        registered_ca_as(http(w, 200, "POST", REGISTER "?setAsActive=true", sni_only(&ca_pem, "")));
    struct registered device = registered_as(http(w, 200, "POST", "/certificate/register?setAsActive=true",
                                                  pem_body("{\"certificatePem\":\"%s\"}", pem.text)));
    update(w, &ca, "?newStatus=INACTIVE", NULL);
    http(w, 200, "DELETE", ca.path, NULL);
    const struct answer *a = http(w, 200, "GET", device.path, NULL);
    assert_json_string(a->body, "certificateDescription.status", "ACTIVE");
    assert_json_string(a->body, "certificateDescription.caCertificateId", ca.id);
}

static void what_is_not_there_is_not_found(void **state)
{
    static const char message[] = "CA certificate " NOBODY " cannot be found.";
    struct world *w = *state;
    refused(w, NOT_FOUND, "GET", "/cacertificate/" NOBODY, NULL, message);
    refused(w, NOT_FOUND, "PUT", "/cacertificate/" NOBODY "?newStatus=ACTIVE", NULL, message);
    refused(w, NOT_FOUND, "DELETE", "/cacertificate/" NOBODY, NULL, message);
    struct registered device = given_certificate(w, "pump", "INACTIVE");
    char path[128];
    snprintf(path, sizeof path, "/cacertificate/%s", device.id);
    http(w, 404, "GET", path, NULL);
}

/* ---- list ---- */

/* The ids of the CAs with those numbers. */
static void assert_listed(const struct answer *a, const struct registered *cas, const char *numbers)
{
    char ids[1024] = "";
    for (const char *p = numbers; *p; p++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", p == numbers ? "" : " ",
                 cas[*p - '0'].id);
    assert_json_items(a->body, "certificates", "certificateId", ids);
}

static void given_five(struct world *w, struct registered cas[5])
{
    for (int i = 0; i < 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "factory-%d", i);
        cas[i] = given_ca(w, name, i == 1 ? "?setAsActive=true" : "",
                          i % 2 ? ",\"registrationConfig\":{\"templateName\":\"line\"}" : "");
    }
}

static void cas_are_listed_in_both_orders_and_by_template(void **state)
{
    struct world *w = *state;
    struct registered cas[5];
    assert_json(http(w, 200, "GET", "/cacertificates", NULL)->body, "", "{\"certificates\":[]}");
    given_five(w, cas);
    assert_listed(http(w, 200, "GET", "/cacertificates", NULL), cas, "43210");
    struct answer *a = http(w, 200, "GET", "/cacertificates?isAscendingOrder=true", NULL);
    assert_listed(a, cas, "01234");
    const cJSON *second = json_at(a->body, "certificates.1");
    assert_int_equal(cJSON_GetArraySize(second), 4);
    assert_json_string(second, "certificateArn", cas[1].arn);
    assert_json_string(second, "status", "ACTIVE");
    assert_json_number(second, "creationDate", NOON_S);
    assert_listed(http(w, 200, "GET", "/cacertificates?templateName=line", NULL), cas, "31");
    assert_listed(http(w, 200, "GET", "/cacertificates?templateName=line&isAscendingOrder=true", NULL), cas,
                  "13");
    assert_listed(http(w, 200, "GET", "/cacertificates?templateName=ghost", NULL), cas, "");
}

static void the_lists_come_in_pages(void **state)
{
    static const struct {
        const char *path, *pages[3];
    } lists[] = {
        { "/cacertificates?pageSize=2", { "43", "21", "0" } },
        { "/cacertificates?pageSize=2&isAscendingOrder=true", { "01", "23", "4" } },
        { "/cacertificates?pageSize=1&templateName=line", { "3", "1" } },
        { "/cacertificates?pageSize=1&templateName=line&isAscendingOrder=true", { "1", "3" } },
    };
    struct world *w = *state;
    struct registered cas[5];
    char path[256];
    given_five(w, cas);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct answer *a = http(w, 200, "GET", lists[i].path, NULL);
        assert_listed(a, cas, lists[i].pages[0]);
        for (int page = 1; page < 3 && lists[i].pages[page]; page++) {
            a = next_marked_page(w, a, lists[i].path);
            assert_listed(a, cas, lists[i].pages[page]);
        }
        assert_json_absent(a->body, "nextMarker");
    }
    struct answer *a = http(w, 200, "GET", "/cacertificates?pageSize=1&templateName=line", NULL);
    snprintf(path, sizeof path, "/cacertificates?marker=%s", json_at(a->body, "nextMarker")->valuestring);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registration_code_is_always_the_same),
        TEST(a_ca_is_registered_by_who_has_its_key),
        TEST(the_code_must_be_signed_by_the_ca),
        TEST(only_the_certificate_of_a_ca_will_do),
        TEST(a_ca_is_registered_with_all_that_belongs_to_it),
        TEST(what_does_not_belong_together_is_refused),
        TEST(a_ca_is_registered_once),
        TEST(ten_cas_may_have_one_subject),
        TEST(an_update_changes_what_it_names),
        TEST(an_update_of_nothing_changes_nothing),
        TEST(updates_that_contradict_themselves_are_refused),
        TEST(an_active_ca_is_not_deleted),
        TEST(certificates_outlive_their_ca),
        TEST(what_is_not_there_is_not_found),
        TEST(cas_are_listed_in_both_orders_and_by_template),
        TEST(the_lists_come_in_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
