/*
 * Folders that belong to one process at a time: each has a lock file, locked for as long as somebody uses the
 * folder. Data folders stay; those among the temporary files, for what is kept in memory, go with the process
 * that has made them, and what one that was killed has left goes with the next.
 */
#ifndef IOTJOBS_STORE_PRIVATE_FOLDER_H
#define IOTJOBS_STORE_PRIVATE_FOLDER_H

#include <stdbool.h>

enum { FOLDER_PATH_MAX = 4096 };

#define FOLDER_LOCK_FILE "iotjobs.lock"

/* "folder/name"; false: too long. */
bool folder_join(char ret_path[FOLDER_PATH_MAX], const char *folder, const char *name);

/* The descriptor that holds the lock, to be closed. -1 when somebody else holds it (EWOULDBLOCK), or it
 * cannot be made: errno tells. */
int folder_lock(const char *folder);

/* A kind of temporary folders: what their names begin with, and which files are theirs besides the lock. None
 * may begin as those of another kind do. */
struct temporary_folders {
    const char *prefix;
    bool (*owns)(const char *file);
};

/* Removes those below `root` that nobody uses any more. */
void temporary_folders_tidy(const struct temporary_folders *kind, const char *root);
/* Makes one below `root` and locks it: the lock's descriptor. -1: errno tells. */
int temporary_folder_make(const struct temporary_folders *kind, const char *root,
                          char ret_folder[FOLDER_PATH_MAX]);
/* With the files that are its kind's. */
void temporary_folder_remove(const struct temporary_folders *kind, const char *folder);

/* $TMPDIR, else /tmp. */
const char *temporary_root(void);

#endif
