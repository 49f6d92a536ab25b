#include "store/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool folder_join(char ret_path[FOLDER_PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(ret_path, FOLDER_PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < FOLDER_PATH_MAX;
}

int folder_lock(const char *folder)
{
    char path[FOLDER_PATH_MAX];
    if (!folder_join(path, folder, FOLDER_LOCK_FILE)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

void temporary_folder_remove(const struct temporary_folders *kind, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (kind->owns(entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    /* The last: a folder without it is one that is being made. */
    unlinkat(dirfd(dir), FOLDER_LOCK_FILE, 0);
    closedir(dir);
    rmdir(folder);
}

static bool is_left(const struct temporary_folders *kind, const char *name, const char *folder)
{
    char lock[FOLDER_PATH_MAX];
    struct stat st;
    return strncmp(name, kind->prefix, strlen(kind->prefix)) == 0 && lstat(folder, &st) == 0 &&
           S_ISDIR(st.st_mode) && st.st_uid == geteuid() && folder_join(lock, folder, FOLDER_LOCK_FILE) &&
           access(lock, F_OK) == 0; /* without one it is being made right now, or not ours */
}

/* A process that was killed could not clean up: its folder is left without a lock. */
void temporary_folders_tidy(const struct temporary_folders *kind, const char *root)
{
    DIR *dir = opendir(root);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char folder[FOLDER_PATH_MAX];
        if (!folder_join(folder, root, entry->d_name) || !is_left(kind, entry->d_name, folder))
            continue;
        int fd = folder_lock(folder);
        if (fd < 0)
            continue;
        temporary_folder_remove(kind, folder);
        close(fd);
    }
    closedir(dir);
}

/* Made and locked under a name of which temporary_folders_tidy knows nothing, and named like its kind only
 * then: another process that starts at this moment would take it for one that was left behind. */
int temporary_folder_make(const struct temporary_folders *kind, const char *root,
                          char ret_folder[FOLDER_PATH_MAX])
{
    char young[FOLDER_PATH_MAX], name[64];
    snprintf(name, sizeof name, ".%sXXXXXX", kind->prefix);
    if (!folder_join(young, root, name) || !mkdtemp(young))
        return -1;
    int lock = folder_lock(young);
    if (lock >= 0 && folder_join(ret_folder, root, strrchr(young, '/') + 2) && rename(young, ret_folder) == 0)
        return lock;
    int why = errno;
    temporary_folder_remove(kind, young);
    if (lock >= 0)
        close(lock);
    errno = why;
    return -1;
}

const char *temporary_root(void)
{
    const char *root = getenv("TMPDIR");
    return root && *root ? root : "/tmp";
}
