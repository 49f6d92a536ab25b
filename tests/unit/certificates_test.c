/* Certificates as they are made and renewed. */
#include "support/cmocka_all.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pem.h"
#include "support/certs_world.h"

/* --- what is made ----------------------------------------------------------------------------------- */

static mode_t mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

static int64_t days_valid(const char *path)
{
    int days = 0;
    int seconds = 0;
    X509 *certificate = certs_read(path);
    assert_int_equal(
        ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)),
        1);
    X509_free(certificate);
    return days;
}

static void a_client_that_trusts_the_ca_trusts_the_server_by_all_its_names(void **state)
{
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    assert_certs_verify(&world->certificates, CERTS_NOON);
    assert_certs_verify(&world->certificates, CERTS_NOON - CERTS_DAY_MS + 1000);
    assert_int_equal(days_valid(world->certificates.ca), CA_DAYS + 1);
    assert_int_equal(days_valid(world->certificates.server), SERVER_DAYS + 1);
}

static void the_chain_in_the_servers_file_ends_with_the_ca(void **state)
{
    struct certs_world *world = *state;
    struct stack_st_X509 *chain = NULL;
    certs_prepare(world, CERTS_NOON);
    X509 *ca = certs_read(world->certificates.ca);
    assert_true(pem_read_certificates(world->certificates.server, &chain, &world->why));
    assert_int_equal(sk_X509_num(chain), 2);
    assert_int_equal(X509_cmp(sk_X509_value(chain, 1), ca), 0);
    sk_X509_pop_free(chain, X509_free);
    X509_free(ca);
}

static void serial_numbers_are_long_and_never_the_same(void **state)
{
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    X509 *ca = certs_read(world->certificates.ca);
    X509 *server = certs_read(world->certificates.server);
    const ASN1_INTEGER *one = X509_get0_serialNumber(ca);
    const ASN1_INTEGER *other = X509_get0_serialNumber(server);
    assert_int_equal(ASN1_STRING_length(one), 20);
    assert_int_equal(ASN1_STRING_length(other), 20);
    assert_int_not_equal(ASN1_INTEGER_cmp(one, other), 0);
    X509_free(ca);
    X509_free(server);
}

static void folder_and_keys_are_for_their_owner_alone(void **state)
{
    struct certs_world *world = *state;
    char path[TEMP_PATH_MAX];
    assert_int_equal(rmdir(world->folder), 0);
    certs_prepare(world, CERTS_NOON);
    assert_int_equal(mode_of(world->folder), 0700);
    temp_path(world->folder, "ca.key", path);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(world->certificates.key), 0600);
}

static void nothing_is_left_under_a_temporary_name(void **state)
{
    struct certs_world *world = *state;
    certs_write(world, "ca.key.new", "of an interrupted start");
    certs_prepare(world, CERTS_NOON);
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++)
        certs_remove(world, certs_files[i]);
    assert_int_equal(rmdir(world->folder), 0);
}

static void a_host_name_that_cannot_stand_in_a_certificate_is_left_out(void **state)
{
    static const char *const hosts[] = { "", "a,IP:192.0.2.9", "bad name", ".", "caf\xc3\xa9" };
    struct certs_world *world = *state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        const struct issue_names odd = { .host = hosts[i], .bind = "127.0.0.1" };
        assert_true(certs_try(world, &odd, CERTS_NOON));
        assert_int_equal(
            certs_verify(world->certificates.ca, world->certificates.server, "localhost", CERTS_NOON),
            X509_V_OK);
        assert_int_equal(
            certs_verify(world->certificates.ca, world->certificates.server, "192.0.2.9", CERTS_NOON),
            X509_V_ERR_IP_ADDRESS_MISMATCH);
    }
}

/* --- at the next start ------------------------------------------------------------------------------ */

static void another_start_changes_nothing(void **state)
{
    static struct certs_contents before;
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    certs_look(world, &before);
    certs_prepare(world, CERTS_NOON + CERTS_DAY_MS);
    assert_certs_changed(world, &before, 0);
}

