/* Which files somebody reads or writes, by their names. The owner's lock guards it. */
#ifndef IOTJOBS_STORE_HELD_FILES_H
#define IOTJOBS_STORE_HELD_FILES_H

#include "store/artifacts/artifact_folder.h"

enum { HELD_CHAINS = 1024 };

struct held_file {
    struct held_file *next;
    size_t holders;
    bool written; /* by one of them */
    bool doomed;  /* to be removed by the last */
    char name[ARTIFACT_FILE_MAX];
};

struct held_files {
    struct held_file *chains[HELD_CHAINS];
};

/* NULL: nobody holds it. */
struct held_file *held_find(struct held_files *held, struct str file);
/* One holder more. NULL: no memory. */
struct held_file *held_add(struct held_files *held, struct str file);
/* One holder less; whether it was the last of a file that is to be removed. */
bool held_drop(struct held_files *held, struct str file);
void held_release(struct held_files *held);

#endif
