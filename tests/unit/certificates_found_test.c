/* Certificates that are there already: the operator's own, and what cannot be used. */
#include "support/cmocka_all.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pem.h"
#include "support/certs_world.h"

/* --- what the operator brings ----------------------------------------------------------------------- */

static void a_certificate_that_we_did_not_sign_is_used_as_it_is(void **state)
{
    static struct certs_contents before;
    static struct certs_world other;
    const struct issue_names elsewhere = { .host = "elsewhere", .bind = "203.0.113.1" };
    struct certs_world *world = *state;
    certs_other_set_up(&other);
    certs_copy(&other, world, "server.pem");
    certs_copy(&other, world, "server.key");
    certs_look(world, &before);
    assert_true(certs_try(world, &elsewhere, CERTS_NOON + 3650 * CERTS_DAY_MS));
    assert_certs_changed(world, &before, 0);
    assert_string_equal(world->certificates.ca, "");
    certs_copy(&other, world, "ca.pem"); /* still without the key that could sign */
    assert_true(certs_try(world, &elsewhere, CERTS_NOON + 3650 * CERTS_DAY_MS));
    assert_string_equal(world->certificates.ca, "");
    certs_other_tear_down(&other);
}

static void it_is_so_beside_a_ca_of_ours_too(void **state)
{
    static struct certs_contents before;
    static struct certs_world other;
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    certs_other_set_up(&other);
    certs_copy(&other, world, "server.pem");
    certs_copy(&other, world, "server.key");
    certs_look(world, &before);
    certs_prepare(world, CERTS_NOON + 400 * CERTS_DAY_MS);
    assert_certs_changed(world, &before, 0);
    assert_string_equal(world->certificates.ca, "");
    certs_other_tear_down(&other);
}

static void a_ca_that_the_operator_brings_signs(void **state)
{
    static struct certs_contents before;
    static struct certs_world other;
    struct certs_world *world = *state;
    certs_other_set_up(&other);
    certs_copy(&other, world, "ca.pem");
    certs_copy(&other, world, "ca.key");
    certs_look(world, &before);
    certs_prepare(world, CERTS_NOON);
    assert_certs_changed(world, &before, SERVER_KEY | SERVER);
    assert_int_equal(certs_verify(other.certificates.ca, world->certificates.server, "localhost", CERTS_NOON),
                     X509_V_OK);
    certs_other_tear_down(&other);
}

/* --- what cannot be used ---------------------------------------------------------------------------- */

/* One line with these words, and nothing was changed. */
static void assert_refused(struct certs_world *world, const char *words)
{
    static struct certs_contents before;
    certs_look(world, &before);
    assert_false(certs_try(world, &certs_names, CERTS_NOON));
    if (strstr(world->why.p, words) == NULL)
        fail_msg("no '%s' in: %s", words, world->why.p);
    assert_non_null(strstr(world->why.p, world->folder));
    assert_null(strchr(world->why.p, '\n'));
    assert_certs_changed(world, &before, 0);
}

static void a_certificate_without_its_key_is_refused(void **state)
{
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    certs_remove(world, "server.key");
    assert_refused(world, "server.key: put the key back, or remove the certificate");
}

static void a_ca_without_its_key_is_refused_when_it_has_to_sign(void **state)
{
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    certs_remove(world, "ca.key");
    certs_prepare(world, CERTS_NOON);
    certs_remove(world, "server.pem");
    assert_refused(world, "ca.key: put the key back, or remove the certificate to have another made");
}

static void a_broken_file_is_named(void **state)
{
    static const char broken[] = "-----BEGIN CERTIFICATE-----\nMIIB\n";
    struct certs_world *world = *state;
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++) {
        char words[64];
        for (size_t j = 0; j < CERTS_FILE_COUNT; j++)
            certs_write(world, certs_files[j], "");
        for (size_t j = 0; j < CERTS_FILE_COUNT; j++)
            certs_remove(world, certs_files[j]);
        certs_prepare(world, CERTS_NOON);
        snprintf(words, sizeof words, "%s holds no ", certs_files[i]);
        certs_write(world, certs_files[i], broken);
        assert_refused(world, words);
        certs_write(world, certs_files[i], "");
        assert_refused(world, words);
    }
}

static void the_key_of_another_certificate_is_refused(void **state)
{
    static struct certs_world other;
    struct certs_world *world = *state;
    certs_other_set_up(&other);
    certs_prepare(world, CERTS_NOON);
    certs_copy(&other, world, "server.key");
    assert_refused(world, "server.key is not the key of the certificate in");
    certs_copy(&other, world, "ca.key");
    assert_refused(world, "ca.key is not the key of the certificate in");
    certs_other_tear_down(&other);
}

static void a_key_with_a_passphrase_is_refused_without_asking(void **state)
{
    struct certs_world *world = *state;
    char path[TEMP_PATH_MAX];
    EVP_PKEY *key = NULL;
    certs_prepare(world, CERTS_NOON);
    assert_true(pem_read_key(world->certificates.key, &key, &world->why));
    temp_path(world->folder, "server.key", path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(
        PEM_write_PrivateKey(file, key, EVP_aes_128_cbc(), (const unsigned char *)"secret", 6, NULL, NULL),
        1);
    fclose(file);
    EVP_PKEY_free(key);
    assert_refused(world,
                   "server.key holds no private key in PEM form that can be read without a passphrase");
}

static void a_certificate_that_may_not_sign_is_no_ca(void **state)
{
    static struct certs_world other;
    struct certs_world *world = *state;
    certs_other_set_up(&other);
    certs_prepare(world, CERTS_NOON);
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++)
        certs_remove(world, certs_files[i]);
    certs_copy(&other, world, "server.pem");
    certs_copy(&other, world, "server.key");
    char from[TEMP_PATH_MAX];
    char to[TEMP_PATH_MAX];
    temp_path(world->folder, "server.pem", from);
    temp_path(world->folder, "ca.pem", to);
    assert_int_equal(rename(from, to), 0);
    temp_path(world->folder, "server.key", from);
    temp_path(world->folder, "ca.key", to);
    assert_int_equal(rename(from, to), 0);
    assert_refused(world, "ca.pem is not the certificate of a CA");
    certs_other_tear_down(&other);
}

static void a_file_in_the_place_of_the_folder_is_named(void **state)
{
    struct certs_world *world = *state;
    struct certificates certificates;
    char path[TEMP_PATH_MAX];
    certs_write(world, "certs", "");
    temp_path(world->folder, "certs", path);
    assert_false(certificates_in_folder(path, &certs_names, CERTS_NOON, &certificates, &world->why));
    assert_non_null(strstr(world->why.p, path));
    assert_null(strchr(world->why.p, '\n'));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, certs_set_up, certs_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_certificate_that_we_did_not_sign_is_used_as_it_is),
        TEST(it_is_so_beside_a_ca_of_ours_too),
        TEST(a_ca_that_the_operator_brings_signs),
        TEST(a_certificate_without_its_key_is_refused),
        TEST(a_ca_without_its_key_is_refused_when_it_has_to_sign),
        TEST(a_broken_file_is_named),
        TEST(the_key_of_another_certificate_is_refused),
        TEST(a_key_with_a_passphrase_is_refused_without_asking),
        TEST(a_certificate_that_may_not_sign_is_no_ca),
        TEST(a_file_in_the_place_of_the_folder_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
