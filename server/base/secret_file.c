#include "base/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"

enum { OTHERS = 077 };

/* What is open is looked at, not the name: that could mean another file by then. */
static bool check(int fd, const char *path, struct strbuf *ret_problem)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return problem(ret_problem, "%s is not a file", path);
    return (about.st_mode & OTHERS) == 0 ||
           problem(ret_problem, "others than its owner may read or write %s; chmod 600 it", path);
}

/* A pipe must not keep us waiting. */
int secret_file_open(const char *path, struct strbuf *ret_problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
        return -1;
    }
    if (check(fd, path, ret_problem))
        return fd;
    close(fd);
    return -1;
}
