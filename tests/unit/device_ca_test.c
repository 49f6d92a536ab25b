/* Where the CA comes from that signs devices' certificates. */
#include "support/cmocka_all.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/pem.h"
#include "device_ca.h"
#include "settings.h"
#include "store/store.h"
#include "support/device_certs.h"
#include "support/temp_folder.h"

enum { DAY_S = 86400 };

struct fixture {
    char folder[TEMP_PATH_MAX];
    struct store *store;
    struct log *log;
    int warnings;
};

static void count_warning(void *context, enum log_level level, const char *line)
{
    struct fixture *f = context;
    (void)level;
    f->warnings += str_starts_with(str_from(line), STR_LIT("device_ca "));
}

static void open_store(struct fixture *f)
{
    struct strbuf why;
    struct store_options options = { .folder = f->folder, .durability = DURABILITY_NORMAL };
    strbuf_init(&why, 4096);
    f->store = store_open(&options, &why);
    assert_non_null(f->store);
    strbuf_release(&why);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    temp_folder_make(f->folder);
    f->log = log_new(count_warning, f, LOG_WARNING, 0);
    open_store(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char certs[TEMP_PATH_MAX];
    store_close(f->store);
    log_free(f->log);
    temp_path(f->folder, "certs", certs);
    temp_folder_remove(certs);
    temp_folder_remove(f->folder);
    free(f);
    return 0;
}

static struct issuer open_ca_at(struct fixture *f, const char *folder, int64_t host_ms)
{
    struct issuer ca = { 0 };
    struct strbuf why;
    strbuf_init(&why, 4096);
    if (!device_ca_open(folder, store_writer(f->store), host_ms, f->log, &ca, &why))
        fail_msg("%s", why.p);
    strbuf_release(&why);
    assert_int_equal(X509_check_private_key(ca.certificate, ca.key), 1);
    assert_true(X509_check_ca(ca.certificate) > 0);
    return ca;
}

static struct issuer open_ca(struct fixture *f, const char *folder)
{
    return open_ca_at(f, folder, clock_host_ms());
}

/* Takes both. */
static void assert_same(struct issuer a, struct issuer b, bool expected)
{
    assert_int_equal(X509_cmp(a.certificate, b.certificate) == 0, expected);
    issuer_release(&a);
    issuer_release(&b);
}

static void write_text(const struct fixture *f, const char *name, const struct strbuf *text)
{
    char path[2 * TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s/certs", f->folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/certs/%s", f->folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text->p, 1, text->n, file), text->n);
    fclose(file);
}

/* As the launcher has it. */
static void write_ca(const struct fixture *f, X509 *certificate, EVP_PKEY *key)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    assert_true(pem_add_certificate(&text, certificate));
    write_text(f, "ca.pem", &text);
    strbuf_clear(&text);
    assert_true(pem_add_key(&text, key));
    write_text(f, "ca.key", &text);
    strbuf_release(&text);
}

static void without_a_folder_one_is_made_and_kept(void **state)
{
    struct fixture *f = *state;
    struct issuer first = open_ca(f, NULL);
    assert_same(open_ca(f, NULL), open_ca(f, NULL), true);
    store_close(f->store);
    open_store(f);
    assert_same(first, open_ca(f, NULL), true);
    assert_int_equal(f->warnings, 0);
}

static void a_folder_without_a_ca_is_like_none(void **state)
{
    struct fixture *f = *state;
    assert_same(open_ca(f, f->folder), open_ca(f, NULL), true);
    assert_int_equal(f->warnings, 0);
}

static void the_ca_of_the_folder_is_used(void **state)
{
    struct fixture *f = *state;
    struct issuer ours = device_cert_make(&(struct device_spec){ .common_name = "ours", .is_ca = true });
    write_ca(f, ours.certificate, ours.key);
    assert_same(open_ca(f, f->folder), open_ca(f, NULL), false);
    assert_same(open_ca(f, f->folder), ours, true);
    assert_int_equal(f->warnings, 0);
}

static void what_is_no_ca_is_not_used_and_the_log_says_so(void **state)
{
    struct fixture *f = *state;
    struct issuer ca = device_cert_make(&(struct device_spec){ .common_name = "ca", .is_ca = true });
    struct issuer other = device_cert_make(&(struct device_spec){ .common_name = "other", .is_ca = true });
    struct issuer device = device_cert_make(&(struct device_spec){ .common_name = "pump" });
    struct issuer ended = device_cert_make(
        &(struct device_spec){ .common_name = "ended", .is_ca = true, .end_ms = clock_host_ms() - 1000 });
    const struct issuer wrong[] = { { ca.certificate, other.key }, device, ended };
    struct strbuf nonsense;
    strbuf_init(&nonsense, 64);
    strbuf_add_text(&nonsense, "nonsense");
    struct issuer made = open_ca(f, NULL);
    for (int i = 0; i < 3; i++) {
        write_ca(f, wrong[i].certificate, wrong[i].key);
        struct issuer found = open_ca(f, f->folder);
        assert_int_equal(X509_cmp(found.certificate, made.certificate), 0);
        issuer_release(&found);
        assert_int_equal(f->warnings, i + 1);
    }
    write_text(f, "ca.pem", &nonsense);
    assert_same(open_ca(f, f->folder), made, true);
    assert_int_equal(f->warnings, 4);
    strbuf_release(&nonsense);
    issuer_release(&ca);
    issuer_release(&other);
    issuer_release(&device);
    issuer_release(&ended);
}

static void one_that_has_ended_is_made_anew(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = clock_host_ms();
    int64_t later_ms = now_ms + (CA_DAYS + 1) * (int64_t)DAY_S * 1000;
    struct issuer first = open_ca_at(f, NULL, now_ms);
    struct issuer second = open_ca_at(f, NULL, later_ms);
    assert_true(pem_time_ms(X509_get0_notAfter(second.certificate)) > later_ms);
    assert_same(open_ca_at(f, NULL, later_ms), second, true);
    assert_same(open_ca_at(f, NULL, later_ms), first, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_folder_one_is_made_and_kept), TEST(a_folder_without_a_ca_is_like_none),
        TEST(the_ca_of_the_folder_is_used),          TEST(what_is_no_ca_is_not_used_and_the_log_says_so),
        TEST(one_that_has_ended_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
