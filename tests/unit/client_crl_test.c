/* What the CAs of tls_client_ca have revoked (tls_client_crl), without a network. */
#include "support/cmocka_all.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client_ca.h"
#include "client_crl.h"
#include "support/certs_world.h"
#include "support/device_certs.h"
#include "support/revocations.h"

enum { LINES_MAX = 8, LINE_BYTES = 512, JUDGES = 4, ROUNDS = 50 };

struct world {
    char folder[TEMP_PATH_MAX];
    char cas[TEMP_PATH_MAX], crls[TEMP_PATH_MAX];
    struct issuer root, line;         /* `line` is a CA below it */
    struct issuer pump, valve, below; /* devices: the root's, and one of `line` */
    struct client_ca *ca;
    struct strbuf why;
    struct log *log;
    char lines[LINES_MAX][LINE_BYTES];
    size_t line_count;
    int64_t now_ms;
};

static void note_line(void *context, enum log_level level, const char *text)
{
    struct world *world = context;
    assert_true(level <= LOG_WARNING);
    assert_true(world->line_count < LINES_MAX);
    snprintf(world->lines[world->line_count++], LINE_BYTES, "%s", text);
}

static struct issuer make(struct device_spec spec)
{
    spec.end_ms = 2 * CERTS_NOON;
    return device_cert_make(&spec);
}

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ .now_ms = CERTS_NOON };
    temp_folder_make(world.folder);
    temp_path(world.folder, "cas.pem", world.cas);
    temp_path(world.folder, "crls.pem", world.crls);
    strbuf_init(&world.why, 4096);
    world.log = log_new(note_line, &world, LOG_WARNING, 0);
    world.root = make((struct device_spec){ .common_name = "root", .is_ca = true });
    world.line = make((struct device_spec){ .issuer = &world.root, .common_name = "line", .is_ca = true });
    world.pump = make((struct device_spec){ .issuer = &world.root, .common_name = "pump" });
    world.valve = make((struct device_spec){ .issuer = &world.root, .common_name = "valve" });
    world.below = make((struct device_spec){ .issuer = &world.line, .common_name = "below" });
    device_certs_write(world.cas, (const struct issuer *const[]){ &world.root }, 1);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    client_ca_free(world->ca);
    device_cert_release(&world->root);
    device_cert_release(&world->line);
    device_cert_release(&world->pump);
    device_cert_release(&world->valve);
    device_cert_release(&world->below);
    log_free(world->log);
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    assert_int_equal(ERR_peek_error(), 0);
    return 0;
}

/* A list that is valid at noon. */
static struct revocations list_of(const struct issuer *issuer, const struct issuer *revoked)
{
    return (struct revocations){ .issuer = issuer,
                                 .revoked = { revoked },
                                 .begin_ms = CERTS_NOON - CERTS_DAY_MS,
                                 .end_ms = CERTS_NOON + CERTS_DAY_MS };
}

static bool open_ca(struct world *world)
{
    const struct client_ca_options options = { .cas = world->cas, .crls = world->crls, .log = world->log };
    client_ca_free(world->ca);
    strbuf_clear(&world->why);
    world->ca = client_ca_open(&options, &world->why);
    if (world->ca != NULL)
        client_ca_look(world->ca, world->now_ms);
    return world->ca != NULL;
}

/* These lists from the start. */
static void given(struct world *world, const struct revocations *lists, size_t n)
{
    revocations_write(world->crls, lists, n);
    assert_true(open_ca(world));
}

static void judge(struct world *world, const struct issuer *device, const struct issuer *above,
                  struct client_certificate *ret_result)
{
    struct str chain[2] = { device_cert_der(device) };
    if (above != NULL)
        chain[1] = device_cert_der(above);
    client_ca_judge(world->ca, chain, above != NULL ? 2 : 1, world->now_ms, ret_result);
    OPENSSL_free((void *)chain[0].p);
    OPENSSL_free((void *)chain[1].p);
}

static void assert_counts(struct world *world, const struct issuer *device, const struct issuer *above)
{
    struct client_certificate result;
    judge(world, device, above, &result);
    if (result.refusal != NULL)
        fail_msg("refused: %s", result.refusal);
}

static void assert_refused(struct world *world, const struct issuer *device, const struct issuer *above,
                           const char *refusal)
{
    struct client_certificate result;
    judge(world, device, above, &result);
    assert_non_null(result.refusal);
    assert_string_equal(result.refusal, refusal);
}

/* --- what counts ------------------------------------------------------------------------------------ */

static void what_its_ca_has_revoked_is_refused_and_nothing_else(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    assert_refused(world, &world->pump, NULL, "its CA has revoked it");
    assert_counts(world, &world->valve, NULL);
    assert_int_equal(world->line_count, 0);
}

static void below_a_ca_that_was_revoked_nothing_counts(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->line);
    given(world, &list, 1);
    assert_refused(world, &world->below, &world->line, "a CA above it was revoked");
    assert_counts(world, &world->pump, NULL);
}

