/* CreateKeysAndCertificate, CreateCertificateFromCsr, DescribeCertificate, UpdateCertificate,
 * DeleteCertificate, ListCertificates. */
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/pem.h"
#include "support/certificates.h"
#include "support/refusals.h"

#define NOBODY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct answer *describe(struct world *w, const struct registered *certificate)
{
    return http(w, 200, "GET", certificate->path, NULL);
}

static void assert_status(struct world *w, const struct registered *certificate, const char *expected)
{
    assert_json_string(describe(w, certificate)->body, "certificateDescription.status", expected);
}

static X509 *certificate_in(const struct answer *a, const char *path)
{
    X509 *certificate = pem_parse_certificate(str_from(json_at(a->body, path)->valuestring));
    assert_non_null(certificate);
    return certificate;
}

/* ---- making ---- */

static void keys_and_a_certificate_are_made_together(void **state)
{
    struct world *w = *state;
    struct answer *a = http(w, 200, "POST", "/keys-and-certificate", NULL);
    EVP_PKEY *key = pem_parse_key(str_from(json_at(a->body, "keyPair.PrivateKey")->valuestring));
    X509 *certificate = certificate_in(a, "certificatePem");
    assert_int_equal(X509_check_private_key(certificate, key), 1);
    assert_non_null(strstr(json_at(a->body, "keyPair.PublicKey")->valuestring, "BEGIN PUBLIC KEY"));
    X509_free(certificate);
    EVP_PKEY_free(key);
    struct registered made = registered_as(a);
    char arn[128];
    snprintf(arn, sizeof arn, "arn:aws:iot:us-east-1:000000000000:cert/%s", made.id);
    assert_string_equal(made.arn, arn);
    assert_int_equal(strlen(made.id), 64);
    assert_status(w, &made, "INACTIVE");
    assert_string_equal(
        json_at(describe(w, &made)->body, "certificateDescription.certificatePem")->valuestring,
        json_at(a->body, "certificatePem")->valuestring);
    made = registered_as(http(w, 200, "POST", "/keys-and-certificate?setAsActive=true", "{}"));
    assert_status(w, &made, "ACTIVE");
    made = registered_as(http(w, 200, "POST", "/keys-and-certificate?setAsActive=false", "{}"));
    assert_status(w, &made, "INACTIVE");
    assert_int_equal(rows_in(w, "certificate"), 3);
}

static const char *csr_body(const struct pem_json *request)
{
    return pem_body("{\"certificateSigningRequest\":\"%s\"}", request->text);
}

