/* Writes whole files, for their owner alone. False: one sentence in `ret_problem`. Any thread. */
#ifndef IOTJOBS_BASE_NEW_FILE_H
#define IOTJOBS_BASE_NEW_FILE_H

#include <limits.h>

#include "base/strbuf.h"

/* In place of the file at `path`, on disk when this returns; or leaves the one that is there. */
bool new_file_replace(const char *path, struct str text, struct strbuf *ret_problem);

/* In memory, open in the program that this process becomes too. Gives a path to it, of use to other processes
 * of the user as well for as long as that program runs. */
bool new_file_in_memory(const char *name, struct str text, char ret_path[PATH_MAX],
                        struct strbuf *ret_problem);

/* Writes all of the text; false: errno says why. */
bool new_file_write(int fd, struct str text);

#endif