/* The operator trusts it by itself, and its root says that he should not. */
static void a_ca_that_is_trusted_by_itself_can_be_revoked_by_one_that_is_trusted_too(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->line);
    device_certs_write(world->cas, (const struct issuer *const[]){ &world->line, &world->root }, 2);
    given(world, &list, 1);
    assert_refused(world, &world->below, NULL, "a CA above it was revoked");
}

static void a_ca_without_a_list_has_revoked_nothing(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    assert_counts(world, &world->below, &world->line);
}

static void a_list_of_a_ca_that_comes_with_the_client_counts(void **state)
{
    struct world *world = *state;
    const struct revocations lists[] = { list_of(&world->root, NULL), list_of(&world->line, &world->below) };
    given(world, lists, 2);
    assert_refused(world, &world->below, &world->line, "its CA has revoked it");
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], "CN=line"));
    assert_non_null(strstr(world->lines[0], "no CA of tls_client_ca has signed it"));
}

static void a_list_that_another_key_has_signed_says_nothing(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    list.signer = world->line.key;
    given(world, &list, 1);
    assert_counts(world, &world->pump, NULL);
}

static void a_list_speaks_of_its_own_ca_alone(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->line, &world->pump);
    device_certs_write(world->cas, (const struct issuer *const[]){ &world->line, &world->root }, 2);
    given(world, &list, 1);
    assert_counts(world, &world->pump, NULL);
}

static void a_list_that_has_expired_counts_and_is_one_line(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    assert_int_equal(world->line_count, 0);
    for (int i = 0; i < 3; i++) {
        world->now_ms += 2 * CERTS_DAY_MS;
        client_ca_look(world->ca, world->now_ms);
        assert_refused(world, &world->pump, NULL, "its CA has revoked it");
        assert_counts(world, &world->valve, NULL);
        assert_int_equal(world->line_count, 1);
    }
    assert_non_null(strstr(world->lines[0], "it has expired, and still counts"));
}

/* Else whoever was revoked would leave his CA out, and count for his registration. */
static void what_was_revoked_is_known_without_its_ca(void **state)
{
    struct world *world = *state;
    const struct revocations lists[] = { list_of(&world->root, NULL), list_of(&world->line, &world->below) };
    struct client_certificate result;
    given(world, lists, 2);
    judge(world, &world->below, NULL, &result);
    assert_string_equal(result.refusal, "its CA has revoked it");
    assert_true(result.revoked);
    world->now_ms = 3 * CERTS_NOON; /* it has expired, too */
    judge(world, &world->below, &world->line, &result);
    assert_true(result.revoked);
}

static void without_a_ca_nobody_counts_and_everybody_has_an_id(void **state)
{
    struct world *world = *state;
    struct client_certificate result;
    world->ca = client_ca_open(&(struct client_ca_options){ .cas = "" }, &world->why);
    assert_non_null(world->ca);
    judge(world, &world->pump, NULL, &result);
    assert_string_equal(result.refusal, "no CA that this server trusts has signed it");
    assert_false(result.revoked);
    assert_int_equal(strlen(result.id), CERTIFICATE_ID_DIGITS);
    assert_int_equal(strlen(result.content), CERTIFICATE_ID_DIGITS);
    assert_string_equal(result.thing_name, "pump");
    client_ca_look(world->ca, world->now_ms);
    client_ca_reload(world->ca);
}

/* --- while the server runs -------------------------------------------------------------------------- */

static void a_file_that_changes_is_read_again(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    uint64_t generation = client_ca_generation(world->ca);
    client_ca_look(world->ca, world->now_ms);
    assert_true(client_ca_generation(world->ca) == generation);
    list = list_of(&world->root, &world->valve);
    revocations_write(world->crls, &list, 1);
    assert_counts(world, &world->valve, NULL);
    client_ca_look(world->ca, world->now_ms);
    assert_refused(world, &world->valve, NULL, "its CA has revoked it");
    assert_counts(world, &world->pump, NULL);
    assert_true(client_ca_generation(world->ca) == generation + 1);
    client_ca_look(world->ca, world->now_ms);
    assert_true(client_ca_generation(world->ca) == generation + 1);
}

static void a_reload_reads_both_files_at_once(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    assert_counts(world, &world->valve, NULL);
    uint64_t generation = client_ca_generation(world->ca);
    list = list_of(&world->line, &world->below);
    revocations_write(world->crls, &list, 1);
    device_certs_write(world->cas, (const struct issuer *const[]){ &world->line }, 1);
    client_ca_reload(world->ca);
    assert_true(client_ca_generation(world->ca) > generation);
    assert_refused(world, &world->valve, NULL, "no CA that this server trusts has signed it");
    assert_refused(world, &world->below, NULL, "its CA has revoked it");
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_file_that_cannot_be_used_leaves_all_as_it_was_and_is_one_line(void **state)
{
    struct world *world = *state;
    struct revocations list = list_of(&world->root, &world->pump);
    given(world, &list, 1);
    uint64_t generation = client_ca_generation(world->ca);
    write_text(world->crls, "nonsense");
    for (int i = 0; i < 3; i++)
        client_ca_look(world->ca, world->now_ms);
    assert_refused(world, &world->pump, NULL, "its CA has revoked it");
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], "holds no certificate revocation list"));
    assert_int_equal(unlink(world->crls), 0);
    for (int i = 0; i < 3; i++)
        client_ca_look(world->ca, world->now_ms);
    assert_refused(world, &world->pump, NULL, "its CA has revoked it");
    assert_int_equal(world->line_count, 2);
    assert_non_null(strstr(world->lines[1], "No such file"));
    client_ca_reload(world->ca);
    assert_int_equal(world->line_count, 3);
    assert_true(client_ca_generation(world->ca) == generation);
}

