/* Certificates and signing requests as clients send them, in PEM. What is taken must be the same when it is
 * read again, and what is made for a request must be a certificate. */
#include <openssl/err.h>

#include "base/certificate.h"
#include "base/issue.h"
#include "base/pem.h"
#include "fuzz_input.h"

enum { ARENA_MAX = 1 << 20 };

static const int64_t noon_ms = 1893499200000; /* 2030-01-01T12:00:00Z */

static void check_certificate(struct str text, struct arena *arena)
{
    struct certificate first, again;
    if (certificate_read(text, arena, &first) != NULL)
        return;
    fuzz_promise(first.id.n == CERTIFICATE_ID_DIGITS, "an id has 64 digits");
    fuzz_promise(certificate_read(first.pem, arena, &again) == NULL, "what was read can be read again");
    fuzz_promise(str_eq(first.id, again.id), "it has the same id");
    fuzz_promise(str_eq(first.content, again.content), "it says the same");
    fuzz_promise(str_eq(first.pem, again.pem), "it is the same text");
    certificate_signed_by(first.pem, first.pem);
}

static void check_request(const struct issuer *ca, struct str text, struct arena *arena)
{
    struct certificate_made made;
    struct certificate again;
    if (certificate_make_requested(ca, text, noon_ms, arena, &made) != NULL)
        return;
    fuzz_promise(made.private_key.p == NULL, "a request has its key");
    fuzz_promise(certificate_read(made.certificate.pem, arena, &again) == NULL,
                 "what was made is a certificate");
    fuzz_promise(str_eq(made.certificate.id, again.id), "it has the id that was told");
}

/* One for all inputs: making it is slow. */
static const struct issuer *the_ca(void)
{
    static struct issuer ca;
    if (ca.certificate == NULL) {
        ca.key = issue_key();
        ca.certificate = issue_ca(ca.key, noon_ms);
    }
    return &ca;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ARENA_MAX);
    struct str text = fuzz_rest(&input);
    check_certificate(text, &arena);
    check_request(the_ca(), text, &arena);
    fuzz_promise(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
