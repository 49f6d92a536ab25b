/*
 * The folder of the artefacts' bytes: artifacts/ in the data folder, or a folder of its own among the
 * temporary files when everything is in memory. What is stored is in the database
 * (store/artifacts/object_store.h); here are files under names that we make, so that no key of anybody's is
 * ever part of a path. A file is written as NAME.part, forced to disk and renamed before a row of the
 * database names it; it is removed after the COMMIT that takes its last row away, once that is on disk as
 * well: else a loss of power could bring back the row, and not the file. So a crash leaves files without a
 * row at worst, and the next start removes those.
 *
 * All functions from any thread, unless they say otherwise.
 */
#ifndef IOTJOBS_STORE_ARTIFACT_FOLDER_H
#define IOTJOBS_STORE_ARTIFACT_FOLDER_H

#include <sys/types.h>

#include "base/log.h"
#include "store/store.h"

struct artifact_folder;

enum { ARTIFACT_FILE_MAX = 37 }; /* a UUID, and a NUL */

struct artifact_folder_options {
    const char *data; /* the data folder; not used in memory */
    bool in_memory;
    int durability;            /* enum durability of settings.h: but for `memory`, files are forced to disk */
    int64_t reserve;           /* writing stops before less than that is free, in bytes */
    const struct store *store; /* whose rows name the files */
    struct log *log;
};

/* Makes the folder where it is not there (0700), removes what no row of `db` names, and starts the thread
 * that removes files. NULL: one sentence in `ret_problem`. */
struct artifact_folder *artifact_folder_open(const struct artifact_folder_options *options, struct db *db,
                                             struct strbuf *ret_problem);
/* Ends the thread once what it was given is removed; in memory the folder goes, too. After every writer and
 * reader. NULL is allowed. */
void artifact_folder_close(struct artifact_folder *folder);

/* After the COMMIT that took away a file's last row. Its thread removes it, once nobody holds it. */
void artifact_folder_remove(struct artifact_folder *folder, struct str file);

/* Removes every file that no row of `db` names and that nobody writes: after a reset, by the thread that
 * writes to the database. What somebody reads goes when he is done. */
void artifact_folder_sweep(struct artifact_folder *folder, struct db *db);

/* Waits until nothing is to be removed but what somebody holds: for tests. */
void artifact_folder_settle(struct artifact_folder *folder);

/* How much may still be written, in bytes: what is free, but for the reserve. -1: the disk does not tell. */
int64_t artifact_folder_room(const struct artifact_folder *folder);

/*
 * A reader looks into the database and opens what it names between these two: the transaction in which he
 * looks begins in between, too. Nothing is removed meanwhile, and what he has opened then stays readable
 * until it is closed. Not to be nested, and not for long: whoever begins behind a removal that waits, waits.
 */
void artifact_folder_begin_read(struct artifact_folder *folder);
void artifact_folder_end_read(struct artifact_folder *folder);

/* ---- writing: one thread at a time ---- */

struct artifact_writer;

/* NULL: the file cannot be made; the log says why. */
struct artifact_writer *artifact_writer_new(struct artifact_folder *folder);
/* Sticky: false from the first failure on (no room, an I/O error), which the log tells. Never waits for the
 * disk. */
bool artifact_writer_add(struct artifact_writer *writer, const void *bytes, size_t n);
/* Forces the file to disk and gives it its name. May take long: not for a thread that serves others. */
bool artifact_writer_finish(struct artifact_writer *writer);
struct str artifact_writer_file(const struct artifact_writer *writer); /* its name; borrowed */
/* A row names it now: it stays. */
void artifact_writer_keep(struct artifact_writer *writer);
/* Removes what is not kept. NULL is allowed. */
void artifact_writer_free(struct artifact_writer *writer);

/* ---- reading: one thread at a time ---- */

/* A piece of an object: that many bytes of a file, from `start` on. */
struct artifact_piece {
    struct str file;
    int64_t start, size;
};
struct artifact_pieces {
    size_t n;
    const struct artifact_piece *items;
};

struct artifact_reader;

/* Holds the files. NULL: one is not there, or memory is out; the log says. Between begin_read and end_read.
 */
struct artifact_reader *artifact_reader_open(struct artifact_folder *folder, struct artifact_pieces pieces);
/* The bytes from `offset` of the whole on; fewer than n only at its end. -1: an I/O error. */
ssize_t artifact_reader_read(struct artifact_reader *reader, int64_t offset, void *buffer, size_t n);
void artifact_reader_free(struct artifact_reader *reader); /* NULL is allowed */

#endif