static void a_certificate_is_made_for_a_signing_request(void **state)
{
    struct world *w = *state;
    EVP_PKEY *key = issue_key();
    struct pem_json request = request_json(key, "pump", key);
    struct answer *a = http(w, 200, "POST", "/certificates", csr_body(&request));
    X509 *certificate = certificate_in(a, "certificatePem");
    assert_int_equal(X509_check_private_key(certificate, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    assert_json_absent(a->body, "keyPair");
    struct registered first = registered_as(a);
    assert_status(w, &first, "INACTIVE");
    struct registered second =
        registered_as(http(w, 200, "POST", "/certificates?setAsActive=true", csr_body(&request)));
    assert_string_not_equal(first.id, second.id);
    assert_status(w, &second, "ACTIVE");
}

static void requests_that_prove_nothing_are_refused(void **state)
{
    struct world *w = *state;
    EVP_PKEY *key = issue_key(), *other = issue_key(), *weak = EVP_RSA_gen(1024);
    struct pem_json forged = request_json(key, "pump", other), short_key = request_json(weak, "pump", weak);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    EVP_PKEY_free(weak);
    refused(w, INVALID, "POST", "/certificates", csr_body(&forged),
            "The certificate signing request is not signed with the key that it names.");
    refused(w, INVALID, "POST", "/certificates", csr_body(&short_key),
            "The certificate signing request has an RSA key of less than 2048 bits.");
    refused(w, INVALID, "POST", "/certificates", "{\"certificateSigningRequest\":\"pump\"}",
            "The certificate signing request is not a certificate signing request in PEM form.");
    refused(w, INVALID, "POST", "/certificates", "{}",
            "1 validation error detected: Value null at 'certificateSigningRequest' failed to satisfy "
            "constraint: Member must not be null");
}

/* ---- describe ---- */

static void a_certificate_is_described(void **state)
{
    struct world *w = *state;
    struct registered pump = registered_as(http(w, 200, "POST", "/keys-and-certificate", NULL));
    const cJSON *said = json_at(describe(w, &pump)->body, "certificateDescription");
    assert_json_string(said, "certificateArn", pump.arn);
    assert_json_string(said, "certificateId", pump.id);
    assert_json_string(said, "status", "INACTIVE");
    assert_json_string(said, "ownedBy", "000000000000");
    assert_json_string(said, "certificateMode", "DEFAULT");
    assert_json_number(said, "customerVersion", 1);
    assert_json_number(said, "creationDate", NOON_S);
    assert_json_number(said, "lastModifiedDate", NOON_S);
    assert_json(said, "transferData", "{}");
    assert_int_equal(strlen(json_at(said, "generationId")->valuestring), 36);
    assert_json_absent(said, "caCertificateId");
    assert_json_absent(said, "previousOwnedBy");
    X509 *certificate = certificate_in(describe(w, &pump), "certificateDescription.certificatePem");
    assert_json_number(said, "validity.notBefore",
                       (double)pem_time_ms(X509_get0_notBefore(certificate)) / 1000);
    assert_json_number(said, "validity.notAfter",
                       (double)pem_time_ms(X509_get0_notAfter(certificate)) / 1000);
    X509_free(certificate);
}

static void an_id_may_be_written_in_upper_case(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    char path[128] = "/certificates/";
    for (size_t i = 0, n = strlen(path); pump.id[i]; i++)
        path[n + i] = (char)(pump.id[i] >= 'a' ? pump.id[i] - 'a' + 'A' : pump.id[i]);
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "certificateDescription.certificateId",
                       pump.id);
}

static void what_is_not_there_is_not_found(void **state)
{
    static const char message[] = "Certificate " NOBODY " cannot be found.";
    struct world *w = *state;
    refused(w, NOT_FOUND, "GET", "/certificates/" NOBODY, NULL, message);
    refused(w, NOT_FOUND, "PUT", "/certificates/" NOBODY "?newStatus=ACTIVE", NULL, message);
    refused(w, NOT_FOUND, "DELETE", "/certificates/" NOBODY, NULL, message);
    refused(w, NOT_FOUND, "DELETE", "/certificates/" NOBODY "?forceDelete=true", NULL, message);
    refused(
        w, INVALID, "GET", "/certificates/abc", NULL,
        "1 validation error detected: Value 'abc' at 'certificateId' failed to satisfy constraint: Member "
        "must have length greater than or equal to 64");
}

/* ---- update ---- */

static void a_certificate_is_switched_on_and_off(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "INACTIVE");
    static const char *const ways[] = { "ACTIVE", "INACTIVE",          "REGISTER_INACTIVE",
                                        "ACTIVE", "REGISTER_INACTIVE", "REVOKED" };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        advance(w, "PT1M");
        set_certificate_status(w, &pump, ways[i]);
        const cJSON *said = json_at(describe(w, &pump)->body, "certificateDescription");
        assert_json_string(said, "status", ways[i]);
        assert_json_number(said, "customerVersion", (double)(i + 2));
        assert_json_number(said, "lastModifiedDate", NOON_S + 60.0 * (double)(i + 1));
        assert_json_number(said, "creationDate", NOON_S);
    }
}

static void the_same_status_again_changes_nothing(void **state)
{
    static const char *const statuses[] = { "ACTIVE", "INACTIVE", "REVOKED" };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct registered pump = given_certificate(w, "pump", statuses[i]);
        uint64_t before = fingerprint(w);
        set_certificate_status(w, &pump, statuses[i]);
        assert_true(fingerprint(w) == before);
    }
}

static void revoked_is_final(void **state)
{
    static const char *const others[] = { "ACTIVE", "INACTIVE", "REGISTER_INACTIVE" };
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    set_certificate_status(w, &pump, "REVOKED");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s?newStatus=%s", pump.path, others[i]);
        refused(w, CERT_STATE, "PUT", path, NULL,
                "The status of a certificate that is REVOKED cannot be changed. …");
    }
    http(w, 200, "DELETE", pump.path, NULL);
}

static void nobody_asks_for_a_pending_status(void **state)
{
    static const char *const pending[] = { "PENDING_TRANSFER", "PENDING_ACTIVATION" };
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    char path[256], message[128];
    for (size_t i = 0; i < sizeof pending / sizeof *pending; i++) {
        snprintf(path, sizeof path, "%s?newStatus=%s", pump.path, pending[i]);
        snprintf(message, sizeof message, "The status of a certificate cannot be changed to be %s.",
                 pending[i]);
        refused(w, INVALID, "PUT", path, NULL, message);
    }
    refused(
        w, INVALID, "PUT", pump.path, NULL,
        "1 validation error detected: Value null at 'newStatus' failed to satisfy constraint: Member must "
        "not be null");
    snprintf(path, sizeof path, "%s?newStatus=active", pump.path);
    refused(w, INVALID, "PUT", path, NULL,
            "1 validation error detected: Value 'active' at 'newStatus' failed to satisfy constraint: Member "
            "must satisfy enum value set: [ACTIVE, INACTIVE, REVOKED, PENDING_TRANSFER, REGISTER_INACTIVE, "
            "PENDING_ACTIVATION]");
}

