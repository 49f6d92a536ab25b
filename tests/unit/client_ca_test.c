/* What the CAs of tls_client_ca make of a certificate, without a network. */
#include "support/cmocka_all.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "base/pem.h"
#include "client_ca.h"
#include "support/certs_world.h"
#include "support/device_certs.h"

enum { CHAIN_MAX = 16 };

struct world {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX]; /* of the trusted CAs */
    struct strbuf why;
    struct issuer root;
    struct issuer line; /* a CA below it */
    struct client_ca *trusted;
    struct client_certificate result; /* of the last judge() */
};

/* Trusts these from now on. */
static bool trust(struct world *world, const struct issuer *const *cas, size_t n)
{
    client_ca_free(world->trusted);
    strbuf_clear(&world->why);
    device_certs_write(world->path, cas, n);
    world->trusted = client_ca_open(&(struct client_ca_options){ .cas = world->path }, &world->why);
    return world->trusted != NULL;
}

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ 0 };
    temp_folder_make(world.folder);
    temp_path(world.folder, "clients.pem", world.path);
    strbuf_init(&world.why, 4096);
    world.root = device_cert_make(
        &(struct device_spec){ .common_name = "root", .is_ca = true, .end_ms = 2 * CERTS_NOON });
    world.line = device_cert_make(&(struct device_spec){
        .issuer = &world.root, .common_name = "line", .is_ca = true, .end_ms = 2 * CERTS_NOON });
    assert_true(trust(&world, (const struct issuer *const[]){ &world.root }, 1));
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    client_ca_free(world->trusted);
    device_cert_release(&world->root);
    device_cert_release(&world->line);
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    assert_int_equal(ERR_peek_error(), 0); /* the host of the plugin would take it for its own */
    return 0;
}

/* A day around noon, unless the spec says otherwise. */
static struct issuer make(const struct world *world, struct device_spec spec)
{
    if (spec.issuer == NULL)
        spec.issuer = &world->root;
    if (spec.end_ms == 0) {
        spec.begin_ms = CERTS_NOON - CERTS_DAY_MS / 2;
        spec.end_ms = CERTS_NOON + CERTS_DAY_MS / 2;
    }
    return device_cert_make(&spec);
}

/* What the client sends is this chain, at noon. */
static void judge_chain(struct world *world, const struct issuer *const *pairs, size_t n)
{
    struct str chain[CHAIN_MAX] = { 0 };
    for (size_t i = 0; i < n; i++)
        chain[i] = device_cert_der(pairs[i]);
    client_ca_judge(world->trusted, chain, n, CERTS_NOON, &world->result);
    for (size_t i = 0; i < n; i++)
        OPENSSL_free((void *)chain[i].p);
}

/* The same for one that is made and forgotten. */
static void judge(struct world *world, struct device_spec spec)
{
    struct issuer device = make(world, spec);
    judge_chain(world, (const struct issuer *const[]){ &device }, 1);
    device_cert_release(&device);
}

static void assert_counts(const struct world *world)
{
    if (world->result.refusal != NULL)
        fail_msg("refused: %s", world->result.refusal);
}

static void assert_refused(const struct world *world, const char *words)
{
    assert_non_null(world->result.refusal);
    if (strstr(world->result.refusal, words) == NULL)
        fail_msg("no '%s' in: %s", words, world->result.refusal);
}

/* --- whom it names ---------------------------------------------------------------------------------- */

static void a_certificate_has_its_fingerprint_and_its_thing(void **state)
{
    struct world *world = *state;
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump:7_a-b" });
    unsigned char hash[32];
    char id[CERTIFICATE_ID_DIGITS + 1];
    assert_int_equal(X509_digest(device.certificate, EVP_sha256(), hash, NULL), 1);
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(id + 2 * i, 3, "%02x", hash[i]);
    judge_chain(world, (const struct issuer *const[]){ &device }, 1);
    assert_counts(world);
    assert_string_equal(world->result.id, id);
    assert_string_equal(world->result.thing_name, "pump:7_a-b");
    device_cert_release(&device);
}

