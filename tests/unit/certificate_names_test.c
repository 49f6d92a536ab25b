/* What certificates say of their subjects and issuers. */
#include "support/cmocka_all.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/certificate_names.h"
#include "base/pem.h"

enum { ARENA_MAX = 1024 * 1024, SERIAL_NUMBER = 0x00ABCDEF, FOUND_MAX = 256 };

static int set_up(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        return -1;
    arena_init(arena, ARENA_MAX);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(*state);
    free(*state);
    return 0;
}

static void add_entry(X509_NAME *name, const char *field, const char *text)
{
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0), 1);
}

static GENERAL_NAME *directory_name(void)
{
    GENERAL_NAME *general = GENERAL_NAME_new();
    X509_NAME *name = X509_NAME_new();
    assert_non_null(general);
    add_entry(name, "O", "Works");
    add_entry(name, "CN", "one");
    GENERAL_NAME_set0_value(general, GEN_DIRNAME, name);
    return general;
}

static void add_alternatives(X509 *certificate, int nid, const char *conf, GENERAL_NAME *more)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, conf);
    GENERAL_NAMES *names = extension ? X509V3_EXT_d2i(extension) : NULL;
    assert_non_null(names);
    if (more)
        sk_GENERAL_NAME_push(names, more);
    assert_int_equal(X509_add1_ext_i2d(certificate, nid, names, 0, 0), 1);
    GENERAL_NAMES_free(names);
    X509_EXTENSION_free(extension);
}

/* Signs and frees it. */
static struct str finish(X509 *certificate, struct arena *arena)
{
    struct strbuf pem;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    strbuf_init(&pem, PEM_TEXT_MAX);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), SERIAL_NUMBER);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 60);
    X509_set_pubkey(certificate, key);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    assert_true(pem_add_certificate(&pem, certificate));
    struct str text = arena_str(arena, strbuf_str(&pem));
    strbuf_release(&pem);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return text;
}

/* The values of that key, with | between them; "" for none. */
static void assert_values(const struct certificate_names *names, const char *key, const char *expected)
{
    char found[FOUND_MAX] = "";
    for (size_t i = 0; i < names->n; i++) {
        const struct certificate_name *name = &names->items[i];
        for (size_t j = 0; j < name->n && strcmp(name->key, key) == 0; j++) {
            size_t used = strlen(found);
            snprintf(found + used, sizeof found - used, "%s%.*s", j ? "|" : "", STR(name->values[j]));
        }
    }
    assert_string_equal(found, expected);
}

static void all_names_are_found_in_their_order(void **state)
{
    struct arena *arena = *state;
    struct certificate_names names;
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate), *issuer = X509_get_issuer_name(certificate);
    static const char *const fields[][2] = {
        { "C", "DE" },
        { "O", "Pumpenwerk Süd" },
        { "OU", "a" },
        { "OU", "b" },
        { "ST", "Hessen" },
        { "CN", "dev-77" },
        { "CN", "Administrator" },
        { "serialNumber", "4711" },
        { "title", "T" },
        { "SN", "S" },
        { "GN", "G" },
        { "initials", "I" },
        { "pseudonym", "P" },
        { "generationQualifier", "Q" },
        { "dnQualifier", "D" },
        { "L", "Fulda" },
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        add_entry(subject, fields[i][0], fields[i][1]);
    add_entry(issuer, "CN", "The CA");
    add_alternatives(certificate, NID_subject_alt_name,
                     "email:a@example.org,DNS:x.example.org,DNS:y.example.org,URI:urn:pump,IP:10.1.2.3,"
                     "IP:2001:db8::1",
                     directory_name());
    add_alternatives(certificate, NID_issuer_alt_name, "DNS:ca.example.org", NULL);
    assert_true(certificate_names_read(finish(certificate, arena), arena, &names));
    assert_values(&names, "SerialNumber", "abcdef");
    assert_values(&names, "Subject.Country", "DE");
    assert_values(&names, "Subject.Organization", "Pumpenwerk Süd");
    assert_values(&names, "Subject.OrganizationalUnit", "a|b");
    assert_values(&names, "Subject.State", "Hessen");
    assert_values(&names, "Subject.CommonName", "dev-77|Administrator");
    assert_values(&names, "Subject.SerialNumber", "4711");
    assert_values(&names, "Subject.Title", "T");
    assert_values(&names, "Subject.Surname", "S");
    assert_values(&names, "Subject.GivenName", "G");
    assert_values(&names, "Subject.Initials", "I");
    assert_values(&names, "Subject.Pseudonym", "P");
    assert_values(&names, "Subject.GenerationQualifier", "Q");
    assert_values(&names, "Subject.DistinguishedNameQualifier", "D");
    assert_values(&names, "Issuer.CommonName", "The CA");
    assert_values(&names, "Issuer.Country", "");
    assert_values(&names, "Subject.AlternativeName.RFC822Name", "a@example.org");
    assert_values(&names, "Subject.AlternativeName.DNSName", "x.example.org|y.example.org");
    assert_values(&names, "Subject.AlternativeName.UniformResourceIdentifier", "urn:pump");
    assert_values(&names, "Subject.AlternativeName.IPAddress", "10.1.2.3|2001:db8::1");
    assert_values(&names, "Subject.AlternativeName.DirectoryName", "CN=one,O=Works");
    assert_values(&names, "Issuer.AlternativeName.DNSName", "ca.example.org");
    assert_int_equal(names.n, 21);
}

static void a_value_that_hides_something_is_left_out(void **state)
{
    struct arena *arena = *state;
    struct certificate_names names;
    X509 *certificate = X509_new();
    static const unsigned char hidden[] = "pump\0evil";
    assert_int_equal(X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                                MBSTRING_UTF8, hidden, sizeof hidden - 1, -1, 0),
                     1);
    assert_true(certificate_names_read(finish(certificate, arena), arena, &names));
    assert_values(&names, "Subject.CommonName", "");
    assert_int_equal(names.n, 1);
}

static void what_is_no_certificate_is_refused(void **state)
{
    struct certificate_names names;
    assert_false(certificate_names_read(STR_LIT(""), *state, &names));
    assert_false(certificate_names_read(
        STR_LIT("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), *state, &names));
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_names_are_found_in_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_that_hides_something_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_certificate_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
