/* The server's certificate while the server runs: renewed, or replaced by the operator. */
#include "support/cmocka_all.h"

#include <openssl/x509v3.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pem.h"
#include "support/certs_world.h"
#include "support/device_certs.h"
#include "support/revocations.h"
#include "tls_keeper.h"

enum { LINES_MAX = 8, LINE_BYTES = 512, WAIT_S = 30 };

struct world {
    struct certs_world *certs;
    struct tls_keeper_options options;
    struct log *log;
    char lines[LINES_MAX][LINE_BYTES];
    size_t line_count;
    sem_t changes;
};

static void note_line(void *context, enum log_level level, const char *text)
{
    struct world *world = context;
    (void)level;
    assert_true(world->line_count < LINES_MAX);
    snprintf(world->lines[world->line_count++], LINE_BYTES, "%s", text);
}

static void note_change(void *context)
{
    sem_post(&((struct world *)context)->changes);
}

static int change_count(struct world *world)
{
    int n;
    assert_int_equal(sem_getvalue(&world->changes, &n), 0);
    return n;
}

/* Certificates that were made at noon, and are shown. */
static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ 0 };
    certs_set_up((void **)&world.certs);
    certs_prepare(world.certs, CERTS_NOON);
    sem_init(&world.changes, 0, 0);
    world.log = log_new(note_line, &world, LOG_NOTICE, 0);
    world.options = (struct tls_keeper_options){
        .shown = tls_shown_open(world.certs->certificates.server, world.certs->certificates.key,
                                &world.certs->why),
        .folder = world.certs->folder,
        .names = certs_names,
        .log = world.log,
        .changed = note_change,
        .changed_context = &world,
    };
    assert_non_null(world.options.shown);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tls_shown_free(world->options.shown);
    log_free(world->log);
    sem_destroy(&world->changes);
    return certs_tear_down((void **)&world->certs);
}

/* So much of the certificate's life is over; it began a day before noon. */
static int64_t after_days(int64_t days)
{
    return CERTS_NOON - CERTS_DAY_MS + days * CERTS_DAY_MS;
}

enum { LIFE_DAYS = SERVER_DAYS + 1, DUE_DAYS = LIFE_DAYS / 3 * 2 };

static void a_certificate_with_a_third_of_its_life_left_is_left_alone(void **state)
{
    static struct certs_contents before;
    struct world *world = *state;
    certs_look(world->certs, &before);
    uint64_t generation = tls_shown_generation(world->options.shown);
    tls_keeper_look(&world->options, false, after_days(DUE_DAYS));
    assert_certs_changed(world->certs, &before, 0);
    assert_true(tls_shown_generation(world->options.shown) == generation);
    assert_int_equal(change_count(world), 0);
    assert_int_equal(world->line_count, 0);
}

static void a_certificate_with_less_is_made_anew_and_shown(void **state)
{
    static struct certs_contents before;
    struct world *world = *state;
    certs_look(world->certs, &before);
    uint64_t generation = tls_shown_generation(world->options.shown);
    const struct tls *old = tls_shown_hold(world->options.shown);
    int64_t now_ms = after_days(DUE_DAYS) + 1000;
    tls_keeper_look(&world->options, false, now_ms);
    assert_certs_changed(world->certs, &before, SERVER);
    assert_certs_verify(&world->certs->certificates, now_ms);
    assert_true(tls_shown_generation(world->options.shown) == generation + 1);
    assert_int_equal(change_count(world), 1);
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], "server_certificate changed expires_at="));
    assert_true(tls_shown_end(world->options.shown) == now_ms / 1000 * 1000 + SERVER_DAYS * CERTS_DAY_MS);
    assert_true(old->expires_ms == after_days(LIFE_DAYS)); /* who holds it has it still */
    tls_shown_let_go(world->options.shown, old);
    tls_keeper_look(&world->options, false, now_ms);
    assert_int_equal(change_count(world), 1);
}

static void a_certificate_that_has_ended_is_made_anew_too(void **state)
{
    struct world *world = *state;
    tls_keeper_look(&world->options, false, after_days(LIFE_DAYS + 30));
    assert_certs_verify(&world->certs->certificates, after_days(LIFE_DAYS + 30));
    assert_int_equal(change_count(world), 1);
}