static void what_is_not_the_name_of_a_thing_names_none(void **state)
{
    static const struct device_spec specs[] = {
        { .common_name = NULL },     { .common_name = "pump 7" },
        { .common_name = "pump/7" }, { .common_name = "p\xc3\xbcmp" },
        { .common_name = "#" },      { .common_name = "pump", .second_common_name = "valve" },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        judge(world, specs[i]);
        assert_counts(world);
        assert_string_equal(world->result.thing_name, "");
    }
}

/* --- whose it is ------------------------------------------------------------------------------------ */

static void keys_of_both_kinds_count(void **state)
{
    struct world *world = *state;
    judge(world, (struct device_spec){ .common_name = "pump" });
    assert_counts(world);
    judge(world, (struct device_spec){ .common_name = "pump", .rsa_bits = 2048 });
    assert_counts(world);
}

static void what_no_trusted_ca_has_signed_is_refused(void **state)
{
    struct world *world = *state;
    struct issuer self = device_cert_make(
        &(struct device_spec){ .common_name = "pump", .begin_ms = 0, .end_ms = 2 * CERTS_NOON });
    struct issuer same_name = device_cert_make(
        &(struct device_spec){ .common_name = "root", .is_ca = true, .end_ms = 2 * CERTS_NOON });
    judge_chain(world, (const struct issuer *const[]){ &self }, 1);
    assert_refused(world, "self-signed, by no CA that this server trusts");
    judge(world, (struct device_spec){ .common_name = "pump", .issuer = &same_name });
    assert_refused(world, "signature");
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump", .issuer = &self });
    judge_chain(world, (const struct issuer *const[]){ &device, &self }, 2);
    assert_refused(world, "no CA that this server trusts");
    device_cert_release(&device);
    device_cert_release(&same_name);
    device_cert_release(&self);
}

static void a_ca_between_is_sent_by_the_client_or_trusted_by_itself(void **state)
{
    struct world *world = *state;
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump", .issuer = &world->line });
    const struct issuer *const chain[] = { &device, &world->line, &world->root };
    judge_chain(world, chain, 1);
    assert_refused(world, "no CA that this server trusts");
    judge_chain(world, chain, 2);
    assert_counts(world);
    judge_chain(world, chain, 3);
    assert_counts(world);
    assert_true(trust(world, (const struct issuer *const[]){ &world->line }, 1));
    judge_chain(world, chain, 1);
    assert_counts(world);
    judge(world, (struct device_spec){ .common_name = "pump" });
    assert_refused(world, "no CA that this server trusts");
    device_cert_release(&device);
}

static void a_device_is_no_ca_of_others(void **state)
{
    struct world *world = *state;
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump" });
    struct issuer forged = make(world, (struct device_spec){ .common_name = "valve", .issuer = &device });
    judge_chain(world, (const struct issuer *const[]){ &forged, &device }, 2);
    assert_non_null(world->result.refusal);
    device_cert_release(&forged);
    device_cert_release(&device);
}

/* --- for when and for what -------------------------------------------------------------------------- */

static void it_counts_between_its_begin_and_its_end_alone(void **state)
{
    struct world *world = *state;
    judge(world, (struct device_spec){ .common_name = "pump",
                                       .begin_ms = CERTS_NOON - CERTS_DAY_MS,
                                       .end_ms = CERTS_NOON - 1000 });
    assert_refused(world, "has expired");
    judge(world, (struct device_spec){ .common_name = "pump",
                                       .begin_ms = CERTS_NOON + 1000,
                                       .end_ms = CERTS_NOON + CERTS_DAY_MS });
    assert_refused(world, "not valid yet");
    struct issuer old = device_cert_make(&(struct device_spec){
        .common_name = "root", .is_ca = true, .begin_ms = 0, .end_ms = CERTS_NOON - 1000 });
    assert_true(trust(world, (const struct issuer *const[]){ &old }, 1));
    judge(world, (struct device_spec){ .common_name = "pump", .issuer = &old });
    assert_refused(world, "a CA's above it, has expired");
    device_cert_release(&old);
}

