/* The certificates that strangers show in a handshake: a chain in DER, each behind its length (two bytes, big
 * endian). What counts was signed by our CA, or by one below it, and is none that it has revoked. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/new_file.h"
#include "base/pem.h"
#include "base/problem.h"
#include "client_ca.h"
#include "fuzz_input.h"

enum { CHAIN_MAX = CLIENT_CHAIN_MAX + 2 };

static const int64_t noon_ms = 1893499200000; /* 2030-01-01T12:00:00Z */

/* Its key is nowhere: what it has signed is in the corpus. */
static const char ca_pem[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBjDCCATOgAwIBAgIUHCCeSzHtrTYFvIIZmFnAIEkpUcYwCgYIKoZIzj0EAwIw\n"
                             "FDESMBAGA1UEAwwJZnV6emVkIENBMB4XDTI2MTEzMDEyNDcxN1oXDTQ2MTEyNTEy\n"
                             "NDcxN1owFDESMBAGA1UEAwwJZnV6emVkIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
                             "AQcDQgAEYwjXI9bIs3ZtcplMnwOQcCwkQyz5CTT3XQ86yHAZd8Y1OuKnxboApz3K\n"
                             "7CewQ9AbqXXI+CYUg2KkByc17cnOIqNjMGEwHQYDVR0OBBYEFLy/dOCh/WznxNT7\n"
                             "/YIU3Ln0cYYbMB8GA1UdIwQYMBaAFLy/dOCh/WznxNT7/YIU3Ln0cYYbMA8GA1Ud\n"
                             "EwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0cAMEQCIDJ7\n"
                             "sMkQ3p2cfBIuwBwTscI2OS6sL/hzc6t2tbwksBlXAiAVQfo1kUtlsngWAt64Kv86\n"
                             "MyJV80eST6pA43Kfi0rOjg==\n"
                             "-----END CERTIFICATE-----\n";

/* It has revoked the certificate in corpus/client_certificate/revoked. */
static const char crl_pem[] = "-----BEGIN X509 CRL-----\n"
                              "MIHBMGkCAQEwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJZnV6emVkIENBFw0yNjEx\n"
                              "MzAxMjQ3MThaFw00NjAxMjkxMjQ3MThaMBQwEgIBBBcNMjYxMTMwMTI0NzE4WqAO\n"
                              "MAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSAAwRQIhALdDqtiOJ/jdsobUVhhf\n"
                              "Fft5H6L/Z7releX8PnSUpfWwAiBbvorxfSQtRVWHUIBHYV1UG0fF+/yzwQbiK81B\n"
                              "RmvWUw==\n"
                              "-----END X509 CRL-----\n";

/* One for all inputs. */
static struct client_ca *the_ca(void)
{
    static struct client_ca *ca;
    char cas[PATH_MAX], crls[PATH_MAX];
    struct strbuf why;
    if (ca != NULL)
        return ca;
    strbuf_init(&why, PROBLEM_MAX);
    const struct client_ca_options options = { .cas = cas, .crls = crls };
    fuzz_promise(new_file_in_memory("ca.pem", str_from(ca_pem), cas, &why) &&
                     new_file_in_memory("crl.pem", str_from(crl_pem), crls, &why),
                 "there is room for the files");
    ca = client_ca_open(&options, &why);
    fuzz_promise(ca != NULL, "the CA can be used");
    strbuf_release(&why);
    return ca;
}

static size_t cut_chain(struct fuzz_input *input, struct str ret_chain[CHAIN_MAX])
{
    size_t n = 0;
    while (n < CHAIN_MAX && (input->rest.n > 0 || n == 0)) {
        size_t wanted = (size_t)fuzz_byte(input) << 8;
        wanted |= fuzz_byte(input);
        size_t taken = wanted < input->rest.n ? wanted : input->rest.n;
        ret_chain[n++] = fuzz_copy(input, (struct str){ input->rest.p, taken });
        input->rest = (struct str){ input->rest.p + taken, input->rest.n - taken };
    }
    return n;
}

static bool is_signed_by(struct str der, EVP_PKEY *key)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *certificate = d2i_X509(NULL, &p, (long)der.n);
    bool yes = certificate != NULL && X509_verify(certificate, key) == 1;
    X509_free(certificate);
    ERR_clear_error();
    return yes;
}

static bool any_is_signed_by_the_ca(const struct str *chain, size_t n)
{
    X509 *ca = pem_parse_certificate(str_from(ca_pem));
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || is_signed_by(chain[i], X509_get0_pubkey(ca));
    X509_free(ca);
    return any;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct str chain[CHAIN_MAX];
    struct client_certificate result;
    fuzz_input_init(&input, data, n);
    size_t chain_n = cut_chain(&input, chain);
    client_ca_judge(the_ca(), chain, chain_n, noon_ms, &result);
    fuzz_promise(strlen(result.id) == CERTIFICATE_ID_DIGITS, "an id has 64 digits");
    fuzz_promise(strlen(result.thing_name) <= THING_NAME_MAX, "a thing's name has its length");
    fuzz_promise(result.refusal != NULL || !result.revoked, "what was revoked does not count");
    fuzz_promise(result.refusal != NULL || strlen(result.content) == CERTIFICATE_ID_DIGITS,
                 "what counts is known by what it says");
    fuzz_promise(result.refusal != NULL || any_is_signed_by_the_ca(chain, chain_n),
                 "what counts comes from our CA");
    fuzz_promise(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");
    fuzz_input_release(&input);
    return 0;
}
