#include "store/artifacts/artifact_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"
#include "settings.h"
#include "store/artifacts/artifact_folder_inside.h"
#include "store/artifacts/content_store.h"

#define ARTIFACT_FOLDER "artifacts"

enum { DOOMED_FIRST_ROOM = 64 };

/* ---- names ---- */

bool artifact_file_valid(struct str file)
{
    if (file.n != ARTIFACT_FILE_MAX - 1)
        return false;
    for (size_t i = 0; i < file.n; i++) {
        char c = file.p[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return true;
}

/* The file's name without ".part"; false: it is not one of ours. */
static bool own_name(const char *entry, struct str *ret_file)
{
    struct str name = str_from(entry);
    if (str_ends_with(name, STR_LIT(ARTIFACT_PART_SUFFIX)))
        name.n -= sizeof ARTIFACT_PART_SUFFIX - 1;
    *ret_file = name;
    return artifact_file_valid(name);
}

static bool is_own_file(const char *entry)
{
    struct str file;
    return own_name(entry, &file);
}

int artifact_open(const struct artifact_folder *folder, const char *file)
{
    /* What is no file of ours must not keep us waiting (a pipe does), nor lead elsewhere. */
    int fd = openat(folder->fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* ---- what is to be removed ---- */

/* With the lock. Without memory the next start removes it. */
static void doom(struct artifact_folder *folder, struct str file)
{
    struct doomed_names *doomed = &folder->doomed;
    if (doomed->n == doomed->room) {
        size_t room = doomed->room ? doomed->room * 2 : DOOMED_FIRST_ROOM;
        void *items = reallocarray(doomed->items, room, sizeof *doomed->items);
        if (!items) {
            log_write(folder->log, LOG_WARNING, "artifact_left file=%.*s problem=\"out of memory\"",
                      STR(file));
            return;
        }
        doomed->items = items;
        doomed->room = room;
    }
    memset(doomed->items[doomed->n], 0, sizeof *doomed->items);
    memcpy(doomed->items[doomed->n], file.p, file.n);
    doomed->n++;
    pthread_cond_broadcast(&folder->changed);
}

/* With the lock. */
static void doom_when_free(struct artifact_folder *folder, struct str file)
{
    struct held_file *held = held_find(&folder->held, file);
    if (held)
        held->doomed = true;
    else
        doom(folder, file);
}

void artifact_folder_remove(struct artifact_folder *folder, struct str file)
{
    if (!artifact_file_valid(file))
        return;
    pthread_mutex_lock(&folder->lock);
    doom_when_free(folder, file);
    pthread_mutex_unlock(&folder->lock);
}

bool artifact_hold(struct artifact_folder *folder, struct str file, bool written)
{
    pthread_mutex_lock(&folder->lock);
    struct held_file *held = held_add(&folder->held, file);
    if (held && written)
        held->written = true;
    pthread_mutex_unlock(&folder->lock);
    return held != NULL;
}

void artifact_let_go(struct artifact_folder *folder, struct str file, bool remove)
{
    pthread_mutex_lock(&folder->lock);
    struct held_file *held = held_find(&folder->held, file);
    if (held && remove)
        held->doomed = true;
    if (held_drop(&folder->held, file))
        doom(folder, file);
    pthread_mutex_unlock(&folder->lock);
}

/* ---- readers ---- */

void artifact_folder_begin_read(struct artifact_folder *folder)
{
    pthread_mutex_lock(&folder->lock);
    while (folder->barrier)
        pthread_cond_wait(&folder->changed, &folder->lock);
    folder->reading++;
    pthread_mutex_unlock(&folder->lock);
}

void artifact_folder_end_read(struct artifact_folder *folder)
{
    pthread_mutex_lock(&folder->lock);
    if (--folder->reading == 0)
        pthread_cond_broadcast(&folder->changed);
    pthread_mutex_unlock(&folder->lock);
}

/* With the lock: whoever looked into the database before now has opened what he has found. Those who look
 * from here on find nothing of what is to be removed. */
static void let_readers_pass(struct artifact_folder *folder)
{
    folder->barrier = true;
    while (folder->reading > 0)
        pthread_cond_wait(&folder->changed, &folder->lock);
    folder->barrier = false;
    pthread_cond_broadcast(&folder->changed);
}

/* ---- the thread ---- */

static void remove_file(const struct artifact_folder *folder, const char *file)
{
    char part[ARTIFACT_PART_MAX];
    snprintf(part, sizeof part, "%s" ARTIFACT_PART_SUFFIX, file);
    if (unlinkat(folder->fd, file, 0) == 0 || (errno == ENOENT && unlinkat(folder->fd, part, 0) == 0))
        return;
    if (errno != ENOENT)
        log_write(folder->log, LOG_WARNING, "artifact_left file=%s problem=\"%s\"", file, strerror(errno));
}

/* With the lock, which others get meanwhile. What is not known to be on disk is left to the next start. */
static bool force_commits(struct artifact_folder *folder, size_t files)
{
    pthread_mutex_unlock(&folder->lock);
    bool ok = store_force(folder->store);
    if (!ok)
        log_write(folder->log, LOG_WARNING,
                  "artifact_left files=%zu problem=\"the database cannot be forced to disk: %s\"", files,
                  strerror(errno));
    pthread_mutex_lock(&folder->lock);
    return ok;
}

/* With the lock, which others get while a file is removed: a large one takes a while. */
static void remove_doomed(struct artifact_folder *folder)
{
    struct doomed_names names = folder->doomed;
    folder->doomed = (struct doomed_names){ 0 };
    folder->busy = true;
    let_readers_pass(folder);
    bool final = force_commits(folder, names.n);
    for (size_t i = 0; final && i < names.n; i++) {
        struct held_file *held = held_find(&folder->held, str_from(names.items[i]));
        if (held) {
            held->doomed = true;
            continue;
        }
        pthread_mutex_unlock(&folder->lock);
        remove_file(folder, names.items[i]);
        pthread_mutex_lock(&folder->lock);
    }
    folder->busy = false;
    pthread_cond_broadcast(&folder->changed);
    free(names.items);
}

static void *body(void *context)
{
    struct artifact_folder *folder = context;
    pthread_mutex_lock(&folder->lock);
    while (folder->doomed.n > 0 || !folder->stopping) {
        if (folder->doomed.n > 0)
            remove_doomed(folder);
        else
            pthread_cond_wait(&folder->changed, &folder->lock);
    }
    pthread_mutex_unlock(&folder->lock);
    return NULL;
}

void artifact_folder_settle(struct artifact_folder *folder)
{
    pthread_mutex_lock(&folder->lock);
    while (folder->doomed.n > 0 || folder->busy)
        pthread_cond_wait(&folder->changed, &folder->lock);
    pthread_mutex_unlock(&folder->lock);
}

/* ---- sweeping ---- */

static bool is_written(struct artifact_folder *folder, struct str file)
{
    pthread_mutex_lock(&folder->lock);
    const struct held_file *held = held_find(&folder->held, file);
    bool written = held && held->written;
    pthread_mutex_unlock(&folder->lock);
    return written;
}

void artifact_folder_sweep(struct artifact_folder *folder, struct db *db)
{
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        log_write(folder->log, LOG_WARNING, "artifact_sweep folder=%s problem=\"%s\"", folder->path,
                  strerror(errno));
        if (fd >= 0)
            close(fd);
        return;
    }
    size_t n = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        struct str file;
        if (!own_name(entry->d_name, &file) || is_written(folder, file) || store_file_is_named(db, file))
            continue;
        /* What the database cannot tell is not known to be superfluous. */
        if (db_failed(db))
            break;
        artifact_folder_remove(folder, file);
        n++;
    }
    closedir(dir);
    if (n > 0)
        log_write(folder->log, LOG_INFO, "artifact_sweep removed=%zu", n);
}

/* ---- life ---- */

static const struct temporary_folders memory_folders = { .prefix = "iotjobs-artifacts-",
                                                         .owns = is_own_file };

static bool make_memory_folder(struct artifact_folder *folder, struct strbuf *ret_problem)
{
    const char *root = temporary_root();
    temporary_folders_tidy(&memory_folders, root);
    folder->lock_fd = temporary_folder_make(&memory_folders, root, folder->path);
    if (folder->lock_fd >= 0)
        return true;
    strbuf_printf(ret_problem, "cannot make a folder for artefacts in %s: %s", root, strerror(errno));
    return false;
}

static bool make_folder(struct artifact_folder *folder, const char *data, struct strbuf *ret_problem)
{
    if (!folder_join(folder->path, data, ARTIFACT_FOLDER)) {
        strbuf_add_text(ret_problem, "data: the path of the folder is too long");
        return false;
    }
    if (mkdir(folder->path, 0700) == 0 || errno == EEXIST)
        return true;
    strbuf_printf(ret_problem, "data: cannot make the folder %s: %s", folder->path, strerror(errno));
    return false;
}

static bool open_folder(struct artifact_folder *folder, struct strbuf *ret_problem)
{
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder->fd < 0)
        strbuf_printf(ret_problem, "data: %s cannot be opened as a folder, which may be no link: %s",
                      folder->path, strerror(errno));
    else if (faccessat(folder->fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        strbuf_printf(ret_problem, "data: cannot write to the folder %s: %s", folder->path, strerror(errno));
    else
        return true;
    return false;
}

static bool start(struct artifact_folder *folder, struct db *db, struct strbuf *ret_problem)
{
    artifact_folder_sweep(folder, db);
    if (db_failed(db)) {
        strbuf_printf(ret_problem, "the database does not tell which artefacts there are: %s",
                      db_failure(db));
        return false;
    }
    folder->started = start_thread(&folder->thread, "iotjobs-files", body, folder);
    if (!folder->started)
        strbuf_add_text(ret_problem, "the artefact folder cannot be opened: out of threads");
    return folder->started;
}

struct artifact_folder *artifact_folder_open(const struct artifact_folder_options *options, struct db *db,
                                             struct strbuf *ret_problem)
{
    struct artifact_folder *folder = calloc(1, sizeof *folder);
    if (!folder) {
        strbuf_add_text(ret_problem, "not enough memory to open the artefact folder");
        return NULL;
    }
    folder->fd = -1;
    folder->lock_fd = -1;
    folder->forces = !options->in_memory && options->durability != DURABILITY_MEMORY;
    folder->reserve = options->reserve;
    folder->store = options->store;
    folder->log = options->log;
    pthread_mutex_init(&folder->lock, NULL);
    pthread_cond_init(&folder->changed, NULL);
    bool made = options->in_memory ? make_memory_folder(folder, ret_problem)
                                   : make_folder(folder, options->data, ret_problem);
    if (made && open_folder(folder, ret_problem) && start(folder, db, ret_problem))
        return folder;
    artifact_folder_close(folder);
    return NULL;
}

void artifact_folder_close(struct artifact_folder *folder)
{
    if (!folder)
        return;
    if (folder->started) {
        pthread_mutex_lock(&folder->lock);
        folder->stopping = true;
        pthread_cond_broadcast(&folder->changed);
        pthread_mutex_unlock(&folder->lock);
        pthread_join(folder->thread, NULL);
    }
    if (folder->fd >= 0)
        close(folder->fd);
    if (folder->lock_fd >= 0) {
        temporary_folder_remove(&memory_folders, folder->path);
        close(folder->lock_fd);
    }
    pthread_cond_destroy(&folder->changed);
    pthread_mutex_destroy(&folder->lock);
    held_release(&folder->held);
    free(folder->doomed.items);
    free(folder);
}
