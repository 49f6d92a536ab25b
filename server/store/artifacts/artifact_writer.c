#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/random.h"
#include "store/artifacts/artifact_folder_inside.h"

enum {
    LOOK_FOR_ROOM_EVERY = 16 * 1024 * 1024,
    WRITE_BACK_EVERY = 8 * 1024 * 1024,
};

struct artifact_writer {
    struct artifact_folder *folder;
    char file[ARTIFACT_FILE_MAX];
    char part[ARTIFACT_PART_MAX];
    int fd;
    int64_t size;
    int64_t written_back; /* so many of the bytes are on their way to the disk */
    int64_t room;         /* so many more may be written before somebody looks again */
    bool failed, finished, kept;
};

static bool fail_writer(struct artifact_writer *writer, const char *what, const char *problem)
{
    writer->failed = true;
    log_write(writer->folder->log, LOG_ERROR, "artifact_write file=%s at=%" PRId64 " step=%s problem=\"%s\"",
              writer->file, writer->size, what, problem);
    return false;
}

struct artifact_writer *artifact_writer_new(struct artifact_folder *folder)
{
    struct artifact_writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        log_write(folder->log, LOG_ERROR, "artifact_write problem=\"out of memory\"");
        return NULL;
    }
    writer->folder = folder;
    random_uuid(writer->file);
    snprintf(writer->part, sizeof writer->part, "%s" ARTIFACT_PART_SUFFIX, writer->file);
    /* Held before it is there: nobody who looks through the folder takes it for one that was left. */
    if (!artifact_hold(folder, str_from(writer->file), true)) {
        log_write(folder->log, LOG_ERROR, "artifact_write problem=\"out of memory\"");
        free(writer);
        return NULL;
    }
    writer->fd = openat(folder->fd, writer->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (writer->fd >= 0)
        return writer;
    fail_writer(writer, "create", strerror(errno));
    artifact_writer_free(writer);
    return NULL;
}

int64_t artifact_folder_room(const struct artifact_folder *folder)
{
    struct statvfs fs;
    if (fstatvfs(folder->fd, &fs) != 0)
        return -1;
    uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize, reserve = (uint64_t)folder->reserve;
    uint64_t room = free_bytes > reserve ? free_bytes - reserve : 0;
    return room < INT64_MAX ? (int64_t)room : INT64_MAX;
}

/* Whether n more bytes leave what has to stay free. */
static bool has_room(struct artifact_writer *writer, size_t n)
{
    const struct artifact_folder *folder = writer->folder;
    if ((uint64_t)writer->room >= n)
        return true;
    int64_t room = artifact_folder_room(folder);
    if (room < 0)
        return fail_writer(writer, "look for room", strerror(errno));
    if ((uint64_t)room < n) {
        writer->failed = true;
        log_write(folder->log, LOG_ERROR,
                  "artifact_write file=%s at=%" PRId64 " problem=\"no room\" left=%" PRId64
                  " artifact_reserve=%" PRId64,
                  writer->file, writer->size, room, folder->reserve);
        return false;
    }
    writer->room = room < LOOK_FOR_ROOM_EVERY ? room : LOOK_FOR_ROOM_EVERY;
    if ((uint64_t)writer->room < n) /* more at once than is looked for */
        writer->room = (int64_t)n;
    return true;
}

/* So that the disk works while bytes come in, and has little left to do at the end. It is advice: what fails
 * here fails at the end, too. */
static void write_back(struct artifact_writer *writer)
{
    int64_t n = writer->size - writer->written_back;
    if (!writer->folder->forces || n < WRITE_BACK_EVERY)
        return;
    sync_file_range(writer->fd, writer->written_back, n, SYNC_FILE_RANGE_WRITE);
    writer->written_back = writer->size;
}

bool artifact_writer_add(struct artifact_writer *writer, const void *bytes, size_t n)
{
    const char *next = bytes;
    if (writer->failed || writer->finished || !has_room(writer, n))
        return false;
    writer->room -= (int64_t)n;
    while (n > 0) {
        ssize_t done = write(writer->fd, next, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail_writer(writer, "write", strerror(errno));
        next += done;
        n -= (size_t)done;
        writer->size += done;
    }
    write_back(writer);
    return true;
}

bool artifact_writer_finish(struct artifact_writer *writer)
{
    const struct artifact_folder *folder = writer->folder;
    if (writer->failed || writer->finished)
        return writer->finished;
    if (folder->forces && fdatasync(writer->fd) != 0)
        return fail_writer(writer, "force to disk", strerror(errno));
    if (renameat(folder->fd, writer->part, folder->fd, writer->file) != 0)
        return fail_writer(writer, "rename", strerror(errno));
    if (folder->forces && fsync(folder->fd) != 0)
        return fail_writer(writer, "force the folder to disk", strerror(errno));
    writer->finished = true;
    return true;
}

struct str artifact_writer_file(const struct artifact_writer *writer)
{
    return str_from(writer->file);
}

void artifact_writer_keep(struct artifact_writer *writer)
{
    writer->kept = true;
}

void artifact_writer_free(struct artifact_writer *writer)
{
    if (!writer)
        return;
    if (writer->fd >= 0)
        close(writer->fd);
    artifact_let_go(writer->folder, str_from(writer->file), !writer->kept);
    free(writer);
}
