#include "support/temp_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

void temp_folder_make(char ret_folder[TEMP_PATH_MAX])
{
    snprintf(ret_folder, TEMP_PATH_MAX, "/tmp/iotjobs-test-XXXXXX");
    assert_non_null(mkdtemp(ret_folder));
}

void temp_folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[TEMP_PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) == 0 || errno != EISDIR)
            continue;
        temp_path(folder, entry->d_name, path);
        temp_folder_remove(path);
    }
    closedir(dir);
    rmdir(folder);
}

void temp_path(const char *folder, const char *name, char ret_path[TEMP_PATH_MAX])
{
    assert_true(snprintf(ret_path, TEMP_PATH_MAX, "%s/%s", folder, name) < TEMP_PATH_MAX);
}

void temp_write_private(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}