static void a_server_certificate_is_not_a_clients(void **state)
{
    static const struct {
        const char *usage;
        bool counts;
    } cases[] = { { NULL, true },
                  { "clientAuth", true },
                  { "serverAuth,clientAuth", true },
                  { "serverAuth", false },
                  { "codeSigning", false } };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        judge(world, (struct device_spec){ .common_name = "pump", .usage = cases[i].usage });
        if (cases[i].counts)
            assert_counts(world);
        else
            assert_refused(world, "not meant for TLS clients");
    }
}

static void what_can_be_forged_is_refused(void **state)
{
    struct world *world = *state;
    judge(world, (struct device_spec){ .common_name = "pump", .rsa_bits = 1024 });
    assert_refused(world, "key too weak");
    judge(world, (struct device_spec){ .common_name = "pump", .sha1 = true });
    assert_refused(world, "too weak");
}

static void what_is_no_certificate_is_refused(void **state)
{
    struct world *world = *state;
    const struct str chain[] = { STR_LIT("nonsense") };
    client_ca_judge(world->trusted, chain, 1, CERTS_NOON, &world->result);
    assert_refused(world, "malformed");
    assert_int_equal(strlen(world->result.id), CERTIFICATE_ID_DIGITS);
}

static void a_chain_without_end_is_refused(void **state)
{
    struct world *world = *state;
    const struct issuer *chain[CHAIN_MAX];
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump" });
    chain[0] = &device;
    for (size_t i = 1; i < CHAIN_MAX; i++)
        chain[i] = &world->line;
    judge_chain(world, chain, CLIENT_CHAIN_MAX);
    assert_counts(world);
    judge_chain(world, chain, CLIENT_CHAIN_MAX + 1);
    assert_refused(world, "too many");
    device_cert_release(&device);
}

/* --- files ------------------------------------------------------------------------------------------ */

static void files_that_cannot_be_used_are_one_line(void **state)
{
    struct world *world = *state;
    const struct issuer *many[CHAIN_MAX];
    struct issuer device = make(world, (struct device_spec){ .common_name = "pump" });
    assert_false(trust(world, (const struct issuer *const[]){ &world->root, &device }, 2));
    assert_non_null(strstr(world->why.p, "holds a certificate that is not a CA's"));
    for (size_t i = 0; i < CHAIN_MAX; i++)
        many[i] = &world->root;
    assert_false(trust(world, many, CHAIN_MAX));
    assert_non_null(strstr(world->why.p, "too many"));
    assert_false(trust(world, NULL, 0));
    assert_non_null(strstr(world->why.p, "holds no certificate in PEM form"));
    device_cert_release(&device);
}

static void several_cas_are_trusted_and_told(void **state)
{
    struct world *world = *state;
    struct issuer other = device_cert_make(
        &(struct device_spec){ .common_name = "other", .is_ca = true, .end_ms = 2 * CERTS_NOON });
    assert_true(trust(world, (const struct issuer *const[]){ &world->root, &other }, 2));
    judge(world, (struct device_spec){ .common_name = "pump" });
    assert_counts(world);
    judge(world, (struct device_spec){ .common_name = "pump", .issuer = &other });
    assert_counts(world);
    struct strbuf pem;
    strbuf_init(&pem, PEM_TEXT_MAX);
    client_ca_add_pem(world->trusted, &pem);
    const char *first = strstr(pem.p, "-----BEGIN CERTIFICATE-----");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "-----BEGIN CERTIFICATE-----"));
    strbuf_release(&pem);
    device_cert_release(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_certificate_has_its_fingerprint_and_its_thing),
        TEST(what_is_not_the_name_of_a_thing_names_none),
        TEST(keys_of_both_kinds_count),
        TEST(what_no_trusted_ca_has_signed_is_refused),
        TEST(a_ca_between_is_sent_by_the_client_or_trusted_by_itself),
        TEST(a_device_is_no_ca_of_others),
        TEST(it_counts_between_its_begin_and_its_end_alone),
        TEST(a_server_certificate_is_not_a_clients),
        TEST(what_can_be_forged_is_refused),
        TEST(what_is_no_certificate_is_refused),
        TEST(a_chain_without_end_is_refused),
        TEST(files_that_cannot_be_used_are_one_line),
        TEST(several_cas_are_trusted_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
