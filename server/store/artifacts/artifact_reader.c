#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/artifacts/artifact_folder_inside.h"

struct piece {
    char file[ARTIFACT_FILE_MAX];
    int64_t start, size;
    int64_t offset; /* of its first byte in the whole */
};

struct artifact_reader {
    struct artifact_folder *folder;
    size_t n;
    struct piece *pieces;
    int64_t size;
    int fd; /* of one file at a time; -1: of none */
    char open_file[ARTIFACT_FILE_MAX];
};

static void log_problem(const struct artifact_reader *reader, const char *file, const char *problem)
{
    log_write(reader->folder->log, LOG_ERROR, "artifact_read file=%s problem=\"%s\"", file, problem);
}

/* Whether it is there, and as long as it has to be: told before anybody is answered with its bytes. */
static bool check_file(const struct artifact_reader *reader, const struct piece *piece)
{
    struct stat st;
    if (fstatat(reader->folder->fd, piece->file, &st, AT_SYMLINK_NOFOLLOW) != 0)
        log_problem(reader, piece->file, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        log_problem(reader, piece->file, "not a file");
    else if (st.st_size - piece->start < piece->size)
        log_problem(reader, piece->file, "shorter than it was");
    else
        return true;
    return false;
}

/* Holds the piece's file. */
static bool take_piece(struct artifact_reader *reader, const struct artifact_piece *from)
{
    struct piece *piece = &reader->pieces[reader->n];
    if (!artifact_file_valid(from->file) || from->start < 0 || from->size < 0 ||
        from->size > INT64_MAX - reader->size) {
        log_problem(reader, "", "no piece of an object");
        return false;
    }
    memcpy(piece->file, from->file.p, from->file.n);
    piece->start = from->start;
    piece->size = from->size;
    piece->offset = reader->size;
    if (!artifact_hold(reader->folder, from->file, false)) {
        log_problem(reader, piece->file, "out of memory");
        return false;
    }
    reader->n++;
    reader->size += from->size;
    return check_file(reader, piece);
}

struct artifact_reader *artifact_reader_open(struct artifact_folder *folder, struct artifact_pieces pieces)
{
    struct artifact_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->folder = folder;
    reader->fd = -1;
    reader->pieces = calloc(pieces.n ? pieces.n : 1, sizeof *reader->pieces);
    bool ok = reader->pieces != NULL;
    for (size_t i = 0; ok && i < pieces.n; i++)
        ok = take_piece(reader, &pieces.items[i]);
    if (ok)
        return reader;
    artifact_reader_free(reader);
    return NULL;
}

/* The last piece that begins at or before `offset`, which is within the whole: pieces of no bytes are passed
 * over. */
static const struct piece *piece_at(const struct artifact_reader *reader, int64_t offset)
{
    size_t low = 0, high = reader->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (reader->pieces[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return &reader->pieces[low];
}

static bool open_piece(struct artifact_reader *reader, const struct piece *piece)
{
    if (reader->fd >= 0 && strcmp(reader->open_file, piece->file) == 0)
        return true;
    if (reader->fd >= 0)
        close(reader->fd);
    reader->fd = artifact_open(reader->folder, piece->file);
    if (reader->fd < 0) {
        log_problem(reader, piece->file, strerror(errno));
        return false;
    }
    memcpy(reader->open_file, piece->file, sizeof reader->open_file);
    return true;
}

/* At least one byte of the piece, unless n is 0. -1: an I/O error. */
static ssize_t read_piece(struct artifact_reader *reader, const struct piece *piece, int64_t offset,
                          void *buffer, size_t n)
{
    int64_t within = offset - piece->offset;
    int64_t left = piece->size - within;
    if ((uint64_t)left < n)
        n = (size_t)left;
    if (!open_piece(reader, piece))
        return -1;
    ssize_t got;
    do
        got = pread(reader->fd, buffer, n, piece->start + within);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    log_problem(reader, piece->file, got < 0 ? strerror(errno) : "shorter than it was");
    return -1;
}

ssize_t artifact_reader_read(struct artifact_reader *reader, int64_t offset, void *buffer, size_t n)
{
    char *next = buffer;
    size_t done = 0;
    while (done < n && offset >= 0 && offset < reader->size) {
        ssize_t got = read_piece(reader, piece_at(reader, offset), offset, next + done, n - done);
        if (got < 0)
            return -1;
        done += (size_t)got;
        offset += got;
    }
    return (ssize_t)done;
}

void artifact_reader_free(struct artifact_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->n; i++)
        artifact_let_go(reader->folder, str_from(reader->pieces[i].file), false);
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->pieces);
    free(reader);
}
