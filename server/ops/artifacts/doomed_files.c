#include "ops/artifacts/doomed_files.h"

#include <stdlib.h>
#include <string.h>

#include "ops/outgoing.h"

enum { FIRST_ROOM = 64 };

bool doom_file(struct op *op, struct str file)
{
    struct doomed_files *doomed = op->outgoing->doomed;
    if (doomed->n == doomed->room) {
        size_t room = doomed->room ? doomed->room * 2 : FIRST_ROOM;
        void *names = reallocarray(doomed->names, room, sizeof *doomed->names);
        if (!names)
            return fail(op->err, ERR_INTERNAL, "The server is out of memory for this request.");
        doomed->names = names;
        doomed->room = room;
    }
    char *name = doomed->names[doomed->n];
    size_t n = file.n < ARTIFACT_FILE_MAX ? file.n : ARTIFACT_FILE_MAX - 1;
    memcpy(name, file.p, n);
    name[n] = '\0';
    doomed->n++;
    return true;
}

void doom_all_files(struct op *op)
{
    op->outgoing->doomed->sweep = true;
}

void doomed_files_truncate(struct doomed_files *doomed, size_t n)
{
    if (n < doomed->n)
        doomed->n = n;
}

void doomed_files_remove(const struct doomed_files *doomed, struct artifact_folder *folder, struct db *db)
{
    if (!folder)
        return;
    for (size_t i = 0; i < doomed->n; i++)
        artifact_folder_remove(folder, str_from(doomed->names[i]));
    if (doomed->sweep)
        artifact_folder_sweep(folder, db);
}

void doomed_files_release(struct doomed_files *doomed)
{
    free(doomed->names);
    *doomed = (struct doomed_files){ 0 };
}
