#include "support/certs_world.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pem.h"
#include "support/cmocka_all.h"

const struct issue_names certs_names = { .host = "line7", .bind = "192.0.2.7" };

const char *const certs_files[CERTS_FILE_COUNT] = { "ca.key", "ca.pem", "server.key", "server.pem" };

int certs_set_up(void **state)
{
    static struct certs_world world;
    world = (struct certs_world){ 0 };
    temp_folder_make(world.folder);
    strbuf_init(&world.why, 4 * PATH_MAX);
    *state = &world;
    return 0;
}

int certs_tear_down(void **state)
{
    struct certs_world *world = *state;
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    return 0;
}

/* --- doing and looking ------------------------------------------------------------------------------ */

bool certs_try(struct certs_world *world, const struct issue_names *of, int64_t now_ms)
{
    strbuf_clear(&world->why);
    return certificates_in_folder(world->folder, of, now_ms, &world->certificates, &world->why);
}

void certs_prepare(struct certs_world *world, int64_t now_ms)
{
    if (!certs_try(world, &certs_names, now_ms))
        fail_msg("%s", world->why.p);
}

void certs_write(const struct certs_world *world, const char *name, const char *text)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->folder, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

void certs_remove(const struct certs_world *world, const char *name)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->folder, name, path);
    assert_int_equal(unlink(path), 0);
}

void certs_copy(const struct certs_world *from, const struct certs_world *to, const char *name)
{
    char text[16 * 1024];
    char path[TEMP_PATH_MAX];
    temp_path(from->folder, name, path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    certs_write(to, name, text);
}

void certs_look(const struct certs_world *world, struct certs_contents *ret_contents)
{
    *ret_contents = (struct certs_contents){ 0 };
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++) {
        char path[TEMP_PATH_MAX];
        temp_path(world->folder, certs_files[i], path);
        FILE *file = fopen(path, "re");
        if (file == NULL)
            continue;
        ret_contents->text[i][fread(ret_contents->text[i], 1, sizeof ret_contents->text[i] - 1, file)] = '\0';
        fclose(file);
    }
}

/* Exactly these files, a set of bits in the order of `files`, differ from before. */
void assert_certs_changed(const struct certs_world *world, const struct certs_contents *before,
                          unsigned changed)
{
    static struct certs_contents now;
    certs_look(world, &now);
    for (size_t i = 0; i < CERTS_FILE_COUNT; i++)
        if ((strcmp(before->text[i], now.text[i]) != 0) != ((changed >> i & 1) != 0))
            fail_msg("%s was %s", certs_files[i], changed >> i & 1 ? "kept" : "changed");
}

X509 *certs_read(const char *path)
{
    struct stack_st_X509 *chain = NULL;
    struct strbuf why;
    strbuf_init(&why, 4 * PATH_MAX);
    assert_true(pem_read_certificates(path, &chain, &why));
    X509 *first = sk_X509_shift(chain);
    sk_X509_pop_free(chain, X509_free);
    strbuf_release(&why);
    return first;
}

/* As a strict client does that trusts `ca_path` and calls the server by this name. */
int certs_verify(const char *ca_path, const char *server_path, const char *name, int64_t now_ms)
{
    X509 *ca = certs_read(ca_path);
    X509 *server = certs_read(server_path);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_add_cert(store, ca), 1);
    assert_int_equal(X509_STORE_CTX_init(context, store, server, NULL), 1);
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_time(rules, (time_t)(now_ms / 1000));
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name) != 1)
        X509_VERIFY_PARAM_set1_host(rules, name, 0);
    X509_verify_cert(context);
    int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(server);
    X509_free(ca);
    return error;
}

void assert_certs_verify(const struct certificates *certificates, int64_t now_ms)
{
    static const char *const all[] = { "localhost", "line7", "127.0.0.1", "::1", "192.0.2.7" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(certs_verify(certificates->ca, certificates->server, all[i], now_ms), X509_V_OK);
    assert_int_equal(certs_verify(certificates->ca, certificates->server, "elsewhere", now_ms),
                     X509_V_ERR_HOSTNAME_MISMATCH);
}

/* The other folder has a CA of its own. */
void certs_other_set_up(struct certs_world *ret_other)
{
    *ret_other = (struct certs_world){ 0 };
    temp_folder_make(ret_other->folder);
    strbuf_init(&ret_other->why, 4 * PATH_MAX);
    certs_prepare(ret_other, CERTS_NOON);
}

void certs_other_tear_down(struct certs_world *other)
{
    strbuf_release(&other->why);
    temp_folder_remove(other->folder);
}

void certs_close_memory(const char *path)
{
    close((int)strtol(strrchr(path, '/') + 1, NULL, 10));
}
