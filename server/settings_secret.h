/* Secrets that settings name a file for, so that they stand on no command line and in no configuration. */
#ifndef IOTJOBS_SETTINGS_SECRET_H
#define IOTJOBS_SETTINGS_SECRET_H

#include "settings.h"

enum { SECRET_BYTES_MAX = 256 };

/* The first line of s3_secret_key_file: 1 to SECRET_BYTES_MAX printable characters of ASCII; nothing where
 * none is named. False: one sentence, without the secret; also for a file that others than its owner may read
 * or write. */
bool settings_read_secret(const struct settings *settings, struct strbuf *ret_secret,
                          struct strbuf *ret_problem);

/* Makes that s3_secret_key. For the process that serves, after settings_check: the launcher writes what is
 * set into the broker's configuration. */
bool settings_take_secret(struct settings *settings, struct strbuf *ret_problem);

#endif