static void the_operators_certificate_is_left_alone(void **state)
{
    static struct certs_contents before;
    static struct certs_world other;
    struct world *world = *state;
    certs_other_set_up(&other);
    certs_copy(&other, world->certs, "server.pem");
    certs_copy(&other, world->certs, "server.key");
    certs_look(world->certs, &before);
    tls_keeper_look(&world->options, false, after_days(LIFE_DAYS));
    assert_certs_changed(world->certs, &before, 0);
    assert_int_equal(change_count(world), 0);
    assert_int_equal(world->line_count, 0);
    tls_keeper_look(&world->options, true, after_days(LIFE_DAYS));
    assert_certs_changed(world->certs, &before, 0);
    assert_int_equal(change_count(world), 1);
    certs_other_tear_down(&other);
}

static void a_ca_key_that_was_taken_away_leaves_it_as_it_is(void **state)
{
    static struct certs_contents before;
    struct world *world = *state;
    certs_remove(world->certs, "ca.key");
    certs_look(world->certs, &before);
    tls_keeper_look(&world->options, false, after_days(LIFE_DAYS));
    assert_certs_changed(world->certs, &before, 0);
    assert_int_equal(world->line_count, 0);
}

static void what_cannot_be_renewed_is_a_line_that_says_why(void **state)
{
    static struct certs_contents before;
    struct world *world = *state;
    certs_remove(world->certs, "ca.pem");
    certs_look(world->certs, &before);
    tls_keeper_look(&world->options, false, after_days(LIFE_DAYS));
    assert_certs_changed(world->certs, &before, 0);
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], "server_certificate not_renewed"));
    assert_non_null(strstr(world->lines[0], "put back what is missing"));
}

static void a_certificate_that_ends_with_its_ca_is_not_made_anew_for_ever(void **state)
{
    static struct certs_contents before;
    struct world *world = *state;
    int64_t last_year = CERTS_NOON + (CA_DAYS - 100) * CERTS_DAY_MS;
    tls_keeper_look(&world->options, false, last_year);
    assert_int_equal(change_count(world), 1);
    assert_true(tls_shown_end(world->options.shown) == CERTS_NOON + CA_DAYS * CERTS_DAY_MS);
    certs_look(world->certs, &before);
    tls_keeper_look(&world->options, false, last_year + 90 * CERTS_DAY_MS);
    assert_certs_changed(world->certs, &before, 0);
    assert_int_equal(change_count(world), 1);
    assert_non_null(strstr(world->lines[world->line_count - 1], "ends with its CA"));
}

/* --- reading again ---------------------------------------------------------------------------------- */

static void other_files_are_shown_when_they_are_read_again_alone(void **state)
{
    static struct certs_world other;
    struct world *world = *state;
    world->options.folder = NULL;
    certs_other_set_up(&other);
    certs_copy(&other, world->certs, "server.pem");
    certs_copy(&other, world->certs, "server.key");
    tls_keeper_look(&world->options, false, CERTS_NOON);
    assert_int_equal(change_count(world), 0);
    tls_keeper_look(&world->options, true, CERTS_NOON);
    assert_int_equal(change_count(world), 1);
    tls_keeper_look(&world->options, true, CERTS_NOON);
    assert_int_equal(change_count(world), 1);
    certs_other_tear_down(&other);
}

static void files_that_do_not_fit_each_other_leave_the_old_ones_in_force(void **state)
{
    static struct certs_world other;
    struct world *world = *state;
    int64_t end_ms = tls_shown_end(world->options.shown);
    world->options.folder = NULL;
    certs_other_set_up(&other);
    certs_copy(&other, world->certs, "server.pem");
    tls_keeper_look(&world->options, true, CERTS_NOON);
    assert_int_equal(change_count(world), 0);
    assert_int_equal(world->line_count, 1);
    assert_non_null(strstr(world->lines[0], "server_certificate kept"));
    assert_non_null(strstr(world->lines[0], "is not the key of"));
    certs_write(world->certs, "server.pem", "nonsense");
    tls_keeper_look(&world->options, true, CERTS_NOON);
    assert_int_equal(change_count(world), 0);
    assert_true(tls_shown_end(world->options.shown) == end_ms);
    certs_other_tear_down(&other);
}

