/* A folder of certificates, for tests of what tls_certificates.h makes of it. */
#ifndef IOTJOBS_TESTS_CERTS_WORLD_H
#define IOTJOBS_TESTS_CERTS_WORLD_H

#include "support/temp_folder.h"
#include "tls_certificates.h"

#define CERTS_DAY_MS (24 * INT64_C(3600000))
#define CERTS_NOON   INT64_C(1893499200000) /* 2030-01-01T12:00:00Z */

struct certs_world {
    char folder[TEMP_PATH_MAX];
    struct certificates certificates; /* of the last success */
    struct strbuf why;                /* of the last failure */
};

/* cmocka's; *state is a struct certs_world whose folder is empty. */
int certs_set_up(void **state);
int certs_tear_down(void **state);

/* Another one, with certificates of its own. */
void certs_other_set_up(struct certs_world *ret_other);
void certs_other_tear_down(struct certs_world *other);

/* What the server is called unless a test says otherwise. */
extern const struct issue_names certs_names;

/* certificates_in_folder, which certs_prepare expects to succeed. */
bool certs_try(struct certs_world *world, const struct issue_names *of, int64_t now_ms);
void certs_prepare(struct certs_world *world, int64_t now_ms);

/* --- the files, by their names --- */

enum { CERTS_FILE_COUNT = 4 };
extern const char *const certs_files[CERTS_FILE_COUNT];
/* Sets of them. */
enum { CA_KEY = 1, CA = 2, SERVER_KEY = 4, SERVER = 8 };

void certs_write(const struct certs_world *world, const char *name, const char *text);
void certs_remove(const struct certs_world *world, const char *name);
void certs_copy(const struct certs_world *from, const struct certs_world *to, const char *name);

/* What each file holds; "" for one that is not there. */
struct certs_contents {
    char text[CERTS_FILE_COUNT][8 * 1024];
};
void certs_look(const struct certs_world *world, struct certs_contents *ret_contents);
/* Exactly these files differ from before. */
void assert_certs_changed(const struct certs_world *world, const struct certs_contents *before,
                          unsigned changed);

/* --- certificates --- */

/* The first one in a file, the caller's. */
X509 *certs_read(const char *path);

/* What a strict client finds (X509_V_OK…) that trusts `ca_path` and calls the server by this name. */
int certs_verify(const char *ca_path, const char *server_path, const char *name, int64_t now_ms);
/* All of certs_names and the local ones are fine, others are not. */
void assert_certs_verify(const struct certificates *certificates, int64_t now_ms);

/* Of a file that certificates_in_memory made. */
void certs_close_memory(const char *path);

#endif
