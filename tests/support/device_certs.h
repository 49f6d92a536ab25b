/* Certificates as devices have them, good and bad ones, and the CAs above them. */
#ifndef IOTJOBS_TESTS_DEVICE_CERTS_H
#define IOTJOBS_TESTS_DEVICE_CERTS_H

#include "base/issue.h"

struct device_spec {
    const struct issuer *issuer;    /* NULL: signs itself */
    const char *common_name;        /* NULL: none */
    const char *second_common_name; /* NULL: none */
    const char *usage;              /* extended key usage, "clientAuth"; NULL: the extension is missing */
    int64_t begin_ms, end_ms;       /* both 0: an hour around the host's time */
    int rsa_bits;                   /* 0: EC P-256 */
    int exponent_bits;              /* of RSA; 0: 17 */
    bool is_ca;
    bool sha1; /* else SHA-256 */
};

/* What is returned is a pair, too, for who issues others with it; the caller's (device_cert_release). */
struct issuer device_cert_make(const struct device_spec *spec);
/* What anybody makes of a certificate that an EC key has signed, without that key: the same certificate with
 * another signature, which is as good. */
struct issuer device_cert_twin(const struct issuer *pair);

void device_cert_release(struct issuer *pair);

/* The certificate as TLS sends it, the caller's to free. */
struct str device_cert_der(const struct issuer *pair);

/* Writes these certificates, one after the other, to a PEM file. */
void device_certs_write(const char *path, const struct issuer *const *pairs, size_t n);

#endif
