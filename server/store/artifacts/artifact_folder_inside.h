/* The inside of the artefact folder, shared by its own files only. */
#ifndef IOTJOBS_STORE_ARTIFACT_FOLDER_INSIDE_H
#define IOTJOBS_STORE_ARTIFACT_FOLDER_INSIDE_H

#include <pthread.h>

#include "store/artifacts/held_files.h"
#include "store/private_folder.h"

#define ARTIFACT_PART_SUFFIX ".part"
enum { ARTIFACT_PART_MAX = ARTIFACT_FILE_MAX + sizeof ARTIFACT_PART_SUFFIX - 1 };

struct artifact_folder {
    int fd;
    bool forces;     /* files to disk */
    int64_t reserve; /* bytes that stay free */
    const struct store *store;
    char path[FOLDER_PATH_MAX]; /* for the log; in memory it is removed at the end */
    int lock_fd;                /* in memory; else -1 */
    struct log *log;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct held_files held;
    struct doomed_names {
        size_t n, room;
        char (*items)[ARTIFACT_FILE_MAX];
    } doomed;       /* what the thread has not looked at yet */
    size_t reading; /* who is between begin_read and end_read */
    bool barrier;   /* nobody more, until they are done */
    bool busy;      /* the thread is removing */
    bool stopping;
};

/* Whether it is a name that we make: a UUID in lower case. */
bool artifact_file_valid(struct str file);

/* The file is held from here on. False: no memory. */
bool artifact_hold(struct artifact_folder *folder, struct str file, bool written);
/* It is not; `remove`: it is to go when nobody holds it. */
void artifact_let_go(struct artifact_folder *folder, struct str file, bool remove);

/* A descriptor of a regular file of ours to read from. -1: errno tells. */
int artifact_open(const struct artifact_folder *folder, const char *file);

#endif
