#include "support/revocations.h"

#include <openssl/pem.h>
#include <stdio.h>

#include "base/clock.h"
#include "support/cmocka_all.h"
#include "support/temp_folder.h"

enum { HALF_AN_HOUR_MS = 1800000 };

static ASN1_TIME *time_at(int64_t ms)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(ms / 1000));
    assert_non_null(time);
    return time;
}

static void revoke(X509_CRL *list, X509 *certificate, const ASN1_TIME *when)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    assert_non_null(entry);
    assert_int_equal(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate)), 1);
    assert_int_equal(X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)when), 1);
    assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
}

static X509_CRL *make(const struct revocations *from)
{
    bool given = from->begin_ms != 0 || from->end_ms != 0;
    int64_t now_ms = clock_host_ms();
    ASN1_TIME *begin = time_at(given ? from->begin_ms : now_ms - HALF_AN_HOUR_MS);
    ASN1_TIME *end = time_at(given ? from->end_ms : now_ms + HALF_AN_HOUR_MS);
    X509_CRL *list = X509_CRL_new();
    assert_non_null(list);
    assert_int_equal(X509_CRL_set_version(list, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(list, X509_get_subject_name(from->issuer->certificate)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(list, begin), 1);
    assert_int_equal(X509_CRL_set1_nextUpdate(list, end), 1);
    for (size_t i = 0; i < REVOKED_MAX && from->revoked[i] != NULL; i++)
        revoke(list, from->revoked[i]->certificate, begin);
    EVP_PKEY *signer = from->signer != NULL ? (EVP_PKEY *)from->signer : from->issuer->key;
    assert_int_equal(X509_CRL_sort(list), 1);
    assert_true(X509_CRL_sign(list, signer, EVP_sha256()) > 0);
    ASN1_TIME_free(begin);
    ASN1_TIME_free(end);
    return list;
}

void revocations_write(const char *path, const struct revocations *lists, size_t n)
{
    char other[TEMP_PATH_MAX];
    snprintf(other, sizeof other, "%s.new", path);
    FILE *file = fopen(other, "we");
    assert_non_null(file);
    for (size_t i = 0; i < n; i++) {
        X509_CRL *list = make(&lists[i]);
        assert_int_equal(PEM_write_X509_CRL(file, list), 1);
        X509_CRL_free(list);
    }
    fclose(file);
    assert_int_equal(rename(other, path), 0);
}
