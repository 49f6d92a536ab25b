/* An artefact folder with a database, and no server around it. */
#ifndef IOTJOBS_TESTS_ARTIFACT_ROOM_H
#define IOTJOBS_TESTS_ARTIFACT_ROOM_H

#include "support/cmocka_all.h"

#include "store/artifacts/artifact_folder.h"
#include "store/store.h"
#include "support/temp_folder.h"

struct artifact_room {
    char data[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX]; /* of the artefacts in it */
    struct store *store;
    struct artifact_folder *folder;
    struct strbuf problem;
};

/* cmocka's set-up and tear-down; *state is the room, its folder open. */
int artifact_room_set_up(void **state);
int artifact_room_tear_down(void **state);

/* NULL: `problem` says why. */
struct artifact_folder *artifact_room_try_open(struct artifact_room *room, bool in_memory, int64_t reserve);

/* All files that are in a folder; those of the room's, once nothing is to be removed. */
size_t files_in(const char *folder);
size_t artifact_room_files(struct artifact_room *room);

/* A file with that text, which stays; its name. */
void artifact_room_write(struct artifact_folder *folder, const char *text, char ret_file[ARTIFACT_FILE_MAX]);
/* Reads that much of one file. */
struct artifact_reader *artifact_room_read(struct artifact_folder *folder, const char *file, int64_t start,
                                           int64_t size);

#endif
