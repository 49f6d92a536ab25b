/* Files with secrets in them: read only where nobody but their owner can. */
#ifndef IOTJOBS_BASE_SECRET_FILE_H
#define IOTJOBS_BASE_SECRET_FILE_H

#include "base/strbuf.h"

/* A descriptor to read from, which the caller closes. -1: it cannot be read, is not a file, or others than
 * its owner may read or write it; one sentence in `ret_problem`. */
int secret_file_open(const char *path, struct strbuf *ret_problem);

#endif
