#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"

enum { FILE_MODE = 0600 };

bool new_file_write(int fd, struct str text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0)
            return false;
        text.p += n;
        text.n -= (size_t)n;
    }
    return true;
}

static bool cannot_write(const char *path, struct strbuf *ret_problem)
{
    return problem(ret_problem, "cannot write %s: %s", path, strerror(errno));
}

bool new_file_in_memory(const char *name, struct str text, char ret_path[PATH_MAX],
                        struct strbuf *ret_problem)
{
    /* Open in the broker too, under the same number; it reads the path again on SIGHUP. */
    int fd = memfd_create(name, 0);
    if (fd >= 0 && fchmod(fd, FILE_MODE) == 0 && new_file_write(fd, text)) {
        snprintf(ret_path, PATH_MAX, "/proc/%d/fd/%d", (int)getpid(), fd);
        return true;
    }
    cannot_write(name, ret_problem);
    if (fd >= 0)
        close(fd);
    return false;
}

/* What an interrupted start left under the temporary name is of no use to anybody. */
static int open_temporary(const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
}

bool new_file_replace(const char *path, struct str text, struct strbuf *ret_problem)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= PATH_MAX)
        return problem(ret_problem, "%s: the path is too long", path);
    int fd = open_temporary(temporary);
    if (fd < 0)
        return cannot_write(temporary, ret_problem);
    bool ok = new_file_write(fd, text) && fsync(fd) == 0 && rename(temporary, path) == 0;
    if (!ok) {
        cannot_write(path, ret_problem);
        unlink(temporary);
    }
    close(fd);
    return ok;
}
