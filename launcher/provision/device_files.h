/* What is written for a device: its certificate, its key, and the CA that it trusts. Nothing is overwritten.
 */
#ifndef IOTJOBS_PROVISION_DEVICE_FILES_H
#define IOTJOBS_PROVISION_DEVICE_FILES_H

#include <limits.h>

#include "base/strbuf.h"

enum device_file { DEVICE_CERTIFICATE, DEVICE_PRIVATE_KEY, DEVICE_CA, DEVICE_FILES };

struct device_files {
    char folder[PATH_MAX];
    char paths[DEVICE_FILES][PATH_MAX];
    bool made[DEVICE_FILES];
    bool made_folder;
};

/* Where they go; nothing is made yet. False: the path is too long, or one of them is there already, but for
 * the CA. */
bool device_files_plan(const char *folder, const char *thing, struct device_files *ret_files,
                       struct strbuf *ret_problem);

/*
 * Writes them, the key for its owner alone, and makes the paths absolute. A text that is absent has no file:
 * its path becomes "". A CA that is there already and is the same stays. False: what was made is still there,
 * for device_files_remove.
 */
bool device_files_write(struct device_files *files, const struct str texts[DEVICE_FILES],
                        struct strbuf *ret_problem);

/* What was made, and nothing else. False: something could not be removed. */
bool device_files_remove(struct device_files *files);

#endif