/* ---- delete ---- */

static const char *forced(const struct registered *certificate)
{
    static char path[256];
    snprintf(path, sizeof path, "%s?forceDelete=true", certificate->path);
    return path;
}

static void an_active_certificate_is_not_deleted(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    char message[256];
    snprintf(message, sizeof message, "Certificate must be deactivated (not ACTIVE) before deletion. Id: %s",
             pump.id);
    refused(w, CERT_STATE, "DELETE", pump.path, NULL, message);
    refused(w, CERT_STATE, "DELETE", forced(&pump), NULL, message);
    set_certificate_status(w, &pump, "INACTIVE");
    assert_string_equal(http(w, 200, "DELETE", pump.path, NULL)->text, "");
    http(w, 404, "GET", pump.path, NULL);
    http(w, 404, "DELETE", pump.path, NULL);
}

static void a_certificate_with_things_is_not_deleted_not_even_by_force(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "INACTIVE");
    char message[256];
    given_thing(w, "pump");
    attach(w, "pump", pump.arn);
    snprintf(message, sizeof message, "Things must be detached before deletion (arn: %s)", pump.arn);
    refused(w, DELETE_CONFLICT, "DELETE", pump.path, NULL, message);
    refused(w, DELETE_CONFLICT, "DELETE", forced(&pump), NULL, message);
    detach(w, "pump", pump.arn);
    http(w, 200, "DELETE", pump.path, NULL);
}

static void given_policy_on(struct world *w, const struct registered *certificate)
{
    static const char document[] =
        "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\","
        "\\\"Action\\\":\\\"iot:*\\\",\\\"Resource\\\":\\\"*\\\"}]}";
    http(w, 200, "POST", "/policies/p", pem_body("{\"policyDocument\":\"%s\"}", document));
    http(w, 200, "PUT", "/target-policies/p", pem_body("{\"target\":\"%s\"}", certificate->arn));
}

static void a_certificate_with_policies_is_deleted_by_force_alone(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "INACTIVE");
    char message[256];
    given_policy_on(w, &pump);
    snprintf(message, sizeof message, "Certificate policies must be detached before deletion (arn: %s)",
             pump.arn);
    refused(w, DELETE_CONFLICT, "DELETE", pump.path, NULL, message);
    http(w, 200, "DELETE", forced(&pump), NULL);
    http(w, 404, "GET", pump.path, NULL);
    assert_int_equal(rows_in(w, "policy_attachment"), 0);
}

/* ---- list ---- */

static struct registered given_numbered(struct world *w, int number)
{
    char name[32];
    snprintf(name, sizeof name, "pump-%d", number);
    return given_certificate(w, name, number % 2 ? "ACTIVE" : "INACTIVE");
}

/* The ids of the certificates with those numbers. */
static void assert_listed(const struct answer *a, const struct registered *certificates, const char *numbers)
{
    char ids[1024] = "";
    for (const char *p = numbers; *p; p++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", p == numbers ? "" : " ",
                 certificates[*p - '0'].id);
    assert_json_items(a->body, "certificates", "certificateId", ids);
}

static void certificates_are_listed_newest_first_or_oldest_first(void **state)
{
    struct world *w = *state;
    struct registered all[4];
    assert_json(http(w, 200, "GET", "/certificates", NULL)->body, "", "{\"certificates\":[]}");
    for (int i = 0; i < 4; i++)
        all[i] = given_numbered(w, i);
    assert_listed(http(w, 200, "GET", "/certificates", NULL), all, "3210");
    assert_listed(http(w, 200, "GET", "/certificates?isAscendingOrder=false", NULL), all, "3210");
    struct answer *a = http(w, 200, "GET", "/certificates?isAscendingOrder=true", NULL);
    assert_listed(a, all, "0123");
    const cJSON *first = json_at(a->body, "certificates.1");
    assert_json_string(first, "certificateArn", all[1].arn);
    assert_json_string(first, "status", "ACTIVE");
    assert_json_string(first, "certificateMode", "SNI_ONLY");
    assert_json_number(first, "creationDate", NOON_S);
    assert_json_absent(a->body, "nextMarker");
}

static void the_list_comes_in_pages(void **state)
{
    static const struct {
        const char *path, *pages[3];
    } lists[] = {
        { "/certificates?pageSize=2", { "43", "21", "0" } },
        { "/certificates?pageSize=2&isAscendingOrder=true", { "01", "23", "4" } },
    };
    struct world *w = *state;
    struct registered all[5];
    for (int i = 0; i < 5; i++)
        all[i] = given_numbered(w, i);
    for (size_t i = 0; i < 2; i++) {
        struct answer *a = http(w, 200, "GET", lists[i].path, NULL);
        for (int page = 0; page < 3; page++) {
            assert_listed(a, all, lists[i].pages[page]);
            if (page < 2)
                a = next_marked_page(w, a, lists[i].path);
        }
        assert_json_absent(a->body, "nextMarker");
    }
}

