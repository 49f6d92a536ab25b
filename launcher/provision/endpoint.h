/* Where the server is that a device is made known to. */
#ifndef IOTJOBS_PROVISION_ENDPOINT_H
#define IOTJOBS_PROVISION_ENDPOINT_H

#include <limits.h>

#include "launcher/command_line.h"

enum { ENDPOINT_HOST_MAX = 256 };

struct endpoint {
    const char *scheme;                    /* "http" or "https" */
    char authority[ENDPOINT_HOST_MAX + 8]; /* as in a URL: host, and the port if it is not the scheme's own */
    char ca[PATH_MAX];                     /* "": those that this machine trusts */
    char devices[ENDPOINT_HOST_MAX];       /* the host for devices: a name, or an address without brackets */
};

/*
 * What --endpoint says, else what the settings say of a server on this machine: HTTPS where its certificate
 * is one of ours, else HTTP, which does not leave the machine.
 *
 * An --endpoint without TLS is taken on loopback alone: who answers there is who tells devices which CA to
 * trust.
 */
bool endpoint_of(const struct command_line *line, const struct settings *settings,
                 struct endpoint *ret_endpoint, struct strbuf *ret_problem);

#endif
