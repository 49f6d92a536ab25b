/*
 * Files of the artefact folder that a transaction leaves without a row. They are removed after its COMMIT and
 * not before: whatever is undone leaves them where they are.
 */
#ifndef IOTJOBS_OPS_DOOMED_FILES_H
#define IOTJOBS_OPS_DOOMED_FILES_H

#include "ops/op.h"
#include "store/artifacts/artifact_folder.h"

struct doomed_files {
    size_t n, room;
    char (*names)[ARTIFACT_FILE_MAX];
    bool sweep; /* everything that no row names: after a reset */
};

/* From inside an operation: the file's last row is gone. False after fail(): memory is out. */
bool doom_file(struct op *op, struct str file);
/* All rows are gone. */
void doom_all_files(struct op *op);

/* Forgets all but the first n: what came behind them is undone. */
void doomed_files_truncate(struct doomed_files *doomed, size_t n);
/* After COMMIT, by the thread that writes: gives them to the folder (NULL: there is none). */
void doomed_files_remove(const struct doomed_files *doomed, struct artifact_folder *folder, struct db *db);
void doomed_files_release(struct doomed_files *doomed);

#endif
