#include "tls.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "base/pem.h"

/* The text, or NULL when it is not whole. */
static char *detach(struct strbuf *text, bool whole)
{
    if (whole)
        return strbuf_detach(text, NULL);
    strbuf_release(text);
    return NULL;
}

/* The certificates of a chain from the first one wanted on. */
static char *chain_text(const struct stack_st_X509 *chain, int first)
{
    struct strbuf text;
    bool ok = true;
    strbuf_init(&text, PEM_TEXT_MAX);
    for (int i = first; ok && i < sk_X509_num(chain); i++)
        ok = pem_add_certificate(&text, sk_X509_value(chain, i));
    return detach(&text, ok);
}

static char *key_text(EVP_PKEY *key)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    text.secret = true;
    return detach(&text, pem_add_key(&text, key));
}

static char *ca_text(const struct stack_st_X509 *chain)
{
    int last = sk_X509_num(chain) - 1;
    return X509_self_signed(sk_X509_value(chain, last), 0) == 1 ? chain_text(chain, last) : NULL;
}

static bool belong_together(X509 *certificate, EVP_PKEY *key)
{
    bool yes = X509_check_private_key(certificate, key) == 1;
    ERR_clear_error();
    return yes;
}

bool tls_read(const char *certificate_path, const char *key_path, struct tls *ret_tls,
              struct strbuf *ret_problem)
{
    struct stack_st_X509 *chain = NULL;
    EVP_PKEY *key = NULL;
    bool ok = false;
    if (!pem_read_certificates(certificate_path, &chain, ret_problem) ||
        !pem_read_key(key_path, &key, ret_problem))
        goto done;
    if (!belong_together(sk_X509_value(chain, 0), key)) {
        strbuf_printf(ret_problem, "%s is not the key of the first certificate in %s", key_path,
                      certificate_path);
        goto done;
    }
    struct tls tls = { .certificates = chain_text(chain, 0),
                       .key = key_text(key),
                       .ca = ca_text(chain),
                       .expires_ms = pem_time_ms(X509_get0_notAfter(sk_X509_value(chain, 0))) };
    ok = tls.certificates != NULL && tls.key != NULL;
    if (ok) {
        *ret_tls = tls;
    } else {
        tls_release(&tls);
        strbuf_add_text(ret_problem, "out of memory for the certificates");
    }
done:
    sk_X509_pop_free(chain, X509_free);
    EVP_PKEY_free(key);
    return ok;
}

void tls_release(struct tls *tls)
{
    free(tls->certificates);
    strbuf_free_secret(tls->key);
    free(tls->ca);
    *tls = (struct tls){ 0 };
}
