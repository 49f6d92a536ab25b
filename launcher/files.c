#include "launcher/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/new_file.h"
#include "base/problem.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600 };

/* False when it does not fit; a path that does not fit does not exist either. */
static bool path_join(struct str folder, const char *name, char ret_path[PATH_MAX])
{
    int n = snprintf(ret_path, PATH_MAX, "%.*s/%s", STR(folder), name);
    return n > 0 && n < PATH_MAX;
}

/* --- programs --------------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

/* Looks in each folder of a list such as PATH; an empty entry is the current folder. */
static bool find_in(const char *folders, const char *name, char ret_path[PATH_MAX])
{
    struct str rest = str_from(folders);
    while (rest.p != NULL) {
        struct str folder = str_split(&rest, ':');
        if (path_join(folder.n > 0 ? folder : STR_LIT("."), name, ret_path) && is_program(ret_path))
            return true;
    }
    return false;
}

bool files_find_broker(const char *wanted, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    const char *name = wanted[0] != '\0' ? wanted : "mosquitto";
    if (strchr(name, '/') != NULL) {
        if (!is_program(name) || realpath(name, ret_path) == NULL)
            return problem(ret_problem, "broker: %s is not a program", name);
        return true;
    }
    if (find_in(getenv("PATH"), name, ret_path) ||
        find_in("/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin", name, ret_path))
        return true;
    return problem(
        ret_problem,
        "the MQTT broker '%s' was not found: install it (apt install mosquitto), or say where it is "
        "with --broker FILE",
        name);
}

static bool find_beside_us(const char *name, char ret_path[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    const char *slash = strrchr(self, '/');
    struct str folder = { self, slash != NULL ? (size_t)(slash - self) : 0 };
    return path_join(folder, name, ret_path) && access(ret_path, R_OK) == 0;
}

bool files_find_plugin(const char *wanted, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    if (wanted[0] != '\0') {
        if (access(wanted, R_OK) != 0 || realpath(wanted, ret_path) == NULL)
            return problem(ret_problem, "plugin: cannot read %s: %s", wanted, strerror(errno));
        return true;
    }
    if (find_beside_us("iotjobs.so", ret_path) || find_beside_us(IOTJOBS_PLUGIN_FROM_BIN, ret_path))
        return true;
    return problem(
        ret_problem,
        "the broker plugin is neither beside iotjobsd (iotjobs.so) nor in the library folder (%s): say "
        "where it is with --plugin FILE",
        IOTJOBS_PLUGIN_FROM_BIN);
}

bool files_find_provision(char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    return find_beside_us("iotjobsd-provision", ret_path) ||
           problem(ret_problem, "iotjobsd-provision is not beside iotjobsd: install both");
}

/* --- the data folder -------------------------------------------------------------------------------- */

/* mkdir -p */
static bool make_folders(const char *folder, struct strbuf *ret_problem)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", folder) >= PATH_MAX)
        return problem(ret_problem, "data: the path of the folder is too long");
    for (char *slash = path; slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
            return problem(ret_problem, "data: cannot make the folder %s: %s", path, strerror(errno));
        if (slash != NULL)
            *slash = '/';
    }
    return true;
}

static bool lock(int fd, const char *folder, struct strbuf *ret_problem)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return problem(ret_problem, "data: the folder %s is in use by another server", folder);
    return problem(ret_problem, "data: cannot lock the folder %s: %s", folder, strerror(errno));
}

/* A server that was started without a launcher holds this alone. */
static bool try_lock_of_store(const char *folder, struct strbuf *ret_problem)
{
    char path[PATH_MAX];
    if (!path_join(str_from(folder), "iotjobs.lock", path))
        return problem(ret_problem, "data: the path of the folder is too long");
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return problem(ret_problem, "data: cannot write to the folder %s: %s", folder, strerror(errno));
    bool is_free = lock(fd, folder, ret_problem);
    close(fd); /* the server takes it for itself */
    return is_free;
}

/* The descriptor that holds it; -1 when somebody else does. */
static int hold_folder(const char *folder, struct strbuf *ret_problem)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        problem(ret_problem, "data: cannot use the folder %s: %s", folder, strerror(errno));
    else if (!lock(fd, folder, ret_problem)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The folder first: who loses it never touches the store's lock, which the winner takes later. The descriptor
 * stays open, on purpose, in the program that this process becomes: until its end no other start gets past
 * this point. */
static bool take_folder(const char *folder, struct strbuf *ret_problem)
{
    int fd = hold_folder(folder, ret_problem);
    if (fd < 0)
        return false;
    if (try_lock_of_store(folder, ret_problem))
        return true;
    close(fd);
    return false;
}

bool files_prepare_data(const char *folder, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    if (!make_folders(folder, ret_problem))
        return false;
    if (realpath(folder, ret_path) == NULL)
        return problem(ret_problem, "data: cannot use the folder %s: %s", folder, strerror(errno));
    return take_folder(ret_path, ret_problem);
}

/* --- writing ---------------------------------------------------------------------------------------- */

bool files_write_config(const char *folder, struct str text, char ret_path[PATH_MAX],
                        struct strbuf *ret_problem)
{
    if (folder == NULL)
        return new_file_in_memory("mosquitto.conf", text, ret_path, ret_problem);
    if (!path_join(str_from(folder), "mosquitto.conf", ret_path))
        return problem(ret_problem, "data: the path of the folder is too long");
    int fd = open(ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    bool ok = fd >= 0 && new_file_write(fd, text);
    if (!ok)
        problem(ret_problem, "cannot write %s: %s", ret_path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}