/* --- files ------------------------------------------------------------------------------------------ */

static void assert_cannot_open(struct world *world, const char *words)
{
    assert_false(open_ca(world));
    if (strstr(world->why.p, words) == NULL || strstr(world->why.p, world->crls) == NULL)
        fail_msg("no '%s' in: %s", words, world->why.p);
}

/* The list that is there, and the first half of it once more. */
static void spoil(const char *path)
{
    static char text[64 * 1024];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    file = fopen(path, "ae");
    assert_non_null(file);
    fwrite(text, 1, n / 2, file);
    fclose(file);
}

static void files_that_cannot_be_used_are_one_line(void **state)
{
    struct world *world = *state;
    struct revocations lists[CLIENT_CRLS_MAX + 1];
    assert_cannot_open(world, "cannot read ");
    write_text(world->crls, "");
    assert_cannot_open(world, "holds no certificate revocation list in PEM form");
    write_text(world->crls, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    assert_cannot_open(world, "its revocation list 1 is malformed");
    for (size_t i = 0; i <= CLIENT_CRLS_MAX; i++)
        lists[i] = list_of(&world->root, NULL);
    revocations_write(world->crls, lists, 1);
    spoil(world->crls);
    assert_cannot_open(world, "its revocation list 2 is malformed");
    revocations_write(world->crls, lists, CLIENT_CRLS_MAX + 1);
    assert_cannot_open(world, "holds more than 64 revocation lists");
    revocations_write(world->crls, lists, CLIENT_CRLS_MAX);
    assert_true(open_ca(world));
    assert_int_equal(truncate(world->crls, CLIENT_CRL_BYTES_MAX + 1), 0);
    assert_cannot_open(world, "is no file of at most 16777216 bytes");
}

/* --- threads ---------------------------------------------------------------------------------------- */

struct judges {
    struct world *world;
    atomic_bool wrong, ends;
};

static void *judge_on(void *context)
{
    struct judges *judges = context;
    struct str der = device_cert_der(&judges->world->pump);
    for (int64_t now_ms = CERTS_NOON; !atomic_load(&judges->ends); now_ms += 1000) {
        struct client_certificate result;
        client_ca_judge(judges->world->ca, &der, 1, now_ms, &result);
        if (result.refusal == NULL || strcmp(result.refusal, "its CA has revoked it") != 0)
            atomic_store(&judges->wrong, true);
    }
    OPENSSL_free((void *)der.p);
    return NULL;
}

static void many_may_judge_while_it_is_replaced(void **state)
{
    struct world *world = *state;
    struct judges judges = { .world = world };
    struct revocations list = list_of(&world->root, &world->pump);
    list.end_ms = CERTS_NOON * 2;
    pthread_t threads[JUDGES];
    given(world, &list, 1);
    for (size_t i = 0; i < JUDGES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, judge_on, &judges), 0);
    for (size_t i = 0; i < ROUNDS; i++) {
        revocations_write(world->crls, &list, 1);
        client_ca_look(world->ca, CERTS_NOON);
        client_ca_reload(world->ca);
    }
    atomic_store(&judges.ends, true);
    for (size_t i = 0; i < JUDGES; i++)
        pthread_join(threads[i], NULL);
    assert_false(atomic_load(&judges.wrong));
    assert_true(client_ca_generation(world->ca) > ROUNDS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_its_ca_has_revoked_is_refused_and_nothing_else),
        TEST(below_a_ca_that_was_revoked_nothing_counts),
        TEST(a_ca_that_is_trusted_by_itself_can_be_revoked_by_one_that_is_trusted_too),
        TEST(a_ca_without_a_list_has_revoked_nothing),
        TEST(a_list_of_a_ca_that_comes_with_the_client_counts),
        TEST(a_list_that_another_key_has_signed_says_nothing),
        TEST(a_list_speaks_of_its_own_ca_alone),
        TEST(a_list_that_has_expired_counts_and_is_one_line),
        TEST(what_was_revoked_is_known_without_its_ca),
        TEST(without_a_ca_nobody_counts_and_everybody_has_an_id),
        TEST(a_file_that_changes_is_read_again),
        TEST(a_reload_reads_both_files_at_once),
        TEST(a_file_that_cannot_be_used_leaves_all_as_it_was_and_is_one_line),
        TEST(files_that_cannot_be_used_are_one_line),
        TEST(many_may_judge_while_it_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