/* It began a day before it was made. */
static void with_less_than_half_of_its_life_left_the_servers_certificate_is_made_anew(void **state)
{
    static struct certs_contents before;
    struct certs_world *world = *state;
    const int64_t half = CERTS_NOON + (SERVER_DAYS + 1) * CERTS_DAY_MS / 2 - CERTS_DAY_MS;
    certs_prepare(world, CERTS_NOON);
    certs_look(world, &before);
    certs_prepare(world, half);
    assert_certs_changed(world, &before, 0);
    certs_prepare(world, half + 1000);
    assert_certs_changed(world, &before, SERVER);
    assert_certs_verify(&world->certificates, CERTS_NOON + (SERVER_DAYS + 1) * CERTS_DAY_MS);
}

static void it_never_outlives_its_ca(void **state)
{
    static struct certs_contents before;
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    certs_prepare(world, CERTS_NOON + (CA_DAYS - 100) * CERTS_DAY_MS);
    assert_certs_verify(&world->certificates, CERTS_NOON + CA_DAYS * CERTS_DAY_MS - 1000);
    certs_look(world, &before);
    certs_prepare(world, CERTS_NOON + (CA_DAYS - 1) * CERTS_DAY_MS);
    assert_certs_changed(world, &before, SERVER);
    assert_false(certs_try(world, &certs_names, CERTS_NOON + CA_DAYS * CERTS_DAY_MS + 1000));
    assert_non_null(strstr(world->why.p, "ca.pem has expired: "));
}

static void another_address_to_listen_on_takes_another_certificate(void **state)
{
    static struct certs_contents before;
    struct certs_world *world = *state;
    const struct issue_names moved = { .host = "line7", .bind = "2001:db8::7" };
    const struct issue_names everywhere = { .host = "line7", .bind = "0.0.0.0" };
    certs_prepare(world, CERTS_NOON);
    certs_look(world, &before);
    assert_true(certs_try(world, &everywhere, CERTS_NOON));
    assert_certs_changed(world, &before, 0);
    assert_true(certs_try(world, &moved, CERTS_NOON));
    assert_certs_changed(world, &before, SERVER);
    assert_int_equal(
        certs_verify(world->certificates.ca, world->certificates.server, "2001:db8::7", CERTS_NOON),
        X509_V_OK);
}

static void an_interrupted_start_is_gone_on_with(void **state)
{
    static const struct {
        unsigned left; /* by the first start */
        const char *missing[CERTS_FILE_COUNT];
    } cases[] = {
        { CA_KEY, { "ca.pem", "server.key", "server.pem" } },
        { CA_KEY | CA, { "server.key", "server.pem" } },
        { CA_KEY | CA | SERVER_KEY, { "server.pem" } },
    };
    static struct certs_contents before;
    struct certs_world *world = *state;
    certs_prepare(world, CERTS_NOON);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t j = 0; cases[i].missing[j] != NULL; j++)
            certs_remove(world, cases[i].missing[j]);
        certs_look(world, &before);
        certs_prepare(world, CERTS_NOON);
        assert_certs_changed(world, &before, 15 & ~cases[i].left);
        assert_certs_verify(&world->certificates, CERTS_NOON);
    }
}

/* --- in memory -------------------------------------------------------------------------------------- */

static void in_memory_they_are_in_no_folder(void **state)
{
    struct certs_world *world = *state;
    const struct certificates *certificates = &world->certificates;
    assert_true(certificates_in_memory(&certs_names, CERTS_NOON, &world->certificates, &world->why));
    assert_certs_verify(certificates, CERTS_NOON);
    char target[PATH_MAX] = "";
    assert_true(readlink(certificates->key, target, sizeof target - 1) > 0);
    assert_string_equal(target, "/memfd:server.key (deleted)");
    certs_close_memory(certificates->server);
    certs_close_memory(certificates->key);
    certs_close_memory(certificates->ca);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, certs_set_up, certs_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_client_that_trusts_the_ca_trusts_the_server_by_all_its_names),
        TEST(the_chain_in_the_servers_file_ends_with_the_ca),
        TEST(serial_numbers_are_long_and_never_the_same),
        TEST(folder_and_keys_are_for_their_owner_alone),
        TEST(nothing_is_left_under_a_temporary_name),
        TEST(a_host_name_that_cannot_stand_in_a_certificate_is_left_out),
        TEST(another_start_changes_nothing),
        TEST(with_less_than_half_of_its_life_left_the_servers_certificate_is_made_anew),
        TEST(it_never_outlives_its_ca),
        TEST(another_address_to_listen_on_takes_another_certificate),
        TEST(an_interrupted_start_is_gone_on_with),
        TEST(in_memory_they_are_in_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
