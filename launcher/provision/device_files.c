#include "launcher/provision/device_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"

enum { FOLDER_MODE = 0700 };

static const struct {
    const char *suffix; /* behind the thing's name; else `name` is the whole */
    const char *name;
    mode_t mode; /* what the AWS IoT Device Client asks for */
} kinds[DEVICE_FILES] = {
    [DEVICE_CERTIFICATE] = { ".cert.pem", NULL, 0644 },
    [DEVICE_PRIVATE_KEY] = { ".private.key", NULL, 0600 },
    [DEVICE_CA] = { NULL, "ca.pem", 0644 },
};

static bool refuse_existing(const char *path, struct strbuf *ret_problem)
{
    return problem(ret_problem, "%s is there already: remove it, or choose another folder with --out", path);
}

static bool set_path(const char *folder, int kind, const char *thing, char ret_path[PATH_MAX],
                     struct strbuf *ret_problem)
{
    const char *suffix = kinds[kind].suffix;
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s%s", folder, suffix != NULL ? thing : kinds[kind].name,
                     suffix != NULL ? suffix : "");
    if (n < 0 || n >= PATH_MAX)
        return problem(ret_problem, "--out: the path is too long");
    memcpy(ret_path, path, (size_t)n + 1);
    return true;
}

bool device_files_plan(const char *folder, const char *thing, struct device_files *ret_files,
                       struct strbuf *ret_problem)
{
    *ret_files = (struct device_files){ 0 };
    if (snprintf(ret_files->folder, PATH_MAX, "%s", folder) >= PATH_MAX)
        return problem(ret_problem, "--out: the path is too long");
    for (int kind = 0; kind < DEVICE_FILES; kind++) {
        struct stat about;
        if (!set_path(folder, kind, thing, ret_files->paths[kind], ret_problem))
            return false;
        if (kind != DEVICE_CA && lstat(ret_files->paths[kind], &about) == 0)
            return refuse_existing(ret_files->paths[kind], ret_problem);
    }
    return true;
}

/* ---- writing ---- */

static bool write_all(int fd, struct str text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno != EINTR)
            return false;
        text.p += n > 0 ? n : 0;
        text.n -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* Whether the file holds exactly that. */
static bool holds(const char *path, struct str text)
{
    char piece[4096];
    FILE *file = fopen(path, "re");
    size_t n;
    if (file == NULL)
        return false;
    bool same = true;
    while (same && (n = fread(piece, 1, sizeof piece, file)) > 0) {
        same = n <= text.n && memcmp(piece, text.p, n) == 0;
        if (same)
            text = (struct str){ text.p + n, text.n - n };
    }
    same = same && text.n == 0 && !ferror(file);
    fclose(file);
    return same;
}

static bool write_file(struct device_files *files, int kind, struct str text, struct strbuf *ret_problem)
{
    const char *path = files->paths[kind];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kinds[kind].mode);
    if (fd < 0 && errno == EEXIST)
        return (kind == DEVICE_CA && holds(path, text)) || refuse_existing(path, ret_problem);
    if (fd < 0)
        return problem(ret_problem, "cannot write %s: %s", path, strerror(errno));
    files->made[kind] = true;
    bool ok = fchmod(fd, kinds[kind].mode) == 0 && write_all(fd, text);
    if (!ok)
        problem(ret_problem, "cannot write %s: %s", path, strerror(errno));
    return close(fd) == 0 && ok;
}

static bool make_folder(struct device_files *files, struct strbuf *ret_problem)
{
    files->made_folder = mkdir(files->folder, FOLDER_MODE) == 0;
    return files->made_folder || errno == EEXIST ||
           problem(ret_problem, "cannot make the folder %s: %s", files->folder, strerror(errno));
}

static bool make_absolute(struct device_files *files, struct strbuf *ret_problem)
{
    char absolute[PATH_MAX];
    for (int kind = 0; kind < DEVICE_FILES; kind++) {
        if (files->paths[kind][0] == '\0')
            continue;
        if (realpath(files->paths[kind], absolute) == NULL)
            return problem(ret_problem, "cannot find %s: %s", files->paths[kind], strerror(errno));
        memcpy(files->paths[kind], absolute, sizeof absolute);
    }
    return true;
}

bool device_files_write(struct device_files *files, const struct str texts[DEVICE_FILES],
                        struct strbuf *ret_problem)
{
    if (!make_folder(files, ret_problem))
        return false;
    for (int kind = 0; kind < DEVICE_FILES; kind++)
        if (texts[kind].p == NULL)
            files->paths[kind][0] = '\0';
        else if (!write_file(files, kind, texts[kind], ret_problem))
            return false;
    return make_absolute(files, ret_problem);
}

bool device_files_remove(struct device_files *files)
{
    bool ok = true;
    for (int kind = 0; kind < DEVICE_FILES; kind++)
        if (files->made[kind])
            ok = unlink(files->paths[kind]) == 0 && ok;
    return (!files->made_folder || rmdir(files->folder) == 0) && ok;
}
