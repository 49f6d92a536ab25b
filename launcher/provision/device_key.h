/* The key of a device, and the request for a certificate that names its thing (OpenSSL). */
#ifndef IOTJOBS_PROVISION_DEVICE_KEY_H
#define IOTJOBS_PROVISION_DEVICE_KEY_H

#include "base/strbuf.h"

enum { COMMON_NAME_MAX = 64 }; /* RFC 5280 */

/* Appends a private key (EC P-256, PKCS #8) and the request, both in PEM; the request's subject is the common
 * name alone. False: OpenSSL failed. */
bool device_key_make(const char *common_name, struct strbuf *out_key, struct strbuf *out_request);

#endif