/* --- the thread ------------------------------------------------------------------------------------- */

static void wait_for_change(struct world *world)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    assert_int_equal(sem_timedwait(&world->changes, &until), 0);
}

static void the_thread_reads_again_when_it_is_told_to(void **state)
{
    static struct certs_world other;
    struct world *world = *state;
    world->options.folder = NULL;
    struct tls_keeper *keeper = tls_keeper_start(&world->options);
    assert_non_null(keeper);
    certs_other_set_up(&other);
    certs_copy(&other, world->certs, "server.key");
    certs_copy(&other, world->certs, "server.pem");
    tls_keeper_reread(keeper);
    wait_for_change(world);
    tls_keeper_stop(keeper);
    certs_other_tear_down(&other);
}

/* Noon is far away from the host's time, by which the thread lives: what was made then is long over. */
static void the_thread_looks_at_its_start(void **state)
{
    struct world *world = *state;
    const struct issue_names names = certs_names;
    int64_t long_ago_ms = clock_host_ms() - 300 * CERTS_DAY_MS;
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++)
        certs_remove(world->certs, certs_files[i]);
    assert_true(certs_try(world->certs, &names, long_ago_ms));
    struct tls_keeper *keeper = tls_keeper_start(&world->options);
    assert_non_null(keeper);
    wait_for_change(world);
    tls_keeper_stop(keeper);
    assert_certs_verify(&world->certs->certificates, clock_host_ms() + 300 * CERTS_DAY_MS);
}

static void the_thread_notices_what_was_revoked(void **state)
{
    char cas[TEMP_PATH_MAX], crls[TEMP_PATH_MAX];
    struct world *world = *state;
    struct issuer root = device_cert_make(&(struct device_spec){ .common_name = "root", .is_ca = true });
    struct issuer pump = device_cert_make(&(struct device_spec){ .issuer = &root, .common_name = "pump" });
    struct revocations list = { .issuer = &root };
    temp_path(world->certs->folder, "cas.pem", cas);
    temp_path(world->certs->folder, "crls.pem", crls);
    device_certs_write(cas, (const struct issuer *const[]){ &root }, 1);
    revocations_write(crls, &list, 1);
    struct client_ca *ca =
        client_ca_open(&(struct client_ca_options){ .cas = cas, .crls = crls }, &world->certs->why);
    assert_non_null(ca);
    uint64_t generation = client_ca_generation(ca);
    const struct tls_keeper_options options = { .client_ca = ca, .log = world->log };
    struct tls_keeper *keeper = tls_keeper_start(&options);
    assert_non_null(keeper);
    list.revoked[0] = &pump;
    revocations_write(crls, &list, 1);
    int64_t until_us = clock_mono_us() + WAIT_S * INT64_C(1000000);
    while (client_ca_generation(ca) == generation && clock_mono_us() < until_us)
        usleep(1000);
    struct client_certificate result;
    struct str der = device_cert_der(&pump);
    client_ca_judge(ca, &der, 1, clock_host_ms(), &result);
    assert_true(result.revoked);
    OPENSSL_free((void *)der.p);
    tls_keeper_stop(keeper);
    client_ca_free(ca);
    device_cert_release(&root);
    device_cert_release(&pump);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_certificate_with_a_third_of_its_life_left_is_left_alone),
        TEST(a_certificate_with_less_is_made_anew_and_shown),
        TEST(a_certificate_that_has_ended_is_made_anew_too),
        TEST(the_operators_certificate_is_left_alone),
        TEST(a_ca_key_that_was_taken_away_leaves_it_as_it_is),
        TEST(what_cannot_be_renewed_is_a_line_that_says_why),
        TEST(a_certificate_that_ends_with_its_ca_is_not_made_anew_for_ever),
        TEST(other_files_are_shown_when_they_are_read_again_alone),
        TEST(files_that_do_not_fit_each_other_leave_the_old_ones_in_force),
        TEST(the_thread_reads_again_when_it_is_told_to),
        TEST(the_thread_looks_at_its_start),
        TEST(the_thread_notices_what_was_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
