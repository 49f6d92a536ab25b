/* What a device is told, once it is known to the server. */
#ifndef IOTJOBS_PROVISION_GUIDE_H
#define IOTJOBS_PROVISION_GUIDE_H

#include "launcher/provision/provision.h"

enum { GUIDE_MAX = 64 * 1024 };

/* Appends it. `host`: by which devices find the server. False: out of memory. */
bool guide_write(const struct provision *provision, const char *host, struct strbuf *out);

#endif