static void certificates_that_come_and_go_between_pages_disturb_no_other(void **state)
{
    static const char path[] = "/certificates?pageSize=1";
    struct world *w = *state;
    struct registered all[4];
    for (int i = 0; i < 3; i++)
        all[i] = given_certificate(w, "pump", "INACTIVE");
    struct answer *a = http(w, 200, "GET", path, NULL);
    assert_listed(a, all, "2");
    http(w, 200, "DELETE", all[2].path, NULL);
    http(w, 200, "DELETE", all[1].path, NULL);
    all[3] = given_certificate(w, "pump", "INACTIVE");
    a = next_marked_page(w, a, path);
    assert_listed(a, all, "0");
    assert_json_absent(a->body, "nextMarker");
}

static void a_page_has_25_certificates_unless_asked_otherwise(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 26; i++)
        given_certificate(w, "pump", "INACTIVE");
    struct answer *a = http(w, 200, "GET", "/certificates", NULL);
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "certificates")), 25);
    struct answer *next = next_marked_page(w, a, "/certificates?pageSize=250");
    assert_int_equal(cJSON_GetArraySize(json_at(next->body, "certificates")), 1);
    char path[256];
    const char *marker = json_at(a->body, "nextMarker")->valuestring;
    snprintf(path, sizeof path, "/certificates?isAscendingOrder=true&marker=%s", marker);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/cacertificates?marker=%s", marker);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/certificates?marker=AAAA", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/certificates?pageSize=251", NULL, "1 validation error detected: …");
    refused(w, INVALID, "GET", "/certificates?pageSize=0", NULL, "1 validation error detected: …");
}

/* ---- what stays ---- */

static void certificates_and_the_ca_that_signs_them_outlive_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    EVP_PKEY *key = issue_key();
    struct pem_json request = request_json(key, "pump", key);
    EVP_PKEY_free(key);
    struct answer *before = http(w, 200, "POST", "/certificates?setAsActive=true", csr_body(&request));
    struct registered pump = registered_as(before);
    given_thing(w, "pump");
    attach(w, "pump", pump.arn);
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_status(w, &pump, "ACTIVE");
    assert_json_string(http(w, 200, "GET", "/things/pump/principals", NULL)->body, "principals.0", pump.arn);
    struct answer *after = http(w, 200, "POST", "/certificates", csr_body(&request));
    X509 *old = certificate_in(before, "certificatePem"), *new = certificate_in(after, "certificatePem");
    const ASN1_OCTET_STRING *a = X509_get0_authority_key_id(old), *b = X509_get0_authority_key_id(new);
    assert_int_equal(ASN1_OCTET_STRING_cmp(a, b), 0);
    X509_free(old);
    X509_free(new);
    world_free(w);
}

static void a_reset_leaves_no_certificate(void **state)
{
    struct world *w = *state;
    struct registered pump = given_certificate(w, "pump", "ACTIVE");
    given_thing(w, "pump");
    attach(w, "pump", pump.arn);
    reset(w);
    http(w, 404, "GET", pump.path, NULL);
    assert_int_equal(rows_in(w, "certificate"), 0);
    assert_int_equal(rows_in(w, "thing_principal"), 0);
    http(w, 200, "POST", "/keys-and-certificate", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_and_a_certificate_are_made_together),
        TEST(a_certificate_is_made_for_a_signing_request),
        TEST(requests_that_prove_nothing_are_refused),
        TEST(a_certificate_is_described),
        TEST(an_id_may_be_written_in_upper_case),
        TEST(what_is_not_there_is_not_found),
        TEST(a_certificate_is_switched_on_and_off),
        TEST(the_same_status_again_changes_nothing),
        TEST(revoked_is_final),
        TEST(nobody_asks_for_a_pending_status),
        TEST(an_active_certificate_is_not_deleted),
        TEST(a_certificate_with_things_is_not_deleted_not_even_by_force),
        TEST(a_certificate_with_policies_is_deleted_by_force_alone),
        TEST(certificates_are_listed_newest_first_or_oldest_first),
        TEST(the_list_comes_in_pages),
        TEST(certificates_that_come_and_go_between_pages_disturb_no_other),
        TEST(a_page_has_25_certificates_unless_asked_otherwise),
        cmocka_unit_test(certificates_and_the_ca_that_signs_them_outlive_a_restart),
        TEST(a_reset_leaves_no_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
